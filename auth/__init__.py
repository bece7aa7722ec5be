"""A name in, an environment out: cloud identities for people, scripts, steps and programs.

    import auth

    with auth.load("atmos.yaml") as manager:
        session = manager.authenticate("prod-admin")
        session.run(["terraform", "plan"])
        session.boto3_session().client("s3").list_buckets()

Importing this package costs next to nothing: what a name stands for is imported when it is used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from auth.errors import AuthError as AuthError
    from auth.loading import load as load
    from auth.manager import Manager as Manager
    from auth.secrets import Secret as Secret
    from auth.session import Session as Session
    from auth.whoami import Whoami as Whoami

__all__ = ["AuthError", "Manager", "Secret", "Session", "Whoami", "load"]

_HOMES = {
    "AuthError": "auth.errors",
    "Manager": "auth.manager",
    "Secret": "auth.secrets",
    "Session": "auth.session",
    "Whoami": "auth.whoami",
    "load": "auth.loading",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'auth' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
