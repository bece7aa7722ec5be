"""Every function's example runs and prints what it says; the table and the document are up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

import templating
from templating import functions, reference
from templating.functions.registry import Spec

DOCUMENT = Path(__file__).parents[2] / "docs" / "templates.md"
POLICY = templating.Policy(env={"EXAMPLE": "example"}, files=True)
SPECS = [spec for module in functions.FAMILIES for spec in reference.specs(module)]
NEEDS_BCRYPT = ("bcrypt", "crypto.Bcrypt", "htpasswd")


@pytest.mark.parametrize("spec", SPECS, ids=[spec.names[0] for spec in SPECS])
def test_example(spec: Spec) -> None:
    if spec.names[0] in NEEDS_BCRYPT:
        pytest.importorskip("bcrypt")
    assert spec.doc, f"{spec.names[0]} says nothing about itself"
    if spec.names[0] in ("call", "go.slice"):
        return  # data hold no functions; a set has its own slice
    assert spec.example
    shown = templating.render(spec.example, {}, policy=POLICY)
    if spec.shows is not None:
        assert shown == spec.shows
    assert any(name.rpartition(".")[2] in spec.example for name in spec.names)


@pytest.mark.parametrize("module", functions.FAMILIES)
def test_table_names_what_the_module_registers(module: str) -> None:
    assert functions.FAMILIES[module].split() == list(functions.family(module).specs)


def test_no_name_is_registered_twice() -> None:
    names = [name for module in functions.FAMILIES for name in functions.FAMILIES[module].split()]
    assert len(names) == len(set(names))


def test_document_is_current() -> None:
    document = DOCUMENT.read_text()
    assert reference.update(document) == document, "run: python -m templating.reference docs/templates.md"


@pytest.mark.parametrize(
    ("text", "sets", "shown"),
    [
        ('{{ split "," "a,b" }}', None, "map[_0:a _1:b]"),
        ('{{ split "," "a,b" }}', {"sprig"}, "map[_0:a _1:b]"),
        ('{{ split "," "a,b" }}', {"gomplate"}, "[a b]"),
        ("{{ slice 1 2 }}", {"gomplate"}, "[1 2]"),
        ('{{ slice "hello" 1 3 }} {{ len "a" }}', set(), "el 1"),
        ('{{ join (slice 1 2) "-" }}', {"gomplate"}, "1-2"),
        ('{{ strings.ToUpper "a" }}', {"gomplate"}, "A"),
        ("{{ collectKeys .m }}", set(), "[k]"),
        ("{{ add 1 2.5 }}", {"gomplate"}, "3.5"),
        ("{{ add 1 2.5 }}", {"sprig"}, "3"),
    ],
)
def test_sets(text: str, sets: set[str] | None, shown: str) -> None:
    assert templating.render(text, {"m": {"k": 1}}, sets=sets) == shown


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ('{{ upper "a" }}', set()),
        ('{{ upper "a" }}', {"gomplate"}),
        ('{{ strings.ToUpper "a" }}', {"sprig"}),
        ('{{ getenv "A" }}', {"sprig"}),
        ("{{ list 1 }}", {"gomplate"}),
        ("{{ go.slice 1 }}", None),
    ],
)
def test_names_of_other_sets_are_unknown(text: str, sets: set[str] | None) -> None:
    with pytest.raises(templating.TemplateError, match="not defined"):
        templating.render(text, {}, sets=sets)
