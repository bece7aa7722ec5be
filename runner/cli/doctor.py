"""`atmos doctor`: what this installation and this project stand on, and what is wrong with it. Changes nothing."""

from __future__ import annotations

import os
import platform
import stat
import sys
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth.doctor import Check, report
from runner.errors import AtmosError
from runner.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.app import App

_EXAMPLES = """\
 $ atmos doctor
 $ atmos doctor --format json     for programs and bug reports: holds no secrets"""
_TOOLS = (("bash", "shell steps run with sh"), ("git", "`git::` imports and `describe affected` need it"))


@clicks.command("atmos doctor", "Check this installation and project", examples=_EXAMPLES)
@clicks.option("--format", "-f", "format_", metavar="FORMAT", default="text", help="text or json")
def doctor(app: App, format_: str) -> int:
    if format_ not in ("text", "json"):
        raise AtmosError(f"invalid format: {format_}", hints=["The formats are text and json"])
    return report(app, list(checks(app)), as_json=format_ == "json")


def checks(app: App) -> Iterator[Check]:
    """All checks in the order they are shown."""
    yield Check("atmos", "good", f"{__version__} at {app.executable}")
    yield Check("python", "good", f"{platform.python_version()} at {sys.executable}")
    yield _libyaml()
    yield from _tools(app)
    yield _cache(app)
    yield from _configuration(app)


def _libyaml() -> Check:
    try:
        import yaml._yaml
    except ImportError:
        return Check(
            "libyaml",
            "bad",
            "PyYAML was built without it",
            "Install a wheel of PyYAML: `pip install --force-reinstall PyYAML`",
        )
    version = ".".join(str(part) for part in yaml._yaml.get_version())
    return Check("libyaml", "good", version)


def _tools(app: App) -> Iterator[Check]:
    from runner.cli.auth import child

    for name, without in _TOOLS:
        path = child.find(name, app)
        yield Check(name, "good" if path else "warning", path or "not found on PATH", "" if path else without)
    command = ""
    try:
        command = str(app.config.get("components", "terraform", "command") or "")
    except AtmosError:
        pass  # said below
    names = [command] if command else ["terraform", "tofu"]
    found = next((path for path in (child.find(name, app) for name in names) if path), "")
    if found:
        yield Check("terraform", "good", found)
    else:
        yield Check("terraform", "warning", f"{' or '.join(names)} not found on PATH",
                    "Terraform components cannot run; set `components.terraform.command` to another program")  # fmt: skip


def _cache(app: App) -> Check:
    """The compiled configuration: where it rests, and whether it can."""
    from runner.config import cache

    folder = cache.folder(app.env)
    if not folder:
        return Check(
            "configuration cache", "warning", "off", "Every run reads the configuration anew (ATMOS_CONFIG_CACHE, HOME)"
        )
    try:
        found = os.lstat(folder)
    except OSError:
        parent = folder
        while not os.path.exists(parent):
            parent = os.path.dirname(parent)
        if os.access(parent, os.W_OK):
            return Check("configuration cache", "good", f"{folder} (empty)")
        return Check("configuration cache", "warning", f"{folder} cannot be created", f"{parent} is not writable")
    if found.st_uid != os.geteuid():
        return Check("configuration cache", "warning", f"{folder} belongs to another user", "It is not used")
    if stat.S_IMODE(found.st_mode) & 0o077:
        return Check(
            "configuration cache",
            "warning",
            f"{folder} has mode {stat.S_IMODE(found.st_mode):o}",
            f"chmod 700 {folder}",
        )
    if not os.access(folder, os.W_OK):
        return Check(
            "configuration cache", "warning", f"{folder} is not writable", "Every run reads the configuration anew"
        )
    count = sum(name.endswith(".bin") for name in os.listdir(folder))
    return Check("configuration cache", "good", f"{folder} ({count} compiled)")


def _configuration(app: App) -> Iterator[Check]:
    from runner.config import findings

    report = findings.configuration(app.flags, app.env, app.cwd)
    errors, warnings = report.count("error"), report.count("warning")
    config = report.config
    if config is None:
        first = report.sorted()[0]
        yield Check("configuration", "bad", str(first), "Run `atmos validate config` to see everything")
        return
    if not config.found:
        yield Check("configuration", "warning", "no atmos.yaml found", "Built-in defaults hold")
    elif errors or warnings:
        yield Check("configuration", "bad" if errors else "warning", f"{len(config.files)} files, {errors} errors, {warnings} warnings",
                    "Run `atmos validate` to see them")  # fmt: skip
    else:
        yield Check(
            "configuration",
            "good",
            f"{len(config.files)} file{'s' if len(config.files) != 1 else ''}: {config.files[-1] if len(config.files) > 3 else ', '.join(config.files)}",
        )
    yield Check("base path", "good" if os.path.isdir(config.base_path) else "warning", config.base_path)
    for name, path in (("stacks", config.stacks_path), ("workflows", config.workflows_path)):
        if path and config.found:
            there = os.path.isdir(path)
            yield Check(name, "good" if there else "warning", path if there else f"{path} does not exist")
    if config.profiles:
        yield Check("profiles", "good", ", ".join(config.profiles))
    from runner.cli.auth import doctor as auth_doctor

    for check in auth_doctor.checks(app):
        if check.name not in ("configuration", "profiles"):
            yield check


def run(app: App, argv: list[str]) -> int:
    return clicks.run(doctor, app, argv)
