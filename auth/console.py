"""Signing a browser in to a cloud's web console with the credentials of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from auth.errors import UnsupportedOperation
from auth.session import Session


@dataclass(frozen=True)
class SignIn:
    """An address that signs in whoever opens it: treat it like a password. `seconds`: how long the console lasts."""

    url: str = field(repr=False)
    seconds: float
    expires_at: datetime


def sign_in(session: Session, *, destination: str = "", seconds: float = 3600, issuer: str = "atmos") -> SignIn:
    """The address of a signed-in console. `destination` is a service's name or a whole address."""
    from auth.credentials import AwsCredentials

    if isinstance(session.credentials, AwsCredentials):
        from auth.aws.console import sign_in as aws

        return aws(session, destination=destination, seconds=seconds, issuer=issuer)
    if session.credentials.type == "azure":
        from auth.azure.console import sign_in as azure

        return azure(session, destination=destination, seconds=seconds)
    raise UnsupportedOperation(
        f'provider does not support this operation: provider "{session.root_kind}" does not support web console access'
    )
