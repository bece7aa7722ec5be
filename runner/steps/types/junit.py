"""`junit`: read JUnit XML reports; a summary for people and for CI, annotations for failed tests."""

from __future__ import annotations

import os
from glob import glob
from xml.etree import ElementTree

from runner.config.globs import alternatives
from runner.steps.errors import StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context

LARGEST = 64 << 20


def run(ctx: Context) -> Result:
    base = ctx.directory()
    files = sorted({
        os.path.normpath(os.path.join(base, hit))
        for pattern in ctx.texts("files") for each in alternatives(os.path.expanduser(pattern))
        for hit in glob(each, root_dir=base, recursive=True)
    })  # fmt: skip
    if not files:
        raise StepError(f"no JUnit file matches {', '.join(ctx.texts('files'))}", retryable=False)
    count = {"tests": 0, "passed": 0, "failed": 0, "errored": 0, "skipped": 0}
    bad: list[tuple[str, str, str, str]] = []
    for file in files:
        _read(file, count, bad)
    text = (f"JUnit: {count['tests']} tests, {count['passed']} passed, {count['failed']} failed, {count['errored']} errored, "
            f"{count['skipped']} skipped ({len(files)} file(s))")  # fmt: skip
    ctx.output.err(text + "\n")
    action = ctx.text("action") or "all"
    if action in ("summary", "all"):
        _summary(ctx, text, bad)
    if action in ("annotate", "all") and ctx.app.env.get("GITHUB_ACTIONS") == "true":
        for name, message, where, line in bad:
            place = f" file={_escaped(where)},line={line}" if where else ""
            ctx.output.out(f"::error{place}::{_escaped(f'{name}: {message}')}\n")
    return Result(text, metadata=dict(count))


def _read(file: str, count: dict[str, int], bad: list[tuple[str, str, str, str]]) -> None:
    try:
        if os.path.getsize(file) > LARGEST:
            raise StepError(f"{file} is larger than {LARGEST >> 20} MiB", retryable=False)
        with open(file, "rb") as stream:
            data = stream.read()
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise StepError(f"{file} declares a document type, which a JUnit report does not need", retryable=False)
        root = ElementTree.fromstring(data)  # noqa: S314  (no entities: refused above)
    except (OSError, ElementTree.ParseError) as error:
        raise StepError(f"{file} is no JUnit report: {error}", retryable=False) from error
    for case in root.iter("testcase"):
        count["tests"] += 1
        kind = "passed"
        for child in case:
            found = {"failure": "failed", "error": "errored", "skipped": "skipped"}.get(child.tag)
            if found is None:
                continue
            kind = found
            if found != "skipped":
                name = ".".join(filter(None, (case.get("classname"), case.get("name"))))
                message = child.get("message") or (child.text or "").strip().split("\n", 1)[0]
                bad.append((name, message, case.get("file") or "", case.get("line") or "1"))
            break
        count[kind] += 1


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _summary(ctx: Context, text: str, bad: list[tuple[str, str, str, str]]) -> None:
    path = ctx.app.env.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    lines = [
        f"## {ctx.text('title') or ctx.step.label}",
        "",
        text,
        "",
        *(f"- **{name}**: {message}" for name, message, _, _ in bad),
    ]
    try:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
    except OSError as error:
        raise StepError(f"cannot write the summary {path}: {error.strerror}", retryable=False) from error
