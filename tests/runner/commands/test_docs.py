"""Every example of docs/commands.md, run as it stands."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "commands.md"
BLOCK = re.compile(r"^```(yaml|console)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example:
    """A project and the session that is shown with it."""

    def __init__(self, heading: str) -> None:
        self.heading = heading
        self.files: dict[str, str] = {}
        self.session = ""


def examples() -> list[Example]:
    text = DOCUMENT.read_text(encoding="utf-8")
    found: list[Example] = []
    current: Example | None = None
    for match in BLOCK.finditer(text):
        kind, name, body = match.groups()
        heading = re.findall(r"^#+ (.+)$", text[: match.start()], re.MULTILINE)[-1]
        if current is None or current.session:
            current = Example(heading)
            found.append(current)
        if kind == "yaml":
            current.files[name or "atmos.yaml"] = body
        else:
            current.session = body
    return found


def parts(session: str) -> list[tuple[str, list[str], int, list[str]]]:
    """(command line, output, exit status, parts of what goes to stderr) for each `$ ` line at the left edge."""
    found: list[tuple[str, list[str], int, list[str]]] = []
    for line in session.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], [], 0, []))
            continue
        command, output, code, errors = found[-1]
        if line.startswith("? "):
            found[-1] = (command, output, int(line[2:]), errors)
        elif code:
            errors.append(line)
        else:
            output.append(line)
    return found


@pytest.mark.parametrize("example", [pytest.param(e, id=f"{n}-{e.heading}") for n, e in enumerate(examples())])
def test_example(example: Example, tmp_path: Path) -> None:
    assert example.session, "a project without a session"
    project = tmp_path / "project"
    for name, body in example.files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    for command, output, code, errors in parts(example.session):
        done = subprocess.run(["bash", "-c", command], cwd=project, env=env, capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, check=False)  # fmt: skip
        assert done.returncode == code, (command, done.stderr)
        for part in errors:
            assert part in done.stderr, command
        if "--help" in command and output:
            for part in output:
                assert part in done.stdout
        else:
            assert [line.rstrip() for line in done.stdout.splitlines()] == output, (command, done.stderr)


def keys_of(heading: str) -> list[str]:
    """The keys of the table below a heading."""
    section = DOCUMENT.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?`[^|]*) \|", section.partition("\n\n```")[0], re.MULTILINE)
    return [key for row in rows for key in re.findall(r"`(\w+)`", row)]


def declared(kind: str) -> set[str]:
    """All keys that commands, arguments or flags have in the examples."""
    from runner.config.reader import parse

    found: set[str] = set()

    def visit(commands: object) -> None:
        for command in commands if isinstance(commands, list) else ():
            for item in [command] if kind == "commands" else command.get(kind) or ():
                found.update(item)
            visit(command.get("commands"))

    for example in examples():
        visit(parse(example.files["atmos.yaml"], "atmos.yaml").get("commands"))
    return found


@pytest.mark.parametrize(
    ("heading", "kind"), [("Fields of a command", "commands"), ("Arguments", "arguments"), ("Flags", "flags")]
)
def test_every_field_has_an_example(heading: str, kind: str) -> None:
    keys = keys_of(heading)
    assert len(keys) >= 6
    assert set(keys) - declared(kind) == set()


def test_examples_are_what_the_published_schema_allows() -> None:
    import jsonschema

    from runner.config import published
    from runner.config.reader import parse

    validator = jsonschema.Draft202012Validator(published.configuration())
    wrong = []
    for example in examples():
        found = parse(example.files["atmos.yaml"], "atmos.yaml")
        wrong += [error.message for error in validator.iter_errors(found)]
    assert len(wrong) == 1  # the example of a mistake
    assert "descripton" in wrong[0]
