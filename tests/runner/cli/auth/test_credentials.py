"""The short way of `auth credential-process`, and what happens when a session is about to end."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

import auth
from runner.cli.auth import credentials

from .conftest import Project

KEYS = {
    "AccessKeyId": "AKIA",
    "SecretAccessKey": "se/cr+et",
    "SessionToken": "to==",
    "Expiration": "2030-01-01T00:00:00Z",
}


def written(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "credentials"
    path.write_text(text)
    return {"AWS_SHARED_CREDENTIALS_FILE": str(path), "AWS_PROFILE": "ops/prod"}


GOOD = """; atmos: expiration=2029-01-01T00:00:00Z
[other]
aws_access_key_id = wrong

; atmos: expiration=2030-01-01T00:00:00Z
[ops/prod]
aws_access_key_id     = AKIA
aws_secret_access_key = se/cr+et
aws_session_token     = to==
; atmos: fingerprint=00
"""


def test_a_profile_is_read_from_its_file(tmp_path: Path) -> None:
    assert json.loads(credentials.from_file(written(tmp_path, GOOD))) == {"Version": 1, **KEYS}


@pytest.mark.parametrize(
    "text",
    ["", GOOD.replace("[ops/prod]", "[ops/qa]"), GOOD.replace("; atmos: expiration=2030", "; 2030"),
     GOOD.replace("aws_secret_access_key", "x")],
)  # fmt: skip
def test_anything_odd_takes_the_long_way(tmp_path: Path, text: str) -> None:
    assert credentials.from_file(written(tmp_path, text)) == ""
    assert credentials.from_file({"AWS_PROFILE": "x"}) == ""


@pytest.mark.parametrize("value", ["plain", 'quo"te', "back\\slash", "new\nline", "ümlaut"])
def test_the_document_is_json(value: str) -> None:
    found = json.loads(credentials.document(value, value, "", value))
    assert found == {"Version": 1, "AccessKeyId": value, "SecretAccessKey": value, "Expiration": value}


def test_a_session_that_ends_soon_is_renewed(tmp_path: Path, aws_endpoint: str) -> None:
    moment = [time.time()]
    section = {
        "identities": {
            "user": {"kind": "aws/user", "credentials": {"access_key_id": "AKIAX", "secret_access_key": "canary"}},
            "role": {
                "kind": "aws/assume-role",
                "via": {"identity": "user"},
                "principal": {"assume_role": "arn:aws:iam::222222222222:role/Deploy"},
            },
        }
    }
    env = {"HOME": str(tmp_path), "AWS_ENDPOINT_URL": aws_endpoint, "ATMOS_KEYRING_TYPE": "memory"}
    with auth.load(section, env=env, base_dir=str(tmp_path), clock=lambda: moment[0]) as manager:
        first = manager.authenticate("role")
    for later, same in ((3600 - credentials.FRESH - 60, True), (120, False)):
        moment[0] += later
        with auth.load(section, env=env, base_dir=str(tmp_path), clock=lambda: moment[0]) as manager:
            found = credentials._renewed(manager, manager.authenticate("role"), {})
            assert (found.raw_variables() == first.raw_variables()) == same


def test_what_is_left_is_better_than_nothing(tmp_path: Path, aws_endpoint: str) -> None:
    moment = [time.time()]
    section = {
        "identities": {
            "user": {"kind": "aws/user", "credentials": {"access_key_id": "AKIAX", "secret_access_key": "canary"},
                     "session": {"duration": "30m"}},
            "role": {"kind": "aws/assume-role", "via": {"identity": "user"},
                     "principal": {"assume_role": "arn:aws:iam::222222222222:role/Deploy"}},
        }
    }  # fmt: skip
    env = {"HOME": str(tmp_path), "AWS_ENDPOINT_URL": aws_endpoint, "ATMOS_KEYRING_TYPE": "memory"}
    with auth.load(section, env=env, base_dir=str(tmp_path), clock=lambda: moment[0]) as manager:
        first = manager.authenticate("role")
    moment[0] += 3600 - 120
    down = {**env, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    with auth.load(section, env=down, base_dir=str(tmp_path), clock=lambda: moment[0]) as manager:
        kept = credentials._renewed(manager, manager.authenticate("role"), {})
        assert kept.raw_variables() == first.raw_variables()


def test_with_a_session_nothing_heavy_is_imported(project: Project, aws_endpoint: str) -> None:
    env = {"KEYED_SECRET": "canary-secret"}
    done = project.run("auth", "login", "deploy", env={**env, "AWS_ENDPOINT_URL": aws_endpoint})
    assert done.returncode == 0, done.stderr
    code = (
        "import sys; sys.argv = ['atmos', 'auth', 'credential-process', 'deploy']\n"
        "from runner.main import main; code = main()\n"
        "heavy = {'click', 'boto3', 'botocore', 'keyring', 'json', 'yaml', 'auth.manager', 'subprocess'}\n"
        "print(code, sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    for _ in range(2):  # the first run may have to compile the configuration
        ran = subprocess.run(
            [str(project.atmos.parent / "python"), "-c", code],
            cwd=project.folder,
            env={**project.env, **env},
            capture_output=True,
            text=True,
            timeout=60,
        )
        time.sleep(0.1)
    assert ran.stderr == "0 []\n"
    assert json.loads(ran.stdout)["AccessKeyId"].startswith("ASIA")
