"""The `auth:` section as typed, frozen values.

Reading never fails for one bad entry: what is wrong with it is kept beside it (`problems`) and raised when the entry
is used, so a broken provider stops only those who need it (decision D40). Values may still be *deferred* (a YAML
function not evaluated yet, a tuple `(tag, argument, file, line)`); `resolved` evaluates those of one entry.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

from auth.errors import AuthError, ConfigError, nearest

Deferred = tuple[Any, ...]
Evaluate = Callable[[Deferred], object]
WhereOf = Callable[[tuple[str, ...]], object | None]

PROVIDER_KEYS = frozenset(
    """kind start_url url region username password driver provider_type download_browser_driver
    browser_type browser_executable_path auto_provision_identities session console default spec tags idp_arn
    credentials""".split()
)
IDENTITY_KEYS = frozenset(
    """kind default required via provider principal credentials spec alias env session emulator
    tags region location console""".split()
)
INTEGRATION_KEYS = frozenset("kind via spec tags".split())
SECTION_KEYS = frozenset("realm logs keyring console providers identities integrations audit require_identity".split())
LOG_LEVELS = ("Debug", "Info", "Warn", "Error")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with the configuration. `path` is where in the section, `where` where in a file."""

    message: str
    path: tuple[str, ...] = ()
    where: object | None = None
    hint: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True)
class Via:
    """What an entry stands on: a provider, or another identity."""

    provider: str = ""
    identity: str = ""


@dataclass(frozen=True)
class Entry:
    """One provider, identity or integration. `raw` is what was written; `problems` is what is wrong with that."""

    name: str
    kind: str
    raw: Mapping[str, Any] = field(repr=False)
    where: object | None = None
    problems: tuple[Finding, ...] = ()

    section = "entries"
    noun = "entry"

    def get(self, dotted: str, default: Any = None) -> Any:
        """The value at `principal.account.id`, or the default where nothing (or null) stands there."""
        value: Any = self.raw
        for part in dotted.split("."):
            if not isinstance(value, Mapping) or part not in value:
                return default
            value = value[part]
        return default if value is None else value

    def text(self, dotted: str, default: str = "") -> str:
        """A value as text, trimmed; numbers are accepted where texts are documented."""
        value = self.get(dotted)
        if value is None or isinstance(value, (Mapping, list)):
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value).strip() if not isinstance(value, tuple) else default

    def flag(self, dotted: str, default: bool = False) -> bool:
        """A boolean; texts like `yes` and `off` count as what they say."""
        value = self.get(dotted)
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            lowered = value.strip().lower()
            if lowered in ("true", "yes", "on", "1"):
                return True
            if lowered in ("false", "no", "off", "0", ""):
                return False
        return default

    def given(self, dotted: str) -> bool:
        """Whether there is something at this place: a value, or a function that will give one."""
        value = self.get(dotted)
        return isinstance(value, tuple) or value not in (None, "")

    @property
    def via(self) -> Via | None:
        value = self.raw.get("via")
        if not isinstance(value, Mapping):
            return None
        return Via(_plain(value.get("provider")), _plain(value.get("identity")))

    @property
    def via_is_deferred(self) -> bool:
        """Whether what it stands on is only known when a function of the configuration is evaluated."""
        value = self.raw.get("via")
        return isinstance(value, tuple) or (
            isinstance(value, Mapping) and any(isinstance(item, tuple) for item in value.values())
        )

    @property
    def default(self) -> bool:
        return self.flag("default")

    @property
    def tags(self) -> tuple[str, ...]:
        value = self.raw.get("tags")
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return tuple(str(tag) for tag in value) if isinstance(value, list) else ()

    def public(self) -> dict[str, Any]:
        """What was written, fit to be shown: no secrets (decision D21), nothing evaluated."""
        from auth.secrets import redacted

        shown = redacted(_thaw(self.raw))
        assert isinstance(shown, dict)
        return shown

    def usable(self) -> None:
        """Raise what is wrong with this entry, if anything is."""
        errors = [finding for finding in self.problems if finding.severity == "error"]
        if not errors:
            return
        first = errors[0]
        raise ConfigError(
            f"invalid auth config: {first.message}",
            explanation="\n".join(f"Also: {other.message}" for other in errors[1:]),
            hints=[first.hint] if first.hint else ["Run `atmos auth validate` to see everything that is wrong"],
            where=first.where or self.where,
        )


