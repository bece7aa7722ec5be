"""Compile the arguments and flags of a custom command: plain data, and everything that is wrong with them.

Rules of names, shorthands and types: docs/commands.md. A flag that repeats one of the program's own or of a parent
command with the same type *is* that flag; with another type it is a mistake of its command.
"""

from __future__ import annotations

from runner.commands.fields import Fields, kind_of, scalar_text
from runner.errors import Problem, nearest
from runner.globals import FLAGS, SHORTHANDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.errors import Where

TYPES = ("string", "bool", "int", "list")
SEMANTIC = ("component", "stack")
FILE = "atmos.yaml"

Compiled = dict[str, object]


def global_type(name: str) -> str:
    """The type of one of the program's own flags, as a declaration names it; "" for none."""
    kind = FLAGS.get(name, "")
    return "string" if kind == "optional" else kind.removeprefix("optional-")


def compile_arguments(fields: Fields, command: str) -> list[Compiled]:
    """The `arguments` of a command."""
    found: list[Compiled] = []
    seen: set[str] = set()
    for index, raw, where in fields.maps("arguments"):
        own = Fields(raw, f"{fields.path}.arguments[{index}]", fields.problems, where)
        name = own.plain_text("name").strip()
        argument: Compiled = {
            "name": name,
            "description": own.text("description"),
            "required": own.boolean("required"),
            "default": _argument_default(own),
            "type": _semantic(own, "type"),
            "values": own.texts("values"),
        }
        own.finish("an argument")
        if not name:
            own.problem(f"argument {index + 1} of `{command}` has no `name`")
            continue
        if name in seen:
            own.problem(f"Custom command '{command}' defines argument '{name}' twice", "name")
        seen.add(name)
        _check_default(own, argument, f"argument {name}")
        found.append(argument)
    return found


def _argument_default(own: Fields) -> object:
    """An empty default counts as none."""
    value = own.text("default")
    return value if value != "" else None


def _semantic(own: Fields, key: str) -> str:
    value = own.text(key)
    return value.lower() if isinstance(value, str) and value.lower() in SEMANTIC else ""


def _check_default(own: Fields, parameter: Compiled, what: str) -> None:
    """A note only: a value that is given makes up for a default that cannot be used."""
    default, values = parameter["default"], parameter["values"]
    assert isinstance(values, list)
    if default in (None, "", False) or isinstance(default, tuple) or not values:
        return
    if any(isinstance(value, tuple) for value in values):
        return
    for item in default if isinstance(default, list) else [default]:
        if str(item) not in values:
            own.problem(
                f'the default "{item}" of {what} is none of its values (valid values: {", ".join(map(str, values))})',
                "default",
                severity="note",
            )


