"""What a command line gives a command: its arguments and flags by name. On the short way.

What a person is asked for is in `asking`.
"""

from __future__ import annotations

from runner.commands import grammar
from runner.commands.model import text
from runner.errors import AtmosError
from runner.globals import SELECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.commands.grammar import Parsed
    from runner.commands.model import Argument, Flag


class Values:
    """Arguments and flags by name, in the order of their declaration; every declared name is there."""

    __slots__ = ("arguments", "flags", "parsed", "trailing")

    def __init__(self, app: App, parsed: Parsed) -> None:
        self.parsed = parsed
        command = parsed.command
        self.arguments: dict[str, str] = {}
        for index, argument in enumerate(command.arguments):
            if index < len(parsed.arguments):
                self.arguments[argument.name] = parsed.arguments[index]
            else:
                self.arguments[argument.name] = text(argument.default)
        self.flags: dict[str, object] = {}
        for flag in command.flags:
            self.flags[flag.name] = _flag_value(app, parsed, flag)
        self.trailing = parsed.trailing or []

    def trailing_text(self) -> str:
        """The words after `--` as one text that bash reads as those words again."""
        if not self.trailing:
            return ""
        from templating.quoting import quote_words

        try:
            return quote_words(self.trailing)
        except ValueError as error:
            raise AtmosError(
                f"failed to process command-line arguments: failed to quote trailing arguments: {error}"
            ) from error


def _flag_value(app: App, parsed: Parsed, flag: Flag) -> object:
    if flag.origin == "global":
        if flag.type == "bool":
            return app.flags.on(flag.name)
        if flag.type == "list":
            return app.flags.items(flag.name)
        if flag.name == "identity":  # what was asked for, not what the environment says
            return "" if parsed.identity in (None, SELECT) else parsed.identity
        return app.flags.text(flag.name)
    value = parsed.flags.get(flag.name)
    if value is not None:
        return value
    if flag.default is None:
        return flag.zero
    if flag.type == "list" and not isinstance(flag.default, list):
        return [item for item in text(flag.default).split(",") if item]
    if flag.type == "bool" and not isinstance(flag.default, bool):
        return text(flag.default) in ("1", "t", "T", "true", "TRUE", "True")
    if flag.type == "string":
        return text(flag.default)
    if flag.type == "int" and not isinstance(flag.default, int):
        return _number(flag, flag.default)
    return flag.default


def _number(flag: Flag, value: object) -> int:
    """A default of an int flag that was computed."""
    try:
        return int(text(value).strip() or 0)
    except ValueError:
        raise AtmosError(f'the default of --{flag.name} is "{text(value)}"; a whole number is needed') from None


def check_complete(parsed: Parsed, *, ask: bool) -> None:
    """Raise for needed arguments and flags that are missing, unless a person will be asked for them."""
    if ask:
        return
    grammar.check_count(parsed)
    missing = grammar.missing_flags(parsed)
    if missing:
        lines = [f"  --{flag.name}  {text(flag.description)}".rstrip() for flag in missing]
        described = "\n".join(lines) if any(flag.description for flag in missing) else ""
        raise AtmosError(
            grammar.required_flags_error(missing), explanation=described,
            hints=[f"Run `{parsed.command.path} --help` for usage"],
        )  # fmt: skip


def missing(values: Values) -> list[Argument | Flag]:
    """Arguments and flags that are needed and were not given, for a person to be asked for, as they are declared."""
    parsed = values.parsed
    wanted: list[Argument | Flag] = [
        argument for index, argument in enumerate(parsed.command.arguments)
        if argument.required and index >= len(parsed.arguments) and not values.arguments[argument.name]
    ]  # fmt: skip
    own = [flag for flag in parsed.command.flags if flag.required and not flag.origin and flag.name not in parsed.flags]
    names = {flag.name for flag in own}
    return [*wanted, *own, *(flag for flag in grammar.missing_flags(parsed) if flag.name not in names)]


def component_type(parsed: Parsed) -> str:
    """The type of the custom component a command is bound to; "" for none."""
    component = parsed.command.data.get("component")
    return str(component["type"]) if isinstance(component, dict) else ""


def stack_of(values: Values) -> str:
    """The stack that was given, "" if none was."""
    return semantic_value(values, "stack") or ""


def semantic_value(values: Values, meaning: str) -> str | None:
    """The value of the first argument, else flag, that means a component or a stack; None when none is declared."""
    command = values.parsed.command
    for argument in command.arguments:
        if argument.semantic == meaning:
            return values.arguments[argument.name]
    for flag in command.flags:
        if flag.semantic == meaning:
            return str(values.flags[flag.name])
    return None


def check_values(values: Values) -> None:
    """Values outside the list a parameter allows. An empty value is not checked."""
    command = values.parsed.command
    for argument in command.arguments:
        _check(argument, [values.arguments[argument.name]], f"argument {argument.name}")
    for flag in command.flags:
        if flag.type == "int" and flag.default is None and flag.name not in values.parsed.flags:
            continue  # its zero is nobody's choice
        value = values.flags[flag.name]
        _check(flag, value if isinstance(value, list) else [value], f"flag --{flag.name}")


def _check(parameter: Argument | Flag, given: list[object], what: str) -> None:
    if not parameter.values:
        return
    allowed = [text(value) for value in parameter.values]
    for item in given:
        word = "" if item is None or item is False else str(item)
        if word and word not in allowed:
            from runner.errors import nearest

            close = nearest(word, allowed, 1)
            raise AtmosError(
                "invalid value for flag",
                explanation=f'invalid value "{word}" for {what} (valid values: {", ".join(allowed)})',
                hints=[f"Did you mean `{close[0]}`?"] if close else (),
            )