@dataclass(frozen=True)
class Provider(Entry):
    section = "providers"
    noun = "provider"


@dataclass(frozen=True)
class Identity(Entry):
    section = "identities"
    noun = "identity"

    @property
    def required(self) -> bool:
        return self.flag("required")

    @property
    def alias(self) -> str:
        return self.text("alias")

    def environment_entries(self) -> dict[str, str | None]:
        """The identity's own `env:`; a null value unsets the variable."""
        value = self.raw.get("env")
        if isinstance(value, Mapping):
            return {str(key): None if item is None else _scalar(item) for key, item in value.items()}
        entries: dict[str, str | None] = {}
        for item in value if isinstance(value, list) else ():
            if isinstance(item, Mapping) and item.get("key"):
                entries[str(item["key"])] = None if item.get("value") is None else _scalar(item["value"])
        return entries


@dataclass(frozen=True)
class Integration(Entry):
    section = "integrations"
    noun = "integration"

    @property
    def auto_provision(self) -> bool:
        return self.flag("spec.auto_provision", True)


AnyEntry = TypeVar("AnyEntry", bound=Entry)


@dataclass(frozen=True)
class AuthConfig:
    """The whole section. `findings` are the problems that belong to no single entry."""

    providers: Mapping[str, Provider]
    identities: Mapping[str, Identity]
    integrations: Mapping[str, Integration]
    raw: Mapping[str, Any] = field(repr=False)
    findings: tuple[Finding, ...] = ()

    def get(self, dotted: str, default: Any = None) -> Any:
        return Entry("", "", self.raw).get(dotted, default)


DECISIVE = ("kind", "default", "required", "alias")
"""Keys that say which entry is meant and what it is, before any entry is used."""


def parse(section: object, where: WhereOf | None = None, evaluate: Evaluate | None = None) -> AuthConfig:
    """The typed section of plain data. Bad entries are kept with their problems.

    evaluate: reads what a variable says where a decisive key asks for one; functions that run something are not called.
    """
    place = where or (lambda _path: None)
    if section is None:
        section = {}
    if not isinstance(section, Mapping):
        raise ConfigError("invalid auth config: `auth` must be a mapping", where=place(()))
    findings = [
        _unknown(str(key), SECTION_KEYS, ("auth",), place((str(key),)))
        for key in section
        if str(key) not in SECTION_KEYS and not str(key).startswith("_")
    ]
    level = section.get("logs", {}).get("level") if isinstance(section.get("logs"), Mapping) else None
    if isinstance(level, str) and level.lower() not in [
        *(known.lower() for known in LOG_LEVELS),
        "trace",
        "off",
        "warning",
    ]:
        findings.append(
            Finding(
                f'logs configuration validation failed: invalid auth config: invalid log level "{level}", '
                f"must be one of: {', '.join(LOG_LEVELS)}",
                ("logs", "level"),
                place(("logs", "level")),
            )
        )
    return AuthConfig(
        providers=_entries(Provider, section, PROVIDER_KEYS, place, findings, evaluate),
        identities=_entries(Identity, section, IDENTITY_KEYS, place, findings, evaluate),
        integrations=_entries(Integration, section, INTEGRATION_KEYS, place, findings, evaluate),
        raw=MappingProxyType(dict(section)),
        findings=tuple(findings),
    )


def _entries(
    cls: type[AnyEntry],
    section: Mapping[str, Any],
    keys: frozenset[str],
    place: WhereOf,
    findings: list[Finding],
    evaluate: Evaluate | None,
) -> Mapping[str, AnyEntry]:
    values = section.get(cls.section)
    if values is None:
        return MappingProxyType({})
    if not isinstance(values, Mapping):
        findings.append(
            Finding(f"`{cls.section}` must be a mapping of names to entries", (cls.section,), place((cls.section,)))
        )
        return MappingProxyType({})
    return MappingProxyType(
        {str(name): _entry(cls, str(name), _decided(raw, evaluate), keys, place) for name, raw in values.items()}
    )


