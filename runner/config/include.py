"""`!include` and `!include.raw`: a value from another file (spec: config §4.5)."""

from __future__ import annotations

import os

from runner.errors import AtmosError, Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.config.functions import Context

REMOTE = (
    "http://", "https://", "git::", "git@", "ssh://", "s3::", "s3://", "gcs::", "gcs://", "oci://", "file://", "hg::",
    "scp://", "sftp://", "github://", "github.com/", "bitbucket.org/", "gitlab.com/",
)  # fmt: skip


def without_secrets(address: str) -> str:
    """A remote address without the user, password or token that stands in it."""
    head, separator, rest = address.partition("://")
    if not separator:
        return address
    authority, slash, path = rest.partition("/")
    return head + separator + authority.rpartition("@")[2] + slash + path


def is_remote(path: str) -> bool:
    """Whether a path of an include or import names something to be fetched."""
    return path.startswith(REMOTE)


def load(argument: str, context: Context, *, raw: bool) -> object:
    """The parsed content of a file (its text with `raw`), or what an expression selects from it."""
    parts = arguments(argument)
    path, expression = parts[0], _rest(argument, parts)
    if is_remote(path):
        if context.fetch is None:
            raise AtmosError(f"{without_secrets(path)} is remote and cannot be fetched here")
        found, shown = context.fetch(path), path.split("?", 1)[0].split("#", 1)[0]
    else:
        found = shown = find(path, context)
    value = _text(found) if raw else parse(found, shown)
    if expression:
        from runner import query

        return query.query(value, expression)
    return value


def arguments(argument: str) -> list[str]:
    """The words of an include: its path, and the expression that selects from what it has."""
    from runner.config.functions import words

    parts = words(argument)
    if not parts:
        raise AtmosError("invalid number of arguments in the Atmos YAML function: it requires at least one argument")
    return parts


def _rest(argument: str, parts: list[str]) -> str:
    """The expression: the second word, or, for one that was not quoted as a whole, all that follows the path."""
    if len(parts) <= 2:
        return parts[1] if len(parts) == 2 else ""
    text = argument.strip()
    quote = text[0]
    if quote in "\"'":
        end = text.find(quote, 1)
        return text[end + 1 :].strip()
    return text.split(None, 1)[1].strip()


def find(path: str, context: Context) -> str:
    """Where a local path leads: beside the file with the include, beside the configuration that the file belongs to,
    below the working directory, below the base path."""
    candidates = []
    for folder in (context.folder, context.home, context.cwd, context.base_path):
        if folder:
            candidate = os.path.normpath(os.path.join(folder, path))
            if candidate not in candidates:
                candidates.append(candidate)
    for candidate in candidates:
        if context.on_read:
            context.on_read(candidate)
        if os.path.isfile(candidate):
            return candidate
    raise AtmosError(
        f"the !include function references a file that does not exist: could not find local file {path}",
        explanation="Looked for:\n" + "\n".join(f"  {candidate}" for candidate in candidates),
    )


def parse(path: str, name: str) -> object:
    """The content of a file by the ending of its name."""
    text = _text(path)
    base = os.path.basename(name)
    ending = os.path.splitext(base)[1].lower()
    if ending == ".json":
        return _json(text, path)
    if ending in (".yaml", ".yml"):
        from runner.config import reader

        return reader.parse(text, path, on_tag=lambda _tag, value, _where: value)
    if base == ".env" or base.startswith(".env.") or ending == ".env":
        return dotenv(text, path)
    if ending in (".hcl", ".tf", ".tfvars"):
        return _hcl(text, path)
    return text


def _text(path: str) -> str:
    from runner.config import reader

    return reader.read_text(path)


def _json(text: str, path: str) -> object:
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AtmosError(f"failed to parse JSON: {path}: {error}") from error


def dotenv(text: str, path: str) -> dict[str, str]:
    """`NAME=value` lines; values are taken as written, nothing in them is expanded. Lines are not quoted: secrets."""
    import io

    from dotenv.parser import parse_stream

    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            line = binding.original.line
            raise AtmosError(f"failed to parse dotenv: {path}: line {line} is no `NAME=value`", where=Where(path, line),
                             hints=["Quote values that begin with a quote or hold line breaks"])  # fmt: skip
        if binding.key is not None:
            values[binding.key] = binding.value or ""
    return values


def _hcl(text: str, path: str) -> object:
    import hcl2

    try:
        return _unquoted(hcl2.loads(text if text.endswith("\n") else text + "\n"))
    except Exception as error:
        first = str(error).strip().splitlines()
        raise AtmosError(f"failed to parse HCL: {path}: {first[0] if first else type(error).__name__}") from error


def _unquoted(value: object) -> object:
    """The parser keeps the quotes of texts and adds markers of its own; plain data comes out."""
    if isinstance(value, dict):
        return {_bare(str(key)): _unquoted(item) for key, item in value.items() if not str(key).startswith("__")}
    if isinstance(value, list):
        return [_unquoted(item) for item in value]
    if isinstance(value, str):
        return _bare(value)
    return value


def _bare(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
    return text