class FlagTable:
    """The flags of one command, as they are compiled: knows what parents and the program itself define."""

    def __init__(self, fields: Fields, command: str, inherited: dict[str, Compiled]) -> None:
        self.fields = fields
        self.command = command
        self.inherited = inherited
        self.found: list[Compiled] = []
        self.names: set[str] = set()
        self.shorthands: dict[str, str] = {}

    def compile(self) -> list[Compiled]:
        for index, raw, where in self.fields.maps("flags"):
            self.one(index, raw, where)
        return self.found

    def file(self, own: Fields) -> str:
        place = own.where("name")
        return place.file.rsplit("/", 1)[-1] if place and place.file else FILE

    def one(self, index: int, raw: dict[str, object], where: Where | None) -> None:
        own = Fields(raw, f"{self.fields.path}.flags[{index}]", self.fields.problems, where)
        name = own.plain_text("name").strip().removeprefix("--")
        kind = self.kind(own)
        shorthand = own.plain_text("shorthand").strip().removeprefix("-")
        flag: Compiled = {
            "name": name,
            "shorthand": shorthand,
            "type": kind,
            "description": own.text("description") or own.text("usage"),
            "required": own.boolean("required"),
            "default": self.default(own, kind),
            "semantic": _semantic(own, "semantic_type"),
            "values": own.texts("values"),
        }
        own.finish("a flag", ("usage",))
        if not name:
            own.problem(f"flag {index + 1} of `{self.command}` has no `name`")
            return
        if any(char in name for char in "= \t\n\"'") or name.startswith("-"):
            own.problem(f"`{name}` cannot be the name of a flag", "name")
            return
        if name in self.names:
            own.problem(
                f"duplicate flag registration: Custom command '{self.command}' defines duplicate flag '--{name}'",
                "name", hint=f"Remove one of the two definitions of `--{name}`",
            )  # fmt: skip
            return
        self.names.add(name)
        if name in self.shorthands:
            self.twice(own, name)
        if self.merged(own, flag):
            return
        if self.shorthand(own, flag):
            _check_default(own, flag, f"flag --{name}")
        self.found.append(flag)

    def kind(self, own: Fields) -> str:
        kind = own.plain_text("type").strip().lower() or "string"
        if kind not in TYPES:
            close = nearest(kind, TYPES, 1)
            own.problem(
                f"unknown flag type `{kind}`", "type",
                hint=f"Did you mean `{close[0]}`?" if close else "Types: " + ", ".join(TYPES),
            )  # fmt: skip
            return "string"
        return kind

    def default(self, own: Fields, kind: str) -> object:
        """The default if it is of the flag's type; the zero value and a warning if not."""
        value = own.get("default")
        if value is None or isinstance(value, tuple):
            return value
        if kind == "bool" and isinstance(value, bool):
            return value
        if kind == "string" and isinstance(value, str):
            return value
        if kind == "int":
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            if isinstance(value, str):
                try:
                    return int(value)
                except ValueError:
                    pass
        if kind == "list":
            if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
                return [item if isinstance(item, tuple) else scalar_text(item) for item in value]
            if isinstance(value, str):
                return [item for item in value.split(",") if item]
        wanted = {"string": "text", "bool": "true or false", "int": "a whole number", "list": "a list"}[kind]
        quoting = " (quote it)" if kind == "string" and not isinstance(value, dict | list) else ""
        own.problem(
            f"the default of this flag is {kind_of(value)} and is ignored: a flag of type {kind} needs {wanted}{quoting}",
            "default", severity="error" if kind in ("int", "list") else "note",
        )  # fmt: skip
        return None

    def merged(self, own: Fields, flag: Compiled) -> bool:
        """A name the program or a parent has already: the same flag with the same type, a mistake with another."""
        name, kind = str(flag["name"]), str(flag["type"])
        known = self.inherited.get(name)
        existing = str(known["type"]) if known else global_type(name) if name != "help" else "bool"
        if not existing:
            return False
        if existing != kind or name == "help":
            own.problem(
                f"reserved flag name: Custom command '{self.command}' in {self.file(own)} declares flag '--{name}' with "
                f"type '{kind}', but it already exists with type '{existing}'",
                "name", hint="Either use the existing flag type, or rename your flag to avoid conflicts",
            )  # fmt: skip
            return True
        if known:
            self.found.append({**known, "inherited": "parent"})
        else:
            self.found.append({**flag, "shorthand": "", "default": None, "required": False, "inherited": "global"})
        return True

    def shorthand(self, own: Fields, flag: Compiled) -> bool:
        """Check the shorthand; whether it can be used."""
        short, name = str(flag["shorthand"]), str(flag["name"])
        if not short:
            return True
        if len(short) != 1 or short in "-= ":
            own.problem(
                f"duplicate flag registration: Custom command '{self.command}' defines invalid shorthand '-{short}' for "
                f"flag '--{name}'",
                "shorthand", hint="Use exactly one character for shorthand flags",
            )  # fmt: skip
        elif short in self.shorthands or (short in self.names and short != name):
            self.twice(own, short)
        else:
            owner = "help" if short == "h" else SHORTHANDS.get(short, "")
            owner = owner or next((str(f["name"]) for f in self.inherited.values() if f["shorthand"] == short), "")
            if not owner or owner == name:
                self.shorthands[short] = name
                return True
            own.problem(
                f"reserved flag name: Custom command '{self.command}' in {self.file(own)} defines flag shorthand '-{short}' "
                f"which conflicts with existing flag '--{owner}'",
                "shorthand", hint="Change the shorthand to avoid conflicts",
            )  # fmt: skip
        flag["shorthand"] = ""
        return False

    def twice(self, own: Fields, short: str) -> None:
        own.problem(
            f"duplicate flag registration: Custom command '{self.command}' defines duplicate flag shorthand '-{short}'",
            "shorthand", hint="Change the shorthand of one of the two",
        )  # fmt: skip


def inherit(inherited: dict[str, Compiled], flags: list[Compiled]) -> dict[str, Compiled]:
    """What the children of a command with these flags inherit."""
    result = dict(inherited)
    for flag in flags:
        if not flag.get("inherited"):
            result[str(flag["name"])] = flag
    return result


def plain(problem: Problem) -> list[object]:
    """A problem as data that holds no tuple: tuples are values computed later."""
    return [list(item) if isinstance(item, tuple) else item for item in problem.plain()]
