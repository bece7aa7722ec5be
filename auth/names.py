"""What is configured: entries by name, defaults, tags, chains. Nothing is evaluated here."""

from __future__ import annotations

from collections.abc import Mapping

from auth import chain as chains
from auth import kinds, selection, walking
from auth.config import AuthConfig, Evaluate, Identity, Integration, Provider, Via, resolved
from auth.errors import AuthError, ConfigError, IntegrationNotFound
from auth.kind import Services


class Names:
    """The entries of a section and how they hang together; the part of a manager that only looks."""

    config: AuthConfig
    services: Services
    _realm_error: AuthError | None
    _evaluate: Evaluate

    @property
    def realm(self) -> str:
        if self._realm_error is not None:
            raise self._realm_error
        return self.services.realm

    @property
    def providers(self) -> Mapping[str, Provider]:
        return self.config.providers

    @property
    def identities(self) -> Mapping[str, Identity]:
        return self.config.identities

    @property
    def integrations(self) -> Mapping[str, Integration]:
        return self.config.integrations

    def resolve(self, name: str) -> str:
        """The identity's configured name: exact first, else in any letter case when only one fits, else by its alias."""
        return chains.identity_name(self.config, name)

    def resolve_provider(self, name: str) -> str:
        return chains.provider_name(self.config, name)

    def integration(self, name: str) -> Integration:
        """An integration by name."""
        found = chains.find(
            name,
            self.integrations,
            lambda: IntegrationNotFound(
                f"integration not found: {name}"
                if self.integrations
                else f"integration not found: {name}: no integrations configured",
                name=name,
                known=self.integrations,
            ),
        )
        return self.integrations[found]

    def default_identity(self) -> str:
        """The one identity with `default: true`; `NoDefaultIdentity` or `MultipleDefaults` otherwise."""
        return selection.default_identity(self.identities)

    def defaults(self) -> list[str]:
        """All identities with `default: true`, sorted."""
        return selection.defaults(self.identities)

    def by_tags(self, tags: list[str]) -> list[str]:
        """Identities that carry any of the tags, sorted; an error names the tags there are."""
        return selection.by_tags(self.identities, tags, "identities")

    def providers_by_tags(self, tags: list[str]) -> list[str]:
        return selection.by_tags(self.providers, tags, "providers")

    def required_identities(self) -> list[str]:
        """Identities that have to be there beside the primary one."""
        return sorted(name for name, identity in self.identities.items() if identity.required)

    def chain(self, name: str) -> tuple[str, ...]:
        """The names from the base to an identity."""
        return chains.build(self.config, self.resolve(name), walking.standalone, self.via_of)

    def root_kind(self, name: str) -> str:
        """The kind of the first link of a chain."""
        root = self.chain(name)[0]
        entry = self.providers.get(root) if self._rooted_at_provider(name) else self.identities.get(root)
        return entry.kind if entry is not None else ""

    def provider_label(self, name: str) -> str:
        """What a person is shown as the provider: what the identity stands on, or its standalone kind's own name."""
        identity = self.identities[self.resolve(name)]
        via = self.via_of(identity)
        if via is not None and via.provider:
            return self.resolve_provider(via.provider)
        if via is not None and via.identity:
            return self.resolve(via.identity)
        try:
            return kinds.identity(identity.kind).label or identity.name
        except ConfigError:
            return identity.name

    def _rooted_at_provider(self, name: str) -> bool:
        base = self.identities[self.resolve(name)]
        seen = set()
        via = self.via_of(base)
        while via is not None and via.identity and base.name not in seen:
            seen.add(base.name)
            base = self.identities[self.resolve(via.identity)]
            via = self.via_of(base)
        return via is not None and bool(via.provider)

    def via_of(self, identity: Identity) -> Via | None:
        """What an identity stands on, evaluated where it has to be."""
        return resolved(identity, self._evaluate).via if identity.via_is_deferred else identity.via
