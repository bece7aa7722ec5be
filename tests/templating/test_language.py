"""Templates and the exact results and errors Go gives for them; and what Go does not have to say."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
import yaml

import templating
from templating import Policy, StringMap, TemplateError

HERE = Path(__file__).parent
LANGUAGE: list[dict[str, Any]] = yaml.safe_load((HERE / "language.yaml").read_text())
FUNCTIONS: list[dict[str, Any]] = yaml.safe_load((HERE / "functions.yaml").read_text())
NAMESPACES: list[dict[str, Any]] = yaml.safe_load((HERE / "namespaces.yaml").read_text())
FORMATS: list[dict[str, Any]] = yaml.safe_load((HERE / "formats.yaml").read_text())
POLICY = Policy(env={}, zone=UTC)


CASES = LANGUAGE + FUNCTIONS + NAMESPACES + FORMATS


@pytest.mark.parametrize("case", CASES, ids=[case["t"][:50] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    try:
        found = {
            "out": templating.render(
                case["t"], case.get("d", {}), name="t", missing=case.get("missing", "error"), policy=POLICY
            )
        }
    except TemplateError as problem:
        found = {"err": problem.message}
    assert found == {key: case[key] for key in ("out", "err") if key in case}


def test_missing_key_says_what_there_is() -> None:
    with pytest.raises(TemplateError) as caught:
        templating.render("a\n  {{ .Flags.stak }}", {"Flags": {"stack": 1, "force": 2}}, name="step")
    problem = caught.value
    assert (problem.name, problem.line, problem.column, problem.expression) == ("step", 2, 11, ".Flags.stak")
    assert problem.known_keys == ["stack", "force"]
    assert problem.explanation == "Known keys: force, stack"
    assert problem.hints == ["Did you mean `stack`?"]
    assert (problem.title, problem.exit_code, problem.where) == ("Error", 1, None)


def test_nearest_functions_and_members() -> None:
    with pytest.raises(TemplateError) as caught:
        templating.render("{{ uper .a }}", {})
    assert "`upper`" in caught.value.hints[0]
    with pytest.raises(TemplateError) as caught:
        templating.render("{{ strings.ToUper .a }}", {"a": ""})
    assert caught.value.message.endswith("can't evaluate field ToUper in type interface {}")
    assert "`strings.ToUpper`" in caught.value.hints[0]


def test_lax() -> None:
    assert (
        templating.render("{{ .a.b.c }}|{{ if .x }}y{{ end }}|{{ .x | default 1 }}", {}, missing="default")
        == "<no value>||1"
    )
    assert (
        templating.render('[{{ get .x "k" }}{{ keys .a.b | len }}{{ range .x }}{{ end }}]', {}, missing="default")
        == "[0]"
    )
    with pytest.raises(TemplateError, match="nil pointer"):
        templating.render("{{ .a.b }}", {"a": None}, missing="default")


def test_string_maps() -> None:
    data = {"env": StringMap(A="1")}
    assert (
        templating.render('[{{ index .env "B" }}]{{ .env.A }}{{ get .env "A" }}{{ hasKey .env "Z" }}', data)
        == "[]11false"
    )
    with pytest.raises(TemplateError, match="no entry for key"):
        templating.render("{{ .env.B }}", data)


def test_dashes_in_names() -> None:
    data = {"a-b": {"c--d": 1, "e-1": 2}, "x": 3}
    assert templating.render('{{ .a-b.c--d }}{{ $v := .a-b }}{{ $v.e-1 }}{{ (dict "k-k" 4).k-k }}', data) == "124"
    assert templating.render("{{ .x -}} y", data) == "3y"
    for text in ("{{ .a- }}", "{{ .-a }}", "{{ $a-b }}", "{{ .x-}}"):
        with pytest.raises(TemplateError):
            templating.render(text, data)


def test_injected_functions() -> None:
    functions = {
        "atmos": {"Component": lambda name, stack: {"vars": {"id": f"{name}/{stack}"}}, "Deep": {"Call": lambda: 5}},
        "twice": lambda value, *more: value * 2,
        "constant": lambda: {"k": "v"},
    }

    def render(text: str) -> str:
        return templating.render(text, {"s": "prod"}, functions=functions)

    assert render('{{ (atmos.Component "vpc" .s).vars.id }}') == "vpc/prod"
    assert render('{{ .s | atmos.Component "vpc" | toJson }}') == '{"vars":{"id":"vpc/prod"}}'
    assert render('{{ twice 4 }} << twice "ab" >> {{ constant.k }} {{ atmos.Deep.Call }}') == "8 abab v 5"
    for text, message in (
        ('{{ atmos.Component "vpc" }}', "wrong number of args for Component: want 2 got 1"),
        ("{{ atmos.Nope }}", "can't evaluate field Nope in type interface {}"),
        ("{{ constant 1 }}", "wrong number of args for constant: want 0 got 1"),
        ("{{ constant.z }}", 'map has no entry for key "z"'),
        ("{{ twice nil }}", "error calling twice: unsupported operand"),
    ):
        with pytest.raises(TemplateError) as caught:
            render(text)
        assert message in caught.value.message


def test_errors_of_injected_functions_keep_their_hints() -> None:
    class Trouble(Exception):
        def __init__(self) -> None:
            super().__init__("no such component")
            self.message, self.hints = "no such component", ["Run `list`"]

    def fails() -> None:
        raise Trouble

    with pytest.raises(TemplateError) as caught:
        templating.render("{{ f }}", {}, functions={"f": fails})
    assert caught.value.message.endswith("error calling f: no such component")
    assert caught.value.hints == ["Run `list`"]
    assert isinstance(caught.value.__cause__, Trouble)


def test_injected_names_shadow_ours() -> None:
    assert (
        templating.render(
            "{{ upper 1 }}{{ strings.X }}", {}, functions={"upper": lambda v: v + 1, "strings": {"X": lambda: 2}}
        )
        == "22"
    )


def test_compiled_template_renders_again_and_again() -> None:
    page = templating.compile("{{ range .l }}{{ . }},{{ end }}{{ $x := 1 }}{{ $x }}", name="page")
    assert [page.render({"l": list(range(n))}) for n in (0, 2, 1)] == ["1", "0,1,1", "0,1"]
    with pytest.raises(TemplateError, match="page:1:9"):
        page.render({})


def test_range_of_many_rows_breaks_and_continues() -> None:
    text = (
        "{{ range $i, $x := .l }}{{ if eq $i 1500 }}{{ break }}{{ end }}{{ if ne (mod $i 500) 0 }}{{ continue }}{{ end }}"
        "{{ $i }}:{{ $x }} {{ end }}"
    )
    assert templating.render(text, {"l": [n * 2 for n in range(5000)]}) == "0:0 500:1000 1000:2000 "
    nested = "{{ range .l }}{{ range . }}{{ if eq . 2 }}{{ break }}{{ end }}{{ . }}{{ end }};{{ end }}"
    assert templating.render(nested, {"l": [[1, 2, 3], [4, 5], []]}) == "1;45;;"


def test_nested_loops_keep_their_variables() -> None:
    text = "{{ range $a := .l }}{{ range $b := $.l }}{{ range $c := $.l }}{{ $a }}{{ $b }}{{ $c }} {{ end }}{{ end }}{{ end }}"
    assert templating.render(text, {"l": [0, 1]}) == "000 001 010 011 100 101 110 111 "
    deep = (
        "".join([f"{{{{ range $v{n} := .l }}}}{{{{ with $ }}}}" for n in range(10)])
        + "{{ $v0 }}{{ $v9 }}"
        + "{{ end }}{{ end }}" * 10
    )
    assert templating.render(deep, {"l": ["x"]}) == "xx"


def test_literals_only() -> None:
    assert templating.render("", {}) == ""
    assert templating.render("{{/* nothing */}}", {}) == ""
    assert templating.render('{{ define "a" }}x{{ end }}', {}) == ""


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'a' * 10 ** 10 }}",
        "{{ 10 ** 10 * [1] }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ '%99999999999d' % 1 }}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ ().__class__.__base__.__subclasses__() }}",
        "{{ l.append(1) }}",
        "{% set x = 'a' * 60000000 %}{{ x }}{{ x }}",
        "{{ 1 / 0 }}",
        "{% if %}",
        "{{ nope.x }}",
    ],
)
def test_jinja_is_bounded(text: str) -> None:
    pytest.importorskip("jinja2")
    limits = templating.Limits(steps=1_000_000)
    with pytest.raises(TemplateError):
        templating.render(text, {"l": []}, engine="jinja2", policy=Policy(limits=limits))


def test_jinja() -> None:
    pytest.importorskip("jinja2")

    def render(text: str, **more: Any) -> str:
        return templating.render(text, {"Flags": {"stack": "prod"}, "l": [1, 2]}, engine="jinja2", name="t", **more)

    assert render("{{ Flags.stack | upper }}{% for x in l %}{{ x }}{% endfor %}\n") == "PROD12\n"
    assert render("{{ env('A') }}", policy=Policy(env={"A": "b"})) == "b"
    assert render("[{{ nope }}]", missing="default") == "[]"
    for text in (
        "{{ nope }}",
        "{% if %}",
        "{{ env('A') }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ l.append(3) }}",
        "{% for i in range(10**9) %}x{% endfor %}",
    ):
        with pytest.raises(TemplateError):
            render(text)
    with pytest.raises(TemplateError, match="unknown engine"):
        templating.render("", {}, engine="other")
