"""`aws/roles-anywhere`: a role for whoever holds a certificate that a trust anchor in the account knows.

The request is signed with the certificate's own key (the X.509 variant of Signature Version 4), so no AWS key exists
beforehand.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from auth import web
from auth.aws import files, sts
from auth.aws.endpoints import endpoint
from auth.config import Provider
from auth.credentials import AwsCredentials, Credentials
from auth.durations import seconds
from auth.errors import AuthError, CloudError
from auth.kind import Link, ProviderKind, Report, Run

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MAX_CHAIN = 5
SERVICE = "rolesanywhere"


class RolesAnywhere(ProviderKind):
    name = "aws/roles-anywhere"
    console = True

    def check(self, entry: Provider, report: Report) -> None:
        for key in ("trust_anchor_arn", "profile_arn", "role_arn", "certificate", "private_key"):
            report.require(f"spec.{key}", f"{key} is required in spec")
        report.duration("session.duration", low=sts.MINIMUM, high=sts.MAXIMUM, what="the limit of Roles Anywhere")

    def authenticate(self, link: Link, run: Run) -> Credentials:
        entry = link.entry
        certificate, others = _certificates(
            run.services.path(entry.text("spec.certificate")),
            run.services.path(entry.text("spec.chain")) if entry.text("spec.chain") else "",
        )
        key = _private_key(run.services.path(entry.text("spec.private_key")), certificate)
        now = datetime.fromtimestamp(run.services.now(), UTC)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise AuthError(
                f"the certificate of {link.name} is not valid now (from "
                f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d})",
                hints=["Have a new one issued"],
            )
        role = entry.text("spec.role_arn")
        body: dict[str, Any] = {
            name: entry.text(f"spec.{key}")
            for name, key in (
                ("profileArn", "profile_arn"),
                ("roleArn", "role_arn"),
                ("trustAnchorArn", "trust_anchor_arn"),
            )
        }
        body["durationSeconds"] = seconds(entry.get("session.duration", 3600))
        region = entry.text("region") or _region(entry.text("spec.trust_anchor_arn"))
        base = endpoint(link, run, SERVICE) or f"https://{SERVICE}.{region}.amazonaws.com"
        data = json.dumps(body, separators=(",", ":")).encode()
        url = f"{base}/sessions"
        headers = signed(url, data, region, now, certificate, others, key)
        status, answer = web.post(url, data, headers=headers, what=f"get a session of the role {role}")
        return _credentials(status, answer, role, region)

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        region = link.entry.text("region") or _region(link.entry.text("spec.trust_anchor_arn"))
        return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}

    def region(self, link: Link, run: Run) -> str:
        return link.entry.text("region") or _region(link.entry.text("spec.trust_anchor_arn"))

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        if not dry_run:
            files.tidy(files.provider_folder(link, run))
        return []


def signed(
    url: str, body: bytes, region: str, now: datetime, certificate: Certificate, others: Sequence[Certificate], key: Any
) -> dict[str, str]:
    """The headers of a request, signed with the certificate's key."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    def der(one: Certificate) -> str:
        return base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode()

    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": "application/json",
        "host": urlsplit(url).netloc,
        "x-amz-date": stamp,
        "x-amz-x509": der(certificate),
    }
    if others:
        headers["x-amz-x509-chain"] = ",".join(der(one) for one in others[:MAX_CHAIN])
    names = ";".join(sorted(headers))
    canonical = "\n".join(
        [
            "POST",
            urlsplit(url).path or "/",
            "",
            *(f"{name}:{headers[name]}" for name in sorted(headers)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    algorithm = "AWS4-X509-RSA-SHA256" if isinstance(key, rsa.RSAPrivateKey) else "AWS4-X509-ECDSA-SHA256"
    scope = f"{stamp[:8]}/{region}/{SERVICE}/aws4_request"
    text = "\n".join([algorithm, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()]).encode()
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    else:
        signature = key.sign(text, ec.ECDSA(hashes.SHA256()))
    headers["authorization"] = (
        f"{algorithm} Credential={certificate.serial_number}/{scope}, SignedHeaders={names}, "
        f"Signature={signature.hex()}"
    )
    return headers


def _certificates(path: str, chain: str) -> tuple[Certificate, list[Certificate]]:
    """The leaf, and what stands between it and the trust anchor."""
    from cryptography import x509

    found: list[Certificate] = []
    for each in (path, chain):
        if not each:
            continue
        content = _read(each, "certificate")
        try:
            found.extend(
                x509.load_pem_x509_certificates(content)
                if b"-----BEGIN" in content
                else [x509.load_der_x509_certificate(content)]
            )
        except ValueError as error:
            raise AuthError(f"{each} holds no certificate: {error}") from error
    return found[0], found[1:]


def _private_key(path: str, certificate: Certificate) -> Any:
    """The key, checked to be the certificate's."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    content = _read(path, "private key")
    try:
        key = serialization.load_pem_private_key(content, None)
    except (ValueError, TypeError) as error:
        raise AuthError(
            f"{path} holds no private key that can be used: {error}",
            hints=["It has to be an unencrypted PEM file (PKCS#8, PKCS#1 or SEC1)"],
        ) from None
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise AuthError(f"the key in {path} is neither RSA nor EC")
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if key.public_key().public_bytes(encoding, form) != certificate.public_key().public_bytes(encoding, form):
        raise AuthError(
            f"the private key in {path} does not belong to the certificate",
            hints=["Check `spec.certificate` and `spec.private_key`"],
        )
    return key


def _read(path: str, what: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20)
    except OSError as error:
        raise AuthError(f"cannot read the {what} {path}: {error.strerror or error}") from error


def _region(arn: str) -> str:
    parts = arn.split(":")
    return parts[3] if len(parts) > 4 else ""


def _credentials(status: int, body: bytes, role: str, region: str) -> AwsCredentials:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}
    if status not in (200, 201) or not isinstance(answer, dict):
        text = str(answer.get("message") or "") if isinstance(answer, dict) else ""
        raise CloudError(
            f"cannot get a session of the role {role}: {text or 'no usable answer'} (HTTP {status})",
            status=status,
            hints=["Check the trust anchor, the profile, and the role's trust policy (rolesanywhere.amazonaws.com)"],
        )
    listed = answer.get("credentialSet") or [{}]
    found = listed[0] if isinstance(listed, list) and isinstance(listed[0], dict) else {}
    keys = found.get("credentials") or {}
    return sts.session_credentials(
        {
            "Credentials": {
                "AccessKeyId": keys.get("accessKeyId"),
                "SecretAccessKey": keys.get("secretAccessKey"),
                "SessionToken": keys.get("sessionToken"),
                "Expiration": keys.get("expiration"),
            }
        },
        region=region,
        source=f"role:{role}",
        account=sts.account_of(role),
        principal=str((found.get("assumedRoleUser") or {}).get("arn", "")),
    )


PROVIDER = RolesAnywhere()
