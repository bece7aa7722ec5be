"""`aws/user`: an IAM user's keys (from the configuration or the keyring) or a browser sign-in, as a session.

The long-lived keys stay where they are; steps get a session that STS made of them. Credentials of the surroundings
are never used for a user.
"""

from __future__ import annotations

from dataclasses import replace

from auth.aws import client, files, sts
from auth.aws.identity import AwsIdentity
from auth.config import Identity
from auth.credentials import AwsCredentials, Credentials
from auth.errors import AuthError, CloudError, ConfigError, KeyringError
from auth.fingerprints import of_links
from auth.kind import Link, Report, Run
from auth.secrets import Secret

DEFAULT_DURATION = 43200
MFA_MAXIMUM = 129600
REUSE_MARGIN = 60.0
"""Seconds a stored session must still hold to be the base of further calls."""


class AwsUser(AwsIdentity):
    name = "aws/user"
    standalone = True
    label = "aws-user"
    folder = "aws-user"
    console = True

    def check(self, entry: Identity, report: Report) -> None:
        if entry.raw.get("via") is not None:
            report.config(f'aws/user identity "{entry.name}" must not define via', "via")
        has_id, has_secret = entry.given("credentials.access_key_id"), entry.given("credentials.secret_access_key")
        if has_id != has_secret:
            missing = "secret_access_key" if has_id else "access_key_id"
            report.config(
                "access_key_id and secret_access_key must both be provided or both be empty for identity "
                f'"{entry.name}": {missing} is missing',
                "credentials",
                missing,
            )

    def region(self, link: Link, run: Run) -> str:
        return link.entry.text("credentials.region") or files.DEFAULT_REGION

    def keyring_fingerprint(self, link: Link, run: Run) -> str:
        """Keys stay found when a region or an MFA device is added to the configuration: neither says whose they are."""
        decisive = {name: value for name, value in link.entry.raw.items() if name in ("kind", "spec")}
        return of_links([replace(link.entry, raw=decisive)], run.services.realm)

    def keep(self, link: Link, keys: AwsCredentials, run: Run) -> None:
        """Store long-lived keys. Sessions made of the keys before are dropped."""
        run.services.store.put_or_raise(link.name, self.keyring_fingerprint(link, run), keys)
        self.logout(link, run)

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        if run.options.get("webflow") and link is run.target:
            return self._browser(link, run, fresh=True)
        stored = None if link.name in run.refused else files.read(link, run)
        margin = 0.0 if link is run.target else REUSE_MARGIN
        if stored is not None and stored.valid_at(run.services.now(), margin):
            return stored
        try:
            keys = self._keys(link, run)
        except (_NotConfigured, _SessionInstead) as error:
            if link.entry.flag("credentials.webflow_enabled", True):
                return self._browser(link, run, fresh=False)
            if isinstance(error, _NotConfigured) and run.prompts and run.services.interactive:
                keys = self._ask_keys(link, run)
            else:
                raise
        return self._session(link, keys, run)

    def _browser(self, link: Link, run: Run, *, fresh: bool) -> Credentials:
        from auth.aws import webflow

        if not link.entry.flag("credentials.webflow_enabled", True):
            raise AuthError(
                f'browser authentication is disabled for identity "{link.name}"',
                hints=["Set credentials.webflow_enabled to true, or leave out --webflow"],
            )
        return webflow.sign_in(link, run, region=self.region(link, run), fresh=fresh)

    def _keys(self, link: Link, run: Run) -> AwsCredentials:
        """Long-lived keys: from the configuration, else from the keyring."""
        entry = link.entry
        key, secret = entry.text("credentials.access_key_id"), entry.text("credentials.secret_access_key")
        if bool(key) != bool(secret):
            raise ConfigError(
                "invalid auth config: access_key_id and secret_access_key must both be provided or both be empty for "
                f'identity "{entry.name}"',
                where=entry.where,
            )
        mfa_arn = entry.text("credentials.mfa_arn")
        if key:
            return AwsCredentials(access_key_id=key, secret_access_key=Secret(secret), mfa_arn=mfa_arn)
        try:
            found = run.services.store.get(link.name, self.keyring_fingerprint(link, run), imported=True)
        except KeyringError as error:
            raise KeyringError(
                f"failed to read AWS user credentials from keyring: {error.message}",
                explanation=error.explanation,
                hints=error.hints,
            ) from error
        if found is not None and not isinstance(found, AwsCredentials):
            raise KeyringError(
                f"failed to read AWS user credentials from keyring: the entry of {link.name} holds "
                f"{found.type} credentials",
                hints=["Run `atmos auth user configure`"],
            )
        if found is not None and found.session_token:
            run.services.warn(f"the keyring entry of {link.name} holds a session instead of keys and is not used")
            raise _SessionInstead(*_not_configured(link, run))
        if found is None and getattr(run.services.store.keyring, "locked", False):
            raise KeyringError(
                "failed to read AWS user credentials from keyring: "
                f"{getattr(run.services.store.keyring, 'reason', '')}",
                hints=["Unlock it and run this again", "Or use another keyring: ATMOS_KEYRING_TYPE"],
            )
        if found is None:
            raise _NotConfigured(*_not_configured(link, run))
        if not found.secret_access_key:
            raise KeyringError(
                f"failed to read AWS user credentials from keyring: the entry of {link.name} has no secret_access_key",
                hints=["Run `atmos auth user configure`"],
            )
        return replace(found, mfa_arn=mfa_arn or found.mfa_arn)

    def _ask_keys(self, link: Link, run: Run) -> AwsCredentials:
        prompter = run.ask(f"AWS credentials of {link.name}")
        title = f"AWS credentials are required for identity: {link.name}"
        key = prompter.text("AWS Access Key ID", message=title, validate=_required)
        secret = prompter.secret("AWS Secret Access Key", validate=_required)
        mfa_arn = link.entry.text("credentials.mfa_arn") or prompter.text("MFA ARN (optional)")
        keys = AwsCredentials(
            access_key_id=key.strip(), secret_access_key=Secret(secret.strip()), mfa_arn=mfa_arn.strip()
        )
        if not run.services.store.put(link.name, self.keyring_fingerprint(link, run), keys):
            run.services.warn(f"the keys of {link.name} were not stored: {run.services.store.problem}")
        return keys

    def _session(self, link: Link, keys: AwsCredentials, run: Run) -> AwsCredentials:
        """A session of the keys; a revoked key and a mistyped code are asked for once more."""
        try:
            return self._get_session_token(link, keys, run)
        except CloudError as error:
            if error.code in ("InvalidClientTokenId", "InvalidAccessKeyId"):
                return self._after_revoked(link, run, error)
            if error.code == "AccessDenied" and keys.mfa_arn and _is_about_mfa(error):
                try:
                    return self._get_session_token(link, keys, run)
                except CloudError as again:
                    raise _explained(
                        again,
                        "The MFA token you entered is invalid or has expired",
                        "Check the clock of the device that shows the code",
                    ) from again
            if error.code == "AccessDenied":
                raise _explained(error, "Your IAM user does not have permission to call sts:GetSessionToken") from error
            if error.code.startswith("ExpiredToken"):
                raise _explained(error, "AWS session token has expired") from error
            raise

    def _after_revoked(self, link: Link, run: Run, error: CloudError) -> AwsCredentials:
        configured = link.entry.given("credentials.access_key_id")
        if not configured:
            try:
                run.services.store.remove(link.name, self.keyring_fingerprint(link, run))
            except AuthError as trouble:
                run.services.warn(f"the revoked keys of {link.name} are still in the keyring: {trouble.message}")
            if run.prompts and run.services.interactive:
                return self._get_session_token(link, self._ask_keys(link, run), run)
        hint = (
            "Correct the keys in the configuration"
            if configured
            else f"Run: atmos auth user configure --identity {link.name}"
        )
        raise _explained(error, "credentials are invalid or have been revoked", hint) from error

    def _get_session_token(self, link: Link, keys: AwsCredentials, run: Run) -> AwsCredentials:
        assert isinstance(link.entry, Identity)
        duration = sts.clamped(
            link.entry.get("session.duration") or keys.session_duration,
            run,
            link.entry,
            low=sts.MINIMUM,
            high=MFA_MAXIMUM if keys.mfa_arn else sts.MAXIMUM,
            default=DEFAULT_DURATION,
            what="session duration",
        )
        arguments: dict[str, object] = {"DurationSeconds": duration}
        if keys.mfa_arn:
            arguments["SerialNumber"] = keys.mfa_arn
            arguments["TokenCode"] = (
                run.ask(f"The MFA token of {link.name} (device {keys.mfa_arn})")
                .text("Enter MFA Token", message=f"MFA Device: {keys.mfa_arn}", validate=_mfa_token)
                .strip()
            )
        region = self.region(link, run)
        connection = client.connect("sts", link, run, region=region, credentials=keys)
        answer = client.call(connection.get_session_token, what=f"get a session for the user {link.name}", **arguments)
        return sts.session_credentials(answer, region=region, source="GetSessionToken")

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        from auth.aws import webflow

        return [*super().logout(link, run, dry_run=dry_run), *webflow.forget(link, run, dry_run=dry_run)]


