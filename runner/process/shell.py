"""How the text of a step becomes a process: a plain program, `bash -c`, or `sh -c` where there is no bash.

A step is a fresh shell without login or rc files. The whole text is parsed before anything of it runs, and a program
that is not there is reported in one form. On the short way.
"""

from __future__ import annotations

import os

from runner.errors import AtmosError
from runner.process import launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_FOUND = '"{}": executable file not found in $PATH'
SYNTAX = 2
# Descriptors that nobody else uses (bash gives out those from 10 up and from 63 down); others know only one digit
_ASIDE_BASH = 39
_ASIDE = 9
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:,@%=^ \t")
# Words that mean something to the shell itself: keywords, built-ins, and programs that bash has built in
_SHELL_WORDS = frozenset(
    """! . : [ [[ alias bg bind break builtin caller case cd command compgen complete compopt continue coproc declare
    dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash help
    history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set
    shift shopt source suspend test then time times trap true type typeset ulimit umask unalias unset until wait while
    { }""".split()
)
_POSIX = ("sh", "dash", "ash", "ksh", "mksh", "yash", "zsh", "busybox")
_HANDLER = (
    'command_not_found_handle() { printf \'"%s": executable file not found in $PATH\\n\' "$1" >&2; return 127; }; '
)


class Program:
    """What to start. text: of a step, when it is wrapped, so that all of it is parsed before any of it runs.

    aside: the descriptor from which it then takes its standard error: what the shell says before that is not about
    the text as it is written, but about how we wrap it.
    """

    __slots__ = ("argv", "aside", "path", "text")

    def __init__(self, argv: list[str], path: str | None, text: str = "", aside: int = 0) -> None:
        self.argv, self.path, self.text, self.aside = argv, path, text, aside


def words(text: str) -> list[str] | None:
    """The words of a single plain command, None when a shell has to look at it."""
    text = text.strip(" \t\n")
    if not text or not _PLAIN.issuperset(text):
        return None
    found = text.split()
    first = found[0]
    if first in _SHELL_WORDS or "=" in first or first[0] in "%-":
        return None
    return found


_shells: dict[tuple[str, str, str], tuple[str, bool]] = {}


def shell_path(setting: str, env: Mapping[str, str], cwd: str) -> tuple[str, bool]:
    """The shell to use and whether it is bash: the one that is set, else bash, else sh."""
    key = (setting, env.get("PATH", ""), cwd if ":" in setting else "")
    found = _shells.get(key)
    if found is None:
        found = _shells[key] = _look(setting, env, cwd)
    return found


def _look(setting: str, env: Mapping[str, str], cwd: str) -> tuple[str, bool]:
    if setting:
        path = launch.find(setting, env, cwd)
        if path is None:
            raise AtmosError(f"the shell `{setting}` was not found", hints=["Check the setting `shell` in atmos.yaml"])
        return path, os.path.basename(path).startswith("bash")
    for name in ("bash", "sh"):
        path = launch.find(name, env, cwd)
        for folder in ("/bin", "/usr/bin", "/usr/local/bin"):
            path = path or launch.find(f"{folder}/{name}", env, cwd)
        if path is not None:
            return path, name == "bash"
    raise AtmosError("no shell was found", hints=["Install bash, or name a shell with `shell` in atmos.yaml"])


def program(
    text: str, *, name: str, env: Mapping[str, str], cwd: str, setting: str = "", plain: bool = True
) -> Program:
    """What to start for a step's text. name: the shell's `$0`. plain: a plain command may be started directly."""
    simple = words(text) if plain else None
    if simple is not None:
        path = launch.find(simple[0], env, cwd)
        if path is not None or "/" not in simple[0]:
            return Program(simple, path)
    path, is_bash = shell_path(setting, env, cwd)
    if is_bash:
        if "expand_aliases" in text:  # what they stand for is known only to lines that are read after them
            return Program([path, "-O", "extglob", "-p", "-c", f"{_HANDLER}\n{text}\n", name], path)
        # A group is parsed whole. `:` stands for a text of comments only; -p keeps BASH_ENV and functions out.
        return Program(
            [path, "-O", "extglob", "-p", "-c", _HANDLER + _wrapped(text, _ASIDE_BASH), name], path, text, _ASIDE_BASH
        )
    if os.path.basename(path) not in _POSIX:
        return Program([path, "-c", text], path)
    return Program([path, "-c", _wrapped(text, _ASIDE), name], path, text, _ASIDE)


def _wrapped(text: str, aside: int) -> str:
    return f"{{ exec 2>&{aside} {aside}>&-; :; {text}\n\n}}"


def may_miss_variables(text: str) -> bool:
    """Whether a text can end because a variable is not set: `set -u`, `${NAME?}`. Its status is then looked at."""
    return "set -" in text or "nounset" in text or ("${" in text and "?" in text)


def missed_variable(name: str, stderr: bytes) -> bool:
    """Whether a shell's status 127 stands for an unset variable, which is status 1 here as in script files.

    The last thing that was said is then the shell's own complaint, and not about a program.
    """
    last = stderr.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")
    return last.startswith(f"{name}: ") and not last.endswith(("$PATH", "directory", "not found"))


def unread(item: Program, outcome: launch.Outcome, env: Mapping[str, str], cwd: str) -> bytes:
    """What a shell says about a text that it cannot parse, so that nothing of it ran; empty when it can.

    The text is read once more, now as it is written: its own words and lines are in the message. (One that closes the
    brackets around it has been told of already, and has run so far.)
    """
    if not item.text or outcome.code != SYNTAX:
        return b""
    name = item.argv[-1]
    argv = [*item.argv[:-3], "-n", "-c", item.text, name]
    again = launch.run(argv, env=env, cwd=cwd, path=item.path, stdin=None, stdout=None, stderr=None, capture=True,
                       timeout=5.0)  # fmt: skip
    said = [line for line in again.stderr.splitlines(True) if line.startswith(name.encode() + b":")]
    return b"".join(said).replace(name.encode() + b": -c: ", name.encode() + b": ")
