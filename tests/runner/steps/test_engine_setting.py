"""`engine: jinja2`, for everything or per command and workflow: another syntax, the same roots, sandboxed; and what a
missing key does."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

CONFIG = """\
base_path: ./
templates: {settings: {engine: jinja2}}
workflows: {base_path: ./workflows}
commands:
  - name: loop
    steps: ["{% for name in ['a', 'b'] %}echo {{ name | upper }}; {% endfor %}"]
  - name: escape
    steps: ["echo {{ ''.__class__.__mro__ }}"]
  - name: go
    engine: go
    flags: [{name: who, default: you}]
    steps: ['echo {{ .Flags.who | upper }}']
"""

MIXED = """\
base_path: ./
workflows: {base_path: ./workflows}
commands:
  - name: plain
    steps: ['echo {{ "go" | upper }}']
  - name: jinja
    engine: jinja2
    arguments: [{name: who, default: world}]
    flags: [{name: loud, type: bool}]
    env: {GREETING: "{{ 'hi ' ~ Arguments.who }}"}
    steps:
      - "echo {{ Arguments.who | upper }}{% if Flags.loud %}!{% endif %}"
      - {name: made, command: "printf '%s' '{{ env.HOME | length > 0 }}'"}
      - "echo $GREETING {{ steps.made.value }}"
    commands:
      - name: child
        steps: ["echo {{ 'below' | upper }}"]
  - name: wrong
    engine: mako
    steps: [echo never]
"""

FLOWS = """\
workflows:
  jinja:
    engine: jinja2
    steps:
      - {type: shell, command: "echo {% for n in range(3) %}{{ n }}{% endfor %}"}
  go:
    steps:
      - {type: shell, command: "echo {{ range 3 }}{{ . }}{{ end }}"}
  wrong:
    engine: mako
    steps:
      - {type: shell, command: echo never}
"""


def call(
    atmos: Path, tmp_path: Path, env: dict[str, str], *words: str, config: str = CONFIG
) -> subprocess.CompletedProcess[str]:
    (tmp_path / "atmos.yaml").write_text(config)
    (tmp_path / "workflows").mkdir(exist_ok=True)
    (tmp_path / "workflows" / "w.yaml").write_text(FLOWS)
    return subprocess.run(
        [atmos, *words], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def test_jinja_for_everything(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    done = call(atmos, tmp_path, clean_env, "loop")
    assert (done.stdout, done.returncode) == ("A\nB\n", 0), done.stderr
    assert call(atmos, tmp_path, clean_env, "go").stdout == "YOU\n"


def test_python_is_out_of_reach(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    done = call(atmos, tmp_path, clean_env, "escape")
    assert done.returncode == 1
    assert "unsafe" in done.stderr
    assert "Traceback" not in done.stderr


def test_jinja_for_one_command(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    done = call(atmos, tmp_path, clean_env, "jinja", "you", "--loud", config=MIXED)
    assert (done.stdout, done.returncode) == ("YOU!\nTruehi you True\n", 0), done.stderr
    assert call(atmos, tmp_path, clean_env, "jinja", "child", config=MIXED).stdout == "BELOW\n"
    assert call(atmos, tmp_path, clean_env, "plain", config=MIXED).stdout == "GO\n"


def test_a_dry_run_shows_what_needs_a_result_as_it_is_written(
    atmos: Path, tmp_path: Path, clean_env: dict[str, str]
) -> None:
    done = call(atmos, tmp_path, clean_env, "jinja", "you", "--dry-run", config=MIXED)
    assert done.returncode == 0, done.stderr
    assert "echo YOU" in done.stderr
    assert "{{ steps.made.value }}" in done.stderr


def test_jinja_for_one_workflow(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    for name in ("jinja", "go"):
        for _ in range(2):  # the second time it comes from the cache
            done = call(atmos, tmp_path, clean_env, "workflow", name, "-f", "w", config=MIXED)
            assert (done.stdout, done.returncode) == ("012\n", 0), done.stderr


@pytest.mark.parametrize("words", [["wrong"], ["workflow", "wrong", "-f", "w"]])
def test_an_unknown_engine_is_told_before_anything_runs(
    atmos: Path, tmp_path: Path, clean_env: dict[str, str], words: list[str]
) -> None:
    done = call(atmos, tmp_path, clean_env, *words, config=MIXED)
    assert done.returncode == 1
    assert "never" not in done.stdout
    assert "mako" in done.stderr
    assert "jinja2" in done.stderr
    assert ":" in done.stderr


@pytest.mark.parametrize(
    ("missing", "text", "shown"),
    [
        ("error", "[{{ .Flags.none }}]", None),
        ("default", "[{{ .Flags.none }}] {{ .none.x }}", "[<no value>] <no value>"),
        ("zero", "[{{ .Arguments.none }}] [{{ .Env.NONE }}] {{ .none }}", "[] [] <no value>"),
        ("zero", "{{ .none.x }}", None),
        ("sometimes", "{{ .Flags.none }}", None),
    ],
)
def test_missing_keys_do_what_the_configuration_says(
    atmos: Path, tmp_path: Path, clean_env: dict[str, str], missing: str, text: str, shown: str | None
) -> None:
    config = json.dumps({
        "templates": {"settings": {"missing": missing}},
        "commands": [{"name": "x", "steps": [f"echo '{text}'"]}],
    })  # fmt: skip
    done = call(atmos, tmp_path, clean_env, "x", config=config)
    assert (done.stdout, done.returncode) == ((shown + "\n", 0) if shown is not None else ("", 1)), done.stderr
    if missing == "sometimes":
        assert "zero" in done.stderr


def test_absent_keys_of_the_environment_and_of_arguments_are_empty_through_index(
    atmos: Path, tmp_path: Path, clean_env: dict[str, str]
) -> None:
    text = '[{{ index .Env "NONE" }}] [{{ index .Arguments "none" }}] [{{ index .Flags "none" }}]'
    config = json.dumps({"commands": [{"name": "x", "steps": [f"echo '{text}'"]}]})
    assert call(atmos, tmp_path, clean_env, "x", config=config).stdout == "[] [] [<no value>]\n"
