"""From an identity to its base: the names of the links, root first, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from auth.config import AuthConfig, Identity, Via
from auth.errors import AmbiguousName, ChainError, ConfigError, CycleError, IdentityNotFound, NotFound, ProviderNotFound


def find(name: str, known: Mapping[str, object] | Iterable[str], missing: Callable[[], NotFound]) -> str:
    """The configured name: exact first, else without regard to letter case when only one fits (decision D39)."""
    names = list(known)
    if name in names:
        return name
    fitting = [candidate for candidate in names if candidate.casefold() == name.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        listing = ", ".join(f"`{candidate}`" for candidate in sorted(fitting))
        raise AmbiguousName(f"the name `{name}` fits several: {listing}", candidates=fitting)
    raise missing()


def identity_name(config: AuthConfig, name: str) -> str:
    """The configured name that a name, or else an identity's `alias`, stands for."""

    def missing() -> NotFound:
        return IdentityNotFound(
            f'identity not found: "{name}"',
            name=name,
            known=config.identities,
            explanation=f"Identity {name} is not defined in the currently loaded auth config.",
            hints=["Run atmos auth list to see available identities"],
        )

    try:
        return find(name, config.identities, missing)
    except IdentityNotFound:
        known = config.identities.items()
        called = sorted(key for key, entry in known if entry.alias and entry.alias.casefold() == name.casefold())
        if not called:
            raise
    if len(called) > 1:
        listing = ", ".join(f"`{key}`" for key in called)
        raise AmbiguousName(f"the alias `{name}` fits several: {listing}", candidates=called)
    return called[0]


def provider_name(config: AuthConfig, name: str) -> str:
    return find(
        name,
        config.providers,
        lambda: ProviderNotFound(
            f"provider not found: `{name}`",
            name=name,
            known=config.providers,
            explanation=_listing("providers", config.providers),
            hints=["Run atmos auth list --providers to see available providers"],
        ),
    )


def build(
    config: AuthConfig,
    target: str,
    standalone: Callable[[Identity], bool],
    via_of: Callable[[Identity], Via | None] = lambda identity: identity.via,
) -> tuple[str, ...]:
    """The names from the root to the target. The first is a provider's unless a standalone identity is the base."""
    walked: list[str] = []
    name = target
    while True:
        identity = config.identities[name]
        if name in walked:
            raise CycleError(
                [*walked[walked.index(name) :], name], target=target, where=config.identities[target].where
            )
        walked.append(name)
        via = via_of(identity)
        if via is None:
            if standalone(identity):
                break
            problem = (
                "has invalid via configuration" if identity.raw.get("via") is not None else "has no via configuration"
            )
            raise _broken(target, f'invalid identity config: identity "{name}" {problem}', identity)
        if via.provider and via.identity:
            raise _broken(
                target,
                f'invalid identity config: identity "{name}": via.provider and via.identity are '
                "mutually exclusive; only one can be set",
                identity,
            )
        if via.provider:
            walked.append(_link(config, target, identity, via.provider, provider_name, "provider"))
            break
        if not via.identity:
            if standalone(identity):
                break
            raise _broken(
                target,
                f'invalid identity config: identity "{name}" has invalid via configuration: '
                "exactly one of via.provider or via.identity must be set",
                identity,
            )
        name = _link(config, target, identity, via.identity, identity_name, "identity")
    return tuple(reversed(walked))


def _link(
    config: AuthConfig, target: str, identity: Identity, name: str, look_up: Callable[[AuthConfig, str], str], noun: str
) -> str:
    try:
        return look_up(config, name)
    except (NotFound, AmbiguousName) as error:
        detail = error.message if isinstance(error, AmbiguousName) else f'referenced {noun} "{name}" does not exist'
        raise _broken(
            target,
            f'invalid auth config: identity "{identity.name}": {detail}',
            identity,
            error.hints if isinstance(error, NotFound) and error.near else (),
        ) from None


def _broken(target: str, message: str, identity: Identity, hints: Iterable[str] = ()) -> ConfigError:
    return ChainError(
        f'failed to build authentication chain for identity "{target}": {message}', where=identity.where, hints=hints
    )


def _listing(noun: str, names: Iterable[str]) -> str:
    found = sorted(names)
    return f"Configured {noun}: " + ", ".join(f"`{name}`" for name in found) if found else f"No {noun} are configured."
