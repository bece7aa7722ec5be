"""IAM Roles Anywhere: the request's signature is verified with the certificate, as AWS does it."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

import auth
from auth.credentials import AwsCredentials
from auth.errors import AuthError
from tests.auth.conftest import ROLE
from tests.auth.fake import Fake, Request

Load = Callable[..., auth.Manager]


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.close()


def issue(folder: Path, key: Any, *, days: int = 3) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "me")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    (folder / "me.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "me.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate


def config(url: str) -> dict[str, Any]:
    return {
        "providers": {
            "site": {
                "kind": "aws/roles-anywhere",
                "session": {"duration": "2h"},
                "spec": {
                    "endpoint_url": url,
                    "trust_anchor_arn": "arn:aws:rolesanywhere:eu-west-2:222222222222:trust-anchor/a",
                    "profile_arn": "arn:aws:rolesanywhere:eu-west-2:222222222222:profile/b",
                    "role_arn": ROLE,
                    "certificate": "me.pem",
                    "private_key": "./me.key",
                },
            }
        },
        "identities": {
            "deploy": {"kind": "aws/assume-role", "via": {"provider": "site"}, "principal": {"assume_role": ROLE}}
        },
    }


def verify(request: Request, certificate: x509.Certificate) -> None:
    """What the service does: build the text to sign anew, and check it with the certificate that came along."""
    header = request.headers["authorization"]
    found = re.fullmatch(r"(\S+) Credential=(\d+)/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]+)", header)
    assert found is not None
    algorithm, serial, scope, names, signature = found.groups()
    assert int(serial) == certificate.serial_number
    sent = x509.load_der_x509_certificate(base64.b64decode(request.headers["x-amz-x509"]))
    lines = [f"{name}:{request.headers[name]}" for name in names.split(";")]
    canonical = "\n".join(["POST", "/sessions", "", *lines, "", names, hashlib.sha256(request.body).hexdigest()])
    text = "\n".join([algorithm, request.headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = sent.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        assert algorithm == "AWS4-X509-RSA-SHA256"
        key.verify(bytes.fromhex(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert algorithm == "AWS4-X509-ECDSA-SHA256"
        key.verify(bytes.fromhex(signature), text.encode(), ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    "make", [lambda: rsa.generate_private_key(65537, 2048), lambda: ec.generate_private_key(ec.SECP256R1())]
)
def test_a_certificate_becomes_a_role(load: Load, fake: Fake, tmp_path: Path, make: Callable[[], Any]) -> None:
    certificate = issue(tmp_path, make())
    fake.on(
        "/sessions",
        {
            "credentialSet": [
                {
                    "roleArn": ROLE,
                    "assumedRoleUser": {"arn": "arn:x"},
                    "credentials": {
                        "accessKeyId": "ASIARA",
                        "secretAccessKey": "ra-secret",
                        "sessionToken": "ra-token",
                        "expiration": (datetime.now(UTC) + timedelta(hours=2)).isoformat(),
                    },
                }
            ]
        },
        201,
    )
    session = load(config(fake.url)).authenticate("deploy")
    (request,) = fake.requests
    assert request.json["durationSeconds"] == 7200
    assert "/eu-west-2/rolesanywhere/aws4_request" in request.headers["authorization"]
    verify(request, certificate)
    assert isinstance(session.credentials, AwsCredentials)
    assert (session.credentials.access_key_id, session.account, session.region) == (
        "ASIARA",
        "222222222222",
        "eu-west-2",
    )
    assert session.expires_at is not None
    assert session.expires_at.timestamp() - time.time() > 7000


def test_what_cannot_work_is_said_before_any_call(load: Load, fake: Fake, tmp_path: Path) -> None:
    def problem() -> str:
        with pytest.raises(AuthError) as caught:
            load(config(fake.url)).authenticate("deploy")
        return caught.value.message

    assert "cannot read the certificate" in problem()
    issue(tmp_path, ec.generate_private_key(ec.SECP256R1()), days=-1)
    assert "is not valid now" in problem()
    issue(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    other = tmp_path / "other"
    other.mkdir()
    issue(other, ec.generate_private_key(ec.SECP256R1()))
    (other / "me.key").rename(tmp_path / "me.key")
    assert "does not belong to the certificate" in problem()
    (tmp_path / "me.key").write_text("nonsense")
    assert "holds no private key" in problem()
    assert fake.requests == []
    findings = load({"providers": {"p": {"kind": "aws/roles-anywhere"}}}).validate()
    assert len(findings) == 5


def test_a_refusal_keeps_the_services_words(load: Load, fake: Fake, tmp_path: Path) -> None:
    issue(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    fake.on("/sessions", {"message": "Untrusted certificate. Insufficient certificate"}, 403)
    with pytest.raises(AuthError, match=r"Untrusted certificate\. Insufficient certificate \(HTTP 403\)"):
        load(config(fake.url)).authenticate("deploy")
