"""Top-level `aliases:`: a word that stands for other words of the same program. On the short way.

The words are run by this very executable in our place, as a nested run: its depth is counted, so an alias that leads
back to itself ends.
"""

from __future__ import annotations

import os

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App

MAX_DEPTH = 10
DEPTH = "ATMOS_SHLVL"


def run(app: App, name: str, target: str, words: list[str]) -> int:
    """Run the words of `target` followed by the user's. Returns only by raising."""
    env = dict(app.env)
    env.pop("ATMOS_CHDIR", None)
    env[DEPTH] = str(next_depth(env, f"alias `{name}`"))
    executable = app.executable
    try:
        os.execve(executable, [executable, *split(name, target), *without_chdir(words)], env)
    except OSError as error:
        raise AtmosError(f"cannot start {executable}: {error.strerror}") from error


def split(name: str, target: str) -> list[str]:
    """The words of an alias's target; quotes hold words together, nothing else is special."""
    words = target.split()
    if "'" in target or '"' in target:
        import shlex

        lexer = shlex.shlex(target, posix=True)
        lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
        try:
            words = list(lexer)
        except ValueError:
            pass  # a quote that is not closed is text
    if words and words[0] == "atmos":
        words = words[1:]
    if not words:
        raise AtmosError(f"alias `{name}` stands for nothing", hints=["Give it the words of a command in `aliases`"])
    return words


def without_chdir(words: list[str]) -> list[str]:
    """The words less `--chdir` and `-C`, which have been applied already; what follows `--` stays."""
    kept: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            return [*kept, word, *words[index:]]
        if word in ("--chdir", "-C"):
            index += 1
        elif not word.startswith(("--chdir=", "-C")):
            kept.append(word)
    return kept


def next_depth(env: dict[str, str], what: str) -> int:
    """The depth of the run that is about to start."""
    text = env.get(DEPTH, "") or "0"
    try:
        current = int(text) + 1
    except ValueError:
        raise AtmosError(f"converting {DEPTH} to number error: {text!r} is no whole number") from None
    if current > MAX_DEPTH:
        raise AtmosError(
            f"{DEPTH} exceeds maximum allowed depth. Infinite recursion? current={current}, max={MAX_DEPTH}",
            hints=[f"Look at where {what} leads"],
        )
    return current
