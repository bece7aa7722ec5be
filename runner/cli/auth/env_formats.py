"""Environment variables as text for shells, files and programs; and the text that takes them away again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from runner.console.formats import to_json
from runner.errors import AtmosError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Writer = Callable[[Mapping[str, str]], str]

AWS_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def _lines(template: str, quote: Callable[[str], str]) -> Writer:
    def write(variables: Mapping[str, str]) -> str:
        return "".join(template.format(name=name, value=quote(variables[name])) + "\n" for name in sorted(variables))

    return write


def fish_quoted(text: str) -> str:
    """A word for fish: inside single quotes only the quote and the backslash mean anything."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def powershell_quoted(text: str) -> str:
    """A word for PowerShell: inside single quotes only the quote means anything, doubled it is itself."""
    return "'" + text.replace("'", "''") + "'"


def github(variables: Mapping[str, str]) -> str:
    """The file format of GitHub Actions; a value of several lines stands between delimiters it does not hold."""
    parts: list[str] = []
    for name in sorted(variables):
        value = variables[name]
        if "\n" not in value and "\r" not in value:
            parts.append(f"{name}={value}\n")
            continue
        end = f"ATMOS_EOF_{name}"
        while end in value:
            end += "_"
        parts.append(f"{name}<<{end}\n{value}\n{end}\n")
    return "".join(parts)


def as_json(data: object) -> str:
    """Indented JSON, keys sorted."""
    return to_json(data, sort=True)


def terragrunt(variables: Mapping[str, str]) -> str:
    """What Terragrunt's `--auth-provider-cmd` reads: credentials in their own object, the rest as variables."""
    data: dict[str, object] = {"envs": {name: value for name, value in variables.items() if name not in AWS_KEYS}}
    if variables.get("AWS_ACCESS_KEY_ID"):
        data["awsCredentials"] = {
            "ACCESS_KEY_ID": variables["AWS_ACCESS_KEY_ID"],
            "SECRET_ACCESS_KEY": variables.get("AWS_SECRET_ACCESS_KEY", ""),
            "SESSION_TOKEN": variables.get("AWS_SESSION_TOKEN", ""),
        }
    return as_json(data)


def credential_process(variables: Mapping[str, str], expiration: str = "") -> str:
    """What an AWS SDK reads from its `credential_process`."""
    if not variables.get("AWS_ACCESS_KEY_ID"):
        raise AtmosError(
            "there are no AWS session credentials to print",
            hints=["Log in first: `atmos auth login`, or add `--login`"],
        )
    data: dict[str, object] = {
        "Version": 1,
        "AccessKeyId": variables["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": variables.get("AWS_SECRET_ACCESS_KEY", ""),
    }
    if variables.get("AWS_SESSION_TOKEN"):
        data["SessionToken"] = variables["AWS_SESSION_TOKEN"]
    if expiration:
        data["Expiration"] = expiration
    return to_json(data)


_EXPORT = _lines("export {name}={value}", shlex.quote)

FORMATS: dict[str, Writer] = {
    "bash": _EXPORT,
    "zsh": _EXPORT,
    "sh": _EXPORT,
    "fish": _lines("set -gx {name} {value}", fish_quoted),
    "powershell": _lines("$env:{name} = {value}", powershell_quoted),
    "dotenv": _lines("{name}={value}", shlex.quote),
    "env": _lines("{name}={value}", str),
    "github": github,
    "json": as_json,
    "terragrunt": terragrunt,
    "credential-process": credential_process,
}

WHOLE = ("json", "terragrunt", "credential-process")  # one document: a file is replaced, not added to

_UNSET = {
    "bash": "unset {name}",
    "zsh": "unset {name}",
    "sh": "unset {name}",
    "fish": "set -e {name}",
    "powershell": "Remove-Item Env:{name} -ErrorAction SilentlyContinue",
    "github": "{name}=",
}


def check(name: str) -> str:
    """The name of a format in lower case; an error that lists all for any other."""
    lowered = name.strip().lower()
    if lowered in FORMATS:
        return lowered
    close = nearest(lowered, FORMATS)
    raise AtmosError(
        f"invalid format: unsupported format: {name}",
        explanation=f"Formats: {', '.join(FORMATS)}",
        hints=[f"Did you mean `{close[0]}`?"] if close else [],
    )


def unset(names: Iterable[str], format_name: str) -> str:
    """The text that removes variables; an error where a format has no way to say that."""
    if format_name == "json":
        return as_json(dict.fromkeys(names))
    template = _UNSET.get(format_name)
    if template is None:
        raise AtmosError(
            f"invalid format: `--unset` cannot be written as {format_name}",
            hints=[f"Use one of: {', '.join([*_UNSET, 'json'])}"],
        )
    return "".join(template.format(name=name) + "\n" for name in sorted(names))
