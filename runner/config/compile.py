"""Compile a configuration: from what the files, the environment and the flags say to plain data that can be kept.

The order of one load: sources with their drop-ins and imports → `ATMOS_*` of `env:` → profiles → overrides → types →
constraint → paths → commands. What comes out is what `runner.config.model.Config` views and the cache holds.
"""

from __future__ import annotations

import marshal
import os

from runner.config import discovery, merge, overrides, paths, profiles, reader, shape
from runner.config.loader import Loader
from runner.config.merge import Layer
from runner.config.reader import Map, Seq
from runner.config.schema import CONFIGURATION, Section
from runner.errors import AtmosError, Problem
from runner.globals import SELECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.config.discovery import Source
    from runner.config.record import Record
    from runner.config.remote import Fetcher
    from runner.globals import GlobalFlags


class Compiler:
    """One load. `run` gives the compiled data; the record knows what it depends on."""

    def __init__(self, flags: GlobalFlags, record: Record) -> None:
        self.flags = flags
        self.record = record
        self.fetcher: Fetcher | None = None
        self.loader = Loader(flags, record, self.fetch)
        self.problems = self.loader.problems

    def fetch(self, address: str, ttl: str = "") -> str:
        """The local copy of a remote file; what that takes is imported when the first one is asked for."""
        if self.fetcher is None:
            from runner.config import remote

            self.fetcher = remote.Fetcher(self.record)
        return self.fetcher.get(address, ttl)

    def run(self) -> dict[str, Any]:
        loader, record = self.loader, self.record
        sources = discovery.explicit(self.flags, record)
        chosen = bool(sources)
        if not chosen:
            sources = discovery.discovered(record, loader.root)
        files = [source for source in sources if not source.alone]
        total = self.merged(sources, chosen)
        if not files and loader.root:
            total = loader.drop_ins([loader.root]).put(total, self.problems)
        config_dir = files[-1].folder if files else next((source.folder for source in sources), "")
        self.promote(total.tree)
        total, names = self.with_profiles(total, config_dir)
        tree = overrides.apply(self.with_provisioned(total.tree), self.flags, record, self.problems)
        typed = shape.check(self.ready(tree))
        self.problems += typed.problems
        data = typed.data
        if not files:
            overrides.fill(data, overrides.WITHOUT_FILE)
        overrides.fill_dated(data)
        overrides.fill(data, overrides.DEFAULTS)
        self.check_constraint(data, tree)
        places = self.paths(data, tree, config_dir, chosen)
        declared = list(total.commands.values())
        commands = self.commands(declared)
        cli_path = config_dir
        if chosen and len(files) > 1:
            cli_path = "".join(f"{source.folder};" for source in files)
        return self.compiled(data, tree, typed.later, (declared, commands), {
            "found": bool(files), "files": loader.files, "config_dir": config_dir, "cli_config_path": cli_path,
            "profiles": tuple(names), "promoted": dict(record.promoted), **places,
        })  # fmt: skip

    # -- sources -----------------------------------------------------------------------------------

    def merged(self, sources: list[Source], chosen: bool) -> Layer:
        """All sources, lowest first. Between discovered ones the list of commands is replaced, not merged."""
        total = Layer()
        for source in sources:
            layer = self.loader.source(source)
            if not source.alone and source.kind != "file":
                if not chosen:
                    self.note_hidden(total.commands, layer.commands, source)
                total.commands.clear()
            total.put(layer, self.problems)
        return total

    def note_hidden(self, lost: dict[str, Map], kept: dict[str, Map], source: Source) -> None:
        """Commands of a weaker source that this one makes unreachable: worth a note of `atmos validate`."""
        for name, entry in lost.items():
            if name not in kept:
                self.problems.append(Problem(
                    f"command `{name}` is hidden: {source.path} has commands of its own, which replace those "
                    f"of {entry.mark[0]}", entry.where, path=f"commands.{name}", severity="note",
                ))  # fmt: skip

    def promote(self, tree: Map) -> None:
        """`ATMOS_*` of the `env:` section become variables of this very process, where they are not set already."""
        section = tree.get("env")
        if not isinstance(section, Map):
            return
        from runner.config import scalars

        for name in section:
            if name.startswith("ATMOS_") and name not in self.record.env:
                value = self.loader.now(section[name])
                if value is not None and not isinstance(value, list | dict):
                    self.record.promote(name, scalars.as_env_text(value))

    # -- profiles ----------------------------------------------------------------------------------

    def with_profiles(self, total: Layer, config_dir: str) -> tuple[Layer, list[str]]:
        loader, tree = self.loader, total.tree
        names = profiles.chosen(loader, tree)
        section = tree.get("profiles")
        base = declared_in = ""
        if isinstance(section, Map):
            base = loader.text(section.get("base_path"))
            declared_in = os.path.dirname(section.marks["base_path"][0]) if "base_path" in section.marks else ""
        self.locations = profiles.locations(base, declared_in, config_dir, self.record)
        if not names:
            return total, []
        if SELECT in names:
            names = profiles.select(loader, self.locations, names)
        for name in names:
            found = profiles.find(name, self.locations, self.record)
            if found is None:
                raise profiles.unknown(name, self.locations, self.record, self.identity_names(tree))
            for path in profiles.files(found[1], self.record):
                layer = self.profile_file(path)
                layer.tree.pop("profiles", None)  # which profiles there are is the base's business
                total.put(layer, self.problems)
        return total, names

    def profile_file(self, path: str) -> Layer:
        """A file of a profile over what it imports."""
        tree = self.loader.read(path)
        rest, commands = self.loader.split(tree)
        own = Layer(merge.merge(Map(), rest), commands)
        own.tree.pop("metadata", None)
        if "import" not in tree:
            return own
        return self.loader.imports(tree, os.path.dirname(path), [path]).put(own, self.problems)

    def with_provisioned(self, tree: Map) -> Map:
        """Identities that logins of the configured providers have found, below everything that people wrote."""
        auth = tree.get("auth")
        providers = auth.get("providers") if isinstance(auth, dict) else None
        if not isinstance(providers, dict):
            return tree
        for name in providers:
            path = os.path.join(self.record.cache_home(), "auth", name.replace("/", "_").replace("\\", "_"),
                                "provisioned-identities.yaml")  # fmt: skip
            if not self.record.is_file(path):
                continue
            try:
                found = reader.read_map(path)
            except AtmosError as error:
                self.problems.append(Problem(f"identities found by an earlier login are left out: {error.message}",
                                             error.where, severity="warning"))  # fmt: skip
                continue
            below = found.get("auth")
            identities = below.get("identities") if isinstance(below, dict) else None
            if isinstance(below, Map) and isinstance(identities, Map):
                only = Map(found.mark)
                section = Map(below.mark)
                section.put("identities", identities, below.marks["identities"])
                only.put("auth", section, found.marks["auth"])
                tree = merge.merge(only, tree)
        return tree

    @staticmethod
    def identity_names(tree: Map) -> list[str]:
        auth = tree.get("auth")
        identities = auth.get("identities") if isinstance(auth, dict) else None
        return list(identities) if isinstance(identities, dict) else []

    # -- types, constraint, paths ------------------------------------------------------------------

    def ready(self, tree: Map) -> Map:
        """Without what has done its work; what decides paths or levels computed now."""
        result = Map(tree.mark)
        for key, value in tree.items():
            if key == "metadata" or value is None:
                continue
            if isinstance(value, tuple) and key not in _UNTYPED and isinstance(CONFIGURATION.keys.get(key), Section):
                value = self.loader.now(value)  # a whole section from a function
                if isinstance(value, dict) and not isinstance(value, Map):
                    value = merge.as_map(value, tree.marks[key])
            if isinstance(value, Map):
                value = self.early(key, value) if key in _UNTYPED else self.environment_now(value)
            result.put(key, value, tree.marks.get(key, tree.mark), tree.literals.get(key))
        return result

    def early(self, section: str, tree: Map) -> Map:
        """A section that stays as it is, with those of its settings that are no entries computed."""
        result = Map(tree.mark)
        for key, value in tree.items():
            if key in _EARLY.get(section, ()):
                if isinstance(value, Map):
                    value = self.environment_now(value)
                elif isinstance(value, tuple) and self.is_needed(key, value):
                    value = self.loader.now(value)
            result.put(key, value, tree.marks.get(key, tree.mark), tree.literals.get(key))
        return result

    def environment_now(self, tree: Map) -> Map:
        """Typed sections: values that come from a variable are taken now, and remembered as depending on it."""
        result = Map(tree.mark)
        for key, value in tree.items():
            if value is None:
                continue  # the default holds
            if isinstance(value, Map):
                value = self.environment_now(value)
            elif isinstance(value, list):
                if all(self.is_needed(key, item) for item in value if isinstance(item, tuple)):
                    value = self.loader.now(value)
            elif isinstance(value, tuple) and self.is_needed(key, value):
                value = self.loader.now(value)
            result.put(key, value, tree.marks.get(key, tree.mark), tree.literals.get(key))
        return result

    @staticmethod
    def is_needed(key: str, value: tuple[Any, ...]) -> bool:
        """Whether a deferred value of a typed section is computed now: from a file's `!env`, or because loading needs it."""
        return (value[0] == "!env" and bool(value[2])) or key in _NEEDED

    def check_constraint(self, data: dict[str, Any], tree: Map) -> None:
        version = data.get("version")
        section = version.get("constraint") if isinstance(version, dict) else None
        if isinstance(section, dict) and section.get("require"):
            from runner.config import constraint

            where = shape.position(tree, ("version", "constraint", "require"))
            constraint.check(section, self.record.getenv("ATMOS_VERSION_ENFORCEMENT"), where, self.problems)

    def paths(self, data: dict[str, Any], tree: Map, config_dir: str, chosen: bool) -> dict[str, str]:
        record, loader = self.record, self.loader
        value = data.get("base_path")
        runtime = tree.marks.get("base_path", ("", 0, 0))[0].startswith(("$", "-"))
        anchor = config_dir
        if isinstance(value, tuple):
            try:
                value = str(loader.now(value))
            except AtmosError:
                if value[0] not in ("!repo-root", "!git.root"):
                    raise
                value = "."
        elif chosen and not runtime and "base_path" in tree.marks:
            anchor = self.declaring_folder(tree.marks["base_path"][0], config_dir)
        data["base_path"] = text = value or ""
        base = paths.base_path(text, runtime=runtime, config_dir=anchor, cwd=record.cwd, root=loader.root,
                               exists=record.exists)  # fmt: skip
        stacks, workflows = _text(data, "stacks", "base_path"), _text(data, "workflows", "base_path")
        return {
            "base_path": base,
            "stacks_path": paths.below(base, stacks) if stacks else "",
            "workflows_path": paths.below(base, workflows) if workflows else "",
            "terraform_path": paths.below(base, _text(data, "components", "terraform", "base_path")),
        }

    def declaring_folder(self, file: str, fallback: str) -> str:
        return os.path.dirname(file) if file else fallback

    # -- commands and the result -------------------------------------------------------------------

    def commands(self, entries: list[Map]) -> dict[str, dict[str, Any]]:
        merged = Seq()
        for entry in entries:
            merged.add(entry, entry.mark)
        try:
            from runner.commands import declare

            compiled, problems = declare.compile_commands(merged)
        except ImportError:
            return {str(entry["name"]): pure(entry) for entry in entries}
        self.problems += problems
        return compiled

    def compiled(self, data: dict[str, Any], tree: Map, later: dict[tuple[str, ...], str],
                 both: tuple[list[Map], dict[str, dict[str, Any]]], core: dict[str, Any]) -> dict[str, Any]:  # fmt: skip
        declared, commands = both
        sections = {name: pack(value) for name, value in data.items() if name != "commands"}
        places: dict[tuple[str, ...], tuple[str, int, int]] = {}
        collect(tree, (), places)
        for name, entry in commands.items():
            where = entry.get("where")
            if isinstance(where, tuple | list) and len(where) == 3:
                places["commands", name] = tuple(where)
        workflows = tree.get("workflows")
        core["aliases"] = bool(data.get("aliases"))
        log_file = _text(data, "logs", "file")
        core["log_file"] = "" if log_file.startswith("/dev/") else log_file
        core["typed"] = later
        core["problems"] = [problem.plain() for problem in self.problems]
        return {
            "core": core,
            "sections": sections,
            "commands": {name: pack(entry) for name, entry in commands.items()},
            "declared": pack([freeze(entry) for entry in declared]),
            "summaries": pack([summary(name, entry) for name, entry in commands.items()]),
            "places": pack(places),
            "placed": pack(freeze(workflows) if isinstance(workflows, Map) else None),
        }


