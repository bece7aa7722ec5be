"""`aws/saml`: an identity provider's assertion, turned into the credentials of the role that the next link names."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from auth.aws import client, files, sts
from auth.config import Provider
from auth.credentials import Credentials
from auth.durations import seconds
from auth.errors import AuthError, CloudError, nearest
from auth.kind import Link, ProviderKind, Report, Run

ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role"
DRIVERS = ("Browser", "GoogleApps", "Okta", "ADFS")


class AwsSaml(ProviderKind):
    name = "aws/saml"
    console = True

    def check(self, entry: Provider, report: Report) -> None:
        report.require("url", "url is required for AWS SAML provider")
        report.require("region", "region is required for AWS SAML provider")
        url = entry.get("url")
        if isinstance(url, str) and url:
            try:
                parts = urlsplit(url)
                good = parts.scheme in ("http", "https") and bool(parts.netloc)
            except ValueError:
                good = False
            if not good:
                report.config(f"invalid URL format: {url}", "url")
        driver = entry.text("driver") or entry.text("provider_type")
        if driver and driver.lower() not in [name.lower() for name in DRIVERS]:
            near = nearest(driver, DRIVERS, 1)
            report.add(
                f"unknown SAML driver {driver}, known are {', '.join(DRIVERS)}",
                "driver",
                severity="warning",
                hint=f"Did you mean `{near[0]}`?" if near else "",
            )
        report.duration("session.duration", low=sts.MINIMUM, high=sts.MAXIMUM, what="the limit of AssumeRoleWithSAML")

    def authenticate(self, link: Link, run: Run) -> Credentials:
        child = run.child(link)
        wanted = child.entry.text("principal.assume_role") if child is not None else ""
        if child is None:
            raise AuthError(
                "no role to assume for assertion, SAML provider must be part of a chain",
                hints=["Log in with an identity that stands on this provider"],
            )
        if not wanted:
            raise AuthError(
                "assume_role is required in principal of the identity that follows a SAML provider",
                hints=[f'Set `principal.assume_role` of "{child.name}"'],
            )
        from auth.aws import saml_drivers

        assertion = saml_drivers.assertion(link, run)
        role, principal = chosen(roles(assertion), wanted, link.entry.text("idp_arn"))
        region = link.entry.text("region") or files.DEFAULT_REGION
        duration = link.entry.get("session.duration")
        lifetime = min(max(seconds(duration), sts.MINIMUM), sts.MAXIMUM) if duration is not None else 3600
        connection = client.connect("sts", link, run, region=region, credentials=None)
        try:
            answer = client.call(
                connection.assume_role_with_saml,
                what=f"assume the role {role} with SAML",
                RoleArn=role,
                PrincipalArn=principal,
                SAMLAssertion=assertion,
                DurationSeconds=lifetime,
            )
        except CloudError as error:
            raise CloudError(
                f"failed to assume role with SAML: {error.message}",
                code=error.code,
                request_id=error.request_id,
                status=error.status,
                hints=error.hints,
            ) from error
        return sts.session_credentials(
            answer,
            region=region,
            source=f"role:{role}",
            account=sts.account_of(role),
            principal=str((answer.get("AssumedRoleUser") or {}).get("Arn", "")),
        )

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        region = link.entry.text("region")
        return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        from auth.aws import saml_drivers

        return saml_drivers.forget(link, run, dry_run=dry_run)


def roles(assertion: str) -> list[tuple[str, str]]:
    """The pairs of role and SAML provider that an assertion offers."""
    from xml.etree import ElementTree

    try:
        document = base64.b64decode(assertion, validate=False)
        if b"<!DOCTYPE" in document or b"<!ENTITY" in document:  # nothing an assertion has; expansion would be a trap
            raise ValueError("it declares a document type")
        root = ElementTree.fromstring(document)  # noqa: S314 - declarations are refused above
    except (ValueError, binascii.Error, ElementTree.ParseError) as error:
        raise AuthError(f"aws saml decode failed: {error}") from None
    found = []
    for value in _values(root):
        parts = [part.strip() for part in value.split(",")]
        role = next((part for part in parts if ":role/" in part), "")
        provider = next((part for part in parts if ":saml-provider/" in part), "")
        if role and provider:
            found.append((role, provider))
    return found


def _values(root: Any) -> Iterator[str]:
    for attribute in root.iter("{urn:oasis:names:tc:SAML:2.0:assertion}Attribute"):
        if attribute.get("Name") == ROLE_ATTRIBUTE:
            for value in attribute.iter("{urn:oasis:names:tc:SAML:2.0:assertion}AttributeValue"):
                yield value.text or ""


def chosen(offered: list[tuple[str, str]], wanted: str, idp_arn: str = "") -> tuple[str, str]:
    """The pair whose role is the wanted one; never another instead."""
    fitting = [pair for pair in offered if not idp_arn or pair[1] == idp_arn]
    for pair in fitting:
        if pair[0] == wanted:
            return pair
    near = [pair for pair in fitting if wanted.lower() in pair[0].lower()]
    if len(near) == 1:
        return near[0]
    listing = "\n".join(f"  {role}" for role, _provider in offered)
    raise AuthError(
        f"the identity provider offers no role {wanted}" + (f" through {idp_arn}" if idp_arn else ""),
        explanation=f"Roles it offers:\n{listing}" if listing else "It offers no roles at all.",
        hints=["Correct `principal.assume_role`, or ask for the role to be assigned to you"],
    )


PROVIDER = AwsSaml()
