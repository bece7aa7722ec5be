"""Secrets put through every command appear in no output, log or file but the protected ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import MakeProject, Project

PROJECT = """
logs: {file: ./atmos.log, level: Trace}
auth:
  audit: {file: ./audit.jsonl}
  providers:
    fake: {kind: mock/aws}
    idp: {kind: aws/saml, url: "http://127.0.0.1:9/", region: us-east-1, username: me, password: canary-yaml-password, driver: Okta}
  identities:
    dev: {kind: mock/aws, via: {provider: fake}}
    rescue: {kind: aws/user, credentials: {region: us-west-2, webflow_enabled: false}}
    plain: {kind: aws/user, credentials: {access_key_id: AKIAPLAIN, secret_access_key: canary-yaml-secret, region: us-west-2}}
    keyed: {kind: aws/user, credentials: {access_key_id: AKIAKEYED, secret_access_key: !env KEYED_SECRET, region: us-west-2}}
    deploy: {kind: aws/assume-role, default: true, via: {identity: keyed}, principal: {assume_role: "arn:aws:iam::222222222222:role/Deploy"}}
    saml: {kind: aws/assume-role, via: {provider: idp}, principal: {assume_role: "arn:aws:iam::222222222222:role/Deploy"}}
"""
CANARIES = [
    "canary-yaml-password",
    "canary-yaml-secret",
    "canary-env-secret",
    "canary-stdin-secret",
    "canary-ring-password",
]
COMMANDS = [
    ["auth", "validate"],
    ["auth", "doctor"],
    ["auth", "login"],
    ["auth", "login", "--all"],
    ["auth", "login", "saml"],
    ["auth", "whoami"],
    ["auth", "whoami", "-o", "json"],
    ["auth", "env"],
    ["auth", "env", "-f", "json", "--files-only"],
    ["auth", "exec", "--", "true"],
    ["auth", "exec", "--", "no-such-program"],
    ["auth", "exec", "-i", "ghost", "--", "true"],
    ["auth", "shell", "--shell", "/bin/sh", "--", "-c", "true"],
    ["auth", "console", "--print-only"],
    ["auth", "logout", "--all", "--dry-run", "--keychain"],
    ["aws", "eks", "token", "--cluster-name", "x"],
    ["describe", "config"],
    ["auth", "logout", "--all", "--keychain", "--force"],
] + [["auth", "list", "-f", name] for name in "tree table json yaml graphviz mermaid markdown html".split()]  # fmt: skip
SHOWS_SESSIONS = (["auth", "env"],)  # decision D7: an unexpired session's keys are what it is for


def session_secrets(project: Project) -> list[str]:
    """The secrets of stored sessions."""
    found: list[str] = []
    for path in Path(project.env["HOME"]).rglob("credentials"):
        for line in path.read_text().splitlines():
            name, _, value = line.partition("=")
            if name.strip() in ("aws_secret_access_key", "aws_session_token") and "MOCK" not in value:
                found.append(value.strip())
    return found


@pytest.mark.parametrize("down", [False, True])
def test_no_command_gives_secrets_away(make_project: MakeProject, aws_endpoint: str, down: bool) -> None:
    project = make_project(PROJECT)
    project.env.update(
        KEYED_SECRET="canary-env-secret",
        ATMOS_KEYRING_PASSWORD="canary-ring-password",
        AWS_ENDPOINT_URL=aws_endpoint,
        AWS_ENDPOINT_URL_SIGNIN="http://127.0.0.1:9",
        NO_PROXY="127.0.0.1",
    )
    text = '{"access_key_id": "AKIARESCUE", "secret_access_key": "canary-stdin-secret"}'
    stored = project.run("auth", "user", "configure", "rescue", "--stdin", stdin=text)
    assert stored.returncode == 0, stored.stderr
    assert project.run("auth", "login").returncode == 0
    if down:
        project.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    secrets = [*CANARIES, *session_secrets(project)]
    assert len(secrets) > len(CANARIES)
    for argv in COMMANDS:
        for more in ([], ["--verbose", "--logs-level=Trace", "--logs-file=/dev/stderr"]):
            done = project.run(*argv[:1], *more, *argv[1:])
            known = CANARIES if argv in SHOWS_SESSIONS else [*secrets, *session_secrets(project)]
            for secret in known:
                assert secret not in done.stdout + done.stderr, (argv, more, secret)
            assert "Traceback" not in done.stderr
            assert "internal error" not in done.stderr
    for path in [*Path(project.env["HOME"]).rglob("*"), *project.folder.rglob("*")]:
        if not path.is_file() or path.name == "atmos.yaml":
            continue
        content = path.read_bytes()
        held = {secret for secret in secrets if secret.encode() in content}
        if held:
            assert path.stat().st_mode & 0o777 == 0o600, path
        if path.parent.name == "config" and path.suffix == ".bin":
            held -= {
                "canary-yaml-password",
                "canary-yaml-secret",
            }  # the compiled configuration holds what it was made of
        assert not held or path.name == "credentials", path
        assert not held & set(CANARIES), path