def _decided(raw: object, evaluate: Evaluate | None) -> object:
    """What was written, with the variables that decisive keys name."""
    if evaluate is None or not isinstance(raw, Mapping):
        return raw
    asked = {
        key: raw[key] for key in DECISIVE if isinstance(raw.get(key), tuple) and raw[key][0] in ("!env", "!literal")
    }
    found: dict[str, object] = {}
    for key, value in asked.items():
        with contextlib.suppress(Exception):  # it stays deferred: who uses the entry is told what is wrong with it
            found[key] = evaluate(value)
    return {**raw, **found} if found else raw


def _entry(cls: type[AnyEntry], name: str, raw: object, keys: frozenset[str], place: WhereOf) -> AnyEntry:
    path = (cls.section, name)
    at = place(path)
    label = f'{cls.noun} "{name}"'
    if not isinstance(raw, Mapping):
        problem = Finding(f"{label} validation failed: it must be a mapping, not {_noun(raw)}", path, at)
        return cls(name, "", MappingProxyType({}), at, (problem,))
    problems = [_unknown(str(key), keys, path, place((*path, str(key)))) for key in raw if str(key) not in keys]
    kind = raw.get("kind")
    if kind is None or kind == "":
        problems.append(
            Finding(
                f"{label} validation failed: invalid {cls.noun} config: {cls.noun} kind is required",
                (*path, "kind"),
                at,
                hint=f'{cls.noun.capitalize()} "{name}" is not configured here. Did you forget to specify a profile? '
                "Run `atmos profile list` to see the profiles",
            )
        )
    elif not isinstance(kind, str):
        problems.append(
            Finding(f"{label} validation failed: `kind` must be a text, not {_noun(kind)}", (*path, "kind"), at)
        )
    problems += [
        Finding(
            f"{label} validation failed: `{key}` must be a mapping, not {_noun(raw[key])}",
            (*path, key),
            place((*path, key)) or at,
        )
        for key in ("via", "principal", "credentials", "spec", "session", "console")
        if key in raw and raw[key] is not None and not isinstance(raw[key], (Mapping, tuple))
    ]
    if any(ord(char) < 32 or char in "[]\x7f" for char in name):
        problems.append(
            Finding(f"{label} validation failed: a name cannot hold brackets or control characters", path, at)
        )
    canonical = kind.strip().lower() if isinstance(kind, str) else ""
    return cls(name, canonical, MappingProxyType(dict(raw)), at, tuple(problems))


def with_problems(entry: AnyEntry, more: Iterable[Finding]) -> AnyEntry:
    """The entry with further problems, found by those who know its kind."""
    return replace(entry, problems=(*entry.problems, *more))


def resolved(entry: AnyEntry, evaluate: Evaluate) -> AnyEntry:
    """The entry with every deferred value of it evaluated."""

    def walk(value: Any) -> Any:
        if isinstance(value, tuple):
            try:
                return evaluate(value)
            except AuthError:
                raise
            except Exception as error:
                raise ConfigError(
                    f'{entry.noun} "{entry.name}": {value[0]} {value[1]}: {error}',
                    where=f"{value[2]}:{value[3]}" if len(value) > 3 and value[2] else entry.where,
                ) from error
        if isinstance(value, Mapping):
            return {key: walk(item) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        return value

    return replace(entry, raw=MappingProxyType(walk(entry.raw)))


def account_id(value: object) -> str:
    """An account number as its twelve digits: YAML may have read it as a number and lost leading zeros."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:012d}"
    return str(value).strip() if value is not None else ""


def _unknown(key: str, known: frozenset[str], path: tuple[str, ...], at: object | None) -> Finding:
    near = nearest(key, known, 1)
    hint = f"Did you mean `{near[0]}`?" if near else ""
    return Finding(f"{'.'.join(path)}: unknown key `{key}`", (*path, key), at, hint, "warning")


def _plain(value: object) -> str:
    return "" if value is None or isinstance(value, (Mapping, list, tuple)) else str(value).strip()


def _scalar(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _thaw(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _thaw(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_thaw(item) for item in value]
    return value


def _noun(value: object) -> str:
    names = {
        str: "a text",
        int: "a number",
        float: "a number",
        bool: "true or false",
        list: "a list",
        dict: "a mapping",
        tuple: "an unevaluated value",
        type(None): "nothing",
    }
    return names.get(type(value), type(value).__name__)
