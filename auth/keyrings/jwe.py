"""Texts encrypted with a password: JWE compact serialisation (RFC 7516), `PBES2-HS256+A128KW` (RFC 7518 §4.8) wrapping a
fresh key for `A256GCM` (§5.3)."""

from __future__ import annotations

import base64
import binascii
import json
import os
from typing import Any

ALG = "PBES2-HS256+A128KW"
ENC = "A256GCM"
ITERATIONS = 8192
MAX_ITERATIONS = 10_000_000


class WrongPassword(Exception):
    """The password does not open it, or it was tampered with (the two cannot be told apart)."""


class Malformed(Exception):
    """It is no such text."""


def encrypt(plain: bytes, password: str, *, header: dict[str, Any] | None = None) -> str:
    """The five parts, joined with dots."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    salt = os.urandom(16)
    protected = {"alg": ALG, "enc": ENC, "p2c": ITERATIONS, "p2s": _b64(salt), **(header or {})}
    head = _b64(json.dumps(protected, separators=(",", ":")).encode())
    content_key = os.urandom(32)
    nonce = os.urandom(12)
    sealed = AESGCM(content_key).encrypt(nonce, plain, head.encode())
    wrapped = aes_key_wrap(_key(password, salt, ITERATIONS), content_key)
    return ".".join([head, _b64(wrapped), _b64(nonce), _b64(sealed[:-16]), _b64(sealed[-16:])])


def decrypt(text: str, password: str) -> bytes:
    """The plain content; `WrongPassword` or `Malformed` otherwise."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

    try:
        head, *rest = text.strip().split(".")
        wrapped, nonce, body, tag = (_unb64(part) for part in rest)
        protected = json.loads(_unb64(head))
        alg, enc, count = protected["alg"], protected["enc"], int(protected["p2c"])
        salt = _unb64(protected["p2s"])
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise Malformed(str(error)) from error
    if alg != ALG or enc != ENC:
        raise Malformed(f"encrypted with {alg} and {enc}")
    if not 1 <= count <= MAX_ITERATIONS or len(nonce) != 12 or len(tag) != 16:
        raise Malformed("parameters out of range")
    try:
        content_key = aes_key_unwrap(_key(password, salt, count), wrapped)
        return AESGCM(content_key).decrypt(nonce, body + tag, head.encode())
    except (InvalidUnwrap, InvalidTag) as error:
        raise WrongPassword from error
    except ValueError as error:
        raise Malformed(str(error)) from error


def _key(password: str, salt: bytes, iterations: int) -> bytes:
    import hashlib

    return hashlib.pbkdf2_hmac("sha256", password.encode(), ALG.encode() + b"\0" + salt, iterations, 16)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
