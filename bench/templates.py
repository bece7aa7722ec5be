"""How fast templates render, beside `str.format` and, when it is installed, the same loop in Jinja2.

    python -m bench.templates          a table and one line of JSON

Everything is measured in turns within one run, best of several; the ratios are what counts.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

import templating
from templating import template

FIXTURES = Path(__file__).parent.parent / "tests" / "templating" / "fixtures.yaml"
ROUNDS = 7


def in_turns(calls: dict[str, Callable[[], Any]], repeat: int = 1) -> dict[str, float]:
    """The best processor time of each call in seconds; the calls take turns so that noise hits all alike."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = time.process_time()
            for _ in range(repeat):
                call()
            best[name] = min(best[name], (time.process_time() - start) / repeat)
    return best


def plain() -> dict[str, float]:
    data = {"name": "web", "env": {"stage": "prod"}}
    compiled = templating.compile("deploy {{ .name }} to {{ .env.stage }} now")
    return in_turns(
        {
            "compiled, two fields": lambda: compiled.render(data),
            "str.format": lambda: "deploy {name} to {env[stage]} now".format(**data),
            "render, two fields": lambda: templating.render("deploy {{ .name }} to {{ .env.stage }} now", data),
        },
        1000,
    )


def rows(count: int) -> dict[str, float]:
    data = {"rows": [{"name": f"row {number}", "id": number, "ok": number % 2 == 0} for number in range(count)]}
    source = "{{ range .rows }}{{ .id }}:{{ .name }}{{ if .ok }} yes{{ end }}\n{{ end }}"
    compiled = templating.compile(source)
    calls: dict[str, Callable[[], Any]] = {f"range over {count} rows": lambda: compiled.render(data)}
    try:
        import jinja2
    except ImportError:
        pass
    else:
        loop = "{% for row in rows %}{{ row.id }}:{{ row.name }}{% if row.ok %} yes{% endif %}\n{% endfor %}"
        other = jinja2.Environment(keep_trailing_newline=True).from_string(loop)
        assert other.render(data) == compiled.render(data)
        calls[f"jinja2 over {count} rows"] = lambda: other.render(data)
    return in_turns(calls)


def literal() -> dict[str, float]:
    """A long text with one action that needs the compiler, compiled anew each time."""
    action = "{{ .name | upper }}"
    text = "a line of text\n" * 35_000 + action + "another { line\n" * 35_000
    return in_turns(
        {
            "1 MB with one action": lambda: templating.render(text, {"name": "x"}),
            "str.replace in 1 MB": lambda: text.replace(action, "X"),
        }
    )


def batch() -> dict[str, float]:
    cases = yaml.safe_load(FIXTURES.read_text())
    policy = templating.Policy(env={"HOME": "/"})

    def all_of_them() -> None:
        template._programs.clear()
        for case in cases:
            try:
                templating.render(
                    case["t"], case["d"], missing="default" if case.get("lax") else "error", policy=policy
                )
            except templating.TemplateError:
                continue

    return in_turns({f"{len(cases)} fixtures, parsed and rendered": all_of_them})


def measure() -> dict[str, float]:
    found: dict[str, float] = {}
    for part in (plain(), *[rows(count) for count in (1000, 10_000, 100_000)], literal(), batch()):
        found |= part
    return found


RATIOS = (
    ("compiled, two fields", "str.format", 2.0),
    ("range over 10000 rows", "jinja2 over 10000 rows", 3.0),
    ("range over 100000 rows", "range over 10000 rows", 13.0),
    ("1 MB with one action", "str.replace in 1 MB", 5.0),
)


def main() -> int:
    found = measure()
    width = max(map(len, found))
    for name, seconds in found.items():
        print(f"{name:{width}}  {seconds * 1e6:12.1f} µs")
    print()
    ratios = {}
    for name, other, target in RATIOS:
        if name in found and other in found:
            ratio = ratios[f"{name} / {other}"] = found[name] / found[other]
            print(f"{name} / {other}: {ratio:.2f} (target {target:g})")
    print(json.dumps({"seconds": found, "ratios": ratios}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
