"""From the words on the command line to the command that is meant. The start of the short way (ARCHITECTURE.md)."""

from __future__ import annotations

import os
import sys

from runner.app import App
from runner.errors import AtmosError
from runner.globals import FLAGS, SELECT, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.cli import Builtin
    from runner.globals import GlobalFlags

INTERRUPTED = 130
BROKEN_PIPE = 141


def main() -> int:
    """The `atmos` command: runs, prints an error once, gives the exit code (docs/exit-codes.md)."""
    app: App | None = None
    try:
        argv = sys.argv[1:]
        env = dict(os.environ)
        asked = argv
        if argv[:1] and argv[0].startswith("__complete"):  # its last word is not finished, and may belong to a flag
            asked = argv[: -2 if argv[-2].startswith("--") else -1] if len(argv) > 1 else []
        flags, _ = scan(asked, env)
        cwd = change_directory(flags, env)
        redirect_stderr(flags.text("redirect-stderr"))
        profiles = flags.items("profile") if "profile" in flags.given else []
        if profiles and SELECT not in profiles:
            env["ATMOS_PROFILE"] = ",".join(profiles)  # nested runs see it too (decision D30)
        app = App(argv, env, cwd, flags)
        code = dispatch(app)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        code = BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the one place where every error ends
        code = report(error, app)
    if app is not None:
        try:
            app.close()
        except KeyboardInterrupt:
            code = INTERRUPTED
        except Exception as error:  # noqa: BLE001
            code = report(error, app) or code
    return code


def _silence_stdout() -> None:
    """The reader of our output went away: what the interpreter still has to flush goes nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        pass


def report(error: Exception, app: App | None) -> int:
    """Show one of our errors; anything else is a fault of ours and says so without a traceback, unless asked for."""
    if hasattr(error, "exit_code") and hasattr(error, "message"):
        from runner.console.errors import show

        return show(error, app)
    if os.environ.get("ATMOS_TRACEBACK"):
        raise error
    from runner.console.errors import show

    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{os.path.basename(os.path.dirname(code.co_filename))}/{os.path.basename(code.co_filename)}:{trace.tb_lineno}"
        trace = trace.tb_next
    wrapped = AtmosError(
        f"internal error: {type(error).__name__}: {error}",
        explanation=f"This is a fault of atmos itself, at {place}.",
        hints=["Run again with `ATMOS_TRACEBACK=1` and report what it prints"],
    )
    return show(wrapped, app)


def change_directory(flags: GlobalFlags, env: dict[str, str]) -> str:
    """Apply --chdir / ATMOS_CHDIR before anything else; nested runs must not apply it again. The working directory."""
    target = str(flags.given.get("chdir") or env.get("ATMOS_CHDIR") or "")
    env.pop("ATMOS_CHDIR", None)
    os.environ.pop("ATMOS_CHDIR", None)
    if target:
        path = target
        if path == "~" or path.startswith("~/"):
            path = env.get("HOME", "") + path[1:]
        elif path.startswith("~"):
            raise AtmosError(f"workdir does not exist: home of another user is not expanded: {target}")
        path = os.path.abspath(path)
        if not os.path.exists(path):
            raise AtmosError(f"workdir does not exist: directory does not exist: {path}",
                             hints=["Check the value of `--chdir` or `ATMOS_CHDIR`"])  # fmt: skip
        if not os.path.isdir(path):
            raise AtmosError(f"workdir does not exist: not a directory: {path}",
                             hints=["Check the value of `--chdir` or `ATMOS_CHDIR`"])  # fmt: skip
        try:
            os.chdir(path)
        except OSError as error:
            raise AtmosError(f"cannot change to {path}: {error.strerror}") from error
        env["PWD"] = os.environ["PWD"] = path
        return path
    try:
        here = os.getcwd()
    except OSError as error:
        raise AtmosError("the current directory does not exist any more") from error
    shown = env.get("PWD", "")  # as the user sees it, symbolic links and all
    try:
        if shown and os.path.isabs(shown) and os.path.samefile(shown, here):
            return shown
    except OSError:
        pass
    return here


def redirect(flags: GlobalFlags) -> None:
    """Apply --redirect-stderr: what we and everything we start write there goes to a file, after what it holds."""
    target = flags.text("redirect-stderr")
    if target in ("", "/dev/stderr"):
        return
    try:
        fd = 1 if target == "/dev/stdout" else os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(fd, 2)
    except OSError as error:
        raise AtmosError(f"cannot redirect standard error to {target}: {error.strerror}",
                         hints=["Check the value of `--redirect-stderr` or `ATMOS_REDIRECT_STDERR`"]) from error  # fmt: skip
    if fd > 2:
        os.close(fd)


def command_word(words: list[str]) -> int:
    """Where the command word stands in the untouched words: the first that is no flag and no flag's value; -1 if none."""
    index, count = 0, len(words)
    while index < count:
        word = words[index]
        if word == "--":
            return -1
        if not word.startswith("-") or word == "-":
            return index
        index += 1
        if word.startswith("--") and "=" not in word:
            kind = FLAGS.get(word[2:], "")
            if kind in ("string", "list", "int") or (
                kind.startswith("optional") and index < count and not words[index].startswith("-")
            ):
                index += 1
        elif word == "-C" or (word == "-i" and index < count and not words[index].startswith("-")):
            index += 1
    return -1


