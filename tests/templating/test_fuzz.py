"""Whatever the text and the data: a result or a TemplateError, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import templating
from templating import Limits, Policy, TemplateError, functions
from templating.template import compile_template

POLICY = Policy(env={"A": "b"}, limits=Limits(output=100_000, items=10_000, steps=10_000, work=10 << 20, depth=30))
FIXTURES = [case["t"] for case in yaml.safe_load((Path(__file__).parent / "fixtures.yaml").read_text())]
SLOW = ("gen", "RSA", "ECDSA", "bcrypt", "Bcrypt", "htpasswd", "derive", "PBKDF2", "WPAPSK", "Lookup", "getHost", "DSA")
NAMES = sorted(
    name for names in functions.FAMILIES.values() for name in names.split() if not any(part in name for part in SLOW)
)

DATA: dict[str, Any] = {
    "a": {"b": {"c": 1}, "n": None, "t": True},
    "s": "text é",
    "l": [1, "two", None, 3.5, {"k": "v"}],
    "i": 7,
    "f": 2.5,
    "z": "",
    "neg": -3,
    "m": {"x": "1", "y": "2"},
    "big": 2**63 - 1,
    "dash-ed": "d",
}
OPERANDS = st.sampled_from(
    [
        ".a.b",
        ".s",
        ".l",
        ".i",
        ".f",
        ".z",
        ".neg",
        ".m",
        ".big",
        ".a.n",
        ".a.t",
        ".dash-ed",
        "nil",
        "1",
        "-1",
        "2.5",
        '"x"',
        '"[a"',
        '"%d"',
        "`r`",
        "'c'",
        "true",
        "$",
        ".",
        '(list 1 "a")',
        '(dict "k" 1)',
        '"2006"',
        '"1.2.3"',
        "(now)",
        "(index .l 4)",
        '"10.0.0.0/30"',
        '"{"',
        "0x10",
        '""',
        "$.s",
        "3",
    ]
)


@st.composite
def pipelines(draw: st.DrawFn) -> str:
    stages = []
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(NAMES))
        stages.append(" ".join([name, *draw(st.lists(OPERANDS, max_size=4))]))
    return " | ".join(stages)


@st.composite
def blocks(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(
        st.sampled_from(["text", "print", "if", "range", "with", "assign", "chain"] if depth else ["text", "print"])
    )
    if kind == "text":
        return draw(st.sampled_from(["x", " \n", "<<", "}}", "{ {", "<<EOF\n", "$((1<<2))"]))
    if kind == "print":
        return "{{" + draw(st.sampled_from(["", "- "])) + " " + draw(st.one_of(pipelines(), OPERANDS)) + " }}"
    inner = draw(st.lists(blocks(depth - 1), max_size=3).map("".join))
    operand = draw(st.one_of(OPERANDS, pipelines().map(lambda text: f"({text})")))
    if kind == "assign":
        return f"{{{{ $v := {operand} }}}}{inner}{{{{ $v }}}}"
    if kind == "chain":
        return f"{{{{ if {operand} }}}}a{{{{ else if not {operand} }}}}{inner}{{{{ else }}}}c{{{{ end }}}}"
    if kind == "range":
        variables = draw(st.sampled_from(["", "$i := ", "$i, $e := "]))
        jump = draw(st.sampled_from(["", "{{ break }}", "{{ continue }}"]))
        return f"{{{{ range {variables}{operand} }}}}{inner}{jump}{{{{ else }}}}none{{{{ end }}}}"
    return f"{{{{ {kind} {operand} }}}}{inner}{{{{ end }}}}"


def attempt(text: str, data: Any = DATA) -> None:
    for missing in ("error", "zero", "default"):
        try:
            result = compile_template(text, missing=missing).render(data, POLICY)
        except TemplateError as problem:
            result = problem.message.removeprefix("template: ") and str(problem)
        assert isinstance(result, str)


@settings(max_examples=200, deadline=None)
@given(st.lists(blocks(), max_size=4).map("".join))
def test_grammar(text: str) -> None:
    attempt(text)


@settings(max_examples=200, deadline=None)
@given(pipelines())
def test_functions_with_any_operands(pipeline: str) -> None:
    attempt("{{ " + pipeline + " }}")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(FIXTURES),
    st.lists(
        st.tuples(
            st.integers(0, 200),
            st.sampled_from(
                [
                    "",
                    "{{",
                    "}}",
                    "<<",
                    ">>",
                    "(",
                    ")",
                    "|",
                    '"',
                    "`",
                    "'",
                    ".",
                    "$",
                    " ",
                    "\n",
                    "-",
                    "=",
                    ":=",
                    "end",
                    "nil",
                    "\x00",
                    "é",
                    "0x",
                    "\\",
                    "/*",
                    "*/",
                    ",",
                ]
            ),
        ),
        max_size=4,
    ),
)
def test_mutated_fixtures(text: str, changes: list[tuple[int, str]]) -> None:
    for at, piece in changes:
        at = min(at, len(text))
        text = text[:at] + piece + text[at + (len(piece) == 0) :]
    attempt(text)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_any_data(value: Any) -> None:
    for text in (
        "{{ . }}",
        "{{ .v }}",
        '{{ printf "%v %+v %#v %d %s %q %x %T" .v .v .v .v .v .v .v .v }}',
        "{{ toJson .v }}",
        "{{ toYaml .v }}",
        "{{ range .v }}{{ . }}{{ end }}",
        "{{ range $k, $e := .v }}{{ $k }}{{ $e.x }}{{ end }}",
        "{{ if .v }}y{{ end }}",
        "{{ eq .v .v }}",
        "{{ lt .v 1 }}",
        "{{ index .v 0 }}",
        "{{ len .v }}",
        "{{ quote .v }}",
        "{{ deepCopy .v | deepEqual .v }}",
        "{{ int .v }} {{ float64 .v }} {{ round .v 2 }}",
    ):
        attempt(text, {"v": value})
    attempt("{{ .a }}", value)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_what_json_and_yaml_write_they_read(value: Any) -> None:
    def plain(item: Any) -> bool:
        if isinstance(item, dict):
            return all(map(plain, item)) and all(map(plain, item.values()))
        if isinstance(item, list):
            return all(map(plain, item))
        if isinstance(item, float):
            return abs(item) < 1e300 and str(item) != "-0.0"
        return not isinstance(item, str) or all(c >= "\u0020" and not "\ud800" <= c <= "\udfff" for c in item)

    if plain(value) and not isinstance(value, float):
        assert templating.render("{{ deepEqual (fromYaml (toYaml .v)) .v }}", {"v": value}) in ("true", "false")
        text = templating.render("{{ toYaml .v }}", {"v": value})
        assert templating.render("{{ toYaml (fromYaml .t) }}", {"t": text}) == text
        text = templating.render("{{ toRawJson .v }}", {"v": value})
        assert templating.render("{{ toRawJson (mustFromJson .t) }}", {"t": text}) is not None
