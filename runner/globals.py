"""Global flags, read from the raw argument list before the command is known (spec: config §2.1).

They may stand before or after the command word, but never after `--`. `scan` takes them out of the words
and leaves everything else as it was; on the short way, so it imports nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SELECT = "\0select"  # a bare --identity or --profile: a person is to choose

# name -> kind; "optional": alone it means the value in OPTIONAL, and it takes the next word unless that starts with "-"
FLAGS: dict[str, str] = {
    "chdir": "string",
    "base-path": "string",
    "config": "list",
    "config-path": "list",
    "profile": "optional-list",
    "identity": "optional",
    "logs-level": "string",
    "logs-file": "string",
    "verbose": "bool",
    "no-color": "bool",
    "force-color": "bool",
    "force-tty": "bool",
    "interactive": "bool",
    "mask": "bool",
    "pager": "optional",
    "redirect-stderr": "string",
    "settings-list-merge-strategy": "string",
    "edition": "string",
    "use-version": "string",
    "cast": "optional",
    "ai": "bool",
    "skill": "list",
    "heatmap": "bool",
    "heatmap-mode": "string",
    "profiler-enabled": "bool",
    "profiler-host": "string",
    "profiler-port": "int",
    "profile-file": "string",
    "profile-type": "string",
}
SHORTHANDS = {"C": "chdir", "v": "verbose"}
DEFAULT_TRUE = ("interactive", "mask")
OPTIONAL = {"profile": SELECT, "identity": SELECT, "pager": "true", "cast": ""}
TRUE = ("1", "t", "T", "true", "TRUE", "True")
FALSE = ("0", "f", "F", "false", "FALSE", "False")


class GlobalFlags:
    """What the command line said; `None` where it said nothing. `flag(name)` falls back to the environment."""

    __slots__ = ("env", "given")

    def __init__(self, given: dict[str, object], env: Mapping[str, str]) -> None:
        self.given = given
        self.env = env

    def text(self, name: str) -> str:
        """A string flag, else `ATMOS_<NAME>`, else ""."""
        value = self.given.get(name)
        if value is not None:
            return str(value)
        return self.env.get("ATMOS_" + name.upper().replace("-", "_"), "")

    def items(self, name: str) -> list[str]:
        """A list flag (split on commas), else its variable; empty items dropped."""
        value = self.given.get(name)
        if not value:
            value = [self.env.get("ATMOS_" + name.upper().replace("-", "_"), "")]
        assert isinstance(value, list)
        return [item for text in value for item in text.split(",") if item]

    def on(self, name: str) -> bool:
        """A bool flag, else its variable (ParseBool words only), else its default."""
        value = self.given.get(name)
        if value is None:
            word = self.env.get("ATMOS_" + name.upper().replace("-", "_"), "")
            value = True if word in TRUE else False if word in FALSE else name in DEFAULT_TRUE
        return bool(value)


def scan(
    words: list[str], env: Mapping[str, str], *, identity_shorthand: bool = False
) -> tuple[GlobalFlags, list[str]]:
    """Take the global flags out of a command line: (flags, the remaining words in order).

    Words from `--` on are never looked at (decision D41). A flag without its value is left where it stands,
    so that whoever parses the rest reports it. `identity_shorthand`: `-i` counts as `--identity`.
    """
    given: dict[str, object] = {}
    rest: list[str] = []
    index, count = 0, len(words)
    while index < count:
        word = words[index]
        index += 1
        if word == "--":
            rest.append(word)
            rest.extend(words[index:])
            break
        name = value = None
        if word.startswith("--"):
            name, equals, text = word[2:].partition("=")
            value = text if equals else None
        elif len(word) > 1 and word[0] == "-":
            letter = word[1]
            if letter == "C":
                name, value = "chdir", (word[2:].removeprefix("=") if len(word) > 2 else None)
            elif word == "-v":
                name = "verbose"
            elif letter == "i" and identity_shorthand:
                name, value = "identity", (word[2:].removeprefix("=") if len(word) > 2 else None)
        kind = FLAGS.get(name) if name else None
        if kind is None or name is None:
            rest.append(word)
            continue
        if kind == "bool":
            if value is None or value in TRUE or value in FALSE:
                given[name] = value not in FALSE
            else:
                rest.append(word)
            continue
        if value is None:
            takes_next = (
                index < count
                and words[index] != "--"
                and (not words[index].startswith("-") or not kind.startswith("optional"))
            )
            if takes_next:
                value = words[index]
                index += 1
            elif kind.startswith("optional"):
                value = OPTIONAL[name]
            else:
                rest.append(word)
                continue
        if kind.endswith("list"):
            given.setdefault(name, [])
            given[name].append(value)  # type: ignore[attr-defined]
        else:
            given[name] = value
    return GlobalFlags(given, env), rest


def complaint(word: str) -> str:
    """What is wrong with a global flag that `scan` left where it stands; "" for a word that is none of them."""
    name, equals, value = word.partition("=")
    kind = FLAGS.get("chdir" if name == "-C" else name[2:] if name.startswith("--") else "", "")
    if kind == "bool" and equals:
        return f'invalid argument "{value}" for "{name}" flag: strconv.ParseBool: parsing "{value}": invalid syntax'
    return f"{name} flag needs an argument" if kind and kind != "bool" and not equals else ""