class _NotConfigured(AuthError):
    """There are no keys anywhere."""


class _SessionInstead(AuthError):
    """There is something in the keyring, but no keys."""


def _not_configured(link: Link, run: Run) -> tuple[str]:
    problem = getattr(run.services.store.keyring, "reason", "") or run.services.store.problem
    suffix = f" (nothing can be read from the keyring: {problem})" if problem else ""
    return (
        f'aws user not configured: AWS User credentials not found for identity "{link.name}". Please configure '
        f"credentials by running: atmos auth user configure --identity {link.name}{suffix}",
    )


def _required(text: str) -> str:
    return "" if text.strip() else "This is required"


def _mfa_token(text: str) -> str:
    text = text.strip()
    if not text:
        return "MFA token is required"
    return "" if len(text) == 6 and text.isascii() and text.isdigit() else "MFA token must be 6 digits"


def _is_about_mfa(error: CloudError) -> bool:
    text = error.message.lower()
    return any(part in text for part in ("multifactorauthentication", "invalid mfa", "mfa token", "one time pass"))


def _explained(error: CloudError, explanation: str, hint: str = "") -> CloudError:
    return CloudError(
        f"{explanation}: {error.message}",
        code=error.code,
        request_id=error.request_id,
        status=error.status,
        hints=[hint] if hint else error.hints,
    )


IDENTITY = AwsUser()
