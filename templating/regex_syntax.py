"""RE2's syntax, checked and rewritten for Python's `re`."""

from __future__ import annotations

import re

from .errors import Failure

MAX_REPEAT = 1000

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7F",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1F\\x7F",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": "\\t\\n\\f\\r "}
_SIMPLE = {"a": "\\x07", "f": "\\x0c", "n": "\\n", "r": "\\r", "t": "\\t", "v": "\\x0b"}
_repeat = re.compile(r"\{(\d+)(,(\d*))?\}")


def _fail(message: str, part: str) -> Failure:
    return Failure(f"error parsing regexp: {message}: `{part}`")


class Translator:
    def __init__(self, source: str) -> None:
        self.source = source
        self.pos = 0
        self.out: list[str] = []
        self.flags = {"i": False, "m": False, "s": False, "U": False}
        self.stack: list[dict[str, bool]] = []
        self.unicode = False
        """uses classes that Python lacks"""

    def run(self) -> str:
        source = self.source
        can_repeat = False
        while self.pos < len(source):
            char = source[self.pos]
            start = self.pos
            if char == "(":
                can_repeat = self.group() and can_repeat
            elif char == ")":
                if not self.stack:
                    raise _fail("unexpected )", source)
                self.flags = self.stack.pop()
                self.emit(")")
                self.pos += 1
                can_repeat = True
            elif char == "|":
                self.emit("|")
                self.pos += 1
                can_repeat = False
            elif char in "*+?" or (char == "{" and _repeat.match(source, self.pos)):
                if not can_repeat:
                    raise _fail("missing argument to repetition operator", source[start : self.operator_end()])
                self.repetition()
                can_repeat = False
                self.no_second_repetition(start)
            elif char == "[":
                self.emit(self.char_class())
                can_repeat = True
            elif char == ".":
                self.emit("(?s:.)" if self.flags["s"] else "[^\\n]")
                self.pos += 1
                can_repeat = True
            elif char == "^":
                self.emit("(?m:^)" if self.flags["m"] else "(?:\\A)")
                self.pos += 1
                can_repeat = True
            elif char == "$":
                self.emit("(?m:$)" if self.flags["m"] else "(?:\\Z)")
                self.pos += 1
                can_repeat = True
            elif char == "\\":
                self.escape()
                can_repeat = True
            else:
                self.literal(char)
                self.pos += 1
                can_repeat = True
        if self.stack:
            raise _fail("missing closing )", source)
        return "".join(self.out)

    def emit(self, text: str) -> None:
        self.out.append(text)

    def literal(self, char: str) -> None:
        escaped = re.escape(char)
        if self.flags["i"] and char.lower() != char.upper():
            escaped = f"(?i:{escaped})"
        self.emit(escaped)

    # --- groups -----------------------------------------------------------------------------------

    def group(self) -> bool:
        """Open a group, or set flags; True when it was only flags."""
        source, start = self.source, self.pos
        if not source.startswith("(?", start):
            self.stack.append(dict(self.flags))
            self.emit("(")
            self.pos += 1
            return False
        match = re.compile(r"\(\?P?<([^>]*)>").match(source, start)
        if match and not source.startswith(("(?<=", "(?<!"), start):
            if not re.fullmatch(r"[A-Za-z0-9_]+", match[1]):
                raise _fail("invalid named capture", match.group())
            self.stack.append(dict(self.flags))
            name = match[1] if not match[1][0].isdigit() and f"(?P<{match[1]}>" not in self.out else ""
            self.emit(f"(?P<{name}>" if name else "(")
            self.pos = match.end()
            return False
        match = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])").match(source, start)
        if match is None or match.group() in ("(?)",):
            end = start + 2
            while end < len(source) and source[end] in "imsU-":
                end += 1
            raise _fail("invalid or unsupported Perl syntax", source[start : end + 1])
        if match[3] == ":":
            self.stack.append(dict(self.flags))
            self.emit("(?:")
        for flag in match[1]:
            self.flags[flag] = True
        for flag in match[2] or "":
            self.flags[flag] = False
        self.pos = match.end()
        return match[3] == ")"

    # --- repetitions --------------------------------------------------------------------------------

    def operator(self) -> tuple[str, int]:
        """The repetition operator at this position and where it ends."""
        match = _repeat.match(self.source, self.pos) if self.source[self.pos] == "{" else None
        end = match.end() if match else self.pos + 1
        return self.source[self.pos : end], end

    def operator_end(self) -> int:
        end = self.operator()[1]
        return end + self.source.startswith("?", end)

    def repetition(self) -> None:
        text, end = self.operator()
        if text[0] == "{":
            match = _repeat.match(text)
            assert match is not None
            low, high = int(match[1][:9]), match[3]
            top = low if match[2] is None else int(high[:9]) if high else low
            if low > MAX_REPEAT or top > MAX_REPEAT or top < low:
                raise _fail("invalid repeat count", text)
        self.pos = end
        lazy = self.source.startswith("?", end)
        if lazy:
            self.pos += 1
        self.emit(text + ("?" if lazy != self.flags["U"] else ""))

    def no_second_repetition(self, start: int) -> None:
        if self.pos >= len(self.source):
            return
        char = self.source[self.pos]
        if char in "*+?" or (char == "{" and _repeat.match(self.source, self.pos)):
            raise _fail("invalid nested repetition operator", self.source[start : self.operator_end()])

    # --- escapes and classes ------------------------------------------------------------------------

    def escape(self) -> None:
        source, start = self.source, self.pos
        if start + 1 >= len(source):
            raise _fail("trailing backslash at end of expression", "")
        char = source[start + 1]
        self.pos += 2
        if char == "A":
            self.emit("(?:\\A)")
        elif char == "z":
            self.emit("(?:\\Z)")
        elif char == "b":
            self.emit("(?a:\\b)")
        elif char == "B":
            self.emit("(?a:\\B)")
        elif char == "Q":
            end = source.find("\\E", self.pos)
            text = source[self.pos : end] if end >= 0 else source[self.pos :]
            for literal in text:
                self.literal(literal)
            self.pos = end + 2 if end >= 0 else len(source)
        elif char in "dws":
            self.emit(f"[{_CLASSES[char]}]")
        elif char in "DWS":
            self.emit(f"[^{_CLASSES[char.lower()]}]")
        elif char in "pP":
            self.pos = start
            self.emit(f"[{self.unicode_class()}]")
        else:
            self.pos = start
            code = self.code_point()
            self.literal(chr(code))

    def code_point(self) -> int:
        """An escaped single character."""
        source, start = self.source, self.pos
        char = source[start + 1 : start + 2]
        match = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}|\\x([0-9A-Fa-f]{2})").match(source, start)
        if match:
            code = int(match[1] or match[2], 16)
            if code > 0x10FFFF:
                raise _fail("invalid escape sequence", match.group())
            self.pos = match.end()
            return code
        match = re.compile(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})").match(source, start)
        if match:
            self.pos = match.end()
            return int(match[1], 8)
        if char in _SIMPLE:
            self.pos += 2
            return ord({"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}[char])
        if char and ord(char) < 0x80 and not char.isalnum():
            self.pos += 2
            return ord(char)
        if not char:
            raise _fail("trailing backslash at end of expression", "")
        raise _fail("invalid escape sequence", source[start : start + 2])

    def unicode_class(self) -> str:
        """`\\pL`, `\\p{Greek}`, `\\P{Lu}`, `\\p{^Lu}`: only the RE2 library knows these, so it runs the pattern."""
        match = re.compile(r"\\([pP])(?:\{(\^?)(\w+)\}|(\w))").match(self.source, self.pos)
        if match is None:
            raise _fail("invalid character class range", self.source[self.pos : self.pos + 3])
        import re2

        options = re2.Options()
        options.log_errors = False
        try:
            re2.compile(match.group(), options=options)
        except re2.error:
            raise _fail("invalid character class range", match.group()) from None
        self.pos = match.end()
        self.unicode = True
        return "\\w"

    def char_class(self) -> str:
        source, start = self.source, self.pos
        self.pos += 1
        negative = source.startswith("^", self.pos)
        self.pos += negative
        items: list[str] = []
        first = True
        while True:
            if self.pos >= len(source):
                raise _fail("missing closing ]", source[start:])
            char = source[self.pos]
            if char == "]" and not first:
                self.pos += 1
                break
            if (
                char == "-"
                and not first
                and not source.startswith("-]", self.pos)
                and items
                and items[-1] != "\0"
                and (len(source) > self.pos + 1)
            ):
                raise _fail("invalid character class range", source[self.pos : self.pos + 2])
            first = False
            posix = re.compile(r"\[:(\^?)(\w*):\]").match(source, self.pos)
            if posix:
                name = posix[2]
                if name not in _POSIX:
                    raise _fail("invalid character class range", posix.group())
                items.append(self.negated(_POSIX[name]) if posix[1] else _POSIX[name])
                self.pos = posix.end()
                continue
            following = source[self.pos + 1 : self.pos + 2]
            if char == "\\" and following and following in "dws":
                items.append(_CLASSES[following])
                self.pos += 2
                continue
            if char == "\\" and following and following in "DWS":
                items.append(self.negated(_CLASSES[following.lower()]))
                self.pos += 2
                continue
            if char == "\\" and following and following in "pP":
                items.append(self.unicode_class())
                continue
            begin = self.pos
            low = self.class_char()
            high = low
            if (
                source.startswith("-", self.pos)
                and not source.startswith("-]", self.pos)
                and self.pos + 1 < len(source)
            ):
                self.pos += 1
                high = self.class_char()
                if high < low:
                    raise _fail("invalid character class range", source[begin : self.pos])
            items.append(_range_text([(low, high)]))
            items.append("\0")  # a dash may not follow a range or class directly
            if high == low:
                items.pop()
                items[-1:] = [items[-1], "\0"]
        body = "".join([item for item in items if item != "\0"])
        text = f"[{'^' if negative else ''}{body}]"
        return f"(?i:{text})" if self.flags["i"] else text

    def negated(self, ranges: str) -> str:
        covered = [code for code in range(256) if re.match(f"[{ranges}]", chr(code))]
        return _range_text(_inverse([(code, code) for code in covered]))

    def class_char(self) -> int:
        if self.pos >= len(self.source):
            raise _fail("missing closing ]", self.source)
        if self.source[self.pos] == "\\":
            return self.code_point()
        self.pos += 1
        return ord(self.source[self.pos - 1])


def _range_text(ranges: list[tuple[int, int]]) -> str:
    def char(code: int) -> str:
        return f"\\U{code:08x}"

    return "".join([char(low) if low == high else f"{char(low)}-{char(high)}" for low, high in ranges])


def _inverse(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    start = 0
    for low, high in sorted(ranges):
        if low > start:
            result.append((start, low - 1))
        start = max(start, high + 1)
    if start <= 0x10FFFF:
        result.append((start, 0x10FFFF))
    return result
