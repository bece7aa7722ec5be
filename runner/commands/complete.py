"""Completion: what could stand at the end of a command line. Reads declarations only (decision D18): no network, no
keyring, no prompt, no program is run, and whatever goes wrong means fewer candidates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.commands import aliases, grammar
from runner.commands.model import Argument, Command, Flag, text
from runner.console.help import GLOBAL_HELP, IGNORED
from runner.console.page import first_line
from runner.errors import AtmosError
from runner.globals import DEFAULT_TRUE, FLAGS, SHORTHANDS

if TYPE_CHECKING:
    from runner.app import App

# what the shell should do with the candidates (the protocol of cobra's __complete)
DEFAULT = 0
ERROR = 1
NO_SPACE = 2
NO_FILES = 4
ONLY_FOLDERS = 16

Candidate = tuple[str, str]
BOOLS: list[Candidate] = [("true", ""), ("false", "")]
_FOLDERS = ("chdir", "base-path", "config-path")
_LEVELS = ("Trace", "Debug", "Info", "Warning", "Error", "Off")


class Found:
    """Candidates and the directive for the shell."""

    def __init__(self, candidates: list[Candidate] | None = None, directive: int = NO_FILES) -> None:
        self.candidates = candidates or []
        self.directive = directive

    def matching(self, start: str) -> list[Candidate]:
        """Each once; a name that stands for several things comes with each description."""
        return list(dict.fromkeys(found for found in self.candidates if found[0].startswith(start)))


def complete(app: App, words: list[str], depth: int = 0) -> Found:
    """Candidates for the last of the words; the words before it are complete."""
    from runner import cli
    from runner.commands import complete_builtin
    from runner.main import command_word

    before, current = words[:-1], words[-1] if words else ""
    if "--" in before:
        return Found(directive=DEFAULT)
    at = command_word(before)
    if at < 0:
        return _root(app, before, current)
    word, rest = before[at], before[:at] + before[at + 1 :]
    row = cli.find(app, word) or cli.BY_ALIAS.get(word)
    if row is not None and row.name == "help":
        return complete(app, [*rest, current], depth + 1) if depth < 2 else Found()
    if row is not None:
        return complete_builtin.builtin(app, row, rest, current)
    target = app.config.aliases().get(word)
    if target is not None:
        return complete(app, [*aliases.split(word, target), *rest, current], depth + 1) if depth < 10 else Found()
    tree = _tree(app, word)
    return custom(app, Command(tree), rest, current) if tree is not None else Found()


def _tree(app: App, word: str) -> dict[str, object] | None:
    tree = app.config.command(word)
    if tree is None:
        for summary in app.config.command_summaries():
            if word in summary[2]:
                return app.config.command(summary[0])
    return tree


# -- the program itself ---------------------------------------------------------------------------------


def _root(app: App, before: list[str], current: str) -> Found:
    from runner import cli

    value = _global_value(app, before, current)
    if value is not None:
        return value
    if current.startswith("-"):
        return Found(
            [*flags(globals_(), [], current), ("--help", "help for atmos"), ("--version", "Print the version")]
        )
    standing = cli.standing(app)
    found: list[Candidate] = [(row.name, row.summary) for row in standing.values()]
    found += [
        (alias, row.summary) for row in cli.TABLE for alias in row.aliases if current and alias.startswith(current)
    ]
    try:
        configured = app.config.aliases()
        for name, description, aliases, internal, *_ in app.config.command_summaries():
            if not internal and name not in standing and name not in configured:
                found.append((name, first_line(description)))
                found += [
                    (alias, first_line(description)) for alias in aliases if current and str(alias).startswith(current)
                ]
        found += [(name, f"alias for {words}") for name, words in configured.items() if name not in standing]
    except AtmosError:
        pass  # built-in commands can be completed all the same
    return Found(sorted(found))


def globals_() -> list[Flag]:
    shorthands = {name: short for short, name in SHORTHANDS.items()}
    return [grammar.global_flag(name, shorthands.get(name, "")) for name in FLAGS]


def _global_value(app: App, before: list[str], current: str) -> Found | None:
    """The value of one of the program's own flags, if that is what is being written."""
    by_name = {flag.name: flag for flag in globals_()}
    by_name["C"] = by_name["chdir"]
    return flag_value(app, by_name, {"C": by_name["chdir"]}, before, current, None)


