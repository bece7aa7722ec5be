"""YAML functions: what `!env`, `!exec`, `!include` and their like give (spec: config §4).

A *deferred value* is a tuple `(tag, argument, file, line)`; nothing else in compiled data is a tuple. `evaluate`
computes one; the rest of this module are the functions. Results are data: never rendered, never searched for tags.
"""

from __future__ import annotations

import os

from runner.errors import AtmosError, Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Deferred = tuple[str, str, str, int]

# the functions of atmos.yaml, its imports and profiles; stack manifests have more
CONFIG_TAGS = (
    "!env", "!exec", "!include", "!include.raw", "!repo-root", "!git.root", "!git.sha", "!git.ref", "!git.branch",
    "!git.repository", "!git.owner", "!git.name", "!git.host", "!git.url", "!cwd", "!random", "!unset",
    "!literal", "!template", "!append",
)  # fmt: skip
RANDOM_MAX = 65535


class Context:
    """What a function may look at. env: variables; cwd: the working directory; folder: that of the file the tag stands
    in; home: that of the configuration it belongs to; base_path: where include paths are looked up last; fetch: gets a
    remote file, None where none may be fetched."""

    __slots__ = ("base_path", "cwd", "env", "exists", "fetch", "folder", "home", "on_read")

    def __init__(
        self,
        env: Mapping[str, str],
        cwd: str,
        *,
        folder: str = "",
        home: str = "",
        base_path: str = "",
        fetch: Callable[[str], str] | None = None,
        on_read: Callable[[str], object] | None = None,
        exists: Callable[[str], bool] = os.path.exists,
    ) -> None:
        self.env, self.cwd, self.base_path, self.fetch = env, cwd, base_path, fetch
        self.folder, self.home = folder, home
        self.exists = exists  # looks for work trees
        self.on_read = on_read  # told each path that is looked at, before it is


def evaluate(tag: str, argument: str, context: Context, where: Where | None = None) -> object:
    """The value of one function call. AtmosError names the call and its place."""
    function = FUNCTIONS.get(tag)
    if function is None:
        raise unsupported(tag, where)
    try:
        return function(argument, context)
    except AtmosError as error:
        raise failed(tag, argument, error, where) from error


def fault(tag: str, argument: str) -> AtmosError | None:
    """What is wrong with a call that can be seen without making it; None when nothing is."""
    if tag not in FUNCTIONS:
        return unsupported(tag, None)
    try:
        _CHECKS.get(tag, _one_default)(argument)
    except AtmosError as error:
        return error
    return None


def failed(tag: str, argument: str, error: AtmosError, where: Where | None) -> AtmosError:
    """The error of a function with the call and its place."""
    from runner.config.include import without_secrets

    call = " ".join([tag, *map(without_secrets, argument.split(" "))]).strip()
    return AtmosError(
        f"failed to execute yaml function: {call}: {error.message}", where=where or error.where,
        explanation=error.explanation, hints=error.hints, title="Configuration Error",
    )  # fmt: skip


def unsupported(
    tag: str, where: Where | None, path: str = "", supported: tuple[str, ...] = CONFIG_TAGS, files: str = "atmos.yaml"
) -> AtmosError:
    """The error for a tag that means nothing here."""
    from runner.errors import nearest

    place = f" at path '{path}'" if path else ""
    near = nearest(tag, supported, 1)
    return AtmosError(
        f"unsupported YAML tag: '{tag}'{place}. Supported tags for {files} are: {', '.join(supported)}",
        where=where, title="Configuration Error", hints=[f"Did you mean `{near[0]}`?"] if near else [],
    )  # fmt: skip


def words(argument: str) -> list[str]:
    """The words of an argument: split on white space, quotes group, a doubled quote inside stands for itself."""
    result: list[str] = []
    index, count = 0, len(argument)
    while index < count:
        if argument[index].isspace():
            index += 1
            continue
        word, quoted = "", False
        while index < count and not argument[index].isspace():
            quote = argument[index]
            if quote in "\"'" and not word:
                quoted = True
                index += 1
                while True:
                    end = argument.find(quote, index)
                    if end < 0:
                        line = argument.count("\n", 0, index) + 1
                        column = index - (argument.rfind("\n", 0, index) + 1)
                        raise AtmosError(f"invalid function arguments at {line}:{column}: unterminated quoted value")
                    word += argument[index:end]
                    index = end + 1
                    if argument[index : index + 1] == quote:
                        word += quote
                        index += 1
                        continue
                    break
            else:
                word += quote
                index += 1
        if word or quoted:
            result.append(word)
    return result


def _name_and_default(argument: str) -> list[str]:
    parts = words(argument)
    if not 1 <= len(parts) <= 2:
        raise AtmosError(f"env function accepts 1 or 2 arguments, got {len(parts)}",
                         hints=["Quote a default that has several words: `!env NAME \"two words\"`"])  # fmt: skip
    return parts


def _env(argument: str, context: Context) -> object:
    parts = _name_and_default(argument)
    value = context.env.get(parts[0])
    if value is None:
        return parts[1] if len(parts) > 1 else ""
    return value.strip()


def _script(argument: str) -> str:
    script = argument.strip()
    if not script:
        raise AtmosError("invalid number of arguments in the Atmos YAML function: !exec needs a command")
    return script


