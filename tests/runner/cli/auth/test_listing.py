"""The pictures `auth list` draws of providers and identities."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

import auth
from runner.cli.auth import list_graph, list_text
from runner.cli.auth.listing import Shown, as_data, everything, left, narrowed
from runner.errors import AtmosError

SECTION = """
providers:
  corp-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: "https://corp.example.invalid/start"}
  idp: {kind: aws/saml, region: us-east-2, url: "https://idp.example.invalid", username: tester, password: hunter2}
identities:
  base: {kind: aws/permission-set, via: {provider: Corp-SSO}, principal: {name: Admin, account: {name: core}}}
  ops/prod: {kind: aws/assume-role, default: true, alias: p, tags: [live], via: {identity: base}}
  rescue: {kind: aws/user, credentials: {access_key_id: AKIAEXAMPLEONE, secret_access_key: canary-value}}
"""


def listing(text: str = SECTION, expiries: Mapping[str, float | None] | None = None) -> Shown:
    found = everything(auth.load(yaml.safe_load(text), env={"HOME": "/nowhere"}, interactive=False).listing())
    for name, seconds in (expiries or {}).items():
        until = None if seconds is None else datetime.fromtimestamp(found.now + seconds, UTC)
        identities = {**found.identities, name: replace(found.identities[name], stored=True, expires_at=until)}
        found = replace(found, identities=identities)
    return found


def test_tree() -> None:
    assert list_text.tree(listing(expiries={"base": 7530, "rescue": -1, "ops/prod": None})) == (
        """\
 Authentication Configuration
├──corp-sso (aws/iam-identity-center)
│  ├──Region: us-east-1
│  ├──Start URL: https://corp.example.invalid/start
│  └──Identities
│     └──● base (aws/permission-set) 2h5m
│        ├──Principal
│        │  ├──account
│        │  │  └──name: core
│        │  └──name: Admin
│        └──● ops/prod (aws/assume-role) [DEFAULT] [ALIAS: p]
├──idp (aws/saml)
│  ├──Region: us-east-2
│  ├──URL: https://idp.example.invalid
│  └──Username: tester
└──Standalone Identities
   └──● rescue (aws/user) expired
"""
    )


def test_tree_of_a_part() -> None:
    shown = narrowed(listing(), providers=None, identities=["base", "OPS/PROD"], tags=[])
    assert list_text.tree(shown).splitlines()[1:3] == ["└──corp-sso (filtered)", "   └──base (aws/permission-set)"]
    alone = narrowed(listing(), providers=None, identities=["P"], tags=[])
    assert list_text.tree(alone).splitlines()[1:] == [
        "└──Standalone Identities",
        "   └──ops/prod (aws/assume-role) [DEFAULT] [ALIAS: p]",
    ]


def test_tree_of_a_circle_ends() -> None:
    text = """
identities:
  one: {kind: mock/aws, via: {identity: two}}
  two: {kind: mock/aws, via: {identity: one}}
"""
    drawn = list_text.tree(listing(text))
    assert drawn.count("one (mock/aws)") == 1
    assert "one (cycle detected)" in drawn
    for picture in (list_graph.graphviz, list_graph.mermaid, list_graph.html):
        assert "two" in picture(listing(text))


@pytest.mark.parametrize(
    "draw",
    [
        list_text.tree,
        lambda shown: list_text.tables(shown, terminal=True),
        list_graph.graphviz,
        list_graph.markdown,
        list_graph.html,
        lambda shown: json.dumps(as_data(shown)),
    ],
)
def test_no_format_shows_secrets(draw: Any) -> None:
    drawn = draw(listing())
    assert "rescue" in drawn
    assert "hunter2" not in drawn
    assert "canary" not in drawn


def test_tables_for_programs_are_separated_by_tabs() -> None:
    drawn = list_text.tables(listing(expiries={"base": 630}), terminal=False)
    assert "PROVIDERS\ncorp-sso\taws/iam-identity-center\tus-east-1\thttps://corp.example.invalid/start\t-\n" in drawn
    assert "IDENTITIES\n●\tbase\taws/permission-set\tcorp-sso\t-\t-\t-\t10m\n" in drawn
    assert " \trescue\taws/user\taws-user\t-\t-\t-\t-\n" in drawn


def test_tables_for_people_have_headers() -> None:
    lines = list_text.tables(listing(), terminal=True).splitlines()
    assert lines[1].split() == ["NAME", "KIND", "REGION", "START", "URL", "/", "URL", "DEFAULT"]
    assert all(line == line.rstrip() for line in lines)


def test_data_leaves_empty_values_out_and_keeps_the_reading_order() -> None:
    text = "identities: {x: {tags: [a], via: {provider: p}, default: false, principal: {}, kind: mock/aws}}"
    entry = as_data(listing(text))["identities"]["x"]
    assert list(entry) == ["kind", "via", "tags"]
    assert as_data(listing("{}")) == {}


def test_graphviz() -> None:
    drawn = list_graph.graphviz(listing())
    assert '  "base" [label="base\\n(aws/permission-set)"];\n  "corp-sso" -> "base";\n' in drawn
    assert 'style="rounded,filled", fillcolor=lightgreen' in drawn
    assert list_graph.graphviz(listing("{}")).splitlines()[1] == "  // No providers or identities configured"


def test_graphviz_escapes() -> None:
    drawn = list_graph.graphviz(listing("identities: {'a\"b': {kind: mock/aws}}"))
    assert '"a\\"b" [label="a\\"b\\n(mock/aws)"]' in drawn


def test_mermaid_ids_do_not_collide() -> None:
    drawn = list_graph.mermaid(listing("identities: {a-b: {kind: k/x}, a.b: {kind: k/y}}"))
    assert '  a_b["a-b<br/>k/x"]' in drawn
    assert '  a_b_2["a.b<br/>k/y"]' in drawn


def test_html_is_a_whole_page_with_a_picture() -> None:
    page = list_graph.html(
        listing('identities: {"<b>": {kind: mock/aws}, two: {kind: mock/aws, via: {identity: "<b>"}}}')
    )
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    picture = ET.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    assert len(picture.findall(".//{*}rect")) == 2
    assert len(picture.findall(".//{*}path")) == 1
    assert "&lt;b&gt; → two" in page


def test_filters() -> None:
    assert list(narrowed(listing(), providers=[], identities=None, tags=[]).providers) == ["corp-sso", "idp"]
    tagged = narrowed(listing(), providers=None, identities=None, tags=["live"])
    assert (list(tagged.providers), list(tagged.identities)) == ([], ["ops/prod"])
    with pytest.raises(AtmosError, match="mutually exclusive flags provided"):
        narrowed(listing(), providers=["idp"], identities=["base"], tags=[])
    with pytest.raises(AtmosError, match='identity not found: "bse"') as caught:
        narrowed(listing(), providers=None, identities=["bse"], tags=[])
    assert "Did you mean `base`?" in caught.value.hints


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(7500, "2h5m"), (7200, "2h"), (2700, "45m"), (30.9, "30s"), (0, "expired"), (-5, "expired"), (None, "")],
)
def test_time_left(seconds: float | None, text: str) -> None:
    assert left(seconds) == text
