"""What a run must not show: the caller's credential variables, configured values and patterns. On the short way."""

from __future__ import annotations

from runner.process.masking import Mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App

# Variables whose values are credentials
VARIABLES = frozenset(
    """AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_BEARER_TOKEN_BEDROCK GITHUB_TOKEN GH_TOKEN
    ATMOS_GITHUB_TOKEN ATMOS_PRO_TOKEN ATMOS_PRO_GITHUB_OIDC_TOKEN ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_RUNTIME_TOKEN
    GITLAB_TOKEN ATMOS_GITLAB_TOKEN CI_JOB_TOKEN CI_JOB_JWT CI_JOB_JWT_V2 BITBUCKET_TOKEN ATMOS_BITBUCKET_TOKEN
    AZURE_CLIENT_SECRET ARM_CLIENT_SECRET ARM_ACCESS_KEY ARM_SAS_TOKEN ARM_OIDC_TOKEN ARM_OIDC_REQUEST_TOKEN
    AZURE_DEVOPS_EXT_PAT SYSTEM_ACCESSTOKEN GOOGLE_CREDENTIALS GOOGLE_OAUTH_ACCESS_TOKEN CLOUDSDK_AUTH_ACCESS_TOKEN
    VAULT_TOKEN NPM_TOKEN NODE_AUTH_TOKEN PYPI_TOKEN TWINE_PASSWORD DOCKER_PASSWORD OPENAI_API_KEY ANTHROPIC_API_KEY
    DATADOG_API_KEY DD_API_KEY DD_APP_KEY PAGERDUTY_TOKEN SLACK_TOKEN SLACK_BOT_TOKEN SLACK_WEBHOOK_URL SNYK_TOKEN
    SPACELIFT_API_KEY_SECRET TFE_TOKEN INFRACOST_API_KEY ATMOS_KEYRING_PASSWORD PGPASSWORD MYSQL_PWD""".split()
)
PREFIXES = ("TF_TOKEN_", "ATMOS_SECRET_")


def build(app: App) -> Mask | None:
    """The mask of a run; None when masking is off."""
    if not app.flags.on("mask"):
        return None
    settings: Any = app.config.get("settings", "terminal", "mask")
    off = settings is False or (isinstance(settings, dict) and settings.get("enabled") is False)
    if off and app.flags.given.get("mask") is not True:
        return None
    if not isinstance(settings, dict):
        settings = {}
    replacement = settings.get("replacement")
    mask = Mask(replacement=str(replacement).encode()) if replacement else Mask()
    env = app.env
    mask.add(env[name] for name in VARIABLES if name in env)
    mask.add(value for name, value in env.items() if name.startswith(PREFIXES))
    mask.add(str(text) for text in settings.get("literals") or ())
    for pattern in settings.get("patterns") or ():
        try:
            mask.add_pattern(str(pattern))
        except ValueError as error:
            from runner.errors import AtmosError

            raise AtmosError(
                f"settings.terminal.mask.patterns: `{pattern}` is no pattern: {error}",
                where=app.config.where("settings", "terminal", "mask", "patterns"),
            ) from error
    return mask
