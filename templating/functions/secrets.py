"""Password hashes, derived passwords, encryption, keys and hashes of `crypto.`."""

from __future__ import annotations

from ..errors import Failure
from ..numbers import to_int64
from ..values import decode, encode, text_of
from .encodings import as_bytes, decode64, digest
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("secrets", "Cryptography")
add = FAMILY.add


# --- hashes -------------------------------------------------------------------------------------------


def _hash(name: str, algorithm: str, short: str) -> None:
    def text(value: Any) -> str:
        return digest(algorithm, value).hex()

    def raw(value: Any) -> bytes:
        return digest(algorithm, value)

    text.__doc__ = f"{algorithm.upper()} in hexadecimal."
    raw.__doc__ = f"{algorithm.upper()} as bytes."
    add(f"crypto.{name}", "any", f'{{{{ crypto.{name} "abc" | trunc 12 }}}}', short)(text)
    add(f"crypto.{name}Bytes", "any", f'{{{{ crypto.{name}Bytes "abc" | len }}}}', str(len(digest(algorithm, ""))))(raw)


for _name, _algorithm, _short in (
    ("SHA1", "sha1", "a9993e364706"),
    ("SHA224", "sha224", "23097d223405"),
    ("SHA256", "sha256", "ba7816bf8f01"),
    ("SHA384", "sha384", "cb00753f45a3"),
    ("SHA512", "sha512", "ddaf35a19361"),
    ("SHA512_224", "sha512_224", "4634270f707b"),
    ("SHA512_256", "sha512_256", "53048e268194"),
):
    _hash(_name, _algorithm, _short)


@add("crypto.PBKDF2", "any any any any any...", '{{ crypto.PBKDF2 "password" "salt" 2 8 }}', "ea6c014dc72d6f8c")
def pbkdf2(password: Any, salt: Any, rounds: Any, size: Any, *algorithm: Any) -> str:
    """A derived key in hexadecimal: password, salt, iterations, length, [hash]."""
    import hashlib

    name = text_of(algorithm[0]).lower().replace("-", "") if algorithm else "sha1"
    iterations, length = to_int64(rounds), to_int64(size)
    if not 0 < iterations <= 10_000_000 or not 0 < length <= 1 << 20:
        raise Failure("iterations or length out of range")
    try:
        return hashlib.pbkdf2_hmac(name, as_bytes(password), as_bytes(salt), iterations, length).hex()
    except ValueError:
        raise Failure(f"no such hash: {name}") from None


@add("crypto.WPAPSK", "any any", '{{ crypto.WPAPSK "IEEE" "password" | trunc 8 }}', "f42c6fc5")
def wpapsk(ssid: Any, password: Any) -> str:
    """The key of a wireless network."""
    return pbkdf2(password, ssid, 4096, 32)


# --- passwords ----------------------------------------------------------------------------------------


def bcrypt_hash(text: str, cost: int) -> str:
    try:
        import bcrypt
    except ImportError:
        raise Failure("bcrypt needs the package `bcrypt` (pip install 'atmos-runner[bcrypt]')") from None
    if not 4 <= cost <= 16:
        raise Failure(f"bcrypt: the cost must be between 4 and 16, not {cost}")
    data = encode(text)
    if len(data) > 72:
        raise Failure("bcrypt: password length exceeds 72 bytes")
    return bcrypt.hashpw(data, bcrypt.gensalt(cost, b"2a")).decode()


@add("bcrypt", "string", '{{ bcrypt "password" | len }}', "60")
def bcrypt_(text: str) -> str:
    """A bcrypt hash of a password."""
    return bcrypt_hash(text, 10)


@add("crypto.Bcrypt", "any any...", '{{ crypto.Bcrypt 4 "password" | len }}', "60")
def crypto_bcrypt(*values: Any) -> str:
    """A bcrypt hash of a password: [cost,] password."""
    if len(values) > 2:
        raise Failure(f"wrong number of args: want 1 or 2, got {len(values)}")
    return bcrypt_hash(text_of(values[-1]), to_int64(values[0]) if len(values) == 2 else 10)


@add("htpasswd", "string string", '{{ htpasswd "user" "password" | len }}', "65")
def htpasswd(user: str, password: str) -> str:
    """A line of a password file: the user and a bcrypt hash."""
    if ":" in user:
        return f"invalid username: {user}"
    return f"{user}:{bcrypt_hash(password, 10)}"


