"""Processes that outlive their session: they, or we for them, fetch a new one."""

from __future__ import annotations

import queue
import shlex
import stat
import sys
import time
from pathlib import Path

import pytest

from runner.keeper import Keeper

from .conftest import MakeProject, Project

# A user's own program: every call gives new credentials, the first ones for a few seconds only.
VENDING = """\
import datetime, json, pathlib
count = pathlib.Path(__file__).with_name("count")
number = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(number))
ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds={first} if number == 1 else 3600)
print(json.dumps({{"Version": 1, "AccessKeyId": f"ASIA{{number}}", "SecretAccessKey": f"not-a-real-secret-{{number}}", "SessionToken": "t",
                   "Expiration": ends.isoformat(timespec="seconds")}}))
"""
KEY = 'sed -n "s/^aws_access_key_id *= //p" "$AWS_SHARED_CREDENTIALS_FILE"'


def vending(make_project: MakeProject, first: int, more: str = "") -> Project:
    made = make_project("")
    (made.folder / "vend.py").write_text(VENDING.format(first=first))
    command = shlex.join([sys.executable, str(made.folder / "vend.py")])
    made.configure(
        "auth:\n  identities:\n    own:\n      kind: aws/credential-process\n      default: true\n"
        f"      spec: {{command: {command}}}\n{more}"
    )
    return made


def test_a_session_is_renewed_while_a_program_runs(make_project: MakeProject) -> None:
    project = vending(make_project, 12)
    script = f'{KEY}; for i in $(seq 150); do [ "$({KEY})" = ASIA1 ] || break; sleep 0.2; done; {KEY}'
    done = project.run("auth", "exec", "--", "sh", "-c", script)
    assert (done.stdout, done.stderr) == ("ASIA1\nASIA2\n", "")


def test_a_step_of_a_cached_session_is_kept_alive_too(make_project: MakeProject) -> None:
    script = f'for i in $(seq 150); do [ "$({KEY})" = ASIA1 ] || break; sleep 0.2; done; {KEY}'
    command = f"commands:\n  - name: long\n    identity: own\n    steps:\n      - |\n        {script}\n"
    project = vending(make_project, 30, command)
    assert project.run("auth", "login").returncode == 0
    assert project.run("long").stdout == "ASIA2\n"


@pytest.mark.parametrize("cached", [True, False])
def test_the_secrets_of_a_renewed_session_are_hidden_too(make_project: MakeProject, cached: bool) -> None:
    secret = KEY.replace("access_key_id", "secret_access_key")
    script = f'for i in $(seq 150); do [ "$({KEY})" = ASIA1 ] || break; sleep 0.2; done; sleep 2; {secret}; {KEY}'
    command = f"commands:\n  - name: long\n    identity: own\n    steps:\n      - |\n        {secret}; {script}\n"
    project = vending(make_project, 12, command)
    if cached:
        assert project.run("auth", "login").returncode == 0
    printed = project.run("long").stdout.split()
    assert printed[-1] == "ASIA2"
    assert "not-a-real-secret" not in " ".join(printed)


def test_refresh_false_leaves_a_session_alone(make_project: MakeProject) -> None:
    project = vending(make_project, 4, "      session: {refresh: false}\n")
    done = project.run("auth", "exec", "--", "sh", "-c", f"sleep 5; {KEY}")
    assert done.stdout == "ASIA1\n"


def test_a_step_after_the_end_of_a_cached_session_gets_a_new_one(make_project: MakeProject) -> None:
    steps = f"commands:\n  - name: long\n    identity: own\n    steps:\n      - {KEY}; sleep 7\n      - {KEY}\n"
    project = vending(make_project, 6, "      session: {refresh: false}\n" + steps)
    assert project.run("auth", "login").returncode == 0
    assert project.run("long").stdout.split()[-1] == "ASIA2"


def test_a_session_that_takes_the_place_of_one_that_has_ended_is_kept_too() -> None:
    renewals: queue.Queue[str] = queue.Queue()
    keeper = Keeper(lambda _text: None)

    def renew(text: str) -> float | None:
        renewals.put(text)
        return None

    keeper.watch("own", time.time() + 1.5, lambda: renew("first"))
    assert renewals.get(timeout=60) == "first"
    for _ in range(600):
        keeper.watch("own", time.time() + 1.5, lambda: renew("second"))
        if not renewals.empty():
            break
        time.sleep(0.1)
    assert renewals.get(timeout=60) == "second"


TERRAFORM = """\
base_path: ./
stacks: {base_path: stacks, included_paths: ["*.yaml"], name_template: "{{ .vars.stage }}"}
components: {terraform: {base_path: components, command: %s/tf, auto_generate_backend_file: false}}
"""
STAND_IN = """\
#!/bin/sh
case "$1" in
  version) echo "Terraform v1.9.0" ;;
  workspace) exit 0 ;;
  plan) aws sts get-caller-identity --query Arn --output text && cat "$AWS_SHARED_CREDENTIALS_FILE" ;;
esac
"""


