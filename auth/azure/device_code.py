"""`azure/device-code`: a person signs in with a code in any browser (RFC 8628)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from auth.azure import clouds, exchange
from auth.azure.credentials import DEVICE_CODE
from auth.azure.person import SCOPES, TITLE, AzurePerson, client_of, require_terminal
from auth.errors import AuthError
from auth.kind import Link, Run

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SECONDS = 15 * 60


class AzureDeviceCode(AzurePerson):
    name = "azure/device-code"
    noun = "device code"
    method = DEVICE_CODE

    def sign_in(self, link: Link, run: Run) -> dict[str, Any]:
        require_terminal(
            link, run,
            "Azure device code flow requires an interactive terminal (no TTY detected). Use managed identity or "
            "service principal authentication in headless environments",
        )  # fmt: skip
        client, scope = client_of(link), f"{clouds.of(link.entry).management_scope} {SCOPES}"
        status, device = exchange.post(
            link, run, "devicecode", {"client_id": client, "scope": scope, "client_info": "1"}, retry=True
        )
        code, user_code = str(device.get("device_code") or ""), str(device.get("user_code") or "")
        if status != 200 or not code:
            raise AuthError(f"failed to start device code flow: {exchange.refused(status, device).message}")
        address = str(device.get("verification_uri") or device.get("verification_url") or "")
        lines = ["", f"Verification Code:  {user_code}", "", f"Verification URL:  {address}", "", "Opening browser..."]
        run.services.prompter.show(TITLE, [*lines, "Waiting for authentication..."])
        run.services.open_browser(f"{address}?{urlencode({'otc': user_code})}")
        return self._poll(
            link, run, device, {"client_id": client, "grant_type": GRANT, "device_code": code, "client_info": "1"}
        )

    def _poll(self, link: Link, run: Run, device: Mapping[str, Any], form: dict[str, str]) -> dict[str, Any]:
        interval = max(1.0, _number(device.get("interval"), 5))
        left = min(SECONDS, _number(device.get("expires_in"), SECONDS))
        while left > 0:
            run.services.sleep(interval)
            left -= interval
            status, data = exchange.post(link, run, "token", form, retry=True)  # an answer that is lost is lost anyway
            if status == 200:
                return data
            error = str(data.get("error") or "")
            if error == "slow_down":
                interval += 5
            elif error != "authorization_pending":
                raise AuthError(f"device code authentication failed: {exchange.refused(status, data).message}")
        raise AuthError(
            "device code authentication failed: nobody confirmed the code in time",
            hints=["Run it again and confirm the code in the browser"],
        )


def _number(value: object, default: float) -> float:
    try:
        return float(str(value))
    except ValueError:
        return default


PROVIDER = AzureDeviceCode()
