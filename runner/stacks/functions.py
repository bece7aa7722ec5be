"""YAML functions in stack manifests: the shared ones and those that look at components (spec: config §4)."""

from __future__ import annotations

import os

from runner.errors import AtmosError, Where
from runner.stacks.merge import fold
from runner.stacks.values import APPEND, LAYERS, LITERAL, SCOPED, UNSET, finish, plain, tag_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from runner.app import App

    Map = dict[str, Any]

COMPUTED = "(computed)"
_METADATA = ("!tags", "!labels", "!labels.keys", "!labels.values")


def includer(app: App) -> Callable[[str, str, Where, bool], object]:
    """What `!include` in a manifest gives, at once: relative to the file, the working directory, the base path."""

    def include(argument: str, path: str, where: Where, raw: bool) -> object:
        from runner.config import functions

        context = functions.Context(app.env, app.cwd, folder=os.path.dirname(path), base_path=app.config.base_path,
                                    fetch=app.config.fetch)  # fmt: skip
        return functions.evaluate("!include.raw" if raw else "!include", argument, context, where)

    return include


class Evaluator:
    """Evaluates the tagged values of one component. skip: names of functions that stay text."""

    def __init__(
        self,
        app: App,
        *,
        stack: str,
        section: Map,
        strategy: str,
        skip: tuple[str, ...] = (),
        mode: str = "strict",
        identity: Any = None,
    ) -> None:
        self.app = app
        self.stack = stack
        self.section = section
        self.strategy = strategy
        self.skip = {"!" + name.strip().lstrip("!") for name in skip if name.strip()}
        self.mode = mode
        self.identity = identity
        self.failures: list[AtmosError] = []

    def value(self, value: Any) -> Any:
        """A structure with every tagged value evaluated, `!unset` gone."""
        if type(value) is tuple:
            return self._tagged(value)
        if isinstance(value, dict):
            result: Map = {}
            for key, item in value.items():
                if type(item) is tuple and item[0] == UNSET:
                    continue
                result[key] = self.value(item) if isinstance(item, dict | list | tuple) else item
            return result
        if isinstance(value, list):
            return [self.value(item) for item in value if not (type(item) is tuple and item[0] == UNSET)]
        return value

    def _tagged(self, value: tuple[Any, ...]) -> Any:
        tag, argument = value[0], value[1]
        if tag == LAYERS:
            return fold([self.value(finish(item)) for item in argument], self.strategy)
        if tag == APPEND:
            return self.value(argument)
        if tag in (LITERAL, SCOPED):
            return argument
        if tag in self.skip:
            return tag_text(value)
        where = Where(value[2], value[3]) if len(value) > 3 and value[2] else None
        try:
            return self.call(tag, argument, where)
        except Exception as error:
            if not hasattr(error, "exit_code"):
                raise
            if self.mode == "strict":
                raise
            failure = error if isinstance(error, AtmosError) else AtmosError(str(error), where=where)
            self.failures.append(failure)
            return COMPUTED

    def call(self, tag: str, argument: str, where: Where | None = None) -> Any:
        """One function call."""
        from runner.config import functions

        if tag in _METADATA:
            return self._metadata(tag)
        if tag in ("!terraform.output", "!terraform.state"):
            from runner.stacks import outputs

            return outputs.function(self.app, tag, argument, self.stack, where, self.identity)
        if tag in ("!store", "!store.get"):
            from runner.stacks import stores

            return stores.function(self.app, tag, argument, self.stack, where, self.identity)
        if tag.startswith("!aws."):
            return self._aws(tag, argument, where)
        env = self.app.env
        if tag == "!env":
            own = self.section.get("env")
            if isinstance(own, dict):
                env = {**env, **{name: _text(item) for name, item in own.items()
                                 if item is not None and not isinstance(item, dict | list | tuple)}}  # fmt: skip
        config = self.app.config
        context = functions.Context(
            env, self.app.cwd, folder=config.base_path, base_path=config.base_path, fetch=config.fetch
        )
        return functions.evaluate(tag, argument, context, where)

    def _metadata(self, tag: str) -> Any:
        metadata = self.section.get("metadata") or {}
        if tag == "!tags":
            return plain(metadata.get("tags") or [])
        labels = plain(metadata.get("labels") or {})
        if tag == "!labels":
            return labels
        names = sorted(labels)
        return names if tag == "!labels.keys" else [labels[name] for name in names]

    def _aws(self, tag: str, argument: str, where: Where | None) -> Any:
        if argument:
            raise AtmosError(f"{tag} takes no arguments", where=where)
        from runner.stacks import aws

        return aws.fact(self.app, tag, self.identity, where)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
