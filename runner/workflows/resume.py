"""How a workflow was started, and the command that starts it again from a step: the same file, stack, identity,
arguments and project. The text is meant to be pasted, so every word is quoted for a shell.
"""

from __future__ import annotations

from runner.globals import SELECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-")
# global flags that decide which project and configuration is meant; the others do not change what runs
_PROJECT_FLAGS = ("chdir", "base-path", "config", "config-path", "profile")


class Invocation:
    """What the command line of a workflow run said. file: the argument of `--file`, "" when the name was looked up;
    label: the file's label below the workflows folder (or its path), "" for inline workflows; only: one step, or one row of
    one."""

    __slots__ = ("file", "flags", "identity", "inline", "label", "labels", "name", "only", "only_tags", "skip_tags", "stack", "tags",
                 "trailing")  # fmt: skip

    def __init__(
        self,
        name: str,
        *,
        file: str = "",
        label: str = "",
        inline: bool = False,
        stack: str = "",
        identity: str | None = None,
        tags: str = "",
        labels: str = "",
        trailing: list[str] | None = None,
        flags: Mapping[str, object] | None = None,
        only: str = "",
        only_tags: str = "",
        skip_tags: str = "",
    ) -> None:
        self.name, self.file, self.label, self.inline = name, file, label, inline
        self.stack, self.identity, self.tags, self.labels = stack, identity, tags, labels
        self.trailing, self.only = trailing, only
        self.only_tags, self.skip_tags = only_tags, skip_tags
        self.flags = dict(flags or {})


def quote(word: str) -> str:
    """A word as a shell needs it: bare when that is safe."""
    if word and _SAFE.issuperset(word) and word[0] not in "=~":
        return word
    return quoted(word)


def quoted(word: str) -> str:
    """A word in single quotes, whatever it holds."""
    return "'" + word.replace("'", "'\"'\"'") + "'"


def file_argument(label: str) -> str:
    """The shortest `--file` argument that finds a file again: `.yaml` is dropped where it would be added again."""
    if label.endswith(".yaml"):
        stem = label[: -len(".yaml")]
        name = stem.rsplit("/", 1)[-1]
        if name and "." not in name:
            return stem
    return label


def command(run: Invocation, step: str = "", *, run_id: str = "", only: str = "") -> str:
    """The command that starts the run again: from a step, with `--resume` and the journal of `run_id`, or `only` a part."""
    words = ["atmos"]
    for flag in _PROJECT_FLAGS:
        value = run.flags.get(flag)
        items = value if isinstance(value, list) else [value] if value else []
        words += [f"--{flag}" if item == SELECT else f"--{flag}={quote(str(item))}" for item in items]
    words += ["workflow", quote(run.name)]
    if run_id:
        return " ".join([*words, "--resume", quote(run_id)])
    if run.inline:
        if run.file:
            words += ["-f", "atmos"]
    elif run.label:
        words += ["-f", quote(file_argument(run.label))]
    only = only or run.only
    if only:
        words.append(f"--only={quote(only)}")
    elif step:
        words += ["--from-step", quoted(step)]
    if run.stack:
        words += ["-s", quoted(run.stack)]
    if run.identity == SELECT:
        words.append("--identity")
    elif run.identity is not None:
        words.append(f"--identity={quote(run.identity) if run.identity else ''}")
    if run.tags:
        words.append(f"--tags={quote(run.tags)}")
    if run.labels:
        words.append(f"--labels={quote(run.labels)}")
    if run.only_tags:
        words.append(f"--only-tags={quote(run.only_tags)}")
    if run.skip_tags:
        words.append(f"--skip-tags={quote(run.skip_tags)}")
    if run.trailing:
        words += ["--", *(quote(word) for word in run.trailing)]
    return " ".join(words)


def hint(run: Invocation, step: str) -> str:
    """The hint below a failure."""
    return f"To resume the workflow from this step, run:\n\n {command(run, step)}"
