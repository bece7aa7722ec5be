"""Tokens that are known by their shape: each has a fixed beginning, found first; the pattern is compiled only then.

A shape is (beginning, rest, open rest): `rest` completes the token; `open rest` matches what may still become one at
the end of the text read so far. All repetitions are bounded, so the text that is held back is bounded too.

Most texts hold no token, and that has to be seen quickly: every token but keys has a long run of characters of a class,
which is looked for in a text where a class is one letter; then a needle, in a text where letters in which beginnings
differ are folded into one, so that few needles stand for all.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

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
REACH = 12500  # no token but keys that is still open is longer
_TOKENS, _KEYS = range(len(SHAPES) - 1), len(SHAPES) - 1
_PREFIXES = frozenset(beginning[:size] for beginning, _, _ in SHAPES for size in range(1, len(beginning)))
_LONGEST = max(map(len, _PREFIXES))

_LETTERS = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
_RUNS = bytes(97 if byte in _LETTERS else 32 for byte in range(256))  # a run → `a`s, all else → blanks
_ENDS = bytes(97 if byte in _LETTERS + b"." else 32 for byte in range(256))  # the same for all of a token
_FOLDED = bytes.maketrans(b"KSzaousrhmn", b"IIIAppppppg")


def _needle(sign: bytes, needle: bytes, *beginnings: bytes) -> tuple[bytes, bytes, tuple[int, ...]]:
    return sign, needle.translate(_FOLDED), tuple(index for index in _TOKENS if SHAPES[index][0] in beginnings)


# run of all tokens of some shapes → (rare sign, folded needle, shapes)
_NEEDLES = (
    (b"a" * 20, (
        _needle(b"A", b"AKIA", b"AKIA", b"ASIA", b"AIza"),
        _needle(b".", b"ya29.", b"ya29."),
        _needle(b".", b".eyJ", b"eyJ"),
    )),
    (b"a" * 25, (
        _needle(b"_", b"ghp_", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"npm_"),
        _needle(b"_", b"_pat_", b"github_pat_"),
        _needle(b"_", b"_live_", b"sk_live_", b"rk_live_"),
        _needle(b"-", b"glpat-", b"glpat-"),
        _needle(b"-", b"xox", b"xoxb-", b"xoxp-", b"xoxa-"),
    )),
)  # fmt: skip

_compiled: dict[int, tuple[re.Pattern[bytes], re.Pattern[bytes]]] = {}


def _patterns(index: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """(whole token, what may become one at the end) of a shape."""
    found = _compiled.get(index)
    if found is None:
        import re

        beginning, rest, open_rest = SHAPES[index]
        head = re.escape(beginning)
        found = _compiled[index] = (re.compile(head + rest), re.compile(head + open_rest + rb"\Z"))
    return found


def spans(data: bytes, begin: int) -> list[tuple[int, int]]:
    """Where tokens stand in `data` from `begin` on."""
    found: list[tuple[int, int]] = []
    if KEYS in data:
        _matches(data, begin, _KEYS, found)
    runs = data.translate(_RUNS)
    folded = b""
    for run, needles in _NEEDLES:
        if run not in runs:
            break
        folded = folded or data.translate(_FOLDED)
        for sign, needle, indices in needles:
            if sign in data and needle in folded:
                for index in indices:
                    _matches(data, begin, index, found)
    return found


def _matches(data: bytes, begin: int, index: int, found: list[tuple[int, int]]) -> None:
    beginning = SHAPES[index][0]
    at = data.find(beginning, begin)
    while at >= 0:
        match = None if _in_word(data, at) else _patterns(index)[0].match(data, at)
        if match is not None:
            found.append(match.span())
        at = data.find(beginning, at + 1 if match is None else match.end())


def open_at(data: bytes, begin: int, line: int) -> int:
    """Where the part at the end of `data` begins that may still become a token; len(data) when there is none.

    Only what reaches the end of the text can: the last run of tokens' characters. Keys alone go over lines.
    """
    size = first = len(data)
    tail = data[max(begin, line, size - REACH) :]
    run = size - len(tail) + tail.translate(_ENDS).rfind(b" ") + 1
    if run < size:
        for index in _TOKENS:
            first = min(first, _first_open(data, run, index))
    first = min(first, _first_open(data, begin, _KEYS))
    for length in range(min(_LONGEST, len(tail)), size - first, -1):
        if data[size - length :] in _PREFIXES and not _in_word(data, size - length):
            return size - length
    return first


def _first_open(data: bytes, start: int, index: int) -> int:
    beginning = SHAPES[index][0]
    at = data.find(beginning, start)
    while at >= 0:
        if not _in_word(data, at) and _patterns(index)[1].match(data, at) is not None:
            return at
        at = data.find(beginning, at + 1)
    return len(data)


def _in_word(data: bytes, at: int) -> bool:
    """A token does not begin inside a word."""
    return at > 0 and data[at - 1 : at].isalnum()
