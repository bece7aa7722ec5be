"""The argument grammar of custom commands (decision D26). On the short way.

    words  := (flag | positional)* ["--" word*]
    flag   := --NAME | --NAME=VALUE | --NAME VALUE | --no-NAME | -x | -xVALUE | -x=VALUE | -x VALUE | -xyz

Flags and positionals mix freely. A bool takes a value only after `=`; every other flag takes the next word, whatever
it looks like; an *optional* one (`--identity`, `--profile`, …) takes the next word unless that begins with `-`.
The last occurrence of a flag wins; lists collect. Nothing from `--` on is read (decision D41). The first positionals
are names of children as long as they match; a command whose children do not match has arguments.

`table_of` is what can be parsed; help and completion read the same table, so the three agree.
"""

from __future__ import annotations

from runner.commands.model import AUTOMATIC_IDENTITY, Command, Flag
from runner.errors import UsageError, nearest
from runner.globals import FALSE, FLAGS, OPTIONAL, SELECT, SHORTHANDS, TRUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

HELP_TOPICS = ("usage", "flags", "all")


class Table:
    """The flags that stand at one place of the tree, by name and by shorthand."""

    __slots__ = ("by_name", "by_shorthand")

    def __init__(self) -> None:
        self.by_name: dict[str, Flag] = {}
        self.by_shorthand: dict[str, Flag] = {}

    def add(self, flag: Flag) -> None:
        """Put a flag in; it takes the place of one with its name, and its shorthand from whoever had it."""
        old = self.by_name.get(flag.name)
        if old is not None and old.shorthand and self.by_shorthand.get(old.shorthand) is old:
            del self.by_shorthand[old.shorthand]
        self.by_name[flag.name] = flag
        if flag.shorthand:
            taken = self.by_shorthand.get(flag.shorthand)
            if taken is not None and taken is not flag:
                taken.shorthand = ""
            self.by_shorthand[flag.shorthand] = flag


def global_flag(name: str, shorthand: str = "") -> Flag:
    """One of the program's own flags."""
    return Flag(
        {"name": name, "shorthand": shorthand, "type": FLAGS[name], "inherited": "global", "bare": OPTIONAL.get(name)}
    )


def automatic_flags(command: Command) -> list[Flag]:
    """What every custom command takes without declaring it; a declared flag of that name comes before it."""
    rows: list[dict[str, object]] = [
        {"name": "identity", "shorthand": "i", "type": "optional", "bare": SELECT, "description": AUTOMATIC_IDENTITY},
    ]
    if not command.joined:
        rows += [
            {"name": "dry-run", "type": "bool", "description": "Print what would run, and as whom, without doing it"},
            {
                "name": "watch",
                "type": "optional-list",
                "bare": "",
                "description": "Run again when files matching GLOB change",
            },
            {
                "name": "events",
                "type": "string",
                "description": "Write what happens as JSON lines to FILE, or - for standard output",
            },
        ]
        if command.data.get("sources") or command.data.get("generates"):
            rows.append({"name": "force", "type": "bool", "description": "Run even if everything is up to date"})
    return [Flag({**row, "inherited": "automatic"}) for row in rows]


def table_of(command: Command) -> Table:
    """Every flag that parses after this command: the program's, the automatic ones, its parents', its own."""
    table = Table()
    shorthands = {name: short for short, name in SHORTHANDS.items()}
    for name in FLAGS:
        table.add(global_flag(name, shorthands.get(name, "")))
    for flag in automatic_flags(command):
        table.add(flag)
    for ancestor in command.lineage:
        for flag in ancestor.flags:
            if not flag.origin or (flag.origin == "global" and flag.name not in table.by_name):
                table.add(flag)
    return table


class Parsed:
    """What a command line says.

    command: the one that is meant. arguments: positionals in order. flags: what was given, by name.
    trailing: the words after `--`, None without one. identity: None when absent, SELECT when bare. needed: the command
    was not called, another one depends on it.
    named: the command that the words name, when a `default` led on to another. help_topic: None when help was not
    asked for.
    """

    __slots__ = (
        "arguments",
        "command",
        "flags",
        "globals_given",
        "help_topic",
        "identity",
        "named",
        "needed",
        "table",
        "trailing",
    )

    def __init__(self, command: Command, table: Table, named: Command) -> None:
        self.command = command
        self.named = named
        self.needed = False
        self.table = table
        self.arguments: list[str] = []
        self.flags: dict[str, object] = {}
        self.trailing: list[str] | None = None
        self.identity: str | None = None
        self.globals_given: dict[str, object] = {}
        self.help_topic: str | None = None

    def resolve(self, resolve: Callable[[object], object]) -> Command:
        """Compute what of the command's declaration is computed when it runs."""
        command = self.command.resolved(resolve)
        if self.named is self.command:
            self.named = command
        self.command = command
        return command


def usage_line(command: Command) -> str:
    """The usage line of errors."""
    return f"{command.path} [sub-command] [flags]" if command.data.get("commands") else f"{command.path} [flags]"


def usage_error(command: Command, message: str, **more: object) -> UsageError:
    return UsageError(message, usage=usage_line(command), command=command.path, **more)


