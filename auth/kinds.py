"""The registry of kinds: one row each, imported when used. Third parties add rows by the entry point `atmos.auth.kinds`.

An entry point's name is the kind (`acme/vault`), its value an object or a list of objects: instances of
`auth.kind.ProviderKind`, `IdentityKind` or `IntegrationKind`. Built-in rows cannot be replaced.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import TypeVar, cast

from auth.config import Entry, Identity, Integration, Provider
from auth.errors import ConfigError, nearest
from auth.kind import IdentityKind, IntegrationKind, ProviderKind

PROVIDERS: dict[str, str] = {
    "aws/iam-identity-center": "auth.aws.iam_identity_center:PROVIDER",
    "aws/roles-anywhere": "auth.aws.roles_anywhere:PROVIDER",
    "aws/saml": "auth.aws.saml:PROVIDER",
    "azure/cli": "auth.azure.cli:PROVIDER",
    "azure/device-code": "auth.azure.device_code:PROVIDER",
    "azure/interactive": "auth.azure.interactive:PROVIDER",
    "azure/oidc": "auth.azure.oidc:PROVIDER",
    "azure/service-principal": "auth.azure.service_principal:PROVIDER",
    "github/oidc": "auth.github.oidc:PROVIDER",
    "gitlab/oidc": "auth.gitlab.oidc:PROVIDER",
    "mock": "auth.local.mock:PROVIDER",
    "mock/aws": "auth.local.mock_aws:PROVIDER",
}
IDENTITIES: dict[str, str] = {
    "aws/ambient": "auth.aws.ambient:IDENTITY",
    "aws/assume-role": "auth.aws.assume_role:IDENTITY",
    "aws/assume-root": "auth.aws.assume_root:IDENTITY",
    "aws/credential-process": "auth.aws.credential_process:IDENTITY",
    "aws/emulator": "auth.aws.emulator:IDENTITY",
    "aws/permission-set": "auth.aws.permission_set:IDENTITY",
    "aws/user": "auth.aws.user:IDENTITY",
    "azure/subscription": "auth.azure.subscription:IDENTITY",
    "ambient": "auth.local.ambient:IDENTITY",
    "mock": "auth.local.mock:IDENTITY",
    "mock/aws": "auth.local.mock_aws:IDENTITY",
}
INTEGRATIONS: dict[str, str] = {
    "aws/ecr": "auth.aws.ecr:ECR",
    "aws/ecr-public": "auth.aws.ecr:ECR_PUBLIC",
    "aws/eks": "auth.aws.eks:INTEGRATION",
    "azure/acr": "auth.azure.acr:INTEGRATION",
}

ENTRY_POINTS = "atmos.auth.kinds"
_Any = TypeVar("_Any", ProviderKind, IdentityKind, IntegrationKind)


def provider(kind: str) -> ProviderKind:
    return _find(PROVIDERS, kind, ProviderKind, "provider")


def identity(kind: str) -> IdentityKind:
    return _find(IDENTITIES, kind, IdentityKind, "identity")


def integration(kind: str) -> IntegrationKind:
    return _find(INTEGRATIONS, kind, IntegrationKind, "integration")


def of(entry: Entry) -> ProviderKind | IdentityKind | IntegrationKind:
    """The kind of an entry; an unknown one is a `ConfigError`."""
    if isinstance(entry, Provider):
        return provider(entry.kind)
    if isinstance(entry, Identity):
        return identity(entry.kind)
    assert isinstance(entry, Integration)
    return integration(entry.kind)


def known(role: type[_Any]) -> list[str]:
    """The names of all kinds of a role, third parties' included."""
    rows: dict[str, str] = PROVIDERS
    if issubclass(role, IdentityKind):
        rows = IDENTITIES
    elif issubclass(role, IntegrationKind):
        rows = INTEGRATIONS
    return sorted({*rows, *(name for name, found in _third_party() if isinstance(found, role))})


def _find(rows: dict[str, str], kind: str, role: type[_Any], noun: str) -> _Any:
    row = rows.get(kind)
    if row is not None:
        return cast(_Any, _load(row))
    for name, found in _third_party():
        if name == kind and isinstance(found, role):
            return found
    prefix = "unknown integration kind" if noun == "integration" else f"invalid {noun} kind: unsupported {noun} kind"
    near = nearest(kind, known(role))
    raise ConfigError(
        f"{prefix}: {kind}",
        hints=["Did you mean " + " or ".join(f"`{name}`" for name in near) + "?"] if near else [],
        explanation=f"Known {noun} kinds: {', '.join(known(role))}",
    )


@cache
def _load(row: str) -> object:
    module, _, name = row.partition(":")
    return getattr(importlib.import_module(module), name)


@cache
def _third_party() -> tuple[tuple[str, object], ...]:
    from importlib.metadata import entry_points

    rows: list[tuple[str, object]] = []
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda each: (each.name, each.value)):
        try:
            found = point.load()
        except Exception as error:
            raise ConfigError(
                f"the kind {point.name} of the package {point.dist.name if point.dist else point.value} "
                f"cannot be loaded: {error}",
                hints=["Update or remove that package"],
            ) from error
        rows.extend((point.name.lower(), item) for item in (found if isinstance(found, (list, tuple)) else [found]))
    return tuple(rows)
