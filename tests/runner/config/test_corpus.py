"""Damaged copies of every fixture: a located message or a load, in bounded time, never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from runner.config import findings, reader
from runner.errors import AtmosError
from runner.globals import scan

from .conftest import Project

PROJECTS = Path(__file__).parents[2] / "conformance/projects"
FILES = sorted(path for path in PROJECTS.rglob("*.yaml") if path.stat().st_size < 20_000)
SPLINTERS = (b"\t", b"\x00", b"\xff", b"[", b"{", b"]", b"}", b": ", b"- ", b"&a ", b"*a", b"!x ", b"!env ", b"!exec ", b"!unset", b"<<: ",
             b"|\n", b"'", b'"', b"#", b"---\n", b"%YAML 1.1\n", b"? ", b"\r", b"\xef\xbb\xbf", b"null", b"~", b"0777", b".", b"a.b: 1\n",
             b"commands:\n", b"import: atmos.yaml\n", b"env:\n")  # fmt: skip

# what is wrong with the whole, not at a place: a profile, a version, a setting that a variable decides
LOCATED_OTHERWISE = ("profile not found", "invalid edition")


def damaged(data: bytes, chance: random.Random) -> bytes:
    """One to four small accidents."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(data))
        match chance.randrange(5):
            case 0:
                data = data[:at] + data[at + chance.randint(1, 20) :]
            case 1 | 2:
                data = data[:at] + chance.choice(SPLINTERS) + data[at:]
            case 3:
                lines = data.splitlines(keepends=True)
                if lines:
                    line = chance.randrange(len(lines))
                    lines.insert(chance.randrange(len(lines) + 1), lines[line])
                    data = b"".join(lines)
            case _:
                other = chance.randint(0, len(data))
                data = data[: min(at, other)] + data[max(at, other) : max(at, other) + 200] + data[min(at, other) :]
    return data


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_are_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    for path in FILES:
        data = damaged(path.read_bytes(), chance)
        try:
            reader.parse(
                reader.decode(data, str(path)),
                str(path),
                on_tag=lambda tag, value, where: (tag, "", where.file, where.line),
            )
        except AtmosError as error:
            place, message = error.where, error.message
        else:
            continue
        assert place is not None, data
        assert place.file == str(path)
        assert message


@pytest.mark.parametrize("seed", range(4))
def test_damaged_configurations_load_or_are_refused(project: Project, seed: int) -> None:
    chance = random.Random(1000 + seed)
    sources = [path for path in FILES if path.name == "atmos.yaml"]
    for path in chance.sample(sources, min(40, len(sources))):
        (project.root / "atmos.yaml").write_bytes(damaged(path.read_bytes(), chance))
        flags, _ = scan([], project.env)
        for found in findings.configuration(flags, project.env, str(project.root)).problems:
            assert found.message
        refused: AtmosError | None = None
        try:
            config = project.load()
        except AtmosError as error:
            refused = error
        if refused is not None:
            assert refused.where is not None or refused.message.startswith(LOCATED_OTHERWISE), refused.message
            continue
        for name in config.command_names():
            assert config.command(name) is not None
        assert isinstance(config.problems, list)
