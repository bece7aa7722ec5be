"""`aws/credential-process`: credentials that a program of the user's own prints, in the format AWS documents for
`credential_process`. `spec.command` is a text (split like a shell would, but no shell runs it) or a list of words."""

from __future__ import annotations

import json
import os
import shlex
import subprocess

from auth.aws import endpoints, files
from auth.aws.identity import AwsIdentity
from auth.config import Identity
from auth.credentials import AwsCredentials, Credentials, parse_time
from auth.durations import seconds
from auth.errors import AuthError
from auth.kind import Link, Report, Run
from auth.secrets import Secret

GUARD = "ATMOS_CREDENTIAL_PROCESS"
"""Names the identities whose programs are running, so that none waits for itself."""
DEFAULT_TIMEOUT = 60
OUTPUT_LIMIT = 1 << 20


class AwsCredentialProcess(AwsIdentity):
    name = "aws/credential-process"
    standalone = True
    label = "aws-credential-process"

    def check(self, entry: Identity, report: Report) -> None:
        if entry.raw.get("via") is not None:
            report.config(f'aws/credential-process identity "{entry.name}" must not define via', "via")
        if not report.require("spec.command", "command is required in spec"):
            return
        command = entry.get("spec.command")
        if not isinstance(command, (str, list, tuple)):
            report.config("`spec.command` must be a text or a list of words", "spec", "command")
        elif isinstance(command, str):
            try:
                shlex.split(command)
            except ValueError as error:
                report.config(f"`spec.command` cannot be split into words: {error}", "spec", "command")
        report.duration("spec.timeout", high=600, what="the longest wait for a program")

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        command = link.entry.get("spec.command")
        argv = [str(word) for word in command] if isinstance(command, list) else shlex.split(str(command))
        argv[0] = os.path.expanduser(argv[0]) if argv else ""
        running = [name for name in run.services.env.get(GUARD, "").split("\n") if name]
        if link.name in running:
            raise AuthError(
                f"the program of {link.name} asks for {link.name} itself",
                hints=["Let its command authenticate in some other way"],
            )
        env = {**run.services.env, GUARD: "\n".join([*running, link.name])}
        output = _output(argv, link, run, env, float(seconds(link.entry.get("spec.timeout", DEFAULT_TIMEOUT))))
        return _credentials(output, link, run)


def _output(argv: list[str], link: Link, run: Run, env: dict[str, str], timeout: float) -> bytes:
    what = f"the credential process of {link.name} ({argv[0] if argv else ''})"
    try:
        done = subprocess.run(
            argv,
            env=env,
            cwd=run.services.base_dir,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AuthError(
            f"{what} did not finish within {timeout:g} seconds", hints=["Set `spec.timeout` if it needs longer"]
        ) from None
    except (OSError, ValueError, IndexError) as error:
        raise AuthError(
            f"{what} cannot be run: {getattr(error, 'strerror', None) or error}", hints=["Check `spec.command`"]
        ) from error
    if done.returncode:
        raise AuthError(f"{what} failed with exit status {done.returncode}", hints=["What it said stands above"])
    return done.stdout[:OUTPUT_LIMIT]


def _credentials(output: bytes, link: Link, run: Run) -> AwsCredentials:
    """What was printed; errors never quote it, for it holds secrets."""
    what = f"the credential process of {link.name}"
    try:
        data = json.loads(output)
    except ValueError:
        raise AuthError(f"{what} printed no JSON") from None
    if not isinstance(data, dict) or data.get("Version") != 1:
        raise AuthError(f"{what} printed JSON that is not of `Version` 1")
    missing = [name for name in ("AccessKeyId", "SecretAccessKey") if not data.get(name)]
    if missing:
        raise AuthError(f"{what} printed no {' and no '.join(missing)}")
    expires_at = parse_time(data.get("Expiration"))
    if data.get("Expiration") and expires_at is None:
        raise AuthError(f"{what} printed an `Expiration` that is no ISO 8601 time")
    if expires_at is not None and expires_at.timestamp() <= run.services.now():
        raise AuthError(f"{what} printed credentials that have already expired")
    return AwsCredentials(
        expires_at=expires_at,
        access_key_id=str(data["AccessKeyId"]),
        secret_access_key=Secret(str(data["SecretAccessKey"])),
        session_token=Secret(str(data.get("SessionToken") or "")),
        region=endpoints.region(link, run) or files.DEFAULT_REGION,
        source="credential-process",
    )


IDENTITY = AwsCredentialProcess()
