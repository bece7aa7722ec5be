"""`aws/iam-identity-center`: single sign-on by device authorization (RFC 8628), renewed silently while it can be."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from auth.aws import client, files, sso_cache
from auth.aws.sso_cache import Token
from auth.config import Provider
from auth.credentials import Credentials, TokenCredentials
from auth.errors import AuthError, CloudError, InteractionRequired
from auth.files import atomic
from auth.kind import Link, ProviderKind, Report, Run
from auth.secrets import Secret

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
CLIENT_NAME = "atmos-auth"
SCOPES = ["sso:account:access"]
TITLE = "🔐 AWS SSO Authentication Required"


class IamIdentityCenter(ProviderKind):
    name = "aws/iam-identity-center"
    console = True

    def check(self, entry: Provider, report: Report) -> None:
        report.require("start_url", "start_url is required for AWS SSO provider")
        report.require("region", "region is required for AWS SSO provider")
        url = entry.get("start_url")
        if isinstance(url, str) and url and not url.startswith(("https://", "http://")):
            report.config(f"start_url must be an address that starts with https://, not {url}", "start_url")

    def lock_name(self, link: Link, run: Run) -> str:
        """One sign-in at a time for a session, whatever the providers and projects that use it are called."""
        return "sso-" + sso_cache.digest(link.entry.text("start_url"), link.entry.text("region"))

    def cached(self, link: Link, run: Run) -> Credentials | None:
        found = self._stored(link, run)
        return _credentials(link, found) if found is not None and found.fits(run.services.now()) else None

    def save(self, link: Link, credentials: Credentials, run: Run) -> None:
        return None  # kept where it is obtained: the token belongs to the session, not to this project

    def authenticate(self, link: Link, run: Run) -> Credentials:
        found = self._stored(link, run)
        now = run.services.now()
        if found is not None and found.fits(now):
            token = found
        else:
            token = self._renewed(link, run, found) or self._device(link, run, found)
            sso_cache.write(run, token)
        credentials = _credentials(link, token)
        if link.entry.flag("auto_provision_identities"):
            from auth.aws import provisioning

            provisioning.provision(link, run, credentials)
        return credentials

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        return {"AWS_REGION": link.entry.text("region")}

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        from auth.aws import provisioning

        gone = [
            path
            for path in (
                sso_cache.own_file(run, link.entry.text("start_url"), link.entry.text("region")),
                provisioning.file_of(link.name, run.services.cache_home),
            )
            if os.path.exists(path)
        ]
        if not dry_run:
            for path in gone:
                atomic.remove(path)
            files.tidy(files.provider_folder(link, run))
        return gone

    def _stored(self, link: Link, run: Run) -> Token | None:
        url, region = link.entry.text("start_url"), link.entry.text("region")
        own = sso_cache.read(run, url, region)
        if link.name in run.refused:
            return replace(own, access=Secret("")) if own is not None else None
        if own is not None and own.fits(run.services.now()):
            return own
        return sso_cache.of_aws_cli(run, url, region) or own

    def _renewed(self, link: Link, run: Run, found: Token | None) -> Token | None:
        """A new token for a refresh token; any trouble means that somebody has to sign in."""
        if found is None or not found.renewable(run.services.now()):
            return None
        connection = self._client("sso-oidc", link, run)
        try:
            answer = client.call(
                connection.create_token,
                what="renew the SSO token",
                clientId=found.client_id,
                clientSecret=found.client_secret.reveal(),
                grantType="refresh_token",
                refreshToken=found.refresh.reveal(),
            )
        except AuthError:
            return None
        return _token(link, run, answer, replace(found, access=Secret("")))

    def _device(self, link: Link, run: Run, found: Token | None) -> Token:
        if not run.prompts or not (run.services.interactive or run.services.env.get("ATMOS_FORCE_TTY")):
            raise InteractionRequired(
                "AWS SSO device flow requires an interactive terminal (TTY) for user authorization",
                hints=[
                    f"Run `atmos auth login --provider {link.name}` in a terminal, or `aws sso login`",
                    "In CI use OIDC (`github/oidc`, `gitlab/oidc`) or credentials of the surroundings instead",
                ],
            )
        connection = self._client("sso-oidc", link, run)
        registration = self._registration(link, run, connection, found)
        try:
            device = client.call(
                connection.start_device_authorization,
                what=f"start the sign-in at {link.entry.text('start_url')}",
                clientId=registration.client_id,
                clientSecret=registration.client_secret.reveal(),
                startUrl=registration.start_url,
            )
        except AuthError as error:
            raise _said(error, "Failed to initiate AWS SSO device authorization flow") from error
        address = str(device.get("verificationUriComplete") or device.get("verificationUri") or "")
        run.services.prompter.show(
            TITLE,
            [
                "",
                f"Verification Code:  {device.get('userCode', '')}",
                "",
                address,
                "",
                "Opening browser... If it doesn't open, visit the URL above.",
                "Waiting for authentication...",
            ],
        )
        run.services.open_browser(address)
        return self._poll(link, run, connection, registration, device)

    def _registration(self, link: Link, run: Run, connection: Any, found: Token | None) -> Token:
        """This client's registration: the kept one while it holds, else a new one."""
        url, region = link.entry.text("start_url"), link.entry.text("region")
        if found is not None and found.registered(run.services.now()):
            return replace(found, access=Secret(""), refresh=Secret(""), start_url=url, region=region)
        try:
            answer = client.call(
                connection.register_client,
                what="register with IAM Identity Center",
                clientName=CLIENT_NAME,
                clientType="public",
                scopes=SCOPES,
                grantTypes=[DEVICE_GRANT, "refresh_token"],
            )
        except AuthError as error:
            raise _said(error, "Failed to register SSO client with AWS IAM Identity Center") from error
        ends = answer.get("clientSecretExpiresAt")
        return Token(
            Secret(""),
            datetime.fromtimestamp(0, UTC),
            region,
            url,
            client_id=str(answer["clientId"]),
            client_secret=Secret(str(answer["clientSecret"])),
            registration_ends=datetime.fromtimestamp(ends, UTC) if ends else None,
        )

    def _poll(self, link: Link, run: Run, connection: Any, registration: Token, device: dict[str, Any]) -> Token:
        interval = max(1, int(device.get("interval") or 1))
        left = float(device.get("expiresIn") or 600)
        while left > 0:
            wait = interval
            run.services.sleep(wait)
            left -= wait
            try:
                answer = client.call(
                    connection.create_token,
                    what="get the SSO token",
                    clientId=registration.client_id,
                    grantType=DEVICE_GRANT,
                    clientSecret=registration.client_secret.reveal(),
                    deviceCode=device["deviceCode"],
                )
            except CloudError as error:
                if error.code == "AuthorizationPendingException":
                    continue
                if error.code == "SlowDownException":
                    interval *= 2
                    continue
                raise _said(error, "Failed to create AWS SSO access token") from error
            return _token(link, run, answer, registration)
        raise AuthError(
            "Failed to create AWS SSO access token: timed out waiting for browser confirmation",
            hints=["Run it again and confirm the code in the browser in time"],
        )

    def _client(self, service: str, link: Link, run: Run) -> Any:
        return client.connect(service, link, run, region=link.entry.text("region"), credentials=None)


def _token(link: Link, run: Run, answer: dict[str, Any], base: Token) -> Token:
    """The token of an answer; a refresh token that is not renewed stays."""
    if not answer.get("accessToken"):
        raise AuthError("Failed to create AWS SSO access token: the answer holds none")
    lifetime = float(answer.get("expiresIn") or 0) or 3600.0
    ends = datetime.fromtimestamp(int(run.services.now()), UTC) + timedelta(seconds=lifetime)
    return replace(
        base,
        access=Secret(str(answer["accessToken"])),
        expires_at=ends,
        region=link.entry.text("region"),
        start_url=link.entry.text("start_url"),
        refresh=Secret(str(answer["refreshToken"])) if answer.get("refreshToken") else base.refresh,
    )


def _credentials(link: Link, token: Token) -> TokenCredentials:
    return TokenCredentials(
        expires_at=token.expires_at,
        token=token.access,
        provider=link.name,
        audience="aws-sso",
        region=link.entry.text("region"),
    )


def _said(error: AuthError, text: str) -> AuthError:
    return AuthError(f"{text}: {error.message}", hints=error.hints)


PROVIDER = IamIdentityCenter()
