"""JSON, base64, base32 and checksums."""

from __future__ import annotations

import re

from .. import gojson
from ..errors import Failure
from ..values import decode, encode
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("encodings", "JSON, base64, checksums")
add = FAMILY.add
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_BASE32 = re.compile(r"(?:[A-Z2-7]{8})*(?:[A-Z2-7]{2}={6}|[A-Z2-7]{4}={4}|[A-Z2-7]{5}={3}|[A-Z2-7]{7}=)?")


@add("toJson mustToJson", "any", '{{ toJson (dict "b" 1 "a" "<") }}', '{"a":"\\u003c","b":1}')
def to_json(value: Any) -> str:
    """JSON on one line; keys sorted, < > & escaped."""
    return gojson.dumps(value)


@add("toPrettyJson mustToPrettyJson", "any", '{{ toPrettyJson (dict "a" (list 1)) }}', '{\n  "a": [\n    1\n  ]\n}')
def to_pretty_json(value: Any) -> str:
    """JSON on several lines, two blanks a level."""
    return gojson.dumps(value, indent="  ")


@add("toRawJson mustToRawJson", "any", '{{ toRawJson (list "<&>") }}', '["<&>"]')
def to_raw_json(value: Any) -> str:
    """JSON on one line without escaping < > &."""
    return gojson.dumps(value, html=False)


@add("fromJson", "string", '{{ (fromJson `{"a": [1, 2]}`).a }}', "[1 2]")
def from_json(text: str) -> Any:
    """The value of a JSON text; its numbers are floats. What is no JSON gives nil."""
    try:
        return gojson.loads(text)
    except Failure:
        return None


@add("mustFromJson", "string", '{{ mustFromJson "[1]" }}', "[1]")
def must_from_json(text: str) -> Any:
    """As fromJson, but what is no JSON is an error."""
    return gojson.loads(text)


@add("toYAML data.ToYAML", "any", '{{ toYAML (dict "a" (list 1 "01")) }}', 'a:\n  - 1\n  - "01"\n')
def to_yaml_document(value: Any) -> str:
    """YAML, two blanks a level, with a line break at the end."""
    from ..goyaml import dumps

    return dumps(value)


@add("toYaml mustToYaml", "any", '{{ toYaml (dict "a" (list 1)) | nindent 2 }}', "\n  a:\n    - 1")
def to_yaml(value: Any) -> str:
    """YAML without a line break at the end, ready for indent and nindent."""
    return to_yaml_document(value).removesuffix("\n")


@add("fromYaml mustFromYaml", "string", '{{ (fromYaml "a: {b: 2}").a.b }}', "2")
def from_yaml(text: str) -> Any:
    """The value of a YAML text."""
    from ..goyaml import loads

    return loads(text)


# --- base64 and base32 ------------------------------------------------------------------------------


def decode64(text: str) -> bytes:
    """Failure with the offset of the first wrong byte."""
    from base64 import b64decode

    clean = text.replace("\n", "").replace("\r", "")
    match = _BASE64.match(clean)
    assert match is not None
    if match.end() != len(clean):
        raise Failure(f"illegal base64 data at input byte {_bad_offset(clean, match.end(), '+/')}")
    return b64decode(clean)


def _bad_offset(text: str, start: int, extra: str) -> int:
    """The first byte that is no digit of the group at fault; the group's start when digits are missing."""
    if text[start - 1 : start] == "=":
        return start
    for at in range(start, min(len(text), start + 4)):
        if not (text[at].isascii() and (text[at].isalnum() or text[at] in extra)):
            return at
    return start if len(text) - start < 4 else start + 4


@add("b64enc", "string", '{{ b64enc "hello" }}', "aGVsbG8=")
def b64enc(text: str) -> str:
    """Base64."""
    from base64 import b64encode

    return b64encode(encode(text)).decode()


@add("b64dec", "string", '{{ b64dec "aGVsbG8=" }}', "hello")
def b64dec(text: str) -> str:
    """What base64 stands for; the error's text when it is none."""
    try:
        return decode(decode64(text))
    except Failure as problem:
        return problem.message


@add("b32enc", "string", '{{ b32enc "hi" }}', "NBUQ====")
def b32enc(text: str) -> str:
    """Base32."""
    from base64 import b32encode

    return b32encode(encode(text)).decode()


@add("b32dec", "string", '{{ b32dec "NBUQ====" }}', "hi")
def b32dec(text: str) -> str:
    """What base32 stands for; the error's text when it is none."""
    from base64 import b32decode

    clean = text.replace("\n", "").replace("\r", "")
    match = _BASE32.match(clean)
    assert match is not None
    if match.end() != len(clean):
        at = match.end()
        while at < len(clean) and re.match("[A-Z2-7]", clean[at]):
            at += 1
        return f"illegal base32 data at input byte {at if at < len(clean) else match.end()}"
    return decode(b32decode(clean))


@add("base64.Encode", "any", '{{ base64.Encode "hi" }}', "aGk=")
def base64_encode(value: Any) -> str:
    """Base64 of a text or of bytes."""
    from base64 import b64encode

    return b64encode(as_bytes(value)).decode()


@add("base64.Decode", "any", '{{ base64.Decode "aGk=" }}', "hi")
def base64_decode(value: Any) -> str:
    """What base64 (also of the URL alphabet, also without padding) stands for."""
    return decode(base64_bytes(value))


@add("base64.DecodeBytes", "any", '{{ base64.DecodeBytes "aGk=" }}', "[104 105]")
def base64_bytes(value: Any) -> bytes:
    """As base64.Decode, as bytes."""
    text = decode(as_bytes(value)).strip()
    text = text.replace("-", "+").replace("_", "/").rstrip("=")
    return decode64(text + "=" * (-len(text) % 4))


def as_bytes(value: Any) -> bytes:
    from ..values import text_of

    return value if isinstance(value, bytes) else b"" if value is None else encode(text_of(value))


# --- checksums --------------------------------------------------------------------------------------


def digest(algorithm: str, value: Any) -> bytes:
    import hashlib

    return hashlib.new(algorithm, as_bytes(value), usedforsecurity=False).digest()


@add("sha1sum", "string", '{{ sha1sum "abc" }}', "a9993e364706816aba3e25717850c26c9cd0d89d")
def sha1sum(text: str) -> str:
    """SHA-1 in hexadecimal."""
    return digest("sha1", text).hex()


@add("sha256sum", "string", '{{ sha256sum "abc" | trunc 16 }}', "ba7816bf8f01cfea")
def sha256sum(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return digest("sha256", text).hex()


@add("sha512sum", "string", '{{ sha512sum "abc" | trunc 16 }}', "ddaf35a193617aba")
def sha512sum(text: str) -> str:
    """SHA-512 in hexadecimal."""
    return digest("sha512", text).hex()


@add("adler32sum", "string", '{{ adler32sum "abc" }}', "38600999")
def adler32sum(text: str) -> str:
    """Adler-32 in decimal."""
    from zlib import adler32

    return str(adler32(encode(text)))
