"""Everything that is wrong with the `auth:` section, at once. Nothing is evaluated, asked or called (decision D18)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from auth import chain as chains
from auth import kinds
from auth.config import AnyEntry, Finding, Identity, Integration, Provider, with_problems
from auth.durations import seconds
from auth.errors import AmbiguousName, AuthError, ConfigError, CycleError, NotFound
from auth.kind import IdentityKind, IntegrationKind, ProviderKind, Report

if TYPE_CHECKING:
    from auth.manager import Manager

Place = Callable[[tuple[str, ...]], object | None]


def checked(entry: AnyEntry, kind: ProviderKind | IdentityKind, place: Place) -> AnyEntry:
    """The entry with what its kind finds wrong."""
    report = Report(entry, place)
    _session(entry, report)
    _files(entry, report)
    kind.check(entry, report)
    return with_problems(entry, report.findings)


def checked_integration(entry: Integration, kind: IntegrationKind, place: Place) -> Integration:
    report = Report(entry, place)
    kind.check(entry, report)
    return with_problems(entry, report.findings)


def _session(entry: Provider | Identity | AnyEntry, report: Report) -> None:
    refresh = entry.get("session.refresh")
    if (
        refresh is not None
        and not isinstance(refresh, (bool, tuple))
        and str(refresh).strip().lower() not in ("true", "false", "yes", "no", "on", "off", "process")
    ):
        report.config(f"`session.refresh` must be true, false or process, not {refresh}", "session", "refresh")
    value = entry.get("session.duration")
    if value is None or isinstance(value, tuple):
        return
    try:
        seconds(value)
    except AuthError as error:
        report.config(f"`session.duration`: {error.message}", "session", "duration")


def _files(entry: AnyEntry, report: Report) -> None:
    folder = entry.get("spec.files.base_path")
    if folder is None or isinstance(folder, tuple):
        return
    if not str(folder).strip():
        report.config("spec.files.base_path cannot be empty or whitespace", "spec", "files", "base_path")
    elif "\0" in str(folder):
        report.config("spec.files.base_path contains invalid characters", "spec", "files", "base_path")


def validate(manager: Manager) -> list[Finding]:
    """All findings: the section, then providers, identities, chains, integrations, each in the order written."""
    config = manager.config
    found: list[Finding] = list(config.findings)
    try:
        _ = manager.realm
    except AuthError as error:
        found.append(Finding(error.message, ("realm",), error.where))
    found.extend(_keyring(manager))
    for provider in config.providers.values():
        found.extend(_entry(provider, manager))
    for identity in config.identities.values():
        found.extend(_entry(identity, manager))
        found.extend(_via(identity, manager))
    found.extend(_chains(manager))
    for integration in config.integrations.values():
        found.extend(_integration(integration, manager))
    return found


def _keyring(manager: Manager) -> list[Finding]:
    kind = manager.config.get("keyring.type")
    from auth import keyrings

    if kind is None or isinstance(kind, tuple) or keyrings.exists(str(kind)):
        return []
    return [
        Finding(
            f'keyring configuration validation failed: unknown keyring type "{kind}", '
            f"must be one of: {', '.join(keyrings.known())}",
            ("keyring", "type"),
            manager.place(("keyring", "type")),
        )
    ]


def _entry(entry: Provider | Identity, manager: Manager) -> list[Finding]:
    found = list(entry.problems)
    if not entry.kind:
        return found
    try:
        kind = kinds.of(entry)
    except ConfigError as error:
        found.append(
            Finding(
                f'{entry.noun} "{entry.name}" validation failed: {error.message}',
                (entry.section, entry.name, "kind"),
                manager.place((entry.section, entry.name, "kind")) or entry.where,
                hint=error.hints[0] if error.hints else "",
            )
        )
        return found
    if any(finding.severity == "error" for finding in found):
        return found
    assert isinstance(kind, (ProviderKind, IdentityKind))
    found.extend(checked(entry, kind, manager.place).problems[len(entry.problems) :])
    return found


def _via(identity: Identity, manager: Manager) -> list[Finding]:
    """The reference of an identity to what it stands on; whole chains are looked at afterwards."""
    report = Report(identity, manager.place)
    via = identity.via
    raw = identity.raw.get("via")
    if identity.via_is_deferred:
        return []
    if via is None:
        standalone = _standalone(identity)
        if standalone is False and raw is None and identity.kind:
            report.config(
                f'identity "{identity.name}" has no via configuration: exactly one of via.provider or '
                "via.identity must be set",
                "via",
            )
        return report.findings
    if via.provider and via.identity:
        report.config("via.provider and via.identity are mutually exclusive; only one can be set", "via")
    elif not via.provider and not via.identity:
        report.config("exactly one of via.provider or via.identity must be set", "via")
    elif via.provider:
        try:
            manager.resolve_provider(via.provider)
        except (NotFound, AmbiguousName) as error:
            detail = (
                error.message
                if isinstance(error, AmbiguousName)
                else f'referenced provider "{via.provider}" does not exist'
            )
            report.add(f"invalid auth config: {detail}", "via", "provider", hint=_near(error))
    return report.findings


def _near(error: AuthError) -> str:
    return error.hints[0] if isinstance(error, NotFound) and error.near else ""


def _standalone(identity: Identity) -> bool | None:
    try:
        return kinds.identity(identity.kind).standalone
    except ConfigError:
        return None


def _chains(manager: Manager) -> list[Finding]:
    """References between identities: what is missing, what goes in a circle (each circle once)."""
    found: list[Finding] = []
    circles: set[frozenset[str]] = set()
    for identity in manager.identities.values():
        path = ("identities", identity.name, "via", "identity")
        where = manager.place(path) or identity.where
        via = identity.via
        if via is None or not via.identity or via.provider or identity.via_is_deferred:
            continue
        try:
            manager.resolve(via.identity)
        except (NotFound, AmbiguousName) as error:
            detail = (
                error.message
                if isinstance(error, AmbiguousName)
                else f'referenced identity "{via.identity}" does not exist'
            )
            found.append(
                Finding(
                    f'identity chain validation failed: invalid auth config: identity "{identity.name}": {detail}',
                    path,
                    where,
                    hint=_near(error),
                )
            )
            continue
        try:
            chains.build(manager.config, identity.name, lambda each: _standalone(each) is not False)
        except CycleError as error:
            if frozenset(error.links) not in circles:
                circles.add(frozenset(error.links))
                found.append(
                    Finding(
                        "identity chain validation failed: identity cycle detected: circular dependency detected in "
                        f'identity chain involving "{identity.name}" ({" -> ".join(error.links)})',
                        path,
                        where,
                    )
                )
        except AuthError:
            continue  # said where the broken link stands
    return found


def _integration(entry: Integration, manager: Manager) -> list[Finding]:
    found = list(entry.problems)
    via = entry.via
    report = Report(entry, manager.place)
    if via is not None:
        for name, known, noun in (
            (via.identity, manager.resolve, "identity"),
            (via.provider, manager.resolve_provider, "provider"),
        ):
            if name:
                try:
                    known(name)
                except (NotFound, AmbiguousName) as error:
                    report.config(f'referenced {noun} "{name}" does not exist', "via", noun, hint=_near(error))
    if entry.kind and not any(finding.severity == "error" for finding in found):
        try:
            kind = kinds.integration(entry.kind)
        except ConfigError as error:
            report.add(error.message, "kind", hint=error.hints[0] if error.hints else "")
        else:
            kind.check(entry, report)
    return [*found, *report.findings]
