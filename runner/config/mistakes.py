"""How mistakes in a YAML file are told: where, what, the line itself, and what to write instead."""

from __future__ import annotations

import os

from runner.errors import AtmosError, Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import yaml

    from runner.errors import Problem

MAX_DEPTH = 100


def syntax_error(message: str, text: str, file: str, line: int, column: int, *, hint: str = "") -> AtmosError:
    """An error of a file's text: shows the place and the line itself."""
    where = Where(file, line, column)
    return AtmosError(
        f"{where}: {message}", title="Invalid YAML", where=where, explanation=excerpt(text, line, column),
        hints=[hint] if hint else [],
    )  # fmt: skip


def excerpt(text: str, line: int, column: int = 0) -> str:
    """The line of a mistake with its number, tabs made visible, secrets masked, and a mark below the column."""
    lines = text.splitlines()
    return _excerpt(lines[line - 1], line, column) if 1 <= line <= len(lines) else ""


def _excerpt(text: str, line: int, column: int) -> str:
    shown = without_secrets(text).replace("\t", "→")
    shown = "".join(char if char.isprintable() else "?" for char in shown)
    start = 0
    if len(shown) > 110:
        start = max(0, column - 50)
        shown = shown[start : start + 100]
    head = f"{line:>5} | "
    result = head + shown
    if column and column - 1 - start <= len(shown):
        result += "\n" + " " * (len(head) + column - 1 - start) + "^"
    return result


def without_secrets(line: str) -> str:
    """A line of YAML whose secrets, told by the names of their keys, are masked; columns stay."""
    import re

    from runner.config.effective import secret_name

    for key in re.finditer(r"([\w.-]+)[\"']?\s*:\s+(?=[^\s!{\[])", line):
        if secret_name(key[1]):
            start = key.end()
            if line[start] in "\"'":
                value = r'"(?:\\.|[^"\\])*"?' if line[start] == '"' else r"'(?:''|[^'])*'?"
            else:
                value = r"[^,}\]]*" if re.search(r"[{\[]", line[:start]) else r".*"
            end = re.compile(value).match(line, start)
            stop = end.end() if end else len(line)
            line = line[:start] + "***".ljust(stop - start)[: max(3, stop - start)] + line[stop:]
    return line


_EXPLAINED = (
    ("found character that cannot start any token", "a tab stands where YAML wants spaces",
     "Indent with spaces; YAML does not allow tabs"),
    ("found a tab character", "a tab stands where YAML wants spaces", "Indent with spaces; YAML does not allow tabs"),
    ("mapping values are not allowed", "a second `: ` on one line, or a key that is indented wrongly",
     "Quote a value that contains `: `"),
    ("could not find expected ':'", "a key without its `:`", ""),
    ("did not find expected ',' or ']'", "the list that opens here is not closed, or an item lacks its comma",
     "Close it with `]`"),
    ("did not find expected ',' or '}'", "the mapping that opens here is not closed, or an entry lacks its comma",
     "Close it with `}`"),
    ("expected <document start>", "this does not belong here: the document ended before it", ""),
    ("found unexpected ':'", "a `:` inside `{ }` or `[ ]` needs a blank after it", "Write `key: value`, or quote the text"),
    ("found unknown escape character", "a backslash inside double quotes begins an escape that does not exist",
     "Double the backslash, or use single quotes"),
    ("found undefined tag handle", "a `!` with two exclamation marks names a tag that is not declared", ""),
    ("did not find expected node content", "the list or mapping that opens here is not closed, or a value is missing in it",
     ""),
    ("did not find expected key", "this does not belong here; check indentation, quotes and brackets", ""),
    ("did not find expected '-' indicator", "this does not belong here; check the indentation of the list",
     ""),
    ("found unexpected end of stream", "the quoted text that opens here is not closed", ""),
    ("maximum nesting depth", f"nested more than {MAX_DEPTH} levels deep", ""),
)  # fmt: skip


def located(error: yaml.MarkedYAMLError, text: str, file: str, flows: list[Any]) -> AtmosError:
    """The parser's error in our words, at the place that helps most: for unclosed things, where they open."""
    problem = error.problem or "the YAML does not parse"
    mark = error.problem_mark or error.context_mark
    message, hint = problem, ""
    rows = text.splitlines()
    char = rows[mark.line][mark.column : mark.column + 1] if mark and mark.line < len(rows) else ""
    for phrase, explained, advice in _EXPLAINED:
        if phrase not in problem:
            continue
        message, hint = f"{explained} ({problem})", advice
        if phrase == "found character that cannot start any token" and char != "\t":
            message = f"{'a backtick' if char == '`' else f'`{char}`'} cannot begin a value"
            hint = "Quote text that begins with this character"
        if char == ":" and "expected ',' or" in phrase and mark and flows and flows[-1].line == mark.line:
            message, hint = "a second `: ` in one entry", "Quote a value that contains `: `"
        elif "not closed" in explained:
            mark = flows[-1] if flows and "quoted" not in explained else error.context_mark or mark
        break
    if mark is None:
        return AtmosError(f"{file}: {message}", title="Invalid YAML", where=Where(file))
    return syntax_error(message, text, file, mark.line + 1, mark.column + 1, hint=hint)


def unreadable(error: yaml.reader.ReaderError, text: str, file: str) -> AtmosError:
    position = error.position if isinstance(error.position, int) else 0
    before = text.encode("utf-8", "surrogatepass")[:position].decode("utf-8", "ignore")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    code = error.character if isinstance(error.character, int) else ord(error.character[:1] or "\0")
    return syntax_error(f"the character U+{code:04X} is not allowed ({error.reason})", text, file, line, column)


def shown_path(path: str, cwd: str) -> str:
    """A path as people read it: relative when it lies below the working directory."""
    prefix = cwd.rstrip(os.sep) + os.sep
    return path[len(prefix) :] if path.startswith(prefix) else path


def quoted(where: Where | None) -> str:
    """The line of a place, as it stands in its file now; "" when there is none."""
    if where is None or not where.line:
        return ""
    try:
        with open(where.file, encoding="utf-8-sig", errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                if number == where.line:
                    return _excerpt(line.rstrip("\r\n"), number, where.column)
    except (OSError, ValueError):
        pass
    return ""


def told(problem: Problem, cwd: str) -> str:
    """A finding as people read it: the place, what is wrong, the line itself, what to do."""
    where = problem.where
    place = f"{Where(shown_path(where.file, cwd), where.line, where.column)}: " if where else ""
    lines = [place + problem.message, quoted(where)]
    if problem.hint and problem.hint not in problem.message:
        lines.append(f"      {problem.hint}")
    return "\n".join(filter(None, lines))
