"""Validation policies of a component: `settings.validation`, each a JSON Schema or an OPA policy (Rego).

    settings:
      validation:
        sizes:
          schema_type: jsonschema          # or opa
          schema_path: vpc/sizes.json      # below schemas.jsonschema.base_path (schemas.opa.base_path)
          module_paths: [vpc/lib]          # opa: more policies and data
          description: The sizes that we allow
          disabled: false
          timeout: 10                      # seconds; opa

What is checked is the described component. An OPA policy says what is wrong in `data.atmos.errors`; it is evaluated by
the program `opa`. A policy that cannot be evaluated counts as not met.
"""

from __future__ import annotations

import json
import os

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from runner.app import App

    Map = dict[str, Any]

TYPES = ("jsonschema", "opa")
TIMEOUT = 20
QUERY = "data.atmos.errors"


class Policy:
    """One entry of `settings.validation`."""

    def __init__(self, app: App, name: str, entry: Map) -> None:
        self.app, self.name = app, name
        self.kind = str(entry.get("schema_type") or "").lower()
        self.description = str(entry.get("description") or "")
        self.disabled = entry.get("disabled") is True
        if self.disabled:
            return
        if self.kind not in TYPES:
            raise self.invalid(f"schema_type '{self.kind}'", "The types are jsonschema and opa")
        path = entry.get("schema_path")
        if not isinstance(path, str) or not path:
            raise self.invalid("no schema_path", "Name a file below the folder that atmos.yaml sets in `schemas`")
        self.path = self._existing(path)
        modules = entry.get("module_paths") or []
        self.modules = [self._existing(str(item)) for item in (modules if isinstance(modules, list) else [modules])]
        self.timeout = self._seconds(entry.get("timeout"))

    def invalid(self, what: str, hint: str = "") -> AtmosError:
        return AtmosError(f"the validation policy '{self.name}' cannot be used: {what}", hints=[hint] if hint else [])

    def _seconds(self, value: Any) -> float:
        if value in (None, 0, ""):
            return TIMEOUT
        try:
            return float(value)
        except (TypeError, ValueError):
            raise self.invalid(f"timeout '{value}' is no number of seconds") from None

    def _existing(self, path: str) -> str:
        """A path below the folder of such policies, or below the base path."""
        schemas = self.app.config.section("schemas")
        section = schemas.get(self.kind) if isinstance(schemas, dict) else None
        folder = section.get("base_path") if isinstance(section, dict) else ""
        base = self.app.config.base_path
        tried = [
            os.path.normpath(os.path.join(base, str(folder or ""), path)),
            os.path.normpath(os.path.join(base, path)),
        ]
        for candidate in tried:
            if os.path.exists(candidate):
                return candidate
        raise self.invalid(f"{tried[0]} does not exist", f"Set `schemas.{self.kind}.base_path` in atmos.yaml")

    def findings(self, described: Map) -> list[str]:
        """What does not hold; none when the policy is met."""
        return self._by_schema(described) if self.kind == "jsonschema" else self._by_opa(described)

    def _by_schema(self, described: Map) -> list[str]:
        from runner.json_schema import Schema

        try:
            found = list(Schema(self.app, self.path).problems(described))
        except AtmosError as error:
            raise self.invalid(error.message, *error.hints[:1]) from error
        return [f"{'.'.join(map(str, place))}: {message}" if place else message for place, message in found]

    def _by_opa(self, described: Map) -> list[str]:
        import subprocess

        from runner.process.launch import find

        program = find("opa", self.app.env, self.app.cwd)
        if not program:
            raise self.invalid("the program `opa` is not on PATH",
                               "Install Open Policy Agent, or use a JSON Schema (`schema_type: jsonschema`)")  # fmt: skip
        words = [program, "eval", "--format", "json", "--stdin-input"]
        for path in (self.path, *self.modules):
            words += ["--data", path]
        try:
            done = subprocess.run([*words, QUERY], input=json.dumps(described), env=dict(self.app.env), text=True,
                                  capture_output=True, timeout=self.timeout, check=False)  # fmt: skip
        except subprocess.TimeoutExpired:
            raise self.invalid(
                f"opa took longer than {self.timeout:g} seconds", "Give it more time with `timeout`"
            ) from None
        except OSError as error:
            raise self.invalid(f"{program}: {error.strerror}") from error
        if done.returncode:
            raise self.invalid((done.stderr or done.stdout).strip() or f"opa ended with code {done.returncode}")
        return self._denied(done.stdout)

    def _denied(self, text: str) -> list[str]:
        """The texts of `data.atmos.errors`; a policy that does not define it is a mistake."""
        try:
            results = json.loads(text).get("result") or []
            value = results[0]["expressions"][0]["value"] if results else None
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise self.invalid(f"opa answered something else than a result: {error}") from error
        if not isinstance(value, list):
            raise self.invalid(f"{self.path} does not define `errors` in the package `atmos`",
                               "Write `package atmos` and rules `errors[message] { … }`")  # fmt: skip
        return [item if isinstance(item, str) else json.dumps(item) for item in value]


def of(app: App, described: Map, only: Iterable[str] = TYPES) -> list[Policy]:
    """The policies of a described component that are in force."""
    settings = described.get("settings")
    section = settings.get("validation") if isinstance(settings, dict) else None
    if not section:
        return []
    if not isinstance(section, dict):
        raise AtmosError("`settings.validation` has to be a map of policies")
    found = [
        Policy(app, str(name), entry if isinstance(entry, dict) else {}) for name, entry in sorted(section.items())
    ]
    kinds = set(only)
    return [policy for policy in found if not policy.disabled and policy.kind in kinds]


def require(described: Map, policies: Iterable[Policy]) -> None:
    """Raise when a component does not meet its policies: which ones, and what is wrong."""
    told: list[str] = []
    for policy in policies:
        found = policy.findings(described)
        if found:
            about = f" ({policy.description})" if policy.description else ""
            told.append(f"{policy.name}{about}:\n" + "\n".join(f"- {text}" for text in found))
    if told:
        raise AtmosError(
            f"invalid component: the component '{described.get('atmos_component')}' did not pass the validation policies",
            explanation="\n\n".join(told),
            hints=[f"Stack: {described.get('atmos_stack')}; see its `settings.validation`"],
        )
