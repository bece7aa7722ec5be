"""`describe component --provenance`: the place of each line."""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from tests.runner.stacks.conftest import CONFIG, Project

FILES = {
    "stacks/catalog/c.yaml": """
terraform:
  backend_type: s3
  backend: {s3: {bucket: b}}
components:
  terraform:
    base:
      vars:
        tags: {owner: net}
        text: |
          several
          lines
        zones:
          - a
          - b
    c:
      metadata: {inherits: [base]}
""",
    "stacks/deploy/dev.yaml": """
import: [catalog/c]
vars: {stage: dev}
components:
  terraform:
    c:
      vars:
        tags:
          cost: !exec echo 5
      env: {A: b}
""",
    "stacks/deploy/over.yaml": """
import: [catalog/c]
vars: {stage: over}
terraform:
  overrides:
    vars:
      size: wide
components: {terraform: {c: {}}}
""",
}


def places(text: str) -> dict[str, str]:
    """key -> its comment; items by themselves."""
    found = {}
    for line in text.splitlines():
        head, mark, comment = line.partition("  # ")
        if mark and not line.startswith("#"):
            found[re.sub(r":.*", "", head.strip())] = comment
    return found


def test_places(project: Callable[..., Project]) -> None:
    made = project(FILES, CONFIG + "env: {CFG: x}\n")
    done = made.run("describe", "component", "c", "-s", "dev", "--provenance")
    assert done.returncode == 0, done.stderr
    assert "# Stack: deploy/dev" in done.stdout
    assert yaml.safe_load(done.stdout) == yaml.safe_load(made.run("describe", "component", "c", "-s", "dev").stdout)
    found = places(done.stdout)
    assert found["stage"] == "● [1] deploy/dev.yaml:3"
    assert found["cost"] == found["tags"].replace(":8", ":9") == "● [1] deploy/dev.yaml:9"
    assert found["owner"] == "○ [2] catalog/c.yaml:9"
    assert found["text"] == "○ [2] catalog/c.yaml:10"
    assert found["- b"] == "○ [2] catalog/c.yaml:15"
    assert found["A"] == "● [1] deploy/dev.yaml:10"
    assert found["bucket"] == "○ [2] catalog/c.yaml:4"
    assert found["workspace_key_prefix"] == found["component"] == found["CFG"] == "∴"


def test_overrides_and_what_has_no_room_for_comments(project: Callable[..., Project]) -> None:
    made = project(FILES)
    found = places(made.run("describe", "component", "c", "-s", "over", ATMOS_DESCRIBE_PROVENANCE="true").stdout)
    assert found["size"] == "● [1] deploy/over.yaml:7"
    for argv in (("--provenance=false",), ("--provenance", "-f", "json"), ("--provenance", "-q", ".vars")):
        assert "●" not in made.run("describe", "component", "c", "-s", "over", *argv).stdout
