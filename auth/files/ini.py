"""Sections of an AWS-style INI text, edited without touching the others.

Standard parsers drop comments and fold letter case; our expiry lives in a comment before the section and names may
hold any character, so sections are kept as the lines they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

EXPIRY = "; atmos: expiration="
FINGERPRINT = "; atmos: fingerprint="


@dataclass
class Section:
    """One section: its name, the comment lines right before its header, and its lines."""

    name: str
    before: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def values(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in self.lines:
            key, equals, value = line.partition("=")
            if equals and not line.lstrip().startswith((";", "#")):
                found[key.strip().lower()] = value.strip()
        return found

    def note(self, mark: str) -> str:
        """The value of one of our comments, before the header or below it."""
        for line in (*self.before, *self.lines):
            if line.startswith(mark):
                return line[len(mark) :].strip()
        return ""


@dataclass
class Document:
    """A whole file: what stands before the first section, then the sections in order."""

    head: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def find(self, name: str) -> Section | None:
        return next((section for section in self.sections if section.name == name), None)

    def put(self, section: Section) -> None:
        """Replace the section of that name, or add it at the end."""
        for index, present in enumerate(self.sections):
            if present.name == section.name:
                self.sections[index] = section
                return
        self.sections.append(section)

    def drop(self, name: str) -> bool:
        kept = [section for section in self.sections if section.name != name]
        changed = len(kept) != len(self.sections)
        self.sections = kept
        return changed

    def text(self) -> str:
        blocks = ["\n".join(self.head)] if any(line.strip() for line in self.head) else []
        blocks += [
            "\n".join([*section.before, f"[{section.name}]", *section.lines]).rstrip() for section in self.sections
        ]
        return "\n\n".join(block.strip("\n") for block in blocks) + "\n" if blocks else ""


def parse(text: str) -> Document:
    """Read a file; lines that are no INI stay where they are."""
    document = Document()
    pending: list[str] = []  # comments and blanks that may belong to the next header
    current = document.head
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("[") and "]" in stripped:
            start = _start_of_header(pending, current is document.head)
            current.extend(item for item in pending[:start] if item.strip())
            section = Section(stripped[1 : stripped.rindex("]")].strip(), pending[start:])
            pending = []
            document.sections.append(section)
            current = section.lines
        elif not stripped or stripped.startswith((";", "#")):
            pending.append(line)
        else:
            current.extend(item for item in pending if item.strip() or current is document.head)
            pending = []
            current.append(line)
    current.extend(item for item in pending if item.strip())
    return document


def _start_of_header(pending: list[str], first: bool) -> int:
    """Where the comments of the next header begin: at our expiry, else after the last blank line."""
    for index, line in enumerate(pending):
        if line.startswith(EXPIRY):
            return index
    blanks = [index for index, line in enumerate(pending) if not line.strip()]
    if blanks:
        return blanks[-1] + 1
    return 0 if first else len(pending)