def redirect_stderr(target: str) -> None:
    """`--redirect-stderr FILE`: what we and our children write to stderr is appended to a file."""
    if not target:
        return
    try:
        fd = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise AtmosError(f"cannot redirect stderr to {target}: {error.strerror}",
                         hints=["Check the value of `--redirect-stderr` or `ATMOS_REDIRECT_STDERR`"]) from error  # fmt: skip
    os.dup2(fd, 2)
    os.close(fd)


def other_version(app: App) -> None:
    """Another release was asked for: refused, or said (runner.config.constraint)."""
    if "use-version" in app.flags.given or app.env.get("ATMOS_USE_VERSION"):
        from runner.config import constraint
        from runner.console.errors import warn

        said = constraint.asked(app.flags, app.env)
        if said:
            warn(app, said)


def dispatch(app: App) -> int:
    """Run the command that the words mean."""
    argv = app.argv
    if argv and argv[0].startswith("__complete"):
        from runner.cli import completion

        return completion.answer(app, argv[0], argv[1:])
    at = command_word(argv)
    if argv and argv[0] == "--version":
        from runner.cli import version

        if "use-version" in app.flags.given:
            raise AtmosError("--version and --use-version cannot be used together")
        return version.run(app, [])
    other_version(app)
    if at < 0:
        return without_command(app)
    word = argv[at]
    words = argv[:at] + argv[at + 1 :]

    from runner import cli

    row = cli.find(app, word)
    if row is None and word in cli.BY_ALIAS:
        row = cli.BY_ALIAS[word]
        # A custom command may bear the name of a built-in's alias: the first in order of the alphabet is meant.
        if word < row.name and app.config.command(word) is not None:
            row = None
    if row is not None:
        return builtin(app, row, words)

    try:
        config = app.config
    except AtmosError:
        own = words[: words.index("--")] if "--" in words else words
        if not any(asked in own for asked in ("--help", "-h")):
            raise
        return without_command(app)  # help is never stopped by a broken configuration; it says what is wrong
    aliases = config.aliases()
    alias = word if word in aliases else ""
    tree = None if alias else config.command(word) or _by_command_alias(app, word)
    if not alias and tree is None:  # a key may have been written in another case
        alias = next((name for name in aliases if name.lower() == word.lower()), "")
    if alias:
        from runner.commands import aliases as running

        return running.run(app, alias, aliases[alias], words)
    if tree is not None:
        from runner.commands import run

        return run.run(app, tree, words)
    return unknown_command(app, word)


def _by_command_alias(app: App, word: str) -> dict[str, Any] | None:
    """The custom command that lists this word among its own aliases."""
    for summary in app.config.command_summaries():
        if word in summary[2]:
            return app.config.command(summary[0])
    return None


def builtin(app: App, row: Builtin, words: list[str]) -> int:
    """Run a built-in, or a custom child that joined its group (decision D33)."""
    from runner import cli

    flags, rest = scan(words, app.env, identity_shorthand=row.identity_shorthand)
    app.flags.given.update(flags.given)
    app.reports = row.name == "validate" or (row.name == "config" and "validate" in words)
    tree = _joined(app, row)
    if tree is not None:
        position = command_word(words)
        child = words[position] if position >= 0 else ""
        children = tree.get("commands") or {}
        names = set(children) | {alias for node in children.values() for alias in node.get("aliases") or ()}
        if child in names and (child not in row.subcommands or _below(row, children, child, words[position + 1 :])):
            from runner.commands import run

            return run.run(app, {**tree, "steps": [], "joined": row.name}, words)
        _warn_hidden(app, row, tree, child, children)
    return cli.run(row, app, rest)


def _below(row: Builtin, children: dict[str, dict[str, Any]], child: str, words: list[str]) -> bool:
    """Whether a custom command that joined one of the group's own commands is meant."""
    node = children.get(child)
    if not node or not node.get("commands"):
        return False
    from runner.commands import joining

    return joining.below(row, node, child, words)


def _joined(app: App, row: Builtin) -> dict[str, Any] | None:
    """The custom command of a built-in's name, if the configuration can be read; some built-ins work without one."""
    if row.name == "help":
        return None
    try:
        return app.config.command(row.name)
    except AtmosError:
        return None  # whoever needs the configuration reports it


def _warn_hidden(app: App, row: Builtin, tree: dict[str, Any], child: str, children: dict[str, dict[str, Any]]) -> None:
    """Custom steps under a built-in's name are not reachable: said when that very command is called."""
    name, path = row.name, f"atmos {row.name}"
    node: dict[str, Any] = tree
    if child and child in children and child in row.subcommands:
        name, path, node = child, f"{path} {child}", children[child]
    elif child and row.subcommands:
        return
    if node.get("steps"):
        from runner.console.errors import warn

        warn(app, f'Custom command "{name}" defines steps that conflict with built-in command "{path}"; '
                  "built-in behavior preserved, custom steps ignored")  # fmt: skip


def without_command(app: App) -> int:
    """No command word: help, or what is missing in this place."""
    from runner.cli import help as help_command

    return int(help_command.run_bare(app))


def unknown_command(app: App, word: str) -> int:
    """Nothing is called that: the nearest names, or all of them."""
    from runner import cli
    from runner.cli.clicks import unknown_subcommand

    known = [row.name for row in cli.TABLE]
    known += [summary[0] for summary in app.config.command_summaries() if not summary[3]]
    known += list(app.config.aliases())
    raise unknown_subcommand(word, "atmos", sorted(set(known)))


if __name__ == "__main__":
    sys.exit(main())
