"""The configuration as the rest of the program sees it: a thin view of compiled data, decoded section by section.

On the short way: imports only `marshal`. Deferred values (`!env`, `!exec` …) are computed when they are asked for,
each once.
"""

from __future__ import annotations

import marshal

from runner.errors import Problem, Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from runner.config.remote import Fetcher

    Summary = tuple[str, str, tuple[str, ...], bool, bool, bool]


class Config:
    """found: whether there is any configuration file. files: those read. Paths are absolute; "" where not configured.

    profiles: names in force. log_file: "" where the log goes to a stream. problems: what is wrong but breaks only itself
    (decision D12).
    """

    def __init__(self, compiled: dict[str, Any], env: Mapping[str, str], cwd: str) -> None:
        core = compiled["core"]
        self._compiled = compiled
        self._sections: dict[str, bytes] = compiled["sections"]
        self._commands: dict[str, bytes] = compiled["commands"]
        self._env = env
        self._cwd = cwd
        self._raw: dict[str, Any] = {}
        self._resolved: dict[str, Any] = {}
        self._memo: dict[tuple[str, str, str, int], Any] = {}
        self._places: dict[tuple[str, ...], tuple[str, int, int]] | None = None
        self._trees: dict[str, dict[str, Any]] = {}
        self._fetcher: Fetcher | None = None
        self.found: bool = core["found"]
        self.files: list[str] = core["files"]
        self.config_dir: str = core["config_dir"]
        self.cli_config_path: str = core["cli_config_path"]
        self.base_path: str = core["base_path"]
        self.stacks_path: str = core["stacks_path"]
        self.workflows_path: str = core["workflows_path"]
        self.terraform_path: str = core["terraform_path"]
        self.profiles: tuple[str, ...] = core["profiles"]
        self.log_file: str = core["log_file"]
        self._typed: dict[tuple[str, ...], str] = core["typed"]

    # -- sections ----------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """The top-level sections that are set or have a default."""
        return list(self._sections)

    def raw(self, name: str) -> Any:
        """A top-level section with deferred values left as tuples; `workflows` comes with its places (a `Map`)."""
        if name not in self._raw:
            if name == "workflows":
                from runner.config.placed import thaw

                tree = marshal.loads(self._compiled["placed"])  # noqa: S302 - our own private file, owner and mode checked
                self._raw[name] = thaw(tree) if tree is not None else self._load(name)
            else:
                self._raw[name] = self._load(name)
        return self._raw[name]

    def _load(self, name: str) -> Any:
        blob = self._sections.get(name)
        return None if blob is None else marshal.loads(blob)  # noqa: S302

    def section(self, name: str) -> Any:
        """A top-level section with its deferred values computed; None when it is not set."""
        if name not in self._resolved:
            value = self._load(name)
            for path, kind in self._typed.items():
                if path[0] == name:
                    value = self._convert(value, path[1:], kind)
            self._resolved[name] = self.resolve(value)
        return self._resolved[name]

    def _convert(self, value: Any, path: tuple[str, ...], kind: str) -> Any:
        """Give the result of a deferred value the type of its setting."""
        holder = value
        for key in path[:-1]:
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and path and path[-1] in holder:
            from runner.config import scalars

            result = self.resolve(holder[path[-1]])
            if kind == "bool":
                chosen = scalars.as_bool(result)
                result = result if chosen is None else chosen
            elif kind == "words":
                words = scalars.as_words(result)
                result = result if words is None else words
            elif kind == "int" and not isinstance(result, bool):
                number = scalars.resolve(result.strip()) if isinstance(result, str) else result
                result = int(number) if isinstance(number, int | float) else result
            holder[path[-1]] = result
        return value

    def get(self, *path: str, default: Any = None) -> Any:
        """A value by its path, computed; `default` where nothing is set."""
        value: Any = self._raw_path(path[:-1]) if len(path) > 1 else None
        if len(path) == 1:
            value = self.section(path[0])
        elif path in self._typed:
            value = self.section(path[0])
            for key in path[1:]:
                value = value.get(key) if isinstance(value, dict) else None
        elif isinstance(value, dict):
            value = self.resolve(value.get(path[-1]))
        else:
            value = None
        return default if value is None else value

    def _raw_path(self, path: tuple[str, ...]) -> Any:
        if path[0] not in self._raw and path[0] != "workflows":
            self._raw[path[0]] = self._load(path[0])
        value = self._raw.get(path[0]) if path[0] != "workflows" else self._load("workflows")
        for key in path[1:]:
            if isinstance(value, tuple):
                value = self.resolve(value)
            value = value.get(key) if isinstance(value, dict) else None
        return self.resolve(value) if isinstance(value, tuple) else value

    def resolve(self, value: Any) -> Any:
        """Compute the deferred values anywhere inside a value; each call of a function is made once."""
        if isinstance(value, tuple):
            return self._evaluate(value)
        if isinstance(value, dict):
            for item in value.values():
                if isinstance(item, tuple | dict | list):
                    break
            else:
                return value
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            for item in value:
                if isinstance(item, tuple | dict | list):
                    break
            else:
                return value
            return [self.resolve(item) for item in value]
        return value

    def _evaluate(self, deferred: Any) -> Any:
        if deferred not in self._memo:
            from runner.config import functions

            tag, argument, file, line = deferred
            folder = file.rpartition("/")[0] if file else ""
            context = functions.Context(self._env, self._cwd, folder=folder, base_path=self.base_path, fetch=self.fetch)
            self._memo[deferred] = functions.evaluate(tag, argument, context, Where(file, line) if file else None)
        return self._memo[deferred]

    def fetch(self, url: str, ttl: str = "") -> str:
        """The local copy of a remote file (`!include https://…`), fetched at most once per run.

        ttl: how long a copy from an earlier run holds, where that is not `imports.ttl`.
        """
        if self._fetcher is None:
            from runner.config import remote
            from runner.config.record import Record

            self._fetcher = remote.Fetcher(Record(dict(self._env), self._cwd))
        return self._fetcher.get(url, ttl or str(self.get("imports", "ttl") or ""))

    # -- commands ----------------------------------------------------------------------------------

    def command(self, name: str) -> dict[str, Any] | None:
        """The compiled tree of one top-level command; only this one is decoded."""
        if name not in self._trees:
            blob = self._commands.get(name)
            if blob is None:
                return None
            self._trees[name] = marshal.loads(blob)  # noqa: S302
        return self._trees[name]

    def declared_commands(self) -> list[Any]:
        """The commands as they are declared, merged and with their places: for those that show or check them."""
        from runner.config.placed import thaw

        return [thaw(entry) for entry in marshal.loads(self._compiled["declared"])]  # noqa: S302

    def command_names(self) -> list[str]:
        """The names of the top-level commands, in the order of the files."""
        return list(self._commands)

    def command_summaries(self) -> list[Summary]:
        """(name, description, aliases, internal, has children, broken) of each top-level command."""
        summaries: list[Summary] = marshal.loads(self._compiled["summaries"])  # noqa: S302
        return summaries

    # -- the rest ----------------------------------------------------------------------------------

    def where(self, *path: str | int) -> Where | None:
        """The place of a key; a list's item by its number. None for defaults and computed values."""
        if self._places is None:
            self._places = marshal.loads(self._compiled["places"])  # noqa: S302
        assert self._places is not None
        place = self._places.get(tuple(str(part) for part in path))
        return Where(*place) if place else None

    @property
    def problems(self) -> list[Problem]:
        """Everything found wrong that did not stop the load. severity: error, warning (shown at once) or note."""
        return [Problem.of(plain) for plain in self._compiled["core"]["problems"]]

    @property
    def warnings(self) -> list[Problem]:
        """The findings that are to be said on every run: skipped files, misspelt sections."""
        return [problem for problem in self._warnings() if not problem.path.startswith("commands.")]

    def warnings_of(self, names: list[str]) -> list[Problem]:
        """Those about commands of these names, to be said when one of them is called."""
        paths = [f"commands.{name}" for name in names]
        return [problem for problem in self._warnings() if problem.path in paths]

    def _warnings(self) -> list[Problem]:
        return [Problem.of(plain) for plain in self._compiled["core"]["problems"] if plain[4] == "warning"]

    def env_section(self) -> dict[str, str | None]:
        """The top-level `env` as text; None unsets a variable (decision D46)."""
        section = self.section("env")
        if not isinstance(section, dict):
            return {}
        result: dict[str, str | None] = {}
        for name, value in section.items():
            if value is None or isinstance(value, str):
                result[name] = value
            else:
                from runner.config import scalars

                if isinstance(value, dict | list):
                    from runner.console import formats

                    result[name] = formats.to_json(value, indent=None).rstrip("\n")
                else:
                    result[name] = scalars.as_env_text(value)
        return result

    def aliases(self) -> dict[str, str]:
        """The aliases of the configuration: name → words."""
        if not self._compiled["core"]["aliases"]:
            return {}
        section = self.section("aliases")
        return {name: str(value) for name, value in section.items() if value} if isinstance(section, dict) else {}
