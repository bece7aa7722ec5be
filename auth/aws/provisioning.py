"""Identities that a single sign-on session has to offer, written down for the configuration to import."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from auth.aws import client
from auth.aws.permission_set import accounts, pages
from auth.credentials import TokenCredentials, rfc3339
from auth.errors import AuthError
from auth.files import atomic
from auth.kind import Link, Run


def file_of(provider: str, cache_home: str) -> str:
    """Where the identities of a provider are written."""
    name = provider.replace("/", "_").replace("\\", "_")
    return os.path.join(cache_home, "auth", name, "provisioned-identities.yaml")


def provision(link: Link, run: Run, token: TokenCredentials) -> None:
    """Write one identity per account and role. Failing to is a warning: the sign-in itself has worked."""
    try:
        connection = client.connect("sso", link, run, region=link.entry.text("region"), credentials=None)
        identities, counts = _identities(link, run, connection, token)
        document = {
            "auth": {
                "identities": identities,
                "_metadata": {
                    "provisioned_at": rfc3339(datetime.fromtimestamp(run.services.now(), UTC)),
                    "source": link.name,
                    "provider": link.name,
                    "counts": counts,
                    "extra": {"start_url": link.entry.text("start_url"), "region": link.entry.text("region")},
                },
            }
        }
        path = file_of(link.name, run.services.cache_home)
        atomic.private_folder(os.path.dirname(path))
        import yaml

        atomic.write_private(path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    except AuthError as error:
        run.services.warn(f"Failed to provision identities, skipping: {error.message}")


def _identities(
    link: Link, run: Run, connection: Any, token: TokenCredentials
) -> tuple[dict[str, Any], dict[str, int]]:
    found: dict[str, Any] = {}
    listed = accounts(connection, token)
    for account in listed:
        number, name = str(account.get("accountId", "")), str(account.get("accountName", ""))
        try:
            roles = pages(
                connection.list_account_roles,
                "roleList",
                f"list the roles of account {number}",
                accountId=number,
                accessToken=token.token.reveal(),
            )
        except AuthError as error:
            run.services.warn(f"the roles of account {name or number} are skipped: {error.message}")
            continue
        for role in roles:
            found[f"{name or number}/{role.get('roleName', '')}"] = {
                "kind": "aws/permission-set",
                "provider": link.name,
                "via": {"provider": link.name},
                "principal": {"name": str(role.get("roleName", "")), "account": {"name": name, "id": number}},
            }
    return found, {"accounts": len(listed), "roles": len(found), "identities": len(found)}