# sections whose values stay as they are until they are used
_UNTYPED = ("env", "auth", "workflows", "aliases", "stores", "integrations")
# what in them is a setting like those of other sections
_EARLY = {"workflows": ("base_path", "list"), "auth": ("realm", "logs")}
# keys of typed sections that loading itself depends on
_NEEDED = ("base_path", "level", "require", "enforcement", "included_paths", "excluded_paths")


def _text(data: dict[str, Any], *path: str) -> str:
    value: Any = data
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def summary(name: str, entry: dict[str, Any]) -> tuple[str, str, tuple[str, ...], bool, bool, bool]:
    """What lists and help need of a command without decoding it."""
    from runner.commands.model import text as described

    return (
        name, described(entry.get("description")), tuple(entry.get("aliases") or ()), bool(entry.get("internal")),
        bool(entry.get("commands")), bool(entry.get("broken") or entry.get("problems")),
    )  # fmt: skip


def pack(value: Any) -> bytes:
    """Plain data as bytes."""
    try:
        return marshal.dumps(value)
    except ValueError:
        return marshal.dumps(pure(value))


def pure(value: Any) -> Any:
    """Plain dicts, lists and tuples all the way down."""
    if isinstance(value, dict):
        return {key: pure(item) for key, item in value.items()}
    if isinstance(value, list):
        return [pure(item) for item in value]
    if isinstance(value, tuple):
        return tuple(pure(item) for item in value)
    if value is None or isinstance(value, str | int | float | bool | bytes):
        return value
    return str(value)


