"""`atmos terraform generate varfile|backend|varfiles|backends`: files only, terraform is not run (spec §16.5)."""

from __future__ import annotations

import os

from runner.errors import AtmosError
from runner.stacks import naming
from runner.stacks import project as projects
from runner.terraform import files, single
from runner.terraform.execute import Run
from runner.terraform.target import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App
    from runner.terraform.argv import Invocation

    Map = dict[str, Any]


def run(app: App, invocation: Invocation) -> int:
    """Entry of the group."""
    if invocation.command in ("generate varfiles", "generate backends"):
        return many(app, invocation)
    if not invocation.component:
        raise AtmosError("`component` is required.",
                         explanation=f"Usage: `atmos terraform {invocation.command} <component> -s <stack>`")  # fmt: skip
    run_ = Run(app, invocation, single.find(app, invocation))
    backend = invocation.command == "generate backend"
    target = run_.target
    chosen = invocation.text("file")
    if backend or not chosen:
        check(target, invocation.command, invocation.sub)
    if backend:
        content = files.backend(target.described)
        check_backend(target.described)
        if not invocation.on("dry-run"):
            files.write(target.path(files.BACKEND), files.to_json(content), 0o644)
        return 0
    if not invocation.on("with-secrets"):
        run_.secret_variables()
    path = os.path.join(app.cwd, chosen) if chosen else target.path(target.varfile)
    if not invocation.on("dry-run"):
        _write(path, files.to_json(run_.variables()), app)
        app.err(f"✓ Generated varfile `{os.path.relpath(path, app.cwd)}`\n".replace("`", ""))
    return 0


def check_backend(described: Map) -> None:
    """What a backend cannot do without."""
    kind, entry = described["backend_type"], described.get("backend") or {}
    where = f"of the component '{described['atmos_component']}' in the stack '{described['atmos_stack']}'"
    if not entry:
        raise AtmosError(f"`backend` {where} has no section for its type '{kind}'")
    if kind == "s3" and not entry.get("workspace_key_prefix"):
        raise AtmosError(f"the s3 backend {where} has no `workspace_key_prefix`")
    if kind == "gcs" and not entry.get("bucket"):
        raise AtmosError(f"the gcs backend {where} has no `bucket`")


def _write(path: str, text: str, app: App) -> None:
    try:
        os.makedirs(os.path.dirname(path) or app.cwd, exist_ok=True)
    except OSError as error:
        raise AtmosError(f"cannot make the folder of {path}: {error.strerror}") from error
    files.write(path, text, 0o644)


def many(app: App, invocation: Invocation) -> int:
    """One file for each component of each stack, named by a template of tokens."""
    backend = invocation.subsub == "backends"
    template = invocation.text("file-template")
    format_ = invocation.text("format") or ("hcl" if backend else "json")
    if format_ not in ("json", "yaml", "hcl"):
        raise AtmosError(f"invalid value '{format_}' for `--format`", hints=["The formats are json, yaml and hcl"])
    if not template and not backend:
        raise AtmosError(
            "`--file-template` is required", hints=["For example: --file-template {stage}/{component}.tfvars.json"]
        )
    stacks, components = invocation.items("stacks"), invocation.items("components")
    project = projects.of(app)
    project.require_sound()
    for found in project.every("terraform", strict=True):
        layered = found.layered
        if layered.abstract or not layered.enabled:
            continue
        if stacks and found.name not in stacks and found.stack.key not in stacks:
            continue
        if components and layered.name not in components:
            continue
        run_ = Run(app, invocation, found)
        target = run_.target
        if backend and not target.described.get("backend_type"):
            continue
        base = target.module if target.module != target.component else ""
        tokens = naming.context_tokens(target.variables, target.component, target.module, base)
        name = naming.replace_tokens(template, tokens) if template else target.path(files.BACKEND)
        path = os.path.join(app.cwd, name)
        if invocation.on("dry-run"):
            continue
        content = files.backend(target.described) if backend else run_.variables()
        _write(path, as_text(content, format_, backend), app)
        app.err(f"✓ Generated {os.path.relpath(path, app.cwd)}\n")
    return 0


def as_text(content: Map, format_: str, backend: bool) -> str:
    """Content in a format of terraform's or ours."""
    if format_ == "json":
        return files.to_json(content)
    if format_ == "yaml":
        from runner.console import formats

        return formats.to_yaml(content, sort=True)
    from runner.terraform.output import hcl

    if not backend:
        return "".join(f"{name} = {hcl(value)}\n" for name, value in sorted(content.items()))
    ((block, inner),) = content["terraform"].items()
    kind, entry = next(iter(inner.items())) if block == "backend" else ("", inner)
    lines = [f'  backend "{kind}" {{' if block == "backend" else "  cloud {"]
    lines += [f"    {name} = {hcl(value)}" for name, value in sorted(entry.items())]
    return "terraform {\n" + "\n".join(lines) + "\n  }\n}\n"