@pytest.fixture
def fleet(make_project: MakeProject, aws_endpoint: str) -> Project:
    made = make_project("")
    made.env.update(AWS_ENDPOINT_URL=aws_endpoint, KEYED_SECRET="not-a-real-secret", AWS_REGION="us-west-2")
    made.configure(
        TERRAFORM.replace("%s", str(made.folder))
        + """
auth:
  identities:
    keyed: {kind: aws/user, credentials: {access_key_id: AKIAKEYED, secret_access_key: !env KEYED_SECRET, region: us-west-2}}
    deploy: {kind: aws/assume-role, default: true, via: {identity: keyed}, principal: {assume_role: "arn:aws:iam::222222222222:role/Deploy", session_name: one}}
"""
    )
    (made.folder / "tf").write_text(STAND_IN)
    (made.folder / "tf").chmod(0o755)
    for name in ("stacks", "components/app"):
        (made.folder / name).mkdir(parents=True)
    (made.folder / "components/app/main.tf").write_text("# nothing\n")
    (made.folder / "stacks/dev.yaml").write_text(
        """
vars: {stage: dev}
components:
  terraform:
    app: {}
    own:
      metadata: {component: app}
      auth: {identities: {special: {kind: aws/assume-role, default: true, via: {identity: keyed}, principal: {assume_role: "arn:aws:iam::333333333333:role/Own", session_name: two}}}}
    same: {metadata: {component: app}, auth: {identities: {deploy: {default: true}}}}
    plain: {metadata: {component: app}, auth: {identities: {deploy: {session: {refresh: false}}}}}
"""
    )
    return made


def plan(made: Project, component: str, *more: str) -> tuple[str, str]:
    """Whose credentials the AWS CLI found below terraform, and what is in the file of keys."""
    done = made.run(*more, "terraform", "plan", component, "-s", "dev", "--skip-init", env={"PWD": str(made.folder)})
    assert done.returncode == 0, done.stderr
    name, _, rest = done.stdout.partition("\n")
    return name, rest


@pytest.mark.slow
def test_terraform_fetches_fresh_credentials_by_itself(fleet: Project) -> None:
    for component in ("app", "same"):
        name, keys = plan(fleet, component)
        assert name == "arn:aws:sts::222222222222:assumed-role/Deploy/one"
        assert "aws_" not in keys
    folder = Path(fleet.env["HOME"], ".config/atmos/aws/keyed")
    assert "aws_session_token" in (folder / "credentials").read_text()
    assert {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()
    } == dict.fromkeys(["config", "config.lock", "credentials", "credentials.lock", "process/keyed/credentials"], 0o600)
    assert fleet.run("auth", "logout", "deploy").returncode == 0
    assert not folder.exists()


@pytest.mark.slow
def test_what_only_a_component_knows_has_keys(fleet: Project) -> None:
    name, keys = plan(fleet, "own")
    assert name == "arn:aws:sts::333333333333:assumed-role/Own/two"
    assert "aws_session_token" in keys
    assert "credential_process" not in Path(fleet.env["HOME"], ".config/atmos/aws/keyed/config").read_text()
    name, keys = plan(fleet, "plain")
    assert name == "arn:aws:sts::222222222222:assumed-role/Deploy/one"
    assert "aws_session_token" in keys


@pytest.mark.slow
def test_the_call_back_reads_the_same_configuration(fleet: Project) -> None:
    (fleet.folder / "atmos.yaml").rename(fleet.folder / "other.yaml")
    name, keys = plan(fleet, "app", "--config", "other.yaml")
    assert name == "arn:aws:sts::222222222222:assumed-role/Deploy/one"
    assert "aws_" not in keys


@pytest.mark.slow
def test_boto3_fetches_fresh_credentials_in_the_middle_of_a_run(fleet: Project) -> None:
    """Decision D49: an SDK that finds no keys asks the profile's program again when its credentials end."""
    fleet.configure(
        (fleet.folder / "atmos.yaml").read_text().replace("default: true", "default: true, session: {refresh: process}")
    )
    program = """
import boto3, datetime
session = boto3.Session()
credentials = session.get_credentials()
print(credentials.method, credentials.access_key)
credentials._expiry_time -= datetime.timedelta(minutes=55)
print(session.client("sts").get_caller_identity()["Arn"], session.get_credentials().access_key)
"""
    done = fleet.run("auth", "exec", "--", sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split("\n")[:2]
    assert first.startswith("custom-process ASIA")
    assert second.startswith("arn:aws:sts::222222222222:assumed-role/Deploy/one ASIA")
