"""Stores: read by manifests, written by hooks, against a Parameter Store that answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.runner.stacks.conftest import CONFIG, Project

Make = Callable[..., Project]
STORES = (
    CONFIG
    + """
stores:
  ssm: {type: aws-ssm-parameter-store, options: {region: us-east-2, prefix: /infra}}
  roles: {type: aws-ssm-parameter-store, options: {region: us-east-2, read_role_arn: "arn:aws:iam::123456789012:role/R"}}
  hidden: {type: aws-ssm-parameter-store, secret: true}
  odd: {type: punch-cards}
templates: {settings: {enabled: true}}
"""
)
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAMINE", "AWS_SECRET_ACCESS_KEY": "mine"}
TERRAFORM = r"""#!/bin/sh
echo "$*" >> "$ROOT/tf.log"
[ "$1" = output ] && echo "$OUTPUTS"
exit 0
"""


@pytest.fixture
def client(aws_endpoint: str) -> Any:
    made = boto3.client(
        "ssm", region_name="us-east-2", endpoint_url=aws_endpoint, aws_access_key_id="a", aws_secret_access_key="b"
    )
    for page in made.get_paginator("describe_parameters").paginate():
        for parameter in page["Parameters"]:
            made.delete_parameter(Name=parameter["Name"])
    return made


def stocked(project: Make, aws_endpoint: str, x: str, more: str = "") -> Project:
    made = project({
        "stacks/deploy/dev.yaml": f"name: plat-ue2-dev\nvars: {{stage: dev}}\ncomponents:\n  terraform:\n    net/vpc:\n"
        f"      metadata: {{component: vpc}}\n      vars:\n        x: {x}\n{more}",
        "components/terraform/vpc/main.tf": "",
    }, STORES)  # fmt: skip
    made.put("bin/terraform", TERRAFORM).chmod(0o755)
    made.env |= {
        **KEYS,
        "AWS_ENDPOINT_URL": aws_endpoint,
        "ROOT": str(made.root),
        "PATH": f"{made.root}/bin:{made.env['PATH']}",
    }
    return made


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ("!store ssm app port", 8080),
        ("!store ssm plat-ue2-prod net/vpc id", "vpc-1"),
        ("!store ssm plat-ue2-prod net/vpc zones '| query .[1]'", None),
        ("!store ssm plat-ue2-prod net/vpc zones | query .[1]", "b"),
        ("!store ssm nothing here | default none", "none"),
        ("!store ssm nothing here | default 5", 5),
        ("!store.get ssm shared/name", "plain text"),
        ("!store.get ssm /shared/name", "plain text"),
        ("!store roles plat-ue2-prod other id", "by role"),
        ("""'{{ atmos.Store "ssm" "plat-ue2-prod" "net/vpc" "id" }}'""", "vpc-1"),
        ("""'{{ atmos.Store "ssm" "plat-ue2-prod" "net/vpc" "none" }}'""", "<no value>"),
    ],
)
def test_values(project: Make, aws_endpoint: str, client: Any, x: str, expected: object) -> None:
    for name, value in {
        "/infra/plat/ue2/dev/app/port": "8080", "/infra/plat/ue2/prod/net/vpc/id": '"vpc-1"',
        "/infra/plat/ue2/prod/net/vpc/zones": '["a", "b"]', "/infra/shared/name": "plain text",
        "/plat/ue2/prod/other/id": '"by role"',
    }.items():  # fmt: skip
        client.put_parameter(Name=name, Value=value, Type="String")
    made = stocked(project, aws_endpoint, x)
    done = made.run(
        "describe",
        "component",
        "net/vpc",
        "-s",
        "plat-ue2-dev",
        "-q",
        ".vars.x",
        "-f",
        "json",
        "--error-mode",
        "strict",
    )
    if expected is None:
        assert (done.returncode, "number of arguments" in done.stderr) == (1, True)
    else:
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == expected


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ("!store ssm nothing here", "has no value /infra/plat/ue2/dev/nothing/here"),
        ("!store sssm a b", "Store sssm not found"),
        ("!store odd a b", "'punch-cards'"),
        ("!store hidden a b", "holds secrets"),
        ("!store ssm a", "invalid number of arguments"),
        ("!store ssm a b | otherwise c", "otherwise c"),
    ],
)
def test_mistakes(project: Make, aws_endpoint: str, client: Any, x: str, message: str) -> None:
    done = stocked(project, aws_endpoint, x).run(
        "describe", "component", "net/vpc", "-s", "plat-ue2-dev", "--error-mode", "strict"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    assert f"failed to execute YAML function {x}" in done.stderr


def test_nobody_to_ask(project: Make, aws_endpoint: str, client: Any) -> None:
    made = stocked(project, aws_endpoint, "!store ssm a b | default c")
    for name in KEYS:
        del made.env[name]
    done = made.run("describe", "component", "net/vpc", "-s", "plat-ue2-dev", "--error-mode", "strict")
    assert done.returncode == 1  # a default stands in for a missing value, not for missing rights
    assert "cannot read /infra/plat/ue2/dev/a/b" in done.stderr


class TestHooks:
    HOOK = """      hooks:
        keep:
          events: [{event}]
          command: store
          name: ssm
          outputs: {{id: .vpc_id, first: ".zones[0]", key: .secret, fixed: by-hand}}
