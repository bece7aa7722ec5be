"""Private keys and certificates."""

from __future__ import annotations

from datetime import UTC

from ..errors import Failure
from ..kinds import GoObject
from ..numbers import to_int64
from ..values import decode, text_of
from .encodings import as_bytes, decode64
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("keys", "Keys and certificates")
add = FAMILY.add


def _pem(key: Any, form: str = "TraditionalOpenSSL") -> str:
    from cryptography.hazmat.primitives import serialization as ser

    return str(key.private_bytes(ser.Encoding.PEM, getattr(ser.PrivateFormat, form), ser.NoEncryption()).decode())


def _public_pem(key: Any) -> str:
    from cryptography.hazmat.primitives import serialization as ser

    return str(key.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo).decode())


def _rsa(bits: int) -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    if not 1024 <= bits <= 8192:
        raise Failure(f"an RSA key has 1024 to 8192 bits, not {bits}")
    return rsa.generate_private_key(65537, bits)


@add("genPrivateKey", "string", '{{ genPrivateKey "ed25519" | trunc 27 }}', "-----BEGIN PRIVATE KEY-----")
def gen_private_key(kind: str) -> str:
    """A new private key in PEM: rsa, dsa, ecdsa or ed25519."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519

    if kind in ("", "rsa"):
        return _pem(_rsa(4096))
    if kind == "dsa":
        return _pem(dsa.generate_private_key(2048))
    if kind == "ecdsa":
        return _pem(ec.generate_private_key(ec.SECP256R1()))
    if kind == "ed25519":
        return _pem(ed25519.Ed25519PrivateKey.generate(), "PKCS8")
    return f"Unknown type {kind}"


class Certificate(GoObject):
    """A certificate and its private key, both in PEM."""

    __slots__ = ("cert", "key")
    go_type = "sprig.certificate"

    def __init__(self, cert: str, key: str) -> None:
        self.cert, self.key = cert, key

    def __str__(self) -> str:
        return f"{{{self.cert} {self.key}}}"

    members = {"Cert": (None, lambda self: self.cert), "Key": (None, lambda self: self.key)}


def _issue(
    name: str,
    days: int,
    key: Any,
    *,
    ips: Any = None,
    names: Any = None,
    issuer: Certificate | None = None,
    authority: bool = False,
) -> Certificate:
    import ipaddress
    from datetime import datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509.oid import ExtendedKeyUsageOID

    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    signer: Any = key
    signed_by = subject
    if issuer is not None:
        signed_by = x509.load_pem_x509_certificate(issuer.cert.encode()).subject
        signer = load_pem_private_key(issuer.key.encode(), None)
    start = datetime.now(UTC)
    usage = x509.KeyUsage(True, False, True, False, False, authority, False, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signed_by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=min(max(days, 0), 36500)))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
    )
    alternatives: list[x509.GeneralName] = []
    for value in ips or ():
        try:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(text_of(value))))
        except ValueError:
            raise Failure(f"error parsing ip: {text_of(value)}") from None
    alternatives += [x509.DNSName(text_of(value)) for value in names or ()]
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    ed = type(signer).__name__.startswith("Ed25519")
    cert = builder.sign(signer, None if ed else hashes.SHA256())
    from cryptography.hazmat.primitives.serialization import Encoding

    return Certificate(
        cert.public_bytes(Encoding.PEM).decode(),
        _pem(key, "PKCS8" if type(key).__name__.startswith("Ed25519") else "TraditionalOpenSSL"),
    )


def _loaded(text: str) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError):
        raise Failure("the private key cannot be read") from None


@add("genCA", "string int", '{{ (genCA "name" 365).Cert | trunc 27 }}', "-----BEGIN CERTIFICATE-----")
def gen_ca(name: str, days: int) -> Certificate:
    """A new certificate authority, with .Cert and .Key."""
    return _issue(name, days, _rsa(2048), authority=True)


@add(
    "genCAWithKey",
    "string int string",
    '{{ (genCAWithKey "name" 365 (genPrivateKey "ecdsa")).Cert | trunc 27 }}',
    "-----BEGIN CERTIFICATE-----",
)
def gen_ca_with_key(name: str, days: int, key: str) -> Certificate:
    """As genCA, with a key at hand."""
    return _issue(name, days, _loaded(key), authority=True)


@add(
    "genSelfSignedCert",
    "string list list int",
    '{{ (genSelfSignedCert "name" (list "127.0.0.1") (list "h.example") 365).Cert | trunc 27 }}',
    "-----BEGIN CERTIFICATE-----",
)
def gen_self_signed_cert(name: str, ips: Any, names: Any, days: int) -> Certificate:
    """A certificate for addresses and host names, signed by itself."""
    return _issue(name, days, _rsa(2048), ips=ips, names=names)


@add(
    "genSelfSignedCertWithKey",
    "string list list int string",
    '{{ (genSelfSignedCertWithKey "name" nil nil 365 (genPrivateKey "ecdsa")).Cert | trunc 27 }}',
    "-----BEGIN CERTIFICATE-----",
)
def gen_self_signed_cert_with_key(name: str, ips: Any, names: Any, days: int, key: str) -> Certificate:
    """As genSelfSignedCert, with a key at hand."""
    return _issue(name, days, _loaded(key), ips=ips, names=names)


@add(
    "genSignedCert",
    "string list list int certificate",
    '{{ (genSignedCert "name" nil (list "h.example") 365 (genCA "ca" 365)).Cert | trunc 27 }}',
    "-----BEGIN CERTIFICATE-----",
)
def gen_signed_cert(name: str, ips: Any, names: Any, days: int, issuer: Any) -> Certificate:
    """A certificate for addresses and host names, signed by an authority."""
    return _issue(name, days, _rsa(2048), ips=ips, names=names, issuer=issuer)


@add(
    "genSignedCertWithKey",
    "string list list int certificate string",
    '{{ (genSignedCertWithKey "name" nil nil 365 (genCA "ca" 365) (genPrivateKey "ecdsa")).Cert | trunc 27 }}',
    "-----BEGIN CERTIFICATE-----",
)
def gen_signed_cert_with_key(name: str, ips: Any, names: Any, days: int, issuer: Any, key: str) -> Certificate:
    """As genSignedCert, with a key at hand."""
    return _issue(name, days, _loaded(key), ips=ips, names=names, issuer=issuer)


@add(
    "buildCustomCert",
    "string string",
    '{{ $ca := genCA "ca" 365 }}{{ (buildCustomCert ($ca.Cert | b64enc) ($ca.Key | b64enc)).Cert | trunc 27 }}',
    "-----BEGIN CERTIFICATE-----",
)
def build_custom_cert(cert: str, key: str) -> Certificate:
    """An authority of a certificate and a key, each in base64."""
    from cryptography.x509 import load_pem_x509_certificate

    parts: list[str] = []
    for name, text in (("certificate", cert), ("private key", key)):
        try:
            parts.append(decode(decode64(text)))
        except Failure:
            raise Failure(f"unable to decode base64 {name}") from None
    try:
        load_pem_x509_certificate(parts[0].encode())
    except ValueError:
        raise Failure("unable to decode certificate") from None
    _loaded(parts[1])
    return Certificate(*parts)


# --- crypto. ------------------------------------------------------------------------------------------


@add(
    "crypto.RSAGenerateKey", "any...", "{{ crypto.RSAGenerateKey 2048 | trunc 31 }}", "-----BEGIN RSA PRIVATE KEY-----"
)
def rsa_generate_key(*bits: Any) -> str:
    """A new RSA key in PEM, of 4096 bits or the given number."""
    return _pem(_rsa(to_int64(bits[0]) if bits else 4096))


@add(
    "crypto.RSADerivePublicKey",
    "any",
    "{{ crypto.RSAGenerateKey 2048 | crypto.RSADerivePublicKey | trunc 26 }}",
    "-----BEGIN PUBLIC KEY-----",
)
def rsa_derive_public_key(key: Any) -> str:
    """The public key of a private one."""
    return _public_pem(_loaded(text_of(key)))


@add("crypto.ECDSAGenerateKey", "any...", "{{ crypto.ECDSAGenerateKey | trunc 30 }}", "-----BEGIN EC PRIVATE KEY-----")
def ecdsa_generate_key(*curve: Any) -> str:
    """A new ECDSA key in PEM, on P-256 or the given curve."""
    from cryptography.hazmat.primitives.asymmetric import ec

    name = text_of(curve[0]) if curve else "P-256"
    known: dict[str, Any] = {"P-224": ec.SECP224R1, "P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}
    if name not in known:
        raise Failure(f"unsupported elliptic curve: {name}")
    return _pem(ec.generate_private_key(known[name]()))


@add(
    "crypto.ECDSADerivePublicKey",
    "any",
    "{{ crypto.ECDSAGenerateKey | crypto.ECDSADerivePublicKey | trunc 26 }}",
    "-----BEGIN PUBLIC KEY-----",
)
def ecdsa_derive_public_key(key: Any) -> str:
    """The public key of a private one."""
    return _public_pem(_loaded(text_of(key)))


_RSA_PAIR = '{{ $k := crypto.RSAGenerateKey 2048 }}{{ crypto.RSAEncrypt (crypto.RSADerivePublicKey $k) "hi" | '


def _padding() -> Any:
    from cryptography.hazmat.primitives.asymmetric import padding

    return padding.PKCS1v15()


@add("crypto.RSAEncrypt", "any any", _RSA_PAIR + "crypto.RSADecrypt $k }}", "hi")
def rsa_encrypt(key: Any, value: Any) -> bytes:
    """Bytes encrypted with a public RSA key."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public: Any = load_pem_public_key(as_bytes(key))
        return bytes(public.encrypt(as_bytes(value), _padding()))
    except (ValueError, TypeError) as problem:
        raise Failure(f"failed to encrypt: {problem}") from None


@add("crypto.RSADecryptBytes", "any any", _RSA_PAIR + "crypto.RSADecryptBytes $k }}", "[104 105]")
def rsa_decrypt_bytes(key: Any, value: Any) -> bytes:
    """What crypto.RSAEncrypt encrypted, as bytes."""
    try:
        return bytes(_loaded(text_of(key)).decrypt(as_bytes(value), _padding()))
    except ValueError as problem:
        raise Failure(f"failed to decrypt: {problem}") from None


@add("crypto.RSADecrypt", "any any", _RSA_PAIR + "crypto.RSADecrypt $k }}", "hi")
def rsa_decrypt(key: Any, value: Any) -> str:
    """What crypto.RSAEncrypt encrypted."""
    return decode(rsa_decrypt_bytes(key, value))