def collect(tree: object, path: tuple[str, ...], places: dict[tuple[str, ...], tuple[str, int, int]]) -> None:
    """Where each key stands, for messages and `--provenance`."""
    if isinstance(tree, Map):
        for key, value in tree.items():
            below = (*path, key)
            mark = tree.marks.get(key)
            if mark is not None and mark[0]:
                places[below] = mark
            collect(value, below, places)
    elif isinstance(tree, Seq):
        for index, value in enumerate(tree):
            below = (*path, str(index))
            places[below] = tree.marks[index]
            collect(value, below, places)


def freeze(value: object) -> Any:
    """A tree with its places as plain data; `runner.config.placed.thaw` is the way back."""
    if isinstance(value, Map):
        return {"m": [(key, freeze(item), value.marks.get(key, value.mark), value.literals.get(key))
                      for key, item in value.items()], "at": value.mark}  # fmt: skip
    if isinstance(value, Seq):
        return {"s": [(freeze(item), value.marks[index], value.literals.get(index)) for index, item in enumerate(value)],
                "at": value.mark}  # fmt: skip
    if isinstance(value, dict):
        return freeze(merge.as_map(value, ("", 0, 0)))
    if isinstance(value, list):
        return {"s": [(freeze(item), ("", 0, 0), None) for item in value], "at": ("", 0, 0)}
    return value