"""
    OUTPUTS = json.dumps({
        "vpc_id": {"value": "vpc-9", "sensitive": False}, "zones": {"value": ["a", "b"]},
        "secret": {"value": "hush", "sensitive": True},
    })  # fmt: skip

    def run(
        self, project: Make, aws_endpoint: str, *argv: str, event: str = "after-terraform-apply", **env: str
    ) -> Any:
        made = stocked(project, aws_endpoint, "1", self.HOOK.format(event=event))
        return made.run("terraform", *argv, "net/vpc", "-s", "plat-ue2-dev", **{"OUTPUTS": self.OUTPUTS, **env})

    def kept(self, client: Any) -> dict[str, tuple[str, str]]:
        found = client.get_parameters_by_path(Path="/infra/plat/ue2/dev/net/vpc", WithDecryption=True)["Parameters"]
        return {item["Name"].rpartition("/")[2]: (item["Value"], item["Type"]) for item in found}

    @pytest.mark.parametrize("event", ["after-terraform-apply", "after.terraform.apply"])
    def test_outputs_are_kept(self, project: Make, aws_endpoint: str, client: Any, event: str) -> None:
        done = self.run(project, aws_endpoint, "deploy", event=event)
        assert done.returncode == 0, done.stderr
        assert self.kept(client) == {
            "id": ('"vpc-9"', "String"), "first": ('"a"', "String"), "key": ('"hush"', "SecureString"), "fixed": ('"by-hand"', "String"),
        }  # fmt: skip
        assert "hush" not in done.stdout + done.stderr

    @pytest.mark.parametrize(
        ("expression", "kind"),
        [(".", "SecureString"), (". | to_entries", "SecureString"), ('."secret" | length', "SecureString"),
         (".secret_of_nobody", "String"), (".zones | length", "String")],
    )  # fmt: skip
    def test_what_comes_of_a_sensitive_output_is_encrypted(
        self, project: Make, aws_endpoint: str, client: Any, expression: str, kind: str
    ) -> None:
        made = stocked(
            project, aws_endpoint, "1",
            "      hooks: {keep: {events: [after-terraform-apply], name: ssm, outputs: {it: '" + expression + "'}}}\n",
        )  # fmt: skip
        outputs = json.dumps({**json.loads(self.OUTPUTS), "secret_of_nobody": {"value": "seen"}})
        done = made.run("terraform", "apply", "net/vpc", "-s", "plat-ue2-dev", OUTPUTS=outputs)
        assert done.returncode == 0, done.stderr
        assert self.kept(client)["it"][1] == kind

    def test_what_is_kept_is_what_later_components_read(self, project: Make, aws_endpoint: str, client: Any) -> None:
        made = stocked(
            project, aws_endpoint, "1",
            """
    a-first: {metadata: {component: vpc}, vars: {seen: !store ssm b-writer it | default nothing}}
    b-writer: {metadata: {component: vpc}, hooks: {keep: {events: [after-terraform-apply], name: ssm, outputs: {it: .vpc_id}}}}
    c-last: {metadata: {component: vpc}, vars: {seen: !store ssm b-writer it}, dependencies: {components: [{component: b-writer}]}}
""",
        )  # fmt: skip
        made.put("bin/terraform", TERRAFORM.replace("exit 0", "[ $1 = apply ] && cat *.tfvars.json; exit 0"))
        done = made.run("terraform", "apply", "--all", OUTPUTS=self.OUTPUTS)
        assert done.returncode == 0, done.stderr
        assert '"seen": "nothing"' in done.stdout
        assert '"seen": "vpc-9"' in done.stdout

    @pytest.mark.parametrize("outputs", ["nonsense", "[]"])
    def test_outputs_that_cannot_be_read(self, project: Make, aws_endpoint: str, client: Any, outputs: str) -> None:
        done = self.run(project, aws_endpoint, "apply", OUTPUTS=outputs)
        assert done.returncode == 1
        assert all(words in done.stderr for words in ("net/vpc in plat-ue2-dev cannot be read", "no JSON object"))

    @pytest.mark.parametrize("argv", [("plan",), ("apply", "--skip-hooks"), ("apply", "--dry-run")])
    def test_not_their_time(self, project: Make, aws_endpoint: str, client: Any, argv: tuple[str, ...]) -> None:
        assert self.run(project, aws_endpoint, *argv).returncode == 0
        assert self.kept(client) == {}

    def test_an_output_that_is_not_there(self, project: Make, aws_endpoint: str, client: Any) -> None:
        done = self.run(project, aws_endpoint, "apply", OUTPUTS="{}")
        assert done.returncode == 1
        assert all(words in done.stderr for words in ("hook 'keep'", "net/vpc", "gives nothing", "itself succeeded"))
        assert self.kept(client) == {}
