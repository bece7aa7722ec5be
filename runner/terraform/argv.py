"""The words after `atmos terraform`, split into our flags, the component and what goes to terraform (spec §15.1)."""

from __future__ import annotations

from runner.errors import AtmosError, UsageError, nearest
from runner.globals import FALSE, SELECT, TRUE
from runner.terraform import flags as table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Invocation:
    """What a command line says. identity: None absent, SELECT bare, else its text."""

    __slots__ = ("command", "component", "env", "extra", "given", "help", "identity", "sub", "subsub")

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.sub = ""
        self.subsub = ""
        self.command = ""  # both, as in "state rm"
        self.component = ""
        self.extra: list[str] = []
        self.given: dict[str, str | bool | list[str]] = {}
        self.identity: str | None = None
        self.help = False

    def _variable(self, name: str) -> str:
        names = [
            variable.replace("{SUB}", self.sub.upper().replace("-", "_")) for variable in table.VARIABLES.get(name, ())
        ]
        if name in table.PLAIN_VARIABLES:
            names.append("ATMOS_" + name.upper().replace("-", "_"))
        return next((self.env[variable] for variable in names if self.env.get(variable)), "")

    def text(self, name: str) -> str:
        """A flag's text, else its variable's, else ""."""
        value = self.given.get(name)
        return value if isinstance(value, str) else self._variable(name)

    def on(self, name: str, default: bool = False) -> bool:
        """A boolean flag, else its variable, else the default."""
        value = self.given.get(name)
        if isinstance(value, bool):
            return value
        word = self._variable(name)
        return True if word in TRUE else False if word in FALSE else default

    def maybe(self, name: str) -> bool | None:
        """A boolean flag or its variable; None where neither says anything."""
        value = self.given.get(name)
        if isinstance(value, bool):
            return value
        word = self._variable(name)
        return True if word in TRUE else False if word in FALSE else None

    def items(self, name: str) -> list[str]:
        """A list flag (split on commas), else its variable."""
        value = self.given.get(name)
        texts = value if isinstance(value, list) else [self._variable(name)]
        return [item.strip() for text in texts for item in text.split(",") if item.strip()]

    def has(self, name: str) -> bool:
        """Whether the command line itself gives a flag."""
        return name in self.given

    def passes(self, name: str) -> bool:
        """Whether terraform is given its flag `-name`."""
        return any(word == f"-{name}" or word.startswith(f"-{name}=") for word in self.extra)


def split(words: list[str], env: Mapping[str, str]) -> Invocation:
    """Understand a command line. Raises UsageError for what does not fit."""
    result = Invocation(env)
    tail: list[str] = []
    if "--" in words:
        at = words.index("--")
        words, tail = words[:at], words[at + 1 :]
    positions = _subcommands(words, result)
    _read(words, positions, result)
    result.extra += tail
    return result


def _subcommands(words: list[str], result: Invocation) -> set[int]:
    """Find the subcommand words; where they stand."""
    found: list[int] = []
    index = 0
    while index < len(words) and len(found) < 2:
        word = words[index]
        if word.startswith("-") and len(word) > 1:
            index += 1
            if "=" not in word and _takes_next(word) and index < len(words) and not words[index].startswith("-"):
                index += 1
            continue
        if not found:
            result.sub = word
            found.append(index)
        elif word in table.GROUPS.get(result.sub, ()):
            result.subsub = word
            found.append(index)
        else:
            break
        index += 1
    result.command = f"{result.sub} {result.subsub}".strip()
    return set(found)


def _takes_next(word: str) -> bool:
    """Whether a flag that may stand before the subcommand takes the next word."""
    if word.startswith("--"):
        kinds = {
            kind for flags in (table.COMMON, *table.BY_SUB.values()) for name, kind in flags.items() if name == word[2:]
        }
        return bool(kinds & {"text", "list"})
    return word[1:] in table.VALUE_FLAGS or word in ("-s", "-q", "-i")


def _read(words: list[str], subcommands: set[int], result: Invocation) -> None:
    known = table.known(result.command, result.sub)
    letters = table.shorthands(result.command, result.sub)
    positionals = 0
    index, count = 0, len(words)
    while index < count:
        at, word = index, words[index]
        index += 1
        if at in subcommands:
            continue
        if word == "-" or not word.startswith("-"):
            positionals += 1
            if positionals == 1:
                result.component = word
            else:
                result.extra.append(word)
            continue
        following = words[index] if index < count and not words[index].startswith("-") else None
        if word.startswith("--"):
            index += _long(word, following if index not in subcommands else None, known, result)
            continue
        name, equals, _ = word[1:].partition("=")
        if name in table.VALUE_FLAGS:
            result.extra.append(word)
            if not equals and following is not None:
                result.extra.append(following)
                index += 1
        elif name in table.BOOL_FLAGS:
            if not equals and following in ("true", "false"):
                word, index = f"{word}={following}", index + 1
            result.extra.append(word)
        else:
            index += _short(word, following, letters, known, result)


