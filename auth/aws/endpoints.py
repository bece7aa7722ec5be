"""Which endpoint and region a link of a chain uses (decision D25): its own, else those of the links above it."""

from __future__ import annotations

from auth.kind import Link, Run

INHERITED = "ATMOS_AWS_ENDPOINT_INHERITED"
"""Set beside `AWS_ENDPOINT_URL` to say that an identity's configuration put it there, not the caller."""


def configured(link: Link, run: Run) -> str:
    """The custom endpoint that holds for a link, from the configuration or an emulator; empty when there is none."""
    for each in run.upward(link):
        own = getattr(each.kind, "endpoint", None)
        found = own(each, run) if own is not None else ""
        for dotted in ("spec.endpoint_url", "spec.aws.resolver.url", "credentials.aws.resolver.url"):
            found = found or each.entry.text(dotted)
        if found:
            return str(found).rstrip("/")
    return ""


def endpoint(link: Link, run: Run, service: str) -> str | None:
    """The endpoint of a service for a link: configured, else the caller's `AWS_ENDPOINT_URL*`, else AWS's own."""
    found = configured(link, run)
    if found:
        return found
    env = run.services.env
    if env.get(INHERITED) and env.get(INHERITED) == env.get("AWS_ENDPOINT_URL"):
        return env.get(_variable(service)) or None
    return env.get(_variable(service)) or env.get("AWS_ENDPOINT_URL") or None


def _variable(service: str) -> str:
    return "AWS_ENDPOINT_URL_" + service.upper().replace("-", "_").replace(" ", "_")


def region(link: Link, run: Run) -> str:
    """The region of a link: the first that is named from it upward; empty when nobody names one."""
    for each in run.upward(link):
        own = getattr(each.kind, "region", None)
        found = each.entry.text("region") or (own(each, run) if own is not None else "")
        for dotted in ("principal.region", "credentials.region"):
            found = found or each.entry.text(dotted)
        if found:
            return str(found)
    return ""
