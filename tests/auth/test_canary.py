"""Canary secrets put through the installed program: they come out nowhere but where they belong."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.auth.conftest import Proxy

SECRET = "canary/Secret+Access+Key/0123456789abcd"
PASSWORD = "canary-saml-password-0123456789"
RING = "canary-keyring-password-0123456789"


@pytest.mark.slow
def test_no_command_gives_a_secret_away(
    sts: Proxy, env: dict[str, str], home: Path, tmp_path: Path, atmos: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "atmos.yaml").write_text(
        json.dumps(
            {
                "base_path": "./",
                "logs": {"level": "Trace"},
                "auth": {
                    "audit": {"file": "audit.jsonl"},
                    "keyring": {"type": "file"},
                    "providers": {
                        "idp": {
                            "kind": "aws/saml",
                            "url": "https://idp.invalid/x",
                            "region": "us-east-1",
                            "username": "u",
                            "password": PASSWORD,
                        },
                        "src": {"kind": "mock"},
                    },
                    "identities": {
                        "base": {
                            "kind": "aws/user",
                            "default": True,
                            "spec": {"endpoint_url": sts.url},
                            "credentials": {
                                "access_key_id": "AKIACANARY",
                                "secret_access_key": SECRET,
                                "region": "us-west-2",
                            },
                        },
                        "deploy": {
                            "kind": "aws/assume-role",
                            "via": {"identity": "base"},
                            "principal": {"assume_role": "arn:aws:iam::222222222222:role/Deploy"},
                        },
                        "one": {"kind": "mock", "via": {"provider": "src"}},
                        "viaidp": {
                            "kind": "aws/assume-role",
                            "via": {"provider": "idp"},
                            "principal": {"assume_role": "arn:aws:iam::222222222222:role/Deploy"},
                        },
                    },
                },
                "commands": [
                    {"name": "who", "identity": "deploy", "steps": ["env | cut -d= -f1 | sort | tr '\n' ' '"]}
                ],
            }
        )
    )
    env.update(PATH=f"{atmos.parent}{os.pathsep}{env['PATH']}", ATMOS_LOGS_LEVEL="Trace", ATMOS_KEYRING_PASSWORD=RING)
    env.pop("ATMOS_KEYRING_TYPE")
    said = ""
    for words in (
        ["auth", "validate", "--verbose"],
        ["auth", "login"],
        ["auth", "login", "deploy"],
        ["auth", "login", "one"],
        ["auth", "login", "viaidp"],
        ["auth", "whoami"],
        ["auth", "whoami", "-i", "deploy", "-o", "json"],
        ["auth", "list"],
        ["auth", "list", "-f", "json"],
        ["auth", "list", "-f", "yaml"],
        ["auth", "list", "-f", "table"],
        ["auth", "env", "-i", "deploy", "--files-only"],
        ["auth", "exec", "-i", "deploy", "--", "true"],
        ["who"],
        ["describe", "config"],
        ["auth", "console", "--print-only", "-i", "deploy"],
        ["auth", "logout", "--all", "--dry-run"],
    ):
        done = subprocess.run(
            [str(atmos), *words],
            cwd=project,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        said += f"\n$ {' '.join(words)}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
    text = (home / ".config/atmos/aws/base/credentials").read_text()
    text += (home / ".config/atmos/aws/aws-user/credentials").read_text()
    secrets = {
        SECRET,
        PASSWORD,
        RING,
        *(line.partition("= ")[2] for line in text.splitlines() if line.startswith(("aws_secret", "aws_session"))),
    }
    assert len(secrets) >= 7
    for secret in secrets:
        assert secret not in said, said
    assert "Identity  deploy" in said
    assert "AWS_PROFILE" in said
    for path in [*home.rglob("*"), *project.rglob("*")]:
        if not path.is_file() or path.name == "atmos.yaml":
            continue
        content = path.read_bytes()
        if any(secret.encode() in content for secret in secrets):
            # the sessions' own files, and the compiled configuration of a project whose file holds a secret itself
            assert path.name == "credentials" or path.parent == home / ".cache/atmos/config", path
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700, path