_TEMPLATES = {
    "maximum": "anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno",
    "long": "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv "
    "CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv "
    "CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno",
    "medium": "CvcnoCvc CvcCvcno",
    "short": "Cvcn",
    "basic": "aaanaaan aannaaan aaannaaa",
    "pin": "nnnn",
}
_CLASSES = {
    "V": "AEIOU",
    "C": "BCDFGHJKLMNPQRSTVWXYZ",
    "v": "aeiou",
    "c": "bcdfghjklmnpqrstvwxyz",
    "A": "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
    "a": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
    "n": "0123456789",
    "o": "@&%?,=[]_:-+*$#!'^~;()/.",
    "x": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
}


@add(
    "derivePassword",
    "int string string string string",
    '{{ derivePassword 1 "long" "password" "user" "example.com" }}',
    "ZedaFaxcZaso9*",
)
def derive_password(counter: int, kind: str, password: str, user: str, site: str) -> str:
    """The site password of the Master Password algorithm."""
    import hashlib
    import hmac
    from struct import pack

    forms = _TEMPLATES.get(kind)
    if forms is None:
        return f"cannot find password template {kind}"
    scope = b"com.lyndir.masterpassword"
    salt = scope + pack(">I", len(encode(user))) + encode(user)
    key = hashlib.scrypt(encode(password), salt=salt, n=32768, r=8, p=2, maxmem=64 << 20, dklen=64)
    message = scope + pack(">I", len(encode(site))) + encode(site) + pack(">I", counter & 0xFFFFFFFF)
    seed = hmac.new(key, message, hashlib.sha256).digest()
    choices = forms.split()
    form = choices[seed[0] % len(choices)]
    return "".join([_CLASSES[mark][seed[at + 1] % len(_CLASSES[mark])] for at, mark in enumerate(form)])


# --- encryption ---------------------------------------------------------------------------------------


def _aes(key: bytes, initial: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.CBC(initial))


def encrypt(key: bytes, data: bytes) -> bytes:
    """AES-CBC with padding; the initial vector comes first."""
    import os

    initial = os.urandom(16)
    padding = 16 - len(data) % 16
    encryptor = _aes(key, initial).encryptor()
    return bytes(initial + encryptor.update(data + bytes([padding]) * padding) + encryptor.finalize())


def decrypt(key: bytes, data: bytes) -> bytes:
    if len(data) < 32 or len(data) % 16:
        raise Failure("the encrypted text is too short or not of whole blocks")
    decryptor = _aes(key, data[:16]).decryptor()
    plain: bytes = decryptor.update(data[16:]) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= 16 or plain[-padding:] != bytes([padding]) * padding:
        raise Failure("the key does not fit the encrypted text")
    return plain[:-padding]


def _padded_key(key: str) -> bytes:
    return encode(key)[:32].ljust(32, b"\0")


@add("encryptAES", "string string", '{{ encryptAES "key" "text" | decryptAES "key" }}', "text")
def encrypt_aes(key: str, text: str) -> str:
    """A text encrypted with AES-256-CBC, in base64."""
    from base64 import b64encode

    return b64encode(encrypt(_padded_key(key), encode(text))).decode()


@add("decryptAES", "string string", '{{ encryptAES "key" "text" | decryptAES "key" }}', "text")
def decrypt_aes(key: str, text: str) -> str:
    """What encryptAES encrypted."""
    return decode(decrypt(_padded_key(key), decode64(text)))


def _sized_key(values: tuple[Any, ...]) -> tuple[bytes, bytes]:
    if len(values) not in (2, 3):
        raise Failure(f"wrong number of args: want 2 or 3, got {len(values)}")
    bits = to_int64(values[1]) if len(values) == 3 else 256
    if bits not in (128, 192, 256):
        raise Failure(f"the key has 128, 192 or 256 bits, not {bits}")
    key = as_bytes(values[0])
    if len(key) > bits // 8:
        raise Failure(f"the key is longer than {bits // 8} bytes")
    return key.ljust(bits // 8, b"\0"), as_bytes(values[-1])


@add("crypto.EncryptAES", "any...", '{{ crypto.EncryptAES "key" "text" | crypto.DecryptAES "key" }}', "text")
def crypto_encrypt_aes(*values: Any) -> bytes:
    """Bytes encrypted with AES-CBC: key, [bits,] text."""
    return encrypt(*_sized_key(values))


@add("crypto.DecryptAES", "any...", '{{ crypto.EncryptAES "key" 128 "text" | crypto.DecryptAES "key" 128 }}', "text")
def crypto_decrypt_aes(*values: Any) -> str:
    """What crypto.EncryptAES encrypted: key, [bits,] bytes."""
    return decode(decrypt(*_sized_key(values)))


@add("crypto.DecryptAESBytes", "any...", '{{ crypto.EncryptAES "key" "a" | crypto.DecryptAESBytes "key" }}', "[97]")
def crypto_decrypt_aes_bytes(*values: Any) -> bytes:
    """As crypto.DecryptAES, as bytes."""
    return decrypt(*_sized_key(values))
