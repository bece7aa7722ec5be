"""`settings.validation`: JSON Schemas, and OPA policies with a stand-in for the program `opa`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.runner.stacks.conftest import CONFIG, Project

Make = Callable[..., Project]
SCHEMA = json.dumps({
    "type": "object",
    "properties": {"vars": {"properties": {"size": {"maximum": 3}, "name": {"type": "string"}}, "required": ["name"]}},
})  # fmt: skip
BASES = CONFIG + "schemas: {jsonschema: {base_path: policies}, opa: {base_path: policies}}\n"
OPA = """#!/bin/sh
printf '%s ' "$@" > "$OPA_LOG"
grep -o '"stage": "[a-z]*"' >> "$OPA_LOG"
printf '%s' "$OPA_SAYS"
exit "${OPA_CODE:-0}"
"""
TERRAFORM = '#!/bin/sh\necho "$*" >> "$ROOT/tf.log"\n'


def checked(project: Make, body: str, size: int = 1, kind: str = "jsonschema") -> Project:
    made = project(
        {
            "policies/vpc/size.json": SCHEMA,
            "policies/vpc/size.rego": "package atmos\n",
            "components/terraform/c/main.tf": "",
            "stacks/deploy/dev.yaml": "vars: {stage: dev, name: !exec echo x}\ncomponents: {terraform: {c: {vars: "
            f"{{size: {size}}}, settings: {{validation: {{sizes: {{schema_type: {kind}, {body}}}}}}}}}}}}}\n",
        },
        BASES,
    )
    for name, text in (("opa", OPA), ("terraform", TERRAFORM)):
        made.put(f"bin/{name}", text).chmod(0o755)
    made.env |= {
        "ROOT": str(made.root),
        "OPA_LOG": str(made.root / "opa.log"),
        "PATH": f"{made.root}/bin:{made.env['PATH']}",
    }
    return made


def test_a_schema_that_holds(project: Make) -> None:
    made = checked(project, "schema_path: vpc/size.json")
    assert made.run("validate", "component", "c", "-s", "dev").returncode == 0
    assert made.run("terraform", "plan", "c", "-s", "dev").returncode == 0
    assert "plan" in (made.root / "tf.log").read_text()


@pytest.mark.parametrize(
    "argv", ["validate component c -s dev", "terraform plan c -s dev", "terraform apply c -s dev --dry-run",
             "terraform plan --all", "terraform shell c -s dev"],
)  # fmt: skip
def test_a_schema_that_does_not_hold(project: Make, argv: str) -> None:
    made = checked(project, "schema_path: vpc/size.json, description: what we allow", size=9)
    done = made.run(*argv.split())
    assert (done.returncode, done.stdout) == (1, "")
    for words in ("the component 'c' did not pass the validation policies", "sizes", "what we allow", "vars.size"):
        assert words in done.stderr
    assert not (made.root / "tf.log").exists()


def test_disabled(project: Make) -> None:
    made = checked(project, "schema_path: vpc/none.json, disabled: true", size=9)
    assert made.run("terraform", "plan", "c", "-s", "dev").returncode == 0


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        ("schema_path: vpc/none.json", "jsonschema", "policies/vpc/none.json does not exist"),
        ("schema_path: vpc/size.rego", "jsonschema", "size.rego"),
        ("schema_path: vpc/size.json", "cue", "schema_type 'cue'"),
        ("description: x", "opa", "no schema_path"),
        ("schema_path: vpc/size.rego, timeout: soon", "opa", "timeout 'soon'"),
    ],
)
def test_policies_that_cannot_be_used_stop_the_run(project: Make, body: str, kind: str, expected: str) -> None:
    made = checked(project, body, kind=kind)
    done = made.run("terraform", "plan", "c", "-s", "dev")
    assert done.returncode == 1
    assert expected in done.stderr
    assert "'sizes'" in done.stderr
    assert not (made.root / "tf.log").exists()


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"$ref": "#/definitions/none"}, "$ref to /definitions/none, which leads nowhere"),
        ({"$ref": "none.json"}, "$ref to none.json: "),
        ({"$ref": "http://127.0.0.1:9/none.json"}, "$ref to http://127.0.0.1:9/none.json: "),
        ({"$ref": "ftp://127.0.0.1/none.json"}, "addresses of the kind ftp are not supported"),
        ({"properties": {"vars": {"pattern": "("}}}, "'(' is not a 'regex'"),
        (["a list"], "is no JSON Schema"),
    ],
)
def test_schemas_that_cannot_be_used(project: Make, schema: object, expected: str) -> None:
    made = checked(project, "schema_path: own.json")
    made.put("policies/own.json", json.dumps(schema))
    done = made.run("validate", "component", "c", "-s", "dev")
    assert done.returncode == 1
    assert "the validation policy 'sizes' cannot be used" in done.stderr
    assert expected in done.stderr


def test_a_reference_to_a_file_beside_the_schema(project: Make) -> None:
    made = checked(project, "schema_path: vpc/own.yaml", size=9)
    made.put("policies/vpc/own.yaml", "$ref: size.json\n")
    done = made.run("validate", "component", "c", "-s", "dev")
    assert done.returncode == 1
    assert "vars.size: 9 is greater than the maximum of 3" in done.stderr


class TestOpa:
    BODY = "schema_path: vpc/size.rego, module_paths: [vpc]"

    def run(self, project: Make, result: object, **env: str) -> tuple[Project, int, str]:
        made = checked(project, self.BODY, kind="opa")
        says = result if isinstance(result, str) else json.dumps({"result": [{"expressions": [{"value": result}]}]})
        done = made.run("validate", "component", "c", "-s", "dev", OPA_SAYS=says, **env)
        return made, done.returncode, done.stderr

    def test_what_it_is_asked(self, project: Make) -> None:
        made, code, told = self.run(project, [])
        assert code == 0, told
        folder = made.root / "policies/vpc"
        asked, _, given = (made.root / "opa.log").read_text().partition("\n")
        assert asked == (f'eval --format json --stdin-input --data {folder}/size.rego --data {folder} '
                         'data.atmos.errors "stage": "dev"')  # fmt: skip
        assert given == ""

    def test_what_it_denies(self, project: Make) -> None:
        _, code, told = self.run(project, ["too big"])
        assert code == 1
        assert "- too big" in told

    @pytest.mark.parametrize(("says", "env"), [("{}", {}), ("nonsense", {}), ("[]", {}), ("broken", {"OPA_CODE": "2"})])
    def test_no_answer_is_no_yes(self, project: Make, says: str, env: dict[str, str]) -> None:
        _, code, told = self.run(project, says, **env)
        assert code == 1
        assert "cannot be used" in told

    def test_a_program_that_is_not_there(self, project: Make) -> None:
        made = checked(project, self.BODY, kind="opa")
        (made.root / "bin/opa").unlink()
        done = made.run("terraform", "plan", "c", "-s", "dev")
        assert done.returncode == 1
        assert "`opa`" in done.stderr or "program opa" in done.stderr


def test_a_policy_of_the_command_line(project: Make) -> None:
    made = checked(project, "schema_path: vpc/none.json", size=9)
    done = made.run("validate", "component", "c", "-s", "dev", "--schema-path", "vpc/size.json")
    assert done.returncode == 1
    assert "vars.size" in done.stderr
