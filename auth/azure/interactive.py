"""`azure/interactive`: a person signs in in the browser (authorization code with PKCE, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode

from auth.azure import clouds, exchange
from auth.azure.credentials import INTERACTIVE
from auth.azure.person import SCOPES, TITLE, AzurePerson, client_of, require_terminal
from auth.callback import Callback
from auth.errors import AuthError
from auth.kind import Link, Run

SECONDS = 15 * 60


class AzureInteractive(AzurePerson):
    name = "azure/interactive"
    noun = "interactive"
    method = INTERACTIVE

    def sign_in(self, link: Link, run: Run) -> dict[str, Any]:
        require_terminal(
            link, run,
            "Azure interactive browser authentication requires an interactive session (no TTY detected). Use "
            "azure/oidc in CI/CD, or azure/device-code for browser-less sessions where tenant policy allows it",
        )  # fmt: skip
        entry, client = link.entry, client_of(link)
        cloud = clouds.of(entry)
        scope = f"{cloud.management_scope} {SCOPES}"
        verifier, state = _text(secrets.token_bytes(48)), _text(secrets.token_bytes(16))
        with Callback(state, host="localhost", path="") as callback:  # the only redirect that the CLI's client allows
            query = {
                "client_id": client,
                "response_type": "code",
                "response_mode": "form_post",
                "redirect_uri": callback.address,
                "scope": scope,
                "state": state,
                "code_challenge": _text(hashlib.sha256(verifier.encode()).digest()),
                "code_challenge_method": "S256",
                "prompt": "select_account",
                "client_info": "1",
            }
            above = f"{clouds.authority(cloud, run)}/{entry.text('spec.tenant_id')}/oauth2/v2.0"
            address = f"{above}/authorize?{urlencode(query)}"
            shown = ["", "Opening your browser to complete sign-in...", "If it doesn't open, visit:", address]
            run.services.prompter.show(TITLE, shown)
            run.services.open_browser(address)
            code = _code(callback)
        form = {
            "grant_type": "authorization_code",
            "client_id": client,
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": callback.address,
            "scope": scope,
            "client_info": "1",
        }
        status, data = exchange.post(link, run, "token", form, retry=False)
        if status != 200:
            raise AuthError(f"interactive browser authentication failed: {exchange.refused(status, data).message}")
        return data


def _code(callback: Callback) -> str:
    try:
        found = callback.wait(SECONDS)
    except AuthError as error:
        raise AuthError(f"interactive browser authentication failed: {error.message}") from error
    if found is None:
        raise AuthError(
            "interactive browser authentication failed: nobody signed in in time",
            hints=["Run it again and sign in within 15 minutes"],
        )
    return found


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


PROVIDER = AzureInteractive()