def _exec(argument: str, context: Context) -> object:
    import json
    import subprocess

    script = _script(argument)
    env = dict(context.env)
    try:
        level = int(env.get("ATMOS_SHLVL", "0")) + 1
    except ValueError:
        level = 1
    if level > 10:
        raise AtmosError("ATMOS_SHLVL exceeds maximum allowed depth. Infinite recursion?")
    env["ATMOS_SHLVL"] = str(level)
    shell = "bash" if _on_path("bash", env) else "sh"
    try:
        done = subprocess.run([shell, "-c", script], cwd=context.cwd, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, check=False)  # fmt: skip
    except OSError as error:
        raise AtmosError(f"cannot start {shell}: {error.strerror}") from error
    if done.returncode:
        code = done.returncode if done.returncode > 0 else 128 - done.returncode
        raise AtmosError(f"subcommand exited with code {code}")
    text = done.stdout.decode("utf-8", "replace").rstrip("\n")
    try:
        return json.loads(text, parse_int=float, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def _no_constant(word: str) -> object:
    raise ValueError(word)


def _on_path(name: str, env: Mapping[str, str]) -> bool:
    return any(
        os.access(os.path.join(folder, name), os.X_OK) for folder in env.get("PATH", "").split(os.pathsep) if folder
    )


def _repo_root(argument: str, context: Context) -> object:
    from runner.config import git

    root = context.env.get("TEST_GIT_ROOT", "") or git.find_root(context.cwd, context.exists)
    return root or _default(argument, "not inside a git repository")


def _git(fact: str) -> Callable[[str, Context], object]:
    def function(argument: str, context: Context) -> object:
        from runner.config import git

        root = git.find_root(context.cwd, context.exists)
        value = ""
        if root:
            tree = git.WorkTree(root)
            if fact == "sha":
                value = tree.sha()
            elif fact == "branch":
                value = tree.branch()
            elif fact == "url":
                value = tree.url()
            else:
                host, owner, name = git.split_url(tree.url())
                value = {"host": host, "owner": owner, "name": name,
                         "repository": f"{owner}/{name}" if owner and name else ""}[fact]  # fmt: skip
        missing = f"the git {fact} is not known here" if root else "not inside a git repository"
        return value or _default(argument, missing)

    return function


def _one_default(argument: str) -> list[str]:
    parts = words(argument)
    if len(parts) > 1:
        raise AtmosError(f"accepts at most one argument, its default; got {len(parts)}")
    return parts


def _default(argument: str, message: str) -> str:
    parts = _one_default(argument)
    if not parts:
        raise AtmosError(message, hints=["Give a default as the function's argument"])
    return parts[0]


def _folder(argument: str) -> list[str]:
    parts = words(argument)
    if len(parts) > 1:
        raise AtmosError(f"cwd function accepts 0 or 1 arguments, got {len(parts)}")
    return parts


def _cwd(argument: str, context: Context) -> object:
    parts = _folder(argument)
    return os.path.normpath(os.path.join(context.cwd, parts[0])) if parts else context.cwd


def _bounds(argument: str) -> tuple[int, int]:
    """The smallest and the largest number that `!random` may give."""
    parts = words(argument)
    if len(parts) > 2:
        raise AtmosError(f"random function accepts 0, 1, or 2 arguments, got {len(parts)}")
    names = ("max",) if len(parts) == 1 else ("min", "max")
    numbers = []
    for name, part in zip(names, parts, strict=False):
        try:
            numbers.append(int(part))
        except ValueError:
            raise AtmosError(f"invalid {name} value '{part}', must be an integer") from None
    low, high = [0, RANDOM_MAX] if not numbers else [0, *numbers] if len(numbers) == 1 else numbers
    if low >= high:
        raise AtmosError(f"min value ({low}) must be less than max value ({high})")
    return low, high


def _random(argument: str, _: Context) -> object:
    import random

    return random.randint(*_bounds(argument))  # noqa: S311 - a value for configuration, no secret


def _literal(argument: str, _: Context) -> object:
    return argument


def _template(argument: str, _: Context) -> object:
    import json

    try:
        return json.loads(argument, parse_int=float, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return argument


def _include(argument: str, context: Context) -> object:
    from runner.config import include

    return include.load(argument, context, raw=False)


def _include_raw(argument: str, context: Context) -> object:
    from runner.config import include

    return include.load(argument, context, raw=True)


def _file(argument: str) -> list[str]:
    from runner.config import include

    return include.arguments(argument)


# what can be said of a call's argument without making the call; those not listed take a default
_CHECKS: dict[str, Callable[[str], object]] = {
    "!env": _name_and_default, "!exec": _script, "!random": _bounds, "!cwd": _folder, "!include": _file,
    "!include.raw": _file, "!literal": str, "!template": str,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[[str, Context], object]] = {
    "!env": _env, "!exec": _exec, "!repo-root": _repo_root, "!git.root": _repo_root, "!git.sha": _git("sha"),
    "!git.ref": _git("sha"), "!git.branch": _git("branch"), "!git.repository": _git("repository"),
    "!git.owner": _git("owner"), "!git.name": _git("name"), "!git.host": _git("host"), "!git.url": _git("url"),
    "!cwd": _cwd, "!random": _random, "!literal": _literal, "!template": _template, "!include": _include,
    "!include.raw": _include_raw,
}  # fmt: skip
