"""From configuration files to one tree: read each once, follow imports and drop-in folders, merge in order."""

from __future__ import annotations

import os
from collections.abc import Mapping

from runner.config import discovery, functions, globs, include, merge, paths, reader, shape
from runner.config.merge import Layer
from runner.config.reader import DROPPED, Map, Seq
from runner.config.record import Record
from runner.errors import AtmosError, Problem, Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.config.discovery import Source
    from runner.globals import GlobalFlags

MAX_IMPORTS = 10
# functions whose result depends only on files and folders: computed when the file is read
_STATIC = ("!include", "!include.raw", "!repo-root", "!git.root", "!cwd")
# what a text that would be rendered has in it, whatever the delimiters
_TEMPLATE_LIKE = frozenset("{}<>[]()%$#@")
# sections in which a faulty value breaks only the entry it stands in (decisions D12, D40)
_LENIENT = ("commands", "workflows", "auth")


class Watched(Mapping[str, str]):
    """The environment for functions that look at it while files are loaded: each look is remembered in the record."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def __getitem__(self, name: str) -> str:
        value = self.record.lookup(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter({**self.record.env, **self.record.promoted})

    def __len__(self) -> int:
        return len({**self.record.env, **self.record.promoted})


class Loader:
    """Reads and merges. Everything looked at goes through the record; what went wrong without stopping is in `problems`."""

    def __init__(self, flags: GlobalFlags, record: Record, fetch: Callable[..., str] | None = None) -> None:
        self.flags = flags
        self.record = record
        self.env = Watched(record)
        self.fetch = fetch
        self.root = discovery.git_root(record)
        self.home = ""  # the folder of the configuration whose files are being read
        self.problems: list[Problem] = []
        self.files: list[str] = []
        self.trees: dict[str, Map] = {}
        self.suspects: list[tuple[Where, AtmosError]] = []  # faulty functions, fatal or not
        self.tolerant = False  # whether the load goes on with them: who validates wants to know all
        self.skipped: list[AtmosError] = []  # what keeps imported files from being read

    # -- reading -----------------------------------------------------------------------------------

    def read(self, path: str) -> Map:
        """One file, parsed once however often it is named."""
        known = self.trees.get(path)
        if known is not None:
            return known
        self.record.look(path)
        suspects: list[tuple[Where, AtmosError]] = []
        tree = reader.read_map(path, on_tag=self._on_tag(path, suspects))
        if suspects:
            self.suspects += suspects
            if not self.tolerant:
                _refuse(tree, suspects)
        tree = shape.canonical(tree)
        self.trees[path] = tree
        self.files.append(path)
        return tree

    def context(self, path: str) -> functions.Context:
        """What functions in a file may look at while it is loaded."""
        folder = os.path.dirname(path) if path else self.record.cwd
        return functions.Context(self.env, self.record.cwd, folder=folder, home=self.home, fetch=self.fetch,
                                 on_read=self.record.look, exists=self.record.exists)  # fmt: skip

    def _on_tag(self, path: str, suspects: list[tuple[Where, AtmosError]]) -> reader.OnTag:
        context = self.context(path)

        def on_tag(tag: str, value: object, where: Where) -> object:
            if tag == "!unset":
                return DROPPED
            if tag == "!append" and isinstance(value, list):
                result = merge.Appended(where.plain())
                for index, item in enumerate(value):
                    result.add(item, value.marks[index] if isinstance(value, Seq) else where.plain())
                return result
            if tag == "!literal" and not (isinstance(value, str) and _TEMPLATE_LIKE.intersection(value)):
                return value
            argument = value if isinstance(value, str) else ""
            deferred = (tag, argument, path, where.line)
            try:
                if tag not in functions.CONFIG_TAGS:
                    raise functions.unsupported(tag, where)
                if not isinstance(value, str):
                    raise AtmosError(f"{tag} takes text, not a {'list' if isinstance(value, list) else 'mapping'}",
                                     where=where)  # fmt: skip
                wrong = functions.fault(tag, argument)
                if wrong is not None:
                    raise functions.failed(tag, argument, wrong, where)
                if tag in _STATIC:
                    return merge.placed(functions.evaluate(tag, argument, context, where), where.plain())
            except AtmosError as error:
                if tag != "!repo-root" and tag != "!git.root":
                    suspects.append((where, error))
            return deferred

        return on_tag

    def now(self, value: object) -> object:
        """A value that the load itself depends on: a deferred one is computed at once.

        What only depends on the environment is remembered as such; anything else makes the result one of this moment.
        """
        if isinstance(value, tuple):
            tag, argument, file, line = value
            if tag not in ("!env", "!literal"):
                self.record.volatile = f"{tag} at {file}:{line}"
            return functions.evaluate(tag, argument, self.context(file), Where(file, line))
        if isinstance(value, Seq):
            if any(isinstance(item, tuple) for item in value):
                result = Seq(value.mark)
                for index, item in enumerate(value):
                    result.add(self.now(item), value.marks[index], value.literals.get(index))
                return result
        elif isinstance(value, Map) and any(isinstance(item, tuple) for item in value.values()):
            tree = Map(value.mark)
            for key, item in value.items():
                tree.put(key, self.now(item), value.marks.get(key, value.mark), value.literals.get(key))
            return tree
        return value

    def text(self, value: object) -> str:
        """A setting the load depends on, as text; "" for anything that is none."""
        value = self.now(value)
        return "" if value is None or isinstance(value, list | dict) else str(value)

    # -- one source --------------------------------------------------------------------------------

    def source(self, source: Source) -> Layer:
        """A source with its drop-ins and imports."""
        if source.alone:
            return self.drop_ins([source.folder])
        self.home = source.folder
        tree = self.read(source.path)
        own = Layer(*self.split(tree))
        if source.kind == "system":
            return own
        if source.kind == "file":
            return own.put(self.imports(tree, source.folder, [source.path]), self.problems)
        folders = [self.root] if self.root and self.root != source.folder else []
        dropped = self.drop_ins([*folders, source.folder])
        if "import" in tree:
            imported = self.imports(tree, source.folder, [source.path])
        else:
            imported = self.imports(dropped.tree, source.folder, [source.path])
        return own.put_under(dropped.put(imported, self.problems), self.problems)

    def split(self, tree: Map) -> tuple[Map, list[Map]]:
        """A file's tree without its commands, and those folded."""
        if "commands" not in tree:
            return tree, []
        rest = Map(tree.mark)
        for key, value in tree.items():
            if key != "commands":
                rest.put(key, value, tree.marks.get(key, tree.mark), tree.literals.get(key))
        items = self.now(tree["commands"])
        if items is not None and not isinstance(items, list):
            kind = "mapping" if isinstance(items, dict) else "single value"
            self.problems.append(Problem(f"`commands` is a {kind}; a list of commands is expected",
                                         tree.key_where("commands"), path="commands",
                                         hint="Begin each command with `- name:`"))  # fmt: skip
        return rest, merge.fold(items, self.problems, self.now)

    def drop_ins(self, folders: list[str]) -> Layer:
        """The files of `atmos.d` and `.atmos.d` in some folders."""
        result, home = Layer(), self.home
        for folder in folders:
            beside, self.home = Layer(), folder
            for path in discovery.drop_in_files([folder], self.record):
                try:
                    tree = self.read(path)
                except AtmosError as error:
                    raise AtmosError(
                        f"failed to parse file: failed to load configuration file from .atmos.d: {path}: {error.message}",
                        where=error.where, explanation=error.explanation, hints=error.hints, title=error.title,
                    ) from error  # fmt: skip
                beside.put(Layer(*self.split(tree)), self.problems, peers=True)
            result.put(beside, self.problems)
        self.home = home
        return result

    # -- imports -----------------------------------------------------------------------------------

    def imports(self, tree: Map, folder: str, trail: list[str]) -> Layer:
        """What a file imports: entries in order, later ones win; what an imported file imports wins over it."""
        result = Layer()
        entries = self.now(tree.get("import"))
        if isinstance(entries, str):
            entries = [entries]
        if not isinstance(entries, list):
            return result
        for index, entry in enumerate(entries):
            if not isinstance(entry, str):
                continue
            where = entries.item_where(index) if isinstance(entries, Seq) else tree.key_where("import")
            if not entry.strip():
                continue
            files = self.resolve_import(entry.strip(), tree, folder, where)
            beside = Layer() if len(files) > 1 else result
            for found in files:
                if found in trail:
                    chain = " → ".join([*trail[trail.index(found) :], found])
                    self._warn(f"import cycle, not followed again: {chain}", where)
                    continue
                if len(trail) > MAX_IMPORTS:
                    self._warn(
                        f"imports nested more than {MAX_IMPORTS} deep are not followed: {' → '.join(trail)}", where
                    )
                    continue
                try:
                    imported = self.read(found)
                except AtmosError as error:
                    self.skipped.append(error)
                    place = "" if found in error.message else f"{found}: "
                    self._warn(
                        f"Skipping config file {found}: {place}{error.message}\nCommands or configuration defined in this "
                        "file will not be available until the error is fixed", error.where or where,
                    )  # fmt: skip
                    continue
                beside.put(Layer(*self.split(imported)), self.problems, peers=beside is not result)
                if "import" in imported:
                    beside.put(self.imports(imported, folder, [*trail, found]), self.problems)
            if beside is not result:
                result.put(beside, self.problems)
        return result

    def resolve_import(self, entry: str, tree: Map, folder: str, where: Where) -> list[str]:
        """The files that one entry of `import` means; a warning when there are none."""
        if include.is_remote(entry):
            try:
                if self.fetch is None:
                    raise AtmosError("remote files cannot be fetched here")
                settings = tree.get("imports")
                ttl = self.text(settings.get("ttl")) if isinstance(settings, dict) else ""
                found = self._local(self.fetch(entry, ttl), "")
                if not found:
                    raise AtmosError("no file matches")
                return found
            except AtmosError as error:
                shown = include.without_secrets(entry)
                self._warn(f"failed to resolve import path={shown} error={error.message}", where)
                return []
        for base in self._import_bases(tree, folder):
            found = self._local(entry, base)
            if found:
                return found
        self._warn(f"failed to resolve import path={entry} error=no file matches", where)
        return []

    def _import_bases(self, tree: Map, folder: str) -> list[str]:
        """Where relative entries are looked up: the base path of the file, its configuration's folder, its own."""
        given = self.flags.given.get("base-path")
        runtime = str(given) if given else self.record.getenv("ATMOS_BASE_PATH")
        value = runtime or self.text(tree.get("base_path"))
        base = paths.base_path(value, runtime=bool(runtime), config_dir=folder, cwd=self.record.cwd, root=self.root,
                               exists=self.record.exists)  # fmt: skip
        bases = [base]
        for other in (folder, os.path.dirname(tree.mark[0]) if tree.mark[0] else ""):
            if other and other not in bases:
                bases.append(other)
        return bases

    def _local(self, entry: str, base: str) -> list[str]:
        path = os.path.normpath(os.path.join(base, os.path.expanduser(entry) if entry.startswith("~") else entry))
        if globs.is_pattern(entry):
            if os.path.splitext(entry)[1]:
                return globs.matches(base, entry, self.record)
            yaml = globs.matches(base, entry + ".yaml", self.record)
            yml = globs.matches(base, entry + ".yml", self.record)
            return globs.in_order([*yaml, *(name for name in yml if name[:-4] + ".yaml" not in yaml)])
        if self.record.is_dir(path):
            return discovery.yaml_files(path, self.record)
        if self.record.is_file(path):
            return [path]
        for ending in (".yaml", ".yml"):
            if self.record.is_file(path + ending):
                return [path + ending]
        return []

    def _warn(self, message: str, where: Where | None) -> None:
        self.problems.append(Problem(message, where, severity="warning"))


def _refuse(tree: Map, suspects: list[tuple[Where, AtmosError]]) -> None:
    """Raise for faulty functions outside the sections in which they break only their own entry."""
    lines = {(where.file, where.line): error for where, error in suspects}
    pending: list[tuple[object, str]] = [(value, key) for key, value in tree.items() if key.lower() not in _LENIENT]
    while pending:
        value, path = pending.pop()
        if isinstance(value, tuple):
            error = lines.get((value[2], value[3]))
            if error is not None:
                if value[0] not in functions.CONFIG_TAGS:
                    error = functions.unsupported(value[0], Where(value[2], value[3]), path)
                raise error
        elif isinstance(value, dict):
            pending += [(item, f"{path}.{key}") for key, item in value.items()]
        elif isinstance(value, list):
            pending += [(item, f"{path}[{index}]") for index, item in enumerate(value)]
