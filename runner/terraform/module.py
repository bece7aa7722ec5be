"""What a terraform module declares, read from its files without terraform: blocks, places, unclosed brackets.

A scanner, not a parser: it knows strings, interpolation, here-documents and comments well enough to find top-level
blocks. Only when brackets do not match is the real parser asked, for certainty.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]

_TOKEN = re.compile(
    r'(?P<comment>\#[^\n]*|//[^\n]*|/\*.*?\*/)|(?P<heredoc><<[-~]?(?P<tag>[A-Za-z_]\w*)[ \t]*\n)|(?P<string>")'
    r"|(?P<open>[{\[(])|(?P<close>[}\])])",
    re.DOTALL,
)
_HEADER = re.compile(r'^[ \t]*([A-Za-z_]\w*)((?:[ \t]+(?:"[^"\n]*"|[A-Za-z_][\w-]*))*)[ \t]*$')
_LABEL = re.compile(r'"([^"\n]*)"|([A-Za-z_][\w-]*)')
_PAIRS = {"}": "{", "]": "[", ")": "("}


class Broken(Exception):
    """Brackets that do not match."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


class Block:
    """A top-level block: `variable "name" { … }`."""

    __slots__ = ("body", "kind", "labels", "line")

    def __init__(self, kind: str, labels: list[str], line: int, body: str) -> None:
        self.kind, self.labels, self.line, self.body = kind, labels, line, body

    def attribute(self, name: str) -> str | None:
        """The text of a simple attribute on one line of the block."""
        found = re.search(rf"^[ \t]*{re.escape(name)}[ \t]*=[ \t]*(.*?)[ \t]*(?:#.*|//.*)?$", self.body, re.MULTILINE)
        if found is None:
            found = re.search(rf"\A\s*{re.escape(name)}[ \t]*=[ \t]*([^\n]*?)\s*\Z", self.body)
        return found.group(1) if found else None


def scan(text: str) -> list[Block]:
    """The top-level blocks of a file. Raises Broken when brackets do not match."""
    blocks: list[Block] = []
    stack: list[tuple[str, int]] = []
    at, start = 0, 0
    while True:
        found = _TOKEN.search(text, at)
        if found is None:
            break
        at = found.end()
        if found["string"]:
            at = _string_end(text, at)
        elif found["heredoc"]:
            end = re.compile(rf"^[ \t]*{re.escape(found['tag'])}[ \t]*$", re.MULTILINE).search(text, at)
            if end is None:
                raise Broken(_line(text, found.start()), f"the here-document {found['tag']} is not closed")
            at = end.end()
        elif found["open"]:
            if not stack:
                start = found.start()
            stack.append((found["open"], found.start()))
        elif found["close"]:
            if not stack or stack[-1][0] != _PAIRS[found["close"]]:
                raise Broken(_line(text, found.start()), f"`{found['close']}` closes nothing")
            stack.pop()
            if not stack and found["close"] == "}":
                header = _HEADER.match(text[text.rfind("\n", 0, start) + 1 : start])
                if header:
                    labels = [quoted or bare for quoted, bare in _LABEL.findall(header.group(2))]
                    blocks.append(Block(header.group(1), labels, _line(text, start), text[start + 1 : found.start()]))
    if stack:
        opener, place = stack[0]
        raise Broken(_line(text, place), f"the `{opener}` that opens here is not closed")
    return blocks


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _string_end(text: str, at: int) -> int:
    """Where a quoted text ends that starts before `at`; `${ … }` inside may hold quotes itself."""
    begin = at
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 2
        elif char == '"':
            return at + 1
        elif char == "\n":
            break
        elif char in "$%" and text.startswith("{", at + 1) and text[at - 1 : at] != char:
            at = _interpolation_end(text, at + 2)
        else:
            at += 1
    raise Broken(_line(text, begin), "the text that opens here is not closed")


def _interpolation_end(text: str, at: int) -> int:
    depth = 1
    while at < len(text):
        char = text[at]
        if char == '"':
            at = _string_end(text, at + 1)
            continue
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return at


def files(folder: str) -> list[str]:
    """The module's own files, sorted."""
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith((".tf", ".tofu")))
    except OSError:
        return []


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def check(folder: str) -> tuple[str, int, str] | None:
    """(file, line, reason) of the first file that is no HCL, None when all are sound."""
    for name in files(folder):
        text = _read(os.path.join(folder, name))
        try:
            scan(text)
        except Broken as broken:
            if _really_broken(text):
                return name, broken.line, broken.reason
    return None


def _really_broken(text: str) -> bool:
    import hcl2

    try:
        hcl2.loads(text if text.endswith("\n") else text + "\n")
    except Exception:  # noqa: BLE001 - whatever the parser raises, it cannot read the file
        return True
    return False


def blocks(folder: str) -> list[tuple[str, Block]]:
    """All top-level blocks with their file; files that cannot be read are left out."""
    found: list[tuple[str, Block]] = []
    for name in files(folder):
        try:
            found += [(name, block) for block in scan(_read(os.path.join(folder, name)))]
        except Broken:
            continue
    return found


def sensitive_variables(folder: str) -> set[str]:
    """The variables that the module declares `sensitive`."""
    return {block.labels[0] for _, block in blocks(folder)
            if block.kind == "variable" and block.labels and block.attribute("sensitive") == "true"}  # fmt: skip


def describe(folder: str) -> Map | None:
    """What a module declares, None when there is no such folder."""
    if not folder or not os.path.isdir(folder):
        return None
    result: Map = {
        "path": folder, "variables": {}, "outputs": {}, "required_core": [], "required_providers": {},
        "provider_configs": {}, "managed_resources": {}, "data_resources": {}, "module_calls": {},
    }  # fmt: skip
    for name, block in blocks(folder):
        place = {"pos": {"filename": os.path.join(folder, name), "line": block.line}}
        labels = block.labels
        if block.kind in ("variable", "output") and labels:
            facts: Map = {"name": labels[0], **place}
            for attribute in ("description", "type", "default", "sensitive"):
                value = block.attribute(attribute)
                if value is not None:
                    facts[attribute] = value == "true" if attribute == "sensitive" else value.strip('"')
            if block.kind == "variable":
                facts["required"] = "default" not in facts
            result["variables" if block.kind == "variable" else "outputs"][labels[0]] = facts
        elif block.kind in ("resource", "data") and len(labels) == 2:
            section = "managed_resources" if block.kind == "resource" else "data_resources"
            address = ".".join(labels) if block.kind == "resource" else "data." + ".".join(labels)
            result[section][address] = {"mode": block.kind, "type": labels[0], "name": labels[1], **place}
        elif block.kind == "module" and labels:
            source = block.attribute("source")
            result["module_calls"][labels[0]] = {"name": labels[0], "source": (source or "").strip('"'), **place}
        elif block.kind == "provider" and labels:
            result["provider_configs"][labels[0]] = {"name": labels[0]}
        elif block.kind == "terraform":
            version = block.attribute("required_version")
            if version:
                result["required_core"].append(version.strip('"'))
    return result