def _long(word: str, following: str | None, known: dict[str, str], result: Invocation) -> int:
    """One `--flag`; how many more words it took."""
    name, equals, value = word[2:].partition("=")
    if name == "identity":
        return _identity(value if equals else None, following, result)
    kind = known.get(name)
    if kind is None:
        if result.sub in table.LENIENT:
            return 0
        raise _unknown(f"unknown flag: --{name}", f"--{name}", known, result)
    if kind == "bool":
        result.given[name] = _bool(name, value, result) if equals else True
        result.help = result.help or name == "help"
        return 0
    if kind == "optional":
        result.given[name] = value if equals else ""
        return 0
    taken = 0
    if not equals:
        if following is None:
            raise UsageError(f"--{name} flag needs an argument for command atmos terraform {result.command}",
                             command=f"atmos terraform {result.sub}")  # fmt: skip
        value, taken = following, 1
    _give(name, kind, value, result)
    return taken


def _give(name: str, kind: str, value: str, result: Invocation) -> None:
    if kind == "list":
        held = result.given.setdefault(name, [])
        assert isinstance(held, list)
        held.append(value)
    else:
        result.given[name] = value


def _identity(value: str | None, following: str | None, result: Invocation) -> int:
    if value is not None:
        result.identity = value
        return 0
    result.identity = SELECT if following is None else following
    return 0 if following is None else 1


def _bool(name: str, word: str, result: Invocation) -> bool:
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise UsageError(f'invalid argument "{word}" for "--{name}" flag: true or false is needed',
                     command=f"atmos terraform {result.sub}")  # fmt: skip


def _short(word: str, following: str | None, letters: dict[str, str], known: dict[str, str], result: Invocation) -> int:
    """Stacked shorthands, `-s x`, `-sx`, `-s=x`; how many more words they took."""
    rest = word[1:]
    while rest:
        letter, rest = rest[0], rest[1:]
        if letter == "i":
            value = rest.removeprefix("=") if rest else None
            return _identity(value, following, result)
        name = letters.get(letter)
        if name is None:
            raise _unknown(f"unknown shorthand flag: '{letter}' in {word}", word, known, result)
        kind = known[name]
        if kind == "bool":
            if rest.startswith("="):
                result.given[name] = _bool(name, rest[1:], result)
                return 0
            result.given[name] = True
            result.help = result.help or name == "help"
            continue
        if rest:
            _give(name, kind, rest.removeprefix("="), result)
            return 0
        if following is None:
            raise UsageError(f"-{letter} flag needs an argument for command atmos terraform {result.command}",
                             command=f"atmos terraform {result.sub}")  # fmt: skip
        _give(name, kind, following, result)
        return 1
    return 0


def _unknown(message: str, word: str, known: dict[str, str], result: Invocation) -> UsageError:
    path = f"atmos terraform {result.command}"
    close = nearest(word, [f"--{name}" for name in known])
    hints = [f"Did you mean `{close[0]}`?"] if close else []
    dashed = "-" + word.lstrip("-") if word.startswith("--") else word
    hints.append(f"Flags for terraform itself have one dash, or follow `--`: `{path} … -- {dashed}`")
    return UsageError(f"{message} for command {path}", command=path, hints=hints)


def check(result: Invocation) -> None:
    """Flags that contradict each other (spec §20)."""
    selectors = [name for name in table.SELECTORS if _selected(result, name)]
    if result.component and selectors:
        raise AtmosError(
            f"component `{result.component}`: the component argument can't be used with the multi-component "
            "(bulk operations) flags `--affected`, `--all`, `--query`, `--components`, `--tags` and `--labels`",
            hints=[f"Leave out `{result.component}` or `--{selectors[0]}`"],
        )
    if "affected" in selectors and {"all", "query", "components"}.intersection(selectors):
        raise AtmosError(
            "the `--affected` flag can't be used with the other multi-component (bulk operations) flags `--all`, "
            "`--query` and `--components`"
        )
    if selectors and (result.has("from-plan") or result.has("planfile")):
        raise AtmosError(
            "the single-component flags (`--from-plan`, `--planfile`) can't be used with the multi-component "
            "(bulk operations) flags (`--affected`, `--all`, `--query`, `--components`)"
        )
    for name in ("include-dependents", "include-dependencies"):
        if result.has(name) and not selectors:
            raise AtmosError(f"`--{name}` needs a selection: `--all`, `--affected`, `--query`, `--components`, "
                             "`--tags` or `--labels`")  # fmt: skip


def _selected(result: Invocation, name: str) -> bool:
    if name in ("all", "affected"):
        return result.given.get(name) is True
    if result.component and not result.has(name):
        return False  # a variable of the environment does not contradict a component
    return bool(result.items(name) if name in ("components", "tags", "labels") else result.text(name))


def selecting(result: Invocation) -> bool:
    """Whether several components are meant."""
    return any(_selected(result, name) for name in table.SELECTORS)
