"""Tokens that are known by their shape: each has a fixed beginning, found first; the pattern is compiled only then.

A shape is (beginning, rest, open rest): `rest` completes the token; `open rest` matches what may still become one at
the end of the text read so far. All repetitions are bounded, so the text that is held back is bounded too. Every
token but keys has a run of at least `RUN` letters, digits, `_`, `-`, `+`, `%`: text without such runs is not looked at.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

RUN = 20
KEYS = b"-----BEGIN "
_WORD = rb"[0-9A-Za-z]"
_URL = rb"[0-9A-Za-z_-]"

SHAPES: tuple[tuple[bytes, bytes, bytes], ...] = (
    (b"AKIA", rb"[0-9A-Z]{16}(?![0-9A-Za-z])", rb"[0-9A-Z]{0,16}"),
    (b"ASIA", rb"[0-9A-Z]{16}(?![0-9A-Za-z])", rb"[0-9A-Z]{0,16}"),
    (b"ghp_", _WORD + rb"{36,255}", _WORD + rb"{0,255}"),
    (b"gho_", _WORD + rb"{36,255}", _WORD + rb"{0,255}"),
    (b"ghu_", _WORD + rb"{36,255}", _WORD + rb"{0,255}"),
    (b"ghs_", _WORD + rb"{36,255}", _WORD + rb"{0,255}"),
    (b"ghr_", _WORD + rb"{36,255}", _WORD + rb"{0,255}"),
    (b"github_pat_", rb"[0-9A-Za-z_]{36,255}", rb"[0-9A-Za-z_]{0,255}"),
    (b"glpat-", _URL + rb"{20,255}", _URL + rb"{0,255}"),
    (b"xoxb-", rb"[0-9A-Za-z-]{20,255}", rb"[0-9A-Za-z-]{0,255}"),
    (b"xoxp-", rb"[0-9A-Za-z-]{20,255}", rb"[0-9A-Za-z-]{0,255}"),
    (b"xoxa-", rb"[0-9A-Za-z-]{20,255}", rb"[0-9A-Za-z-]{0,255}"),
    (b"sk_live_", _WORD + rb"{24,255}", _WORD + rb"{0,255}"),
    (b"rk_live_", _WORD + rb"{24,255}", _WORD + rb"{0,255}"),
    (b"npm_", _WORD + rb"{36}(?![0-9A-Za-z])", _WORD + rb"{0,36}"),
    (b"AIza", _URL + rb"{35}(?![0-9A-Za-z_-])", _URL + rb"{0,35}"),
    (b"ya29.", rb"[0-9A-Za-z_-]{20,2048}", rb"[0-9A-Za-z_-]{0,2048}"),
    (
        b"eyJ",
        _URL + rb"{17,4096}\.eyJ" + _URL + rb"{8,4096}\." + _URL + rb"{16,4096}",
        rb"[0-9A-Za-z._-]{0,12400}",
    ),
    (
        KEYS,
        rb"[A-Z0-9 ]{0,32}PRIVATE KEY-----[^-]{16,16384}-----END [A-Z0-9 ]{0,32}PRIVATE KEY-----",
        rb"[A-Z0-9 ]{0,32}(?:-{0,5}\Z|PRIVATE KEY-----[^-]{0,16384}(?:-{0,5}|-----E[A-Z0-9 ]{0,50}-{0,5})\Z)",
    ),
)
CHARACTERS = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-"  # of all tokens but keys
PREFIXES = frozenset(beginning[:size] for beginning, _, _ in SHAPES for size in range(1, len(beginning)))
LONGEST = max(map(len, PREFIXES))
_SEPARATORS = bytes(byte if chr(byte).isascii() and chr(byte).isalnum() else 32 for byte in range(256))
_FIRST: dict[bytes, list[int]] = {}  # the first letters of a beginning → shapes
for _index, (_beginning, _, _) in enumerate(SHAPES):
    _FIRST.setdefault(_beginning.translate(_SEPARATORS).split(b" ", 1)[0][:3], []).append(_index)

_compiled: dict[bytes, tuple[re.Pattern[bytes], re.Pattern[bytes]]] = {}


def patterns(index: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """(whole token, what may become one at the end) of a shape. A token does not begin inside a word."""
    beginning, rest, open_rest = SHAPES[index]
    found = _compiled.get(beginning)
    if found is None:
        import re

        head = rb"(?<![0-9A-Za-z])" + re.escape(beginning)
        found = _compiled[beginning] = (re.compile(head + rest), re.compile(head + open_rest + rb"\Z"))
    return found


def open_in(run: bytes) -> list[int]:
    """The shapes whose beginning stands in a run of tokens' characters, keys apart."""
    return [index for index, (beginning, _, _) in enumerate(SHAPES[:-1]) if beginning in run]


def in_run(data: bytes, start: int, end: int, found: set[int]) -> None:
    """Add the shapes that may begin in a run of word characters: at its start, or behind a sign in it."""
    run = data[start:end]
    if run[:3] in _FIRST:
        found.update(_FIRST[run[:3]])
    if not run.isalnum():
        for part in run.translate(_SEPARATORS).split(b" "):
            if part[:3] in _FIRST:
                found.update(_FIRST[part[:3]])
    if start and data[start - 1] == 46 and data[start - 5 : start] == b"ya29.":
        found.update(_FIRST[b"ya2"])
