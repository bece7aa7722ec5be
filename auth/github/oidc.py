"""`github/oidc`: the token that GitHub Actions gives a job. Found anew each time, never stored."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from auth import jwt, web
from auth.config import Provider
from auth.credentials import Credentials, TokenCredentials
from auth.errors import AuthError
from auth.kind import Link, ProviderKind, Report, Run
from auth.secrets import Secret

DEFAULT_AUDIENCE = "sts.amazonaws.com"


class GithubOidc(ProviderKind):
    name = "github/oidc"
    ambient = True

    def check(self, entry: Provider, report: Report) -> None:
        report.require("region", "region is required for GitHub OIDC provider")

    def authenticate(self, link: Link, run: Run) -> Credentials:
        env = run.services.env
        if env.get("GITHUB_ACTIONS") != "true":
            raise AuthError(
                "GitHub OIDC authentication is only available in GitHub Actions environment",
                hints=["Use another identity outside of GitHub Actions"],
            )
        audience = link.entry.text("spec.audience") or DEFAULT_AUDIENCE
        token = env.get("ACTIONS_ID_TOKEN") or fetch_token(run, audience)
        return TokenCredentials(
            expires_at=jwt.expiry(jwt.claims(token)),
            token=Secret(token),
            provider=link.name,
            audience=audience,
            region=link.entry.text("region"),
        )


def fetch_token(run: Run, audience: str) -> str:
    """The token that GitHub gives this job for an audience; a new one for each call."""
    env = run.services.env
    for name in ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"):
        if not env.get(name):
            raise AuthError(f"{name} not found - ensure job has 'id-token: write' permission")
    if not web.secure(env["ACTIONS_ID_TOKEN_REQUEST_URL"]):
        raise AuthError("ACTIONS_ID_TOKEN_REQUEST_URL must be an https address with a host")
    parts = urlsplit(env["ACTIONS_ID_TOKEN_REQUEST_URL"])
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), ("audience", audience)])
    status, body = web.get(
        urlunsplit(parts._replace(query=query)),
        timeout=10,
        what="get the job's OIDC token from GitHub",
        headers={"Authorization": f"bearer {env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"},
        sleep=run.services.sleep,
    )
    if status != 200:
        raise AuthError(f"cannot get the job's OIDC token from GitHub: OIDC endpoint returned status {status}")
    try:
        token = json.loads(body)["value"]
    except (ValueError, KeyError, TypeError):
        token = ""
    if not isinstance(token, str) or not token:
        raise AuthError("empty token in OIDC response")
    return token


PROVIDER = GithubOidc()
