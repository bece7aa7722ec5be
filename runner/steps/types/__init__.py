"""The table of step types, one module each. A row is all that validation, the engine and the documentation know.

A module has `run(ctx) -> Result | None`; it is imported when the first step of its type runs. On the short way.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context
    from runner.steps.model import Result


class Row:
    """One step type. module: below `runner.steps.types`. required, optional: its own fields beside the common ones.

    process: it starts a program, so it has an environment, an identity and a working directory of its own.
    child: it may stand in a parallel or matrix step. missing: why it cannot run here (then `module` is "").
    """

    __slots__ = ("child", "group", "missing", "module", "optional", "process", "purpose", "required")

    def __init__(
        self, module: str, purpose: str, required: tuple[str, ...] = (), optional: tuple[str, ...] = (), *,
        group: str, process: bool = False, child: bool = False, missing: str = "",
    ) -> None:  # fmt: skip
        self.module, self.purpose, self.required, self.optional = module, purpose, required, optional
        self.group, self.process, self.child, self.missing = group, process, child, missing


_PROMPT = ("prompt",)

TYPES: dict[str, Row] = {
    # programs
    "shell": Row("shell", "Run text with bash (or sh)", ("command",), ("tty", "interactive", "container"),
                 group="programs", process=True, child=True),
    "atmos": Row("atmos", "Run this very program with other words", ("command",), group="programs", process=True, child=True),
    "exec": Row("exec", "Replace this program by a command; must be the last step", ("command",), group="programs", process=True),
    "script": Row("script", "Run a script with an interpreter", ("interpreter", "script"), ("container",),
                  group="programs", process=True, child=True),
    "spin": Row("spin", "Run a command behind a spinner; its output is the result", ("title", "command"),
                group="programs", process=True),
    "container": Row("container", "Run in a container, with the runtime on PATH; with `background: true` as a service", ("with",),
                     group="programs", process=True),
    # control
    "parallel": Row("parallel", "Run children at the same time, in the order of their needs", ("steps",),
                    ("max_concurrency", "fail", "executor"), group="control"),
    "matrix": Row("matrix", "Run children once for each combination of values", ("matrix", "steps"),
                  ("max_concurrency", "fail", "executor"), group="control"),
    "env": Row("env", "Set variables for later steps and templates", ("vars",), ("export",), group="control"),
    "exit": Row("exit", "Stop the run with a code", (), ("code", "content"), group="control"),
    "sleep": Row("sleep", "Wait for `timeout` (1s)", group="control", child=True),
    "require": Row("require", "Check that tools, files and folders are there", (), ("tools", "files", "dirs", "hint"),
                   group="control", process=True),
    "wait": Row("wait", "Wait for a background step", ("for",), group="control"),
    "wait-all": Row("wait", "Wait for every background step", group="control"),
    "cancel": Row("wait", "End a background step", ("for",), group="control"),
    # questions
    "input": Row("prompts", "Ask for a line of text", _PROMPT, ("default", "placeholder", "password"), group="questions"),
    "confirm": Row("prompts", "Ask yes or no", _PROMPT, ("default",), group="questions"),
    "choose": Row("prompts", "Ask for one of several options", ("prompt", "options"), ("default",), group="questions"),
    "filter": Row("prompts", "Ask for some of several options", ("prompt", "options"), ("default", "multiple", "limit"),
                  group="questions"),
    "file": Row("prompts", "Ask for a file", _PROMPT, ("default", "path", "extensions"), group="questions"),
    "write": Row("prompts", "Ask for a longer text", _PROMPT, ("default", "placeholder", "height"), group="questions"),
    # messages
    "toast": Row("messages", "A message with an icon", ("content",), ("level",), group="messages"),
    "markdown": Row("messages", "A rendered Markdown text", ("content",), group="messages"),
    "log": Row("messages", "A line in the log", ("content",), ("level", "fields"), group="messages"),
    "say": Row("messages", "A plain line for people", ("content",), group="messages"),
    "format": Row("messages", "A line on standard output", ("content",), group="messages"),
    "join": Row("messages", "Several texts as one; prints nothing", (), ("options", "content", "separator"), group="messages"),
    "table": Row("messages", "Rows as a table on standard output", (), ("data", "content", "columns", "title"), group="messages"),
    "style": Row("messages", "A text with colours, border and space", ("content",), (
        "foreground", "background", "border", "border_foreground", "border_background", "padding", "margin", "width",
        "height", "align", "bold", "italic", "underline", "strikethrough", "faint", "markdown"), group="messages"),
    "pager": Row("messages", "A long text, page by page on a terminal", (), ("content", "path", "title", "markdown"),
                 group="messages"),
    "stage": Row("messages", "A heading with the number of the stage", (), ("title",), group="messages"),
    "title": Row("messages", "The title of the terminal window", (), ("content",), group="messages"),
    "alert": Row("messages", "A message with a bell", (), ("content",), group="messages"),
    "hint": Row("messages", "A hint", ("content",), group="messages"),
    "linebreak": Row("messages", "Empty lines", (), ("count",), group="messages"),
    "clear": Row("messages", "Clear the current line", group="messages"),
    # data
    "http": Row("http", "Call a URL", ("url",), ("method", "headers", "query", "body", "form", "expect"), group="data"),
    "store": Row("store", "Write a value to a configured store", ("with",), ("action", "component"), group="data", process=True),
    "workdir": Row("workdir", "Copy a source to a folder", ("path", "source"), ("reset",), group="data"),
    "archive": Row("archive", "Pack or unpack an archive", ("source", "destination"), (
        "action", "format", "subpath", "include", "exclude", "mtime"), group="data"),
    "junit": Row("junit", "Summarise JUnit XML reports", ("files",), ("action", "title"), group="data"),
    "tflint": Row("", "Run tflint for a component", ("component",), ("args", "with"), group="programs", process=True,
                  missing="Call tflint from a shell step"),
    # known, and not offered
    "emulator": Row("", "Start an emulator", group="not supported",
                    missing="Emulators are identities here (`kind: aws/emulator`); see `atmos emulator --help`"),
    "cast": Row("", "Record a terminal session", group="not supported", missing="Recording sessions is not supported"),
    "simulate": Row("", "Simulate typing", group="not supported", missing="Simulated sessions are not supported"),
}  # fmt: skip
ALIASES = {"webhook": "http", "assert": "require"}
CHILD_TYPES = ("atmos", "shell", "script", "sleep")


def row(name: str) -> Row | None:
    """The row of a type or of an alias of one."""
    return TYPES.get(ALIASES.get(name, name))


_runners: dict[str, object] = {}


def runner(name: str) -> Callable[[Context], Result | None]:
    """What runs a step of this type."""
    found = _runners.get(name)
    if found is None:
        entry = row(name)
        assert entry is not None
        module = __import__(f"runner.steps.types.{entry.module}", fromlist=["run"])
        found = _runners[name] = module.run
    return found  # type: ignore[return-value]


if TYPE_CHECKING:
    from collections.abc import Callable
