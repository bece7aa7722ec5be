"""Nothing is rendered twice, nothing outside the data is reached, and nothing runs away."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import templating
from templating import Limits, Policy, TemplateError

HOSTILE = [
    '{{ fail "rendered" }}',
    '<< fail "rendered" >>',
    "{{ .b }}",
    "{{/*",
    "}}",
    '{{ env "HOME" }}',
    "${x}",
    "%s",
    "{{`",
    "<< .b >>",
    '{{ template "t" }}',
    "\x00",
    "é",
    "\udcff",
    "$1",
    "\\1",
    "%!d",
]
USER = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=20), st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join)
)


@settings(max_examples=200, deadline=None)
@given(USER, USER)
def test_data_is_never_rendered(text: str, other: str) -> None:
    data = {"a": text, "b": {"dry-run": other}, "l": [text, other]}
    assert templating.render("{{ .a }}|<< .b.dry-run >>", data) == f"{text}|{other}"
    assert templating.render("{{ $x := .a }}{{ if true }}{{ $x }}{{ end }}{{ range .l }}{{ . }}{{ end }}", data) == (
        text + text + other
    )
    assert templating.render('{{ printf "%s" .a }}{{ print .b }}{{ index .l 1 }}', data) == (
        f"{text}map[dry-run:{other}]{other}"
    )
    assert templating.render('{{ define "t" }}{{ . }}{{ end }}{{ template "t" .a }}', data) == text
    assert templating.render('{{ .a | replace "q" .a | trimSuffix .b.dry-run | quote | len }}', data).isdigit()


@pytest.mark.parametrize(
    "name", ["__class__", "__init__", "mro", "__globals__", "f_back", "__dict__", "items", "get", "upper"]
)
def test_no_python_attributes(name: str) -> None:
    values: list[Any] = [{"x": 1}, [1], "text", 5, 1.5, None, True]
    for value in values:
        for text in (
            f"{{{{ .v.{name} }}}}",
            f"{{{{ (index .l 0).{name} }}}}",
            f"{{{{ range .l }}}}{{{{ .{name} }}}}{{{{ end }}}}",
            f"{{{{ .v.{name} 1 }}}}",
            f"{{{{ (now).{name} }}}}",
            f"{{{{ strings.{name} }}}}",
            f'{{{{ (semver "1.0").{name} }}}}',
        ):
            with pytest.raises(TemplateError):
                templating.render(text, {"v": value, "l": [value]})


@pytest.mark.parametrize(
    "text",
    [
        '{{ env "HOME" }}',
        '{{ expandenv "$HOME" }}',
        '{{ getenv "HOME" }}',
        '{{ file.Read "/etc/passwd" }}',
        '{{ file.Exists "/" }}',
        '{{ file.Write "x" "y" }}',
        '{{ getHostByName "localhost" }}',
        '{{ net.LookupIP "localhost" }}',
        '{{ datasource "file:///etc/passwd" }}',
        '{{ include "/etc/passwd" }}',
        '{{ file.ReadDir "/" }}',
        '{{ file.Walk "/" }}',
        '{{ file.Stat "/" }}',
        '{{ file.IsDir "/" }}',
        '{{ ds "https://h.example/x.json" }}',
        '{{ ds "env:HOME" }}',
    ],
)
def test_denied_without_a_policy(text: str) -> None:
    with pytest.raises(TemplateError, match=r"may not|only file and env"):
        templating.render(text, {})


def test_files_stay_under_the_root(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "a.json").write_text('{"k": [1, 2]}')
    (tmp_path / "secret").write_text("no")
    (inside / "link").symlink_to(tmp_path / "secret")
    policy = Policy(files=str(inside), cwd=str(inside), datasources={"a": {"url": "a.json"}, "far": "../secret"})
    assert templating.render('{{ file.Read "a.json" }}', {}, policy=policy) == '{"k": [1, 2]}'
    assert templating.render('{{ (ds "a").k }} {{ listDatasources }}', {}, policy=policy) == "[1 2] [a far]"
    for path in ("../secret", "link", "/etc/passwd", "a.json/../../secret"):
        with pytest.raises(TemplateError, match="only reach files under"):
            templating.render("{{ file.Read .p }}", {"p": path}, policy=policy)
    with pytest.raises(TemplateError, match="may not write"):
        templating.render('{{ file.Write "b" "x" }}', {}, policy=policy)
    writing = Policy(files=str(inside), cwd=str(inside), write_files=True)
    assert templating.render('{{ file.Write "b/c" "x" }}{{ file.Read "b/c" }}', {}, policy=writing) == "x"
    with pytest.raises(TemplateError, match="no such file"):
        templating.render('{{ file.Read "nope" }}', {}, policy=policy)


SMALL = Policy(limits=Limits(output=10_000, items=1000, steps=5000, work=1 << 20))


@pytest.mark.parametrize(
    "text",
    [
        "{{ range 100000000 }}x{{ end }}",
        '{{ repeat 100000000 "ab" }}',
        "{{ until 100000000 }}",
        "{{ seq 100000000 }}",
        "{{ untilStep 0 100000000 1 }}",
        "{{ math.Seq 100000000 }}",
        '{{ indent 100000000 "a" }}',
        '{{ printf "%99999999d" 1 }}',
        '{{ printf "%*d" 999999 1 }}',
        '{{ $s := "abcdefgh" }}{{ range 40 }}{{ $s = print $s $s }}{{ end }}{{ len $s }}',
        '{{ $s := "aa" }}{{ range 40 }}{{ $s = replace "a" $s $s }}{{ end }}{{ len $s }}',
        "{{ $l := list 1 2 }}{{ range 40 }}{{ $l = concat $l $l }}{{ end }}{{ len $l }}",
        '{{ $s := "ab" }}{{ range 40 }}{{ $s = regexReplaceAll "[ab]" $s $s }}{{ end }}{{ len $s }}',
        '{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" . }}',
        '{{ define "t" }}{{ range . }}{{ template "t" $ }}{{ end }}{{ end }}{{ template "t" (list 1 2) }}',
        '{{ define "t" }}xxxxxxxxxxxxxxxx{{ if lt . 12 }}{{ template "t" (add . 1) }}{{ template "t" (add . 1) }}{{ end }}'
        '{{ end }}{{ template "t" 0 }}',
        "{{ range 2000 }}{{ range 2000 }}x{{ end }}{{ end }}",
        "{{ range 4000 }}xxxxxxxxxxxxxxxxxxxxxx{{ end }}",
        '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $d }}',
        '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}',
        '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}',
        '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d }}',
        '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepEqual $d (deepCopy $d) }}',
        *[
            "{{ $l := list 1 1 }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ " + use + " }}"
            for use in (
                "$l",
                "print $l",
                "toJson $l",
                "toYaml $l",
                "deepCopy $l",
                'printf "%d %q" $l $l',
                "deepEqual $l (list $l)",
                "coll.Flatten $l",
                'jsonpath "..x" $l',
                "quote $l",
                'merge (dict) (dict "a" $l) | toString',
                "toStrings $l",
                "uniq (list $l (list $l))",
                "eq $l $l",
            )
        ],
        "{{ randAlphaNum 100000000 | len }}",
        '{{ net.CIDRSubnets 28 "10.0.0.0/4" }}',
        '{{ join (repeat 3000 "x") (until 900) }}',
        '{{ conv.Join (until 900) (repeat 3000 "x") }}',
        '{{ strings.Indent 100000 "x" }}',
        '{{ fromJson (repeat 5000 "[") | len }}',
    ],
)
def test_bounded(text: str) -> None:
    with pytest.raises(TemplateError):
        templating.render(text, {}, policy=SMALL)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|aa)+b", "(a*)*b", "(.*a){12}b", "a*a*a*a*a*a*b", "([a-z]+)+\\d", "(x+x+)+y"]
)
def test_patterns_do_not_run_away(pattern: str) -> None:
    assert templating.render("{{ regexMatch .p .t }}", {"p": pattern, "t": ("a" * 50 + "x" * 50) * 100}) == "false"


def test_deep_nesting_is_an_error_or_works() -> None:
    for depth in (10, 50, 200, 5000):
        for text in (
            "{{ if true }}" * depth + "x" + "{{ end }}" * depth,
            "{{ " + "(" * depth + "1" + ")" * depth + " }}",
            "{{ range 1 }}" * depth + "x" + "{{ end }}" * depth,
            "{{ with 1 }}" * depth + "x" + "{{ end }}" * depth,
            "{{ and " * 1 + "(not " * depth + "1" + ")" * depth + " }}",
        ):
            try:
                shown = templating.render(text, {})
            except TemplateError:
                shown = "1" if depth > 10 else "too deep"
            assert shown in ("x", "1", "true", "false")


def test_a_long_chain_of_else_if() -> None:
    text = (
        "{{ if eq .n 0 }}0"
        + "".join([f"{{{{ else if eq .n {n} }}}}{n}" for n in range(1, 400)])
        + "{{ else }}none{{ end }}"
    )
    assert templating.render(text, {"n": 250}) == "250"
    assert templating.render(text, {"n": 1000}) == "none"


def test_clock_and_random_source_are_the_callers() -> None:
    policy = Policy(clock=lambda: datetime(2024, 3, 4, 5, 6, 7, tzinfo=UTC), zone=UTC, rng=random.Random(1))
    assert (
        templating.render('{{ now | date "2006-01-02 15:04:05 MST" }}', {}, policy=policy) == "2024-03-04 05:06:07 UTC"
    )
    assert templating.render('{{ ago (toDate "2006-01-02" "2024-03-04") }}', {}, policy=policy) == "5h6m7s"
    first = templating.render("{{ randAlphaNum 12 }}{{ uuidv4 }}", {}, policy=Policy(rng=random.Random(7)))
    assert first == templating.render("{{ randAlphaNum 12 }}{{ uuidv4 }}", {}, policy=Policy(rng=random.Random(7)))
