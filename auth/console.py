"""Signing a browser in to a cloud's web console with the credentials of a session.

Each cloud has a module with a `sign_in` of its own; the session's sort of credentials says which.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from auth.errors import UnsupportedOperation

if TYPE_CHECKING:
    from auth.session import Session

WAYS = {"aws": "auth.aws.console", "azure": "auth.azure.console"}


@dataclass(frozen=True)
class SignIn:
    """An address that signs a browser in. It is a secret for as long as it works, which is minutes.

    seconds: how long the console's session lasts. expires_at: until when.
    """

    url: str
    seconds: int
    expires_at: datetime

    def __repr__(self) -> str:
        return f"SignIn(seconds={self.seconds}, expires_at={self.expires_at!r})"


def sign_in(session: Session, *, destination: str = "", seconds: int = 3600, issuer: str = "atmos") -> SignIn:
    """Make the address. destination: a page of the console by its short name, or a whole URL."""
    way = WAYS.get(session.credentials.type)
    if way is None:
        raise UnsupportedOperation(
            f'provider does not support this operation: provider "{session.root_kind}" does not support web console '
            "access")
    made = importlib.import_module(way).sign_in(session, destination=destination, seconds=seconds, issuer=issuer)
    return cast(SignIn, made)
