"""Compiled templates survive `marshal` and give the same results and errors, without parser or compiler."""

from __future__ import annotations

import marshal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import templating
from templating import Policy, TemplateError

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "fixtures.yaml").read_text())
POLICY = Policy(env={"HOME": "/home/someone"})


def outcome(template: templating.Template, data: Any) -> str:
    try:
        return template.render(data, POLICY)
    except TemplateError as problem:
        return f"{problem.message} {problem.line} {problem.column} {problem.expression} {problem.known_keys}"


@pytest.mark.parametrize("case", CASES, ids=[str(case["n"]) for case in CASES])
def test_same(case: dict[str, Any]) -> None:
    try:
        template = templating.compile(case["t"], missing="default" if case.get("lax") else "error", name="t")
    except TemplateError:
        return
    again = templating.load(marshal.loads(marshal.dumps(templating.dump(template))), case["t"], name="t")
    assert again is not None
    assert outcome(again, case["d"]) == outcome(template, case["d"])


def test_injected_functions_are_bound_when_loaded() -> None:
    text = '{{ atmos.Component "vpc" | upper }}'
    stored = templating.dump(templating.compile(text, functions={"atmos": {"Component": lambda name: "old"}}))
    again = templating.load(stored, text, functions={"atmos": {"Component": lambda name: f"new {name}"}})
    assert again is not None
    assert again.render({}) == "NEW VPC"


def test_others_are_refused() -> None:
    stored = templating.dump(templating.compile("{{ if .a }}x{{ end }}"))
    assert templating.load((stored[0], "another python", *stored[2:]), "") is None
    assert templating.load((stored[0] + 1, *stored[1:]), "") is None


def test_no_compiler_needed(tmp_path: Path) -> None:
    text = '{{ range $i, $x := splitList "," .a }}{{ add $i 1 }}{{ $x | upper }}{{ end }}'
    (tmp_path / "t").write_bytes(marshal.dumps(templating.dump(templating.compile(text))))
    root = str(Path(templating.__file__).parents[1])
    code = (
        f"import sys, marshal; sys.path.insert(0, {root!r}); import templating; "
        f"stored = marshal.loads(open({str(tmp_path / 't')!r}, 'rb').read()); "
        f"assert templating.load(stored, {text!r}).render({{'a': 'x,y'}}) == '1X2Y'; "
        "print([n for n in ('re', 'typing', 'templating.parser', 'templating.lexer', 'templating.compiler') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