def parse(tree: dict[str, object], words: list[str]) -> Parsed:
    """Parse the words after the program's name, less the top-level command word. Raises UsageError."""
    command, taken, named = locate(Command(tree), words)
    parsed = Parsed(command, table_of(command), named)
    _Reader(parsed, words, taken).read()
    return parsed


def locate(command: Command, words: list[str]) -> tuple[Command, set[int], Command]:
    """The command that is meant, the positions of the words that name it, and the one they name: not the same
    where a `default` led further."""
    taken: set[int] = set()
    table = table_of(command)
    index, count, positionals = 0, len(words), 0
    while index < count:
        word = words[index]
        if word == "--":
            positionals += count - index - 1
            break
        if word.startswith("-") and word != "-":
            index += 1 + takes_next(command, table, word, words, index)
            continue
        child = command.child(word)
        if child is None:
            positionals += 1
            break
        command, table = child, table_of(child)
        taken.add(index)
        index += 1
    named = command
    if not positionals:
        passed: list[str] = []
        while command.data.get("default"):
            child = command.child(str(command.data["default"]))
            if child is None or child.path in passed:
                break
            passed.append(child.path)
            command = child
    return command, taken, named


def takes_next(command: Command, table: Table, word: str, words: list[str], index: int) -> int:
    """How many words after a flag are its value, as far as that is known before the command is."""
    following = words[index + 1] if index + 1 < len(words) else None
    if following is None or "=" in word:
        return 0
    if word.startswith("--"):
        flag = table.by_name.get(word[2:]) or _below(command, word[2:])
        return 0 if flag is None else _wants(flag, following)
    for position, letter in enumerate(word[1:], 1):
        flag = table.by_shorthand.get(letter)
        if flag is None:
            return 0
        if flag.type != "bool":
            return _wants(flag, following) if position == len(word) - 1 else 0
    return 0


def _wants(flag: Flag, following: str) -> int:
    if flag.type == "bool":
        return 0
    if flag.type.startswith("optional"):
        return 0 if following.startswith("-") else 1
    return 1


def _below(command: Command, name: str) -> Flag | None:
    """A flag that only a descendant declares, given before that descendant's name."""
    for child in command.children:
        for flag in child.flags:
            if flag.name == name:
                return flag
        found = _below(child, name)
        if found is not None:
            return found
    return None


class _Reader:
    """Reads the words of one command line into a `Parsed`."""

    def __init__(self, parsed: Parsed, words: list[str], taken: set[int]) -> None:
        self.parsed = parsed
        self.table = parsed.table
        self.words = words
        self.taken = taken
        self.index = 0

    def read(self) -> None:
        parsed, words = self.parsed, self.words
        while self.index < len(words):
            word = words[self.index]
            self.index += 1
            if self.index - 1 in self.taken:
                continue
            if word == "--":
                parsed.trailing = words[self.index :]
                break
            if word.startswith("--"):
                self.long(word)
            elif word.startswith("-") and word != "-":
                self.short(word)
            else:
                parsed.arguments.append(word)

    def fail(self, message: str, *hints: str) -> UsageError:
        return usage_error(self.parsed.command, f"{message} for command {self.parsed.command.path}", hints=hints)

    def long(self, word: str) -> None:
        name, equals, value = word[2:].partition("=")
        flag = self.table.by_name.get(name)
        if flag is not None:
            self.set(flag, value if equals else None, f"--{name}")
        elif name == "help":
            self.help(value if equals else "")
        elif name.startswith("no-") and not equals and self.bool_named(name[3:]) is not None:
            self.store(self.bool_named(name[3:]), False)
        else:
            negated = [f"no-{flag.name}" for flag in self.table.by_name.values() if flag.type == "bool"]
            close = nearest(name, [*self.table.by_name, "help", *(negated if name.startswith("no") else ())], 1)
            raise self.fail(f"unknown flag --{name}", *([f"Did you mean `--{close[0]}`?"] if close else []))

    def bool_named(self, name: str) -> Flag | None:
        flag = self.table.by_name.get(name)
        return flag if flag is not None and flag.type == "bool" else None

    def short(self, word: str) -> None:
        position = 1
        while position < len(word):
            letter = word[position]
            position += 1
            flag = self.table.by_shorthand.get(letter)
            if flag is None and letter == "h":
                self.help(word[position + 1 :] if word[position : position + 1] == "=" else "")
                if word[position : position + 1] == "=":
                    return
                continue
            if flag is None:
                raise self.fail(f"unknown shorthand flag '{letter}' in {word}")
            rest = word[position:]
            if rest.startswith("="):
                self.set(flag, rest[1:], f"-{letter}, --{flag.name}")
                return
            if flag.type == "bool":
                self.store(flag, True)
                continue
            self.set(flag, rest or None, f"-{letter}")
            return

    def help(self, topic: str) -> None:
        if topic.lower() in ("", "true"):
            topic = ""
        elif topic.lower() == "false":
            return
        self.parsed.help_topic = topic

    def set(self, flag: Flag, value: str | None, shown: str) -> None:
        """Give a flag its value, taken from the next word where it is not attached."""
        if flag.type == "bool":
            if value is None:
                self.store(flag, True)
            elif value in TRUE or value in FALSE:
                self.store(flag, value in TRUE)
            else:
                raise self.invalid(flag, value, "strconv.ParseBool")
            return
        if value is None:
            following = self.words[self.index] if self.index < len(self.words) else None
            if flag.type.startswith("optional"):
                if following is None or following.startswith("-"):
                    self.store(flag, flag.bare)
                    return
            elif following is None or following == "--":
                raise self.fail(f"{shown} flag needs an argument")
            assert following is not None
            value = following
            self.index += 1
        if flag.type == "int":
            try:
                self.store(flag, int(value))
            except ValueError:
                raise self.invalid(flag, value, "strconv.ParseInt") from None
        else:
            self.store(flag, value)

    def invalid(self, flag: Flag, value: str, parser: str) -> UsageError:
        shown = f"-{flag.shorthand}, --{flag.name}" if flag.shorthand else f"--{flag.name}"
        wanted = "true or false" if parser.endswith("Bool") else "a whole number"
        return self.fail(
            f'invalid argument "{value}" for "{shown}" flag: {parser}: parsing "{value}": invalid syntax',
            f"`--{flag.name}` takes {wanted}",
        )

    def store(self, flag: Flag | None, value: object) -> None:
        assert flag is not None
        parsed, name = self.parsed, flag.name
        target = parsed.flags
        if name in FLAGS and flag.origin in ("global", "automatic"):
            target = parsed.globals_given
        if flag.type.endswith("list"):
            collected = target.setdefault(name, [])
            assert isinstance(collected, list)
            if flag.origin in ("global", "automatic"):
                collected.append(value)  # split on commas by whoever reads them
            else:
                collected.extend(item for item in str(value).split(",") if item)
            return
        target[name] = value
        if name == "identity":
            parsed.identity = str(value)


