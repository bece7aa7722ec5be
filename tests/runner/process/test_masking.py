"""Masking: the same bytes come out however the stream is split, secrets never, everything else unchanged."""

from __future__ import annotations

import base64
import json
import random
import re
import urllib.parse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.process import literals, shapes
from runner.process.masking import Mask

SECRETS = ["wJalrXUtnFEMI/K7MDENG+bPxRfiCY", "hunter2-hunter2", "ähnlich wie ein Wort", "EXAMPLEKEY==abcdef"]
MULTI = "-----BEGIN THING-----\nabcdefghijklmnopqrstuvwxyz\nABCDEFGHIJ\n-----END THING-----\n"
KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA0123456789abcdef\n" * 3 + "-----END RSA PRIVATE KEY-----\n"
TOKENS = [
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "xoxb-123456789012-abcdefghijkl",
    KEY.rstrip("\n"),
]


def mask() -> Mask:
    found = Mask()
    found.add([*SECRETS, MULTI, "short"])
    return found


def through(mask: Mask, chunks: list[bytes]) -> bytes:
    stream = mask.stream()
    return b"".join([*(stream.feed(chunk) for chunk in chunks), stream.flush()])


pieces = st.lists(
    st.one_of(
        st.sampled_from([*SECRETS, *TOKENS, MULTI, "AKIA", "ghp_", "gh", "eyJ", "-----BEGIN ", "\n", " ", "short"]),
        st.text(max_size=8),
        st.sampled_from(SECRETS).flatmap(lambda s: st.integers(1, len(s)).map(lambda n: s[:n])),
    ),
    max_size=12,
).map(lambda parts: "".join(parts).encode())


