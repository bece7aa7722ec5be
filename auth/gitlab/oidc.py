"""`gitlab/oidc`: the ID token that a GitLab CI job declares under `id_tokens`. Found anew each time, never stored."""

from __future__ import annotations

from auth import jwt
from auth.config import Provider
from auth.credentials import Credentials, TokenCredentials
from auth.errors import AuthError
from auth.kind import Link, ProviderKind, Report, Run
from auth.secrets import Secret

DEFAULT_VARIABLE = "GITLAB_OIDC_TOKEN"


class GitlabOidc(ProviderKind):
    name = "gitlab/oidc"
    ambient = True

    def check(self, entry: Provider, report: Report) -> None:
        if entry.given("spec.token_env") and entry.given("spec.token_file"):
            report.config("spec.token_env and spec.token_file are mutually exclusive", "spec")

    def authenticate(self, link: Link, run: Run) -> Credentials:
        token, source = self._token(link, run)
        found = jwt.claims(token)
        wanted = link.entry.text("spec.audience")
        audiences = jwt.audiences(found)
        if wanted and wanted not in audiences:
            raise AuthError(
                f"the token in {source} is for {', '.join(audiences) or 'no audience'}, not for {wanted}",
                hints=[f"Set `aud: {wanted}` under `id_tokens` in .gitlab-ci.yml, or correct `spec.audience`"],
            )
        expires_at = jwt.expiry(found)
        if expires_at is not None and expires_at.timestamp() + jwt.SKEW.total_seconds() <= run.services.now():
            raise AuthError(
                f"the token in {source} has expired",
                hints=["Tokens of a job live as long as its timeout: authenticate earlier, or raise it"],
            )
        return TokenCredentials(
            expires_at=expires_at,
            token=Secret(token),
            provider=link.name,
            audience=wanted or ", ".join(audiences),
            region=link.entry.text("region"),
        )

    def _token(self, link: Link, run: Run) -> tuple[str, str]:
        """The token, and where it was found."""
        path = link.entry.text("spec.token_file")
        if path:
            full = run.services.path(path)
            try:
                with open(full, encoding="utf-8") as file:
                    token = file.read(1 << 16).strip()
            except (OSError, UnicodeDecodeError) as error:
                raise AuthError(f"cannot read the token file {full}: {error}") from error
            if not token:
                raise AuthError(f"the token file {full} is empty")
            return token, full
        variable = link.entry.text("spec.token_env") or DEFAULT_VARIABLE
        token = run.services.env.get(variable, "").strip()
        if not token:
            raise AuthError(
                f"the variable {variable} holds no GitLab ID token",
                hints=[
                    f"Declare it in the job: `id_tokens: {{{variable}: {{aud: …}}}}`",
                    "Or name another with `spec.token_env`",
                ],
            )
        return token, variable


PROVIDER = GitlabOidc()
