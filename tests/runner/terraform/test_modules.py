"""What modules declare, read without terraform; outputs in all formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.errors import AtmosError
from runner.terraform import files, module, output

HCL = """
terraform { required_version = ">= 1.0" }
# a comment with { and "
variable "a" {
  type      = string # the type
  sensitive = true
}
variable "b" { default = "x-${var.a != "" ? "{" : "}"}" }
/* a block { comment */
resource "terraform_data" "r" {
  input = <<-EOT
    not a { block "
  EOT
}
output "o" { value = "${jsonencode({ k = "v" })}" }
module "m" { source = "./m" }
"""


def test_blocks_are_found(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(HCL)
    found = module.describe(str(tmp_path))
    assert found is not None
    assert (list(found["variables"]), list(found["outputs"])) == (["a", "b"], ["o"])
    assert found["variables"]["a"]["sensitive"] is True
    assert found["managed_resources"]["terraform_data.r"]["pos"]["line"] == 10
    assert found["module_calls"]["m"]["source"] == "./m"
    assert found["required_core"] == [">= 1.0"]
    assert module.sensitive_variables(str(tmp_path)) == {"a"}
    assert module.check(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a = 1\nvariable "x" {\n', 2),
        ('variable "x" {}\n}\n', 2),
        ('x = "abc\n', 1),
        ("x = <<EOT\nabc\n", 1),
        ("x = [1, (2]\n", 1),
    ],
)
def test_broken_files(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "main.tf").write_text(text)
    found = module.check(str(tmp_path))
    assert found is not None
    assert found[:2] == ("main.tf", line)


VALUES = {"azs": ["a", "b"], "map": {"k": "v", "n": {"x": 1}}, "name": "it's ${x}", "none": None, "on": True}


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ("env", 'azs=["a","b"]\nmap={"k":"v","n":{"x":1}}\nname=it\'s ${x}\non=true\n'),
        ("dotenv", 'azs=\'["a","b"]\'\nmap=\'{"k":"v","n":{"x":1}}\'\nname=\'it\'"\'"\'s ${x}\'\non=true\n'),
        ("csv", 'key,value\nazs,"[""a"",""b""]"\nmap,"{""k"":""v"",""n"":{""x"":1}}"\nname,it\'s ${x}\non,true\n'),
        ("hcl", 'azs = ["a", "b"]\nmap = { k = "v", n = { x = 1 } }\nname = "it\'s $${x}"\non = true\n'),
    ],
)
def test_formats(format_: str, expected: str) -> None:
    values = {key: value for key, value in VALUES.items() if value is not None}
    assert output.render(None, values, format_, False) == expected


def test_one_map_is_no_scalar() -> None:
    with pytest.raises(AtmosError, match="no single value"):
        output.render(None, {"m": {"a": 1}}, "env", True)


def test_flattened() -> None:
    assert output.flatten({"a": {"b": {"c": 1}}, "d": 2}) == {"a_b_c": 1, "d": 2}


def test_github_lines_of_several() -> None:
    lines = output.render(None, {"a": "x\ny"}, "github", False).splitlines()
    mark = lines[0].removeprefix("a<<")
    assert lines == [f"a<<{mark}", "x", "y", mark]


def test_whole_numbers_stay_whole_and_tags_are_escaped() -> None:
    assert (
        files.to_json({"n": 5.0, "f": 1.5, "t": "<&>"})
        == '{\n  "f": 1.5,\n  "n": 5,\n  "t": "\\u003c\\u0026\\u003e"\n}\n'
    )


def test_cloud_backend_gets_its_workspace() -> None:
    described = {
        "backend_type": "cloud",
        "backend": {"workspaces": {"name": "{terraform_workspace}"}},
        "workspace": "w",
    }
    assert files.backend(described) == {"terraform": {"cloud": {"workspaces": {"name": "w"}}}}


def test_files_are_private_from_birth_and_replaced_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    files.write(str(path), "one", 0o600)
    files.write(str(path), "two", 0o600)
    assert path.read_text() == "two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in tmp_path.iterdir()] == ["x.json"]