@settings(max_examples=400, deadline=None)
@given(pieces, st.data())
def test_any_split_gives_the_same_bytes(text: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    chunks = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert through(mask(), chunks) == mask().apply(text)


@settings(max_examples=100, deadline=None)
@given(pieces)
def test_byte_by_byte_and_no_secret_left(text: bytes) -> None:
    out = through(mask(), [text[i : i + 1] for i in range(len(text))])
    assert out == mask().apply(text)
    for secret in SECRETS:
        assert secret.encode() not in out


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_other_bytes_pass_unchanged(data: bytes) -> None:
    assert mask().apply(data) == data


@pytest.mark.parametrize("token", TOKENS)
def test_shapes_every_split(token: str) -> None:
    text = f"a {token} b\n".encode()
    for cut in range(len(text)):
        assert through(Mask(), [text[:cut], text[cut:]]) == b"a <MASKED> b\n"


def test_a_word_that_only_contains_a_beginning() -> None:
    for text in (
        b"TAKIAIOSFODNN7EXAMPLE\n",
        b"AKIAIOSFODNN7EXAMPLEx\n",
        b"ghp_short\n",
        b"-----BEGIN CERTIFICATE-----\nabc\n",
    ):
        assert Mask().apply(text) == text


@pytest.mark.parametrize("secret", SECRETS)
def test_encoded_forms(secret: str) -> None:
    m = mask()
    for before in ("", "a", "ab", "user:"):
        code = base64.b64encode(f"{before}{secret}{before}".encode()).decode()
        out = m.text(code)
        assert "<MASKED>" in out
        assert len(out.replace("<MASKED>", "")) <= len(before) * 3 + 4
    assert m.text(urllib.parse.quote(secret, safe="")) == "<MASKED>"
    assert m.text(urllib.parse.quote_plus(secret)) == "<MASKED>"
    assert m.text(json.dumps(secret, ensure_ascii=False)) == '"<MASKED>"'


def test_long_base64_is_masked_line_by_line() -> None:
    secret = "t0k3n" * 60
    m = Mask()
    m.add([secret])
    for ending in ("", "\n"):
        out = m.text(base64.encodebytes((secret + ending).encode()).decode())
        assert "dDBr" not in out


def test_several_lines_and_their_forms() -> None:
    m = mask()
    assert m.text(f"x{MULTI}y") == "x<MASKED>\ny"
    assert m.text(MULTI.replace("\n", "\r\n")) == "<MASKED>\r\n"
    assert m.text(json.dumps(MULTI)) == '"<MASKED>\\n"'
    assert m.text("  abcdefghijklmnopqrstuvwxyz") == "  <MASKED>"


def test_lines_are_not_delayed() -> None:
    stream = mask().stream()
    assert stream.feed(b"hello\nwor") == b"hello\nwor"
    assert stream.feed(b"Password: ") == b"Password: "
    assert stream.feed(b"hunter2-") == b""
    assert stream.feed(b"x\n") == b"hunter2-x\n"


def test_overlapping_secrets_are_one() -> None:
    m = Mask(shaped=False)
    m.add(["abcdefgh", "ghijklmn"])
    for cut in range(17):
        text = b"xxabcdefghijklmnx"
        assert through(m, [text[:cut], text[cut:]]) == b"xx<MASKED>x"


def test_patterns() -> None:
    m = Mask(shaped=False)
    m.add_pattern(r"acct-\d{4,}")
    assert through(m, [b"to acct-12", b"345 now\n"]) == b"to <MASKED> now\n"
    with pytest.raises(ValueError, match="unterminated"):
        m.add_pattern("[")


def test_nothing_is_held_without_bound() -> None:
    stream = Mask().stream()
    size = 0
    for _ in range(200):
        size += len(stream.feed(b"eyJ" + b"a" * 5000))
    assert size > 900_000


def test_a_line_without_end_is_not_held_for_patterns() -> None:
    m = Mask()
    m.add_pattern(r"acct-\d{4,}")
    stream = m.stream()
    size = sum(len(stream.feed(b"x" * 50_000)) for _ in range(40))
    assert size > 1_900_000
    assert stream.feed(b" acct-12") + stream.feed(b"345 \n") == b"x" * (2_000_000 - size) + b" <MASKED> \n"


def test_a_mask_shows_nothing() -> None:
    import pickle

    m = mask()
    assert "hunter" not in repr(m)
    with pytest.raises(TypeError):
        pickle.dumps(m)


def by_hand(secrets: list[str], text: bytes) -> bytes:
    """What masking means, without any of its short cuts."""
    hidden = [False] * len(text)
    places: list[tuple[int, int]] = []
    for form in {form for secret in secrets for form in literals.forms(secret)}:
        places += [(at, at + len(form)) for at in range(len(text)) if text.startswith(form, at)]
    for beginning, rest, _ in shapes.SHAPES:
        pattern = re.compile(rb"(?<![0-9A-Za-z])" + re.escape(beginning) + rest)
        places += [match.span() for match in pattern.finditer(text)]
    starts = set()
    for start, end in sorted(places):
        if not hidden[start]:
            starts.add(start)
        hidden[start:end] = [True] * (end - start)
    out = b"".join(b"<MASKED>" * (at in starts) + text[at : at + 1] * (not hidden[at]) for at in range(len(text)))
    return out + b"<MASKED>" * (len(text) in starts)


WAYS = {
    "by samples far apart": [f"{letter}{'0123456789' * 6}{letter}" for letter in "abcdefghijklmnop"],
    "by samples side by side": [f"{letter}-pass-word-{letter}{letter}" for letter in "abcdefghijklmnop"],
    "by small samples": [f"{letter}{letter}0-p.w{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"],
    "one by one": [*SECRETS, MULTI],
}


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_long_texts_are_masked_as_short_ones(way: str, seed: int) -> None:
    pick = random.Random(seed)
    secrets = WAYS[way]
    forms = sorted({form for secret in secrets for form in literals.forms(secret)})
    beginnings = [beginning for beginning, _, _ in shapes.SHAPES]
    parts: list[bytes] = []
    for _ in range(60):
        parts += [
            pick.choice([b"", b" ", b"\n", b"x", bytes(pick.randrange(256) for _ in range(pick.randrange(90)))]),
            pick.choice([pick.choice(forms), pick.choice(TOKENS).encode(), pick.choice(forms)[: pick.randrange(30)],
                         pick.choice(beginnings) + b"q" * pick.randrange(50)]),
        ]  # fmt: skip
    text = b"".join(parts)
    m = Mask()
    m.add(secrets)
    m.apply(b"." * (2 * literals.WORTH))  # from now on long texts are looked at in samples
    stream = m.stream()
    out, rest = b"", text
    while rest:
        size = pick.choice([1, 50, 3000, 10000])
        out += stream.feed(rest[:size])
        rest = rest[size:]
    assert out + stream.flush() == by_hand(secrets, text)


@pytest.mark.parametrize("index", range(len(shapes.SHAPES) - 1))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_shortcut_misses_a_token(index: int, data: st.DataObject) -> None:
    beginning, rest, _ = shapes.SHAPES[index]
    ascii_rest = rest.decode().partition("(?!")[0]
    token = beginning.decode() + data.draw(st.from_regex(rf"\A{ascii_rest}\Z", fullmatch=True))
    before = data.draw(st.sampled_from(["", " ", "x=", "_", "-"]))
    after = data.draw(st.sampled_from(["", " ", "\n", '"']))
    text = f"{before}{token}{after}".encode()
    assert Mask().apply(text) == f"{before}<MASKED>{after}".encode()
