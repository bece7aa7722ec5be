"""The short way: texts without actions, and plain field chains such as `{{ .Flags.stack }}`, without the compiler.

`render` gives the text, or None for everything else: the compiler then decides, errors included. No imports at all.
"""

from __future__ import annotations


def render(text: str, data: object, missing: str = "error") -> str | None:
    """The rendered text, or None when it takes more than looking up strings, numbers and booleans in maps."""
    braces = text.find("{{")
    angles = text.find("<<") if "<" in text else -1  # one character is found much faster than two
    if braces < 0 and angles < 0:
        return text
    out: list[str] = []
    pos = 0
    line_end = right = -1
    size = len(text)
    while True:
        if braces < 0 and angles < 0:
            out.append(text[pos:])
            return "".join(out)
        if angles < 0 or 0 <= braces < angles:
            start, closing = braces, "}}"
        else:
            start, closing = angles, ">>"
            if line_end < start:
                line_end = text.find("\n", start)
                if line_end < 0:
                    line_end = size
            if right < start:
                right = text.find(">>", start)
                if right < 0:
                    right = size
            if right >= line_end:  # a here-document or a shift: text
                angles = text.find("<<", start + (3 if text.startswith("<<<", start) else 2)) if right < size else -1
                continue
        end = text.find(closing, start + 2)
        if end < 0:
            return None
        if end - start > 200:
            return None
        action = text[start + 2 : end]
        field = action.strip(" ")
        if field[:1] != "." or (closing == ">>" and start and text[start - 1] == "<"):
            return None
        value = data
        for name in field[1:].split("."):
            if type(value) is not dict and not isinstance(value, dict):
                return None
            if not name.isidentifier() and not _dashed(name):
                return None
            if name in value:
                value = value[name]
            elif missing != "default":
                return None
            else:
                value = None
                break
        kind = type(value)
        if kind is str:
            piece: str = value  # type: ignore[assignment]
        elif kind is bool:
            piece = "true" if value else "false"
        elif kind is int:
            piece = str(value)
        elif value is None:
            piece = "<no value>"
        else:
            return None
        out.append(text[pos:start])
        out.append(piece)
        pos = end + 2
        if pos >= size:
            return "".join(out)
        if 0 <= braces < pos:
            braces = text.find("{{", pos)
        if 0 <= angles < pos:
            angles = text.find("<<", pos)


def _dashed(name: str) -> bool:
    """`dry-run`: words joined by dashes, as flags are named."""
    return (
        name.isascii()
        and not name.startswith("-")
        and not name.endswith("-")
        and (name.replace("-", "").replace("_", "a").isalnum())
        and not name[:1].isdigit()
    )
