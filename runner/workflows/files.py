"""Where workflows come from: the files below `workflows.base_path`, and the `workflows:` section of `atmos.yaml` itself.

`discover` reads them all, `load` one that was named with `--file`, `find` those that define a name. What comes back
are manifests as they were read; `declare` makes workflows of them.
"""

from __future__ import annotations

import os

from runner.errors import AtmosError, Where, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from runner.app import App
    from runner.config.record import Record
    from runner.workflows.cached import Reading

INLINE = "atmos.yaml"
SETTINGS = ("base_path", "list")
ENDINGS = (".yaml", ".yml", ".yaml.tmpl", ".yml.tmpl")


class WorkflowFile:
    """One manifest. path: absolute, "" for the inline workflows; relative: its label below the workflows folder with
    `/`; shown: as people see it. It is read when somebody asks for more than is kept of it (`runner.workflows.cached`)."""

    __slots__ = ("_compiled", "_manifest", "app", "known", "path", "reading", "relative", "shown")

    def __init__(
        self, path: str, relative: str, shown: str, manifest: dict[str, Any] | None = None, *, app: App | None = None,
        known: tuple[str, ...] | None = None, reading: Reading | None = None, compiled: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self._compiled = compiled
        self.path, self.relative, self.shown, self._manifest = path, relative, shown, manifest
        self.app, self.known, self.reading = app, known, reading

    @property
    def inline(self) -> bool:
        return not self.path

    @property
    def manifest(self) -> dict[str, Any]:
        """What stands in the file, `workflows` being a mapping."""
        if self._manifest is None:
            assert self.app is not None
            self._manifest, self.reading = parse(self.app, self.path, self.shown)
        return self._manifest

    @property
    def workflows(self) -> dict[str, Any]:
        found: dict[str, Any] = self.manifest["workflows"]
        return found

    def defines(self, name: str) -> bool:
        """Whether a workflow of this name stands in the file."""
        return name in (self.workflows if self.known is None else self.known)

    def kept(self, name: str) -> dict[str, Any] | None:
        """The compiled data of a workflow, if the file is as it was when that was made."""
        if self._compiled is not None and self._compiled["name"] == name:
            return self._compiled
        if self._manifest is not None or self.app is None:
            return None
        from runner.workflows import cached

        return cached.workflow(self.app, self.path, name)

    def keep(self, name: str, compiled: dict[str, Any]) -> None:
        """Remember a workflow without mistakes."""
        if self.reading is not None:
            self.reading.keep("workflow", self.path, name, data=compiled)

    def description(self, name: str) -> str:
        """The description of one workflow, one line of it."""
        raw = self.workflows.get(name)
        text = raw.get("description") if isinstance(raw, dict) else ""
        return " ".join(str(text or "").split())


def shown_path(app: App, path: str) -> str:
    """A path as people see it: relative to the current directory when it lies inside, else absolute."""
    relative = os.path.relpath(path, app.cwd)
    return path if relative.startswith("..") else relative


def place(app: App, plain: tuple[str, int, int] | None) -> Where | None:
    """A place in a file as people see it."""
    if plain is None:
        return None
    path, line, column = plain
    return Where(shown_path(app, path) if os.path.isabs(path) else path, line, column)


def folder(app: App) -> str:
    """The absolute workflows folder; "" when none is configured."""
    return app.config.workflows_path


def inline(app: App) -> WorkflowFile | None:
    """The workflows defined in `atmos.yaml` (decision D3)."""
    section = app.config.section("workflows")
    if not isinstance(section, dict) or not any(
        isinstance(value, dict) for key, value in section.items() if key not in SETTINGS
    ):
        return None
    raw = app.config.raw("workflows")  # read again from the files, with the places and texts of its scalars
    if not isinstance(raw, dict):
        return None
    workflows = _without_settings(raw)
    if not workflows:
        return None
    return WorkflowFile("", INLINE, INLINE, {"workflows": workflows})


def _without_settings(raw: dict[str, Any]) -> dict[str, Any]:
    import copy

    kept = copy.copy(raw)  # a copy of the same kind keeps the places in the file
    for key in list(kept):
        if key in SETTINGS or not isinstance(kept[key], dict):
            del kept[key]
    return kept


def discover(app: App, *, quiet: bool = False) -> list[WorkflowFile]:
    """Every workflow file, sorted by label, the inline ones among them. A file that cannot be used is a WARN line."""
    found: list[WorkflowFile] = []
    own = inline(app)
    base = folder(app)
    if own is not None:
        found.append(own)
    if not base:
        if own is None:
            raise AtmosError(
                "'workflows.base_path' must be configured in 'atmos.yaml'",
                hints=["Set `workflows.base_path` to the folder of your workflow files, or define workflows under "
                       "`workflows:` in `atmos.yaml`"],
            )  # fmt: skip
        return found
    if not os.path.isdir(base):
        if own is not None and not _base_path_given(app):
            return found
        raise AtmosError(
            f"workflow directory does not exist: '{shown_path(app, base)}'. "
            "Review 'workflows.base_path' in 'atmos.yaml'"
        )
    found += _below(app, base, quiet)
    found.sort(key=lambda file: file.relative)
    return found


def _below(app: App, base: str, quiet: bool) -> list[WorkflowFile]:
    """The files of a folder: as they are known, or read one by one."""
    from runner.workflows import cached

    known = cached.names(app, base)
    if known is not None:
        return [_known(app, os.path.join(base, relative), relative, tuple(known[relative])) for relative in known]
    found: list[WorkflowFile] = []
    reading = cached.Reading(app)
    record = reading.record
    for path, relative in walk(base, record):
        record.look(path)
        try:
            file = read(app, path, relative)
        except AtmosError as error:
            record.volatile = "somebody has to be told"
            if not quiet:
                _skip(app, path, error)
            continue
        assert file.reading is not None
        record.volatile = record.volatile or file.reading.record.volatile
        found.append(file)
    reading.keep("folder", base, data={file.relative: [str(name) for name in file.workflows] for file in found})
    return found


def _known(
    app: App, path: str, relative: str, names: tuple[str, ...], compiled: dict[str, Any] | None = None
) -> WorkflowFile:
    """A file that has not been read yet."""
    return WorkflowFile(path, relative, shown_path(app, path), app=app, known=names, compiled=compiled)


def _base_path_given(app: App) -> bool:
    return bool(app.config.get("workflows.base_path") or app.env.get("ATMOS_WORKFLOWS_BASE_PATH"))


class Unreadable(AtmosError):
    """A manifest that cannot be used; `reason` is what the log says about it."""

    def __init__(self, reason: str, message: str, **more: Any) -> None:
        super().__init__(message, **more)
        self.reason = reason


def _skip(app: App, path: str, error: AtmosError) -> None:
    reason = error.reason if isinstance(error, Unreadable) else "Skipping invalid workflow file"
    if "'workflows:' key" in reason:
        app.log.warning(reason, file=shown_path(app, path))
    else:
        app.log.warning(reason, file=shown_path(app, path), error=error.message.removeprefix(f"{INVALID}: "))


def walk(base: str, record: Record | None = None) -> Iterator[tuple[str, str]]:
    """(path, label) of every workflow file below a folder, in a fixed order. record: notes the folders."""
    if record is not None:
        record.look(base)
    for parent, folders, names in os.walk(base):
        if record is not None:
            for name in folders:
                record.look(os.path.join(parent, name))
        folders.sort()
        for name in sorted(names):
            if name.endswith(ENDINGS):
                path = os.path.join(parent, name)
                yield path, os.path.relpath(path, base).replace(os.sep, "/")


INVALID = "invalid workflow manifest"


def read(app: App, path: str, relative: str) -> WorkflowFile:
    """Read one manifest. Raises Unreadable with file and line."""
    shown = shown_path(app, path)
    manifest, reading = parse(app, path, shown)
    return WorkflowFile(path, relative, shown, manifest, app=app, reading=reading)


def parse(app: App, path: str, shown: str) -> tuple[dict[str, Any], Reading]:
    """What stands in a manifest, and what was looked at."""
    if not os.path.isfile(path):
        raise missing(shown)
    from runner.config import reader
    from runner.workflows import cached, tags

    reading = cached.Reading(app)
    reading.record.look(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read(reader.MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(
            "Skipping workflow file", f"cannot read the workflow manifest {shown}: {error.strerror or error}"
        ) from error
    try:
        manifest = reader.parse(reader.decode(data, shown), shown, on_tag=tags.on_tag(app, path, shown, reading.record))
    except AtmosError as error:
        message = error.message if shown in error.message else f"{error.where or shown}: {error.message}"
        raise Unreadable(
            "Skipping invalid workflow file", f"{INVALID}: {message}",
            explanation=error.explanation, hints=error.hints, where=error.where,
        ) from error  # fmt: skip
    if not isinstance(manifest, dict) or not isinstance(manifest.get("workflows"), dict):
        raise Unreadable(
            "Skipping workflow file without 'workflows:' key",
            INVALID,
            explanation=f"The workflow manifest `{shown}` must be a map with the top-level `workflows:` key",
            hints=["Add a top-level 'workflows:' key to the manifest file"],
        )
    return manifest, reading


def missing(shown: str, close: str = "") -> AtmosError:
    """The error for a workflow file that is not there. close: what may have been meant."""
    hint = "A file is looked up in `workflows.base_path`; list what is there with `atmos list workflows`"
    return AtmosError(
        "workflow file not found",
        explanation=f"The workflow manifest file `{shown}` does not exist",
        hints=[f"Did you mean `--file {close}`?"] if close else [hint],
    )


def closest(app: App, path: str) -> str:
    """The label of the file nearest to a path that does not exist: another ending, a typing mistake."""
    base = folder(app)
    if not base or not os.path.isdir(base):
        return ""
    labels = [relative for _, relative in walk(base)]
    wanted = label(app, path)
    for ending in (".yaml", ".yml"):
        for candidate in (wanted + ending, wanted.removesuffix(".yaml") + ending):
            if candidate in labels:
                return candidate
    return next(iter(nearest(wanted, labels, 1)), "")


def resolve(app: App, argument: str) -> str:
    """The absolute path that `--file` means: relative to the workflows folder, `.yaml` added to a bare name."""
    path = argument
    if path == "~" or path.startswith("~/"):
        path = app.env.get("HOME", "") + path[1:]
    if not os.path.isabs(path):
        path = os.path.join(folder(app) or app.config.base_path, path)
    if not _extension(path):
        path += ".yaml"
    return os.path.normpath(path)


def _extension(path: str) -> str:
    """Everything from the last dot of the name on (a leading dot counts too)."""
    name = os.path.basename(path)
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


def label(app: App, path: str) -> str:
    """The label of a file: relative to the workflows folder when it lies inside, else its path."""
    base = folder(app)
    if base:
        relative = os.path.relpath(path, base)
        if not relative.startswith(".."):
            return relative.replace(os.sep, "/")
    return path


def load(app: App, argument: str, name: str = "") -> WorkflowFile:
    """The file that `--file` names. name: the workflow that is wanted of it."""
    path = resolve(app, argument)
    if argument in ("atmos", INLINE) and not os.path.exists(path):
        own = inline(app)
        if own is not None:
            return own
    if not os.path.exists(path):
        raise missing(shown_path(app, path), closest(app, path))
    if name:
        from runner.workflows import cached

        compiled = cached.workflow(app, path, name)
        if compiled is not None:
            return _known(app, path, label(app, path), (name,), compiled)
    return read(app, path, label(app, path))


def find(app: App, name: str) -> list[WorkflowFile]:
    """The files that define a workflow of exactly this name, sorted by label. Empty when there is none."""
    return [file for file in discover(app) if file.defines(name)]


def unknown(app: App, name: str) -> AtmosError:
    """The error for a name that no file defines."""
    names = sorted({known for file in discover(app, quiet=True) for known in file.workflows})
    hints = ["Use 'atmos describe workflows' to see all available workflows"]
    close = nearest(name, names)
    if close:
        hints.insert(0, "Did you mean " + " or ".join(f"`{word}`" for word in close) + "?")
    return AtmosError("no workflow found", explanation=f"No workflow found with name `{name}`", hints=hints)


def unknown_in(file: WorkflowFile, name: str) -> AtmosError:
    """The error for a name that the given file does not define."""
    names = sorted(file.workflows)
    if names:
        listing = f"Available workflows in {os.path.basename(file.relative)}:\n\n" + "\n".join(
            f"  • {n}" for n in names
        )
    else:
        listing = f"{file.shown} defines no workflow"
    hints = [listing]
    close = nearest(name, names)
    if close:
        hints.insert(0, "Did you mean " + " or ".join(f"`{word}`" for word in close) + "?")
    return AtmosError(
        "no workflow found", explanation=f"No workflow exists with name `{name}` in `{file.shown}`", hints=hints
    )


def ambiguous(name: str, files: list[WorkflowFile]) -> AtmosError:
    """The error for a name that several files define, where nobody can be asked."""
    from runner.workflows.resume import quote

    return AtmosError(
        "no workflow found",
        explanation=f"Multiple workflow files contain workflow `{name}`\n\n"
        f"Matching files: {', '.join(file.relative for file in files)}",
        hints=[f"Use --file flag to specify which one: atmos workflow {quote(name)} --file <file>"],
    )
