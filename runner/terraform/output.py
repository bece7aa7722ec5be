"""`atmos terraform output --format …`: outputs for programs, shells and CI (spec §16.4)."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex

from runner.errors import AtmosError, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.terraform.argv import Invocation
    from runner.terraform.execute import Run

    Map = dict[str, Any]

FORMATS = ("json", "yaml", "hcl", "env", "dotenv", "bash", "csv", "tsv", "table", "github")
_WITH_NULL = ("json", "yaml")


def check_format(invocation: Invocation) -> None:
    """Raise for a format that there is not, before anything is run."""
    format_ = invocation.text("format")
    if format_ and format_ not in FORMATS:
        raise AtmosError(f'Invalid --format value "{format_}".', hints=[f"Supported formats: {', '.join(FORMATS)}"])


def run(run_: Run) -> int:
    """Read the outputs and print them."""
    from runner.terraform import reading

    invocation = run_.invocation
    format_ = invocation.text("format")
    found = reading.outputs(run_)
    name = next((word for word in invocation.extra if not word.startswith("-")), "")
    if name and name not in found:
        close = nearest(name, found)
        hints = [f"Did you mean `{close[0]}`?"] if close else []
        raise AtmosError(f'Output "{name}" not found.', hints=[*hints, f"Outputs: {', '.join(sorted(found))}" if found else
                                                                "The component has no outputs yet; apply it first"])  # fmt: skip
    values = {name: found[name]} if name else dict(sorted(found.items()))
    if not name and format_ not in _WITH_NULL:
        values = {key: value for key, value in values.items() if value is not None}
    if invocation.on("flatten"):
        values = flatten(values)
    if invocation.on("uppercase"):
        values = {key.upper(): value for key, value in values.items()}
    app = run_.app
    single = bool(name) and len(values) == 1
    target = invocation.text("output-file")
    if format_ == "github":
        target = target or app.env.get("GITHUB_OUTPUT", "")
    text = render(app, values, format_, single)
    if not target:
        app.out(text)
        return 0
    path = os.path.join(app.cwd, target)
    try:
        fd = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (os.O_APPEND if format_ == "github" else os.O_TRUNC), 0o600
        )
        with os.fdopen(fd, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise AtmosError(f"cannot write {path}: {error.strerror}") from error
    if format_ == "github":
        app.err(f"✓ Wrote {len(values)} outputs to {target}\n")
    return 0


def flatten(values: Map, prefix: str = "") -> Map:
    """Nested maps as `outer_inner` keys."""
    result: Map = {}
    for key, value in values.items():
        name = f"{prefix}_{key}" if prefix else str(key)
        if isinstance(value, dict) and value:
            result.update(flatten(value, name))
        else:
            result[name] = value
    return result


def render(app: Any, values: Map, format_: str, single: bool) -> str:
    """The outputs as text."""
    from runner.console import formats

    if format_ == "json":
        return formats.to_json(next(iter(values.values())) if single else values, sort=True)
    if format_ == "yaml":
        return formats.to_yaml(next(iter(values.values())) if single else values, sort=True)
    if format_ == "hcl":
        return "".join(f"{key} = {hcl(value)}\n" for key, value in values.items())
    if single and any(isinstance(value, dict | list) for value in values.values()):
        raise AtmosError(f"the output {next(iter(values))} is no single value and cannot be written as {format_}",
                         hints=["Use `--format json` or `--format yaml`"])  # fmt: skip
    texts = {key: scalar(value) for key, value in values.items()}
    if format_ == "env":
        return "".join(f"{key}={value}\n" for key, value in texts.items())
    if format_ == "dotenv":
        return "".join(f"{key}={shlex.quote(value) if value else ''}\n" for key, value in texts.items())
    if format_ == "bash":
        return "".join(f"export {key}={shlex.quote(value) if value else ''}\n" for key, value in texts.items())
    if format_ == "github":
        return "".join(_github(key, value) for key, value in texts.items())
    rows = [[key, value] for key, value in texts.items()]
    if format_ == "table":
        from runner.console import listing

        return listing.table(app, ["Key", "Value"], rows)
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if format_ == "csv" else "\t", lineterminator="\n")
    if not single:
        writer.writerow(["key", "value"])
    writer.writerows(rows)
    return out.getvalue()


def scalar(value: Any) -> str:
    """A value as one text; maps and lists as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return str(value)


def _github(key: str, value: str) -> str:
    if "\n" not in value:
        return f"{key}={value}\n"
    mark = f"EOF_{os.urandom(8).hex()}"
    return f"{key}<<{mark}\n{value}\n{mark}\n"


def hcl(value: Any) -> str:
    """A value in terraform's own language."""
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return text.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, list):
        return "[" + ", ".join(hcl(item) for item in value) + "]"
    if isinstance(value, dict):
        if not value:
            return "{}"
        return "{ " + ", ".join(f"{_hcl_key(str(key))} = {hcl(item)}" for key, item in sorted(value.items())) + " }"
    return json.dumps(value)


def _hcl_key(key: str) -> str:
    return key if key.replace("-", "_").isidentifier() else json.dumps(key)