# -- flags and their values -----------------------------------------------------------------------------


def flags(flags: list[Flag], given: list[str], current: str) -> list[Candidate]:
    """Flags that may follow. Those that do nothing, and negated ones, only when somebody begins to write one."""
    found = []
    for flag in sorted(flags, key=lambda item: item.name):
        if flag.name in given and not flag.type.endswith("list"):
            continue
        words = first_line(text(flag.description)) or GLOBAL_HELP.get(flag.name, "")
        if words == IGNORED and len(current) < 4:
            continue
        if (
            flag.type == "bool"
            and current.startswith("--no")
            and (flag.origin != "global" or flag.name in DEFAULT_TRUE)
        ):
            found.append((f"--no-{flag.name}", f"turn --{flag.name} off"))
        found.append((f"--{flag.name}", words))
        if flag.shorthand:
            found.append((f"-{flag.shorthand}", words))
    return found


def flag_value(
    app: App,
    by_name: dict[str, Flag],
    by_shorthand: dict[str, Flag],
    before: list[str],
    current: str,
    command: Command | None,
) -> Found | None:
    """Candidates for the value of a flag, when the last word is one (or holds one after `=`); None when it is not."""
    if current.startswith("--") and "=" in current:
        name = current[2:].split("=", 1)[0]
        flag = by_name.get(name)
        if flag is None:
            return None
        value = current.partition("=")[2]
        found = Found(BOOLS) if flag.type == "bool" else _items(flag, value, _values(app, flag, command, before))
        return Found([(f"--{name}={value}", words) for value, words in found.candidates], found.directive)
    attached = _attached(by_shorthand, current)
    if attached is not None:
        flag, start = attached
        found = _items(flag, current[len(start) :], _values(app, flag, command, before))
        return Found([(start + value, words) for value, words in found.candidates], found.directive)
    last = before[-1] if before else ""
    if last.startswith("--") and "=" not in last:
        flag = by_name.get(last[2:])
    elif last.startswith("-") and len(last) > 1 and "=" not in last:
        flag = by_shorthand.get(last[-1])
    else:
        return None
    if flag is None or flag.type == "bool" or (flag.type.startswith("optional") and current.startswith("-")):
        return None
    return _items(flag, current, _values(app, flag, command, before))


def _attached(by_shorthand: dict[str, Flag], current: str) -> tuple[Flag, str] | None:
    """A shorthand whose value is being written right behind it, as in `-sdev` and `-fs=dev`; and all before the value."""
    if not current.startswith("-") or current.startswith("--"):
        return None
    for position, letter in enumerate(current[1:], 1):
        flag = by_shorthand.get(letter)
        if flag is None:
            return None
        if flag.type != "bool":
            start = current[: position + 1 + (current[position + 1 : position + 2] == "=")]
            return (flag, start) if len(current) > position + 1 else None
    return None


def _items(flag: Flag, value: str, found: Found) -> Found:
    """Candidates for the value of a flag; of a list, for its last item, after those that stand before it."""
    before, comma, _ = value.rpartition(",")
    if not comma or not flag.type.endswith("list"):
        return found
    given = before.split(",")
    return Found(
        [(f"{before},{name}", words) for name, words in found.candidates if name not in given], found.directive
    )


