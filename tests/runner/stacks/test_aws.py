"""`!aws.*` against an STS that answers: as the caller, and as an identity."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.runner.stacks.conftest import CONFIG, Project

VARS = "vars: {a: !aws.account_id , arn: !aws.caller_identity_arn , r: !aws.region }"
FILES = {"stacks/deploy/dev.yaml": f"vars: {{stage: dev}}\ncomponents: {{terraform: {{c: {{{VARS}}}}}}}\n"}
AUTH = (
    CONFIG
    + """
auth:
  identities:
    keys: {kind: aws/user, credentials: {access_key_id: AKIAEXAMPLEEXAMPLE00, secret_access_key: not-a-secret-0123456789, region: us-east-2}}
    role: {kind: aws/assume-role, via: {identity: keys}, principal: {assume_role: "arn:aws:iam::123456789012:role/Operator", session_name: me}}
"""
)


def test_as_the_caller(project: Callable[..., Project], aws_endpoint: str) -> None:
    made = project(FILES)
    env = {
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_ACCESS_KEY_ID": "AKIAMINE",
        "AWS_SECRET_ACCESS_KEY": "mine",
        "AWS_REGION": "eu-west-1",
    }
    done = made.run("describe", "component", "c", "-s", "dev", "-q", ".vars", "-f", "json", **env)
    found = json.loads(done.stdout)
    assert (found["a"], found["r"]) == ("123456789012", "eu-west-1")
    assert found["arn"].startswith("arn:aws:sts::123456789012:")


def test_as_an_identity(project: Callable[..., Project], aws_endpoint: str) -> None:
    made = project(FILES, AUTH)
    done = made.run(
        "describe",
        "component",
        "c",
        "-s",
        "dev",
        "-q",
        ".vars",
        "-f",
        "json",
        "-i",
        "role",
        AWS_ENDPOINT_URL=aws_endpoint,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["arn"] == "arn:aws:sts::123456789012:assumed-role/Operator/me"
    assert found["a"] == "123456789012"


def test_without_credentials(project: Callable[..., Project]) -> None:
    done = project(FILES).run("describe", "component", "c", "-s", "dev", "-q", ".vars.a", "--error-mode", "strict")
    assert done.returncode == 1
    assert "!aws.account_id" in done.stderr
    assert "Traceback" not in done.stderr


def test_components_that_give_one_name_to_different_roles(project: Callable[..., Project], aws_endpoint: str) -> None:
    role = '{{kind: aws/assume-role, default: true, via: {{identity: keys}}, principal: {{assume_role: "arn:aws:iam::{}:role/R"}}}}'
    component = (
        "{{metadata: {{component: m}}, vars: {{a: !aws.account_id }}, auth: {{identities: {{role: " + role + "}}}}}}"
    )
    accounts = {"one": "111111111111", "two": "222222222222"}
    body = ", ".join(f"{name}: {component.format(account)}" for name, account in accounts.items())
    made = project(
        {
            "stacks/deploy/dev.yaml": f"vars: {{stage: dev}}\ncomponents: {{terraform: {{{body}}}}}\n",
            "components/terraform/m/main.tf": "",
        },
        AUTH,
    )
    made.put("bin/terraform", "#!/bin/sh\n[ $1 = plan ] && cat *.tfvars.json\nexit 0\n").chmod(0o755)
    done = made.run(
        "terraform", "plan", "--all", AWS_ENDPOINT_URL=aws_endpoint, PATH=f"{made.root}/bin:{made.env['PATH']}"
    )
    assert done.returncode == 0, done.stderr
    assert all(account in done.stdout for account in accounts.values()), done.stdout
