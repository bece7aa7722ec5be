"""The short way gives what the compiler gives, or leaves the text to it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import templating
from templating import fast
from templating.template import compile_template

DATA: dict[str, Any] = {
    "Flags": {"stack": "prod", "dry-run": True, "n": 3, "none": None, "f": 1.5, "l": [1], "m": {}},
    "Arguments": {"component": "{{ .Flags.stack }}"},
    "TrailingArgs": "a 'b c'",
    "a": {"b": {"c": "deep"}},
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "a } b }} >> c",
        "cat <<EOF\nx\nEOF",
        "cat <<-'EOF' >f\nx\nEOF",
        "echo $((1 << 3))",
        "cat <<< word",
        "{{ .Flags.stack }}",
        "x{{.Flags.stack}}y{{ .Flags.dry-run }}",
        "<< .Flags.n >> {{ .Flags.none }}",
        "{{ .Arguments.component }}|{{ .TrailingArgs }}",
        "<<.a.b.c>>",
        "cat <<EOF\n<< .a.b.c >> {{ .Flags.n }}\nEOF\n",
        "{{ .Flags.stack }}{{ .Flags.stack }}",
        "a\n<< .Flags.stack >>\nb << 2\n",
    ],
)
def test_same_as_compiled(text: str) -> None:
    quick = fast.render(text, DATA)
    assert quick is not None
    assert quick == compile_template(text).render(DATA)


@pytest.mark.parametrize(
    "text",
    [
        "{{ . }}",
        "{{ .Flags.nope }}",
        "{{- .Flags.stack }}",
        "{{ .Flags.f }}",
        "{{ .Flags.l }}",
        "{{ .Flags.m }}",
        "{{ if .a }}x{{ end }}",
        "{{ .a",
        "{{ upper .a }}",
        "{{/* c */}}",
        "{{ .Flags.n.x }}",
        "{{ .a.-b }}",
        "{{ .a..b }}",
        "<< 1 >>",
        "<<< .a.b.c >>",
        "{{ $.a }}",
        "{{ .a.b.c | upper }}",
        "{{ .Flags.stack -}} x",
    ],
)
def test_left_to_the_compiler(text: str) -> None:
    assert fast.render(text, DATA) is None


def test_missing_keys_when_lax() -> None:
    for text in ("{{ .nope }}", "[{{ .Flags.nope.x.y }}]", "<< .a.b.d >>"):
        quick = fast.render(text, DATA, "default")
        assert quick is not None
        assert "<no value>" in quick
        assert quick == compile_template(text, missing="default").render(DATA)
    assert fast.render("{{ .Flags.none.x }}", DATA, "default") is None


FRAGMENTS = st.sampled_from(
    [
        "{{",
        "}}",
        "<<",
        ">>",
        " ",
        ".a",
        ".Flags.n",
        ".b",
        ".c",
        "-",
        "\n",
        "x",
        "EOF",
        "'",
        "<",
        "$",
        "{{ .a.b.c }}",
        "<< .Flags.stack >>",
        "if",
        "upper",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_never_differs(text: str) -> None:
    quick = fast.render(text, DATA)
    if quick is not None:
        assert compile_template(text).render(DATA) == quick


def test_imports_nothing() -> None:
    code = (
        "import sys; before = set(sys.modules); import templating; "
        "assert templating.render('{{ .a }} << .a >>', {'a': 1}) == '1 1'; "
        "from templating.quoting import quote_word; from templating.kinds import StringMap; "
        "print(sorted(set(sys.modules) - before - {'__future__'}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {_root()!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(["templating", "templating.fast", "templating.kinds", "templating.quoting"])


def test_compiler_imports_no_heavy_modules() -> None:
    code = (
        "import templating; templating.render('{{ if .a }}{{ .a | upper }}{{ end }}', {'a': 'x'}); "
        "print([n for n in ('typing', 'dataclasses', 'json', 'decimal', 'datetime', 'yaml', 'jinja2', 're2', 'inspect') "
        "if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {_root()!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def _root() -> str:
    from pathlib import Path

    return str(Path(templating.__file__).parents[1])