def _values(app: App, wanted: Flag | Argument, command: Command | None, before: list[str]) -> Found:
    """Candidates for the value of a flag or an argument."""
    if wanted.values:
        return Found([(text(value), "") for value in wanted.values])
    meaning = wanted.semantic or (wanted.name if wanted.name in ("stack", "component") else "")
    if meaning:  # one that is only called so most likely is one
        names = semantic(app, meaning, command, before)
        if names or wanted.semantic:
            return Found([(name, "") for name in names])
    if isinstance(wanted, Argument):
        return Found(directive=DEFAULT)
    if wanted.name == "identity":
        return Found([(name, "") for name in identity_names(app)])
    if wanted.name == "profile" and wanted.origin == "global":
        return Found([(name, "") for name in _profiles(app)])
    if wanted.name in _FOLDERS and wanted.origin == "global":
        return Found(directive=ONLY_FOLDERS)
    if wanted.name == "logs-level" and wanted.origin == "global":
        return Found([(level, "") for level in _LEVELS])
    return Found(directive=NO_FILES if wanted.type == "int" else DEFAULT)


def identity_names(app: App) -> list[str]:
    """The names of all identities, sorted."""
    try:
        section = app.config.raw("auth")
        identities = section.get("identities") if isinstance(section, dict) else None
        return sorted(identities) if isinstance(identities, dict) else []
    except AtmosError:
        return []


def _profiles(app: App) -> list[str]:
    from runner.config import profiles

    try:
        return profiles.names(app)
    except AtmosError:
        return []


def semantic(app: App, meaning: str, command: Command | None, before: list[str], kind: str = "") -> list[str]:
    """Stacks, or components: of the stack that stands on the line already, if one does."""
    from runner import stacks

    if meaning == "stack":
        return sorted(stacks.stack_names(app))
    stack = _given_stack(command, before)
    component = command.data.get("component") if command is not None else None
    kind = str(component.get("type") or "") if isinstance(component, dict) else kind
    return sorted(stacks.component_names(app, stack or None, kind=kind or None))


def _given_stack(command: Command | None, before: list[str]) -> str:
    names = {"--stack", "-s"}
    for flag in command.flags if command is not None else ():
        if flag.semantic == "stack":
            names |= {f"--{flag.name}", f"-{flag.shorthand}"}
    for index, word in enumerate(before):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else before[index + 1] if index + 1 < len(before) else ""
    return ""


# -- custom commands ------------------------------------------------------------------------------------


def custom(app: App, root: Command, rest: list[str], current: str) -> Found:
    command, taken, named = grammar.locate(root, rest)
    table = grammar.table_of(command)
    value = flag_value(app, table.by_name, table.by_shorthand, rest, current, command)
    if value is not None:
        return value
    words = [word for index, word in enumerate(rest) if index not in taken]
    if current.startswith("-"):
        given = [word[2:].split("=", 1)[0] for word in words if word.startswith("--")]
        given += [
            table.by_shorthand[word[1]].name for word in words if len(word) == 2 and word[1:] in table.by_shorthand
        ]
        return Found(
            [
                *flags(list(table.by_name.values()), given, current),
                ("--help", f"help for {named.name}"),
                ("-h", f"help for {named.name}"),
            ]
        )
    positionals = _positionals(command, table, words)
    found: list[Candidate] = []
    if not positionals:
        for child in named.children:
            if not child.internal:
                found.append((child.name, first_line(child.description)))
                found += [
                    (alias, first_line(child.description))
                    for alias in child.aliases
                    if current and alias.startswith(current)
                ]
    arguments = command.arguments
    if positionals < len(arguments):
        more = _values(app, arguments[positionals], command, rest)
        return Found([*found, *more.candidates], more.directive if not found else NO_FILES)
    return Found(found)


def _positionals(command: Command, table: grammar.Table, words: list[str]) -> int:
    """How many arguments stand on the line already."""
    count, index = 0, 0
    while index < len(words):
        word = words[index]
        if word.startswith("-") and word != "-":
            index += grammar.takes_next(command, table, word, words, index)
        else:
            count += 1
        index += 1
    return count