def check_words(parsed: Parsed) -> None:
    """Positionals that are no argument of the command: unknown children, too many words. Raises UsageError."""
    command, given = parsed.command, parsed.arguments
    declared = command.arguments
    if len(given) <= len(declared) or not given:
        return
    path = command.path
    children = command.children
    if children and not declared:
        raise unknown_child(command, given[0])
    if not declared:
        raise usage_error(command, f'unknown command "{given[0]}" for "{path}"')
    least = sum(1 for argument in declared if argument.needed)
    raise usage_error(command, f"`{path}` accepts between {least} and {len(declared)} arg(s), received {len(given)}")


def unknown_child(command: Command, word: str) -> UsageError:
    """A word that is no child of a command that has some."""
    names = [child.name for child in command.children]
    spellings = {alias: child.name for child in command.children for alias in [child.name, *child.aliases]}
    close = nearest(word, spellings)
    listed = list(dict.fromkeys(spellings[name] for name in close)) or sorted(names)
    heading = "Did you mean this?" if close else "Valid subcommands are:"
    bullets = "\n".join(f"  • {name}" for name in listed)
    return usage_error(command, f"Unknown command {word} for {command.path}", explanation=f"{heading}\n\n{bullets}")


def check_count(parsed: Parsed) -> None:
    """Arguments that are needed and not given. Raises UsageError."""
    command, given = parsed.command, len(parsed.arguments)
    declared = command.arguments
    missing = [argument for argument in declared[given:] if argument.needed]
    if not missing:
        return
    least = sum(1 for argument in declared if argument.needed)
    described = "\n".join(f"  {argument.name}  {argument.description}".rstrip() for argument in missing)
    if parsed.named is not command or parsed.needed:
        needed = [argument.name for argument in declared if argument.needed]
        listed = "\n".join(f"  {number}. {name}" for number, name in enumerate(needed, 1))
        text = f"Command requires at least {least} argument(s) (no defaults provided for them):\n{listed}"
        if given:
            text += f"\n\nReceived {given} argument(s): {', '.join(parsed.arguments)}"
        raise usage_error(command, text)
    if not given:
        raise usage_error(
            command, f"You invoked `{command.path}` incorrectly.", explanation=f"Missing arguments:\n\n{described}"
        )
    if given < least:
        raise usage_error(
            command, f"`{command.path}` accepts between {least} and {len(declared)} arg(s), received {given}",
            explanation=f"Missing arguments:\n\n{described}",
        )  # fmt: skip
    raise usage_error(command, f"Missing required argument '{missing[0].name}' with no default!")


def missing_flags(parsed: Parsed) -> list[Flag]:
    """Required flags that were not given; a default does not stand in. A `default` child's own are not enforced."""
    table = parsed.table if parsed.named is parsed.command else table_of(parsed.named)
    return [
        flag for flag in sorted(table.by_name.values(), key=lambda flag: flag.name)
        if flag.required and flag.name not in parsed.flags
    ]  # fmt: skip


def required_flags_error(flags: list[Flag]) -> str:
    """The message of the error for required flags that are missing."""
    return f"required flag(s) {', '.join(f'{chr(34)}{flag.name}{chr(34)}' for flag in flags)} not set"
