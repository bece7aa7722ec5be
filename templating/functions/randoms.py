"""Random values and UUIDs, from the policy's source (the system's secure one by default)."""

from __future__ import annotations

import re

from ..errors import Failure
from ..numbers import to_float64, to_int64
from ..values import any_text
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("randoms", "Random values")
add = FAMILY.add
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PRINTABLE = "".join(map(chr, range(32, 127)))


def source(rt: Any) -> Any:
    """Where randomness comes from: the policy's, or the operating system's."""
    if rt.policy.rng is not None:
        return rt.policy.rng
    import random

    return random.SystemRandom()


def chars(rt: Any, count: int, alphabet: str) -> str:
    if count <= 0:
        return ""
    rt.room_for_items(count)
    return "".join(source(rt).choices(alphabet, k=count))


@add("randAlphaNum", "int", "{{ randAlphaNum 5 | len }}", "5", context=True)
def rand_alpha_num(rt: Any, count: int) -> str:
    """Letters and digits."""
    return chars(rt, count, LETTERS + DIGITS)


@add("randAlpha", "int", "{{ randAlpha 5 | len }}", "5", context=True)
def rand_alpha(rt: Any, count: int) -> str:
    """Letters."""
    return chars(rt, count, LETTERS)


@add("randAscii", "int", "{{ randAscii 5 | len }}", "5", context=True)
def rand_ascii(rt: Any, count: int) -> str:
    """Printable ASCII characters."""
    return chars(rt, count, PRINTABLE)


@add("randNumeric", "int", "{{ randNumeric 5 | len }}", "5", context=True)
def rand_numeric(rt: Any, count: int) -> str:
    """Digits."""
    return chars(rt, count, DIGITS)


@add("randBytes", "int", "{{ randBytes 4 | len }}", "8", context=True)
def rand_bytes(rt: Any, count: int) -> str:
    """Random bytes in base64."""
    from base64 import b64encode

    if count <= 0:
        return ""
    rt.room_for_items(count)
    return b64encode(source(rt).randbytes(count)).decode()


@add("randInt", "int int", "{{ randInt 3 4 }}", "3", context=True)
def rand_int(rt: Any, low: int, high: int) -> int:
    """An integer from the first operand up to, not including, the second."""
    if high <= low:
        raise Failure("invalid argument to Intn")
    return int(source(rt).randrange(low, high))


@add("uuidv4 uuid.V4", "", "{{ uuidv4 | len }}", "36", context=True)
def uuid_v4(rt: Any) -> str:
    """A random UUID."""
    from uuid import UUID

    return str(UUID(bytes=source(rt).randbytes(16), version=4))


@add("uuid.V1", "", "{{ uuid.V1 | len }}", "36")
def uuid_v1() -> str:
    """A UUID of time and machine."""
    from uuid import uuid1

    return str(uuid1())


@add("uuid.Nil", "", "{{ uuid.Nil }}", "00000000-0000-0000-0000-000000000000")
def uuid_nil() -> str:
    """The UUID of zeros."""
    return "00000000-0000-0000-0000-000000000000"


_UUID = re.compile(r"(?:urn:uuid:)?\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?")


@add("uuid.IsValid", "any", '{{ uuid.IsValid "nope" }}', "false")
def uuid_is_valid(value: Any) -> bool:
    """Whether a text is a UUID."""
    return _UUID.fullmatch(any_text(value)) is not None


@add(
    "uuid.Parse",
    "any",
    '{{ uuid.Parse "00000000-0000-0000-0000-00000000000A" }}',
    "00000000-0000-0000-0000-00000000000a",
)
def uuid_parse(value: Any) -> str:
    """A UUID in its usual form; an error when it is none."""
    from uuid import UUID

    if not uuid_is_valid(value):
        raise Failure(f"invalid UUID: {any_text(value)}")
    return str(UUID(any_text(value)))


# --- random. ------------------------------------------------------------------------------------------


@add("random.ASCII", "any", "{{ random.ASCII 5 | len }}", "5", context=True)
def random_ascii(rt: Any, count: Any) -> str:
    """Printable ASCII characters."""
    return chars(rt, to_int64(count), PRINTABLE)


@add("random.Alpha", "any", "{{ random.Alpha 5 | len }}", "5", context=True)
def random_alpha(rt: Any, count: Any) -> str:
    """Letters."""
    return chars(rt, to_int64(count), LETTERS)


@add("random.AlphaNum", "any", "{{ random.AlphaNum 5 | len }}", "5", context=True)
def random_alpha_num(rt: Any, count: Any) -> str:
    """Letters and digits."""
    return chars(rt, to_int64(count), LETTERS + DIGITS)


@add("random.String", "any any...", '{{ random.String 5 "[a-c]" | len }}', "5", context=True)
def random_string(rt: Any, count: Any, *alphabet: Any) -> str:
    """Characters of a class such as `[a-z]`, or between two characters; letters, digits, `_`, `.` and `-` without."""
    wanted = LETTERS + DIGITS + "_.-"
    if len(alphabet) == 1:
        from ..regex import compile_pattern

        pattern = compile_pattern(any_text(alphabet[0]))
        wanted = "".join([char for char in map(chr, range(0x250)) if pattern.search(char)])
        if not wanted:
            raise Failure(f"no character matches {any_text(alphabet[0])}")
    elif len(alphabet) == 2:
        low, high = _code(alphabet[0]), _code(alphabet[1])
        if not 0 <= low <= high <= 0x10FFFF:
            raise Failure(f"from {low} to {high} there are no characters")
        wanted = "".join(map(chr, range(low, high + 1)))
    return chars(rt, to_int64(count), wanted)


def _code(value: Any) -> int:
    return ord(value) if isinstance(value, str) and len(value) == 1 else to_int64(value)


@add("random.Item", "any", '{{ random.Item (list "a") }}', "a", context=True)
def random_item(rt: Any, items: Any) -> Any:
    """One item of a list."""
    if not isinstance(items, list | tuple) or not items:
        raise Failure("expected a non-empty array or slice")
    return source(rt).choice(items)


@add("random.Number", "any...", "{{ random.Number 5 5 }}", "5", context=True)
def random_number(rt: Any, *bounds: Any) -> int:
    """An integer between two bounds, both included: [min,] max; 0 to 100 without."""
    low, high = _bounds([to_int64(bound) for bound in bounds], 0, 100)
    return int(source(rt).randint(low, high))


@add("random.Float", "any...", "{{ lt (random.Float 1) 1.0 }}", "true", context=True)
def random_float(rt: Any, *bounds: Any) -> float:
    """A float between two bounds: [min,] max; 0 to 1 without."""
    low, high = _bounds([to_float64(bound) for bound in bounds], 0.0, 1.0)
    return float(low + (high - low) * source(rt).random())


def _bounds(given: list[Any], low: Any, high: Any) -> tuple[Any, Any]:
    if len(given) == 1:
        high = given[0]
    elif given:
        low, high = given[0], given[1]
    if low > high:
        raise Failure(f"{low} is more than {high}")
    return low, high
