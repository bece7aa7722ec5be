"""Reports of a run in files: `--report FILE.json`, `.xml` (JUnit, for CI) or `.html` (a timeline, one file)."""

from __future__ import annotations

import os

from runner.errors import AtmosError
from runner.workflows.record import CANCELED, FAILED, SKIPPED, SUCCEEDED, timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.workflows.record import RunRecord, StepRecord

ENDINGS = (".html", ".json", ".xml")


def check(paths: list[str]) -> None:
    """Refuse, before anything runs, a report that could not be written afterwards."""
    for path in paths:
        if os.path.splitext(path)[1].lower() not in ENDINGS:
            raise AtmosError(
                f"invalid report file: {path}",
                hints=["The ending says the format: `.html` (timeline), `.json`, or `.xml` (JUnit)"],
            )
        parent = os.path.dirname(os.path.abspath(path))
        if os.path.isdir(path) or not os.path.isdir(parent):
            raise AtmosError(
                f"cannot write the report {path}: "
                + ("it is a folder" if os.path.isdir(path) else f"the folder {parent} does not exist")
            )


def write(run: RunRecord, path: str) -> None:
    """Write one report, whole or not at all. It may quote output, so nobody else can read it."""
    ending = os.path.splitext(path)[1].lower()
    if ending == ".html":
        from runner.workflows import report_html

        text = report_html.render(run)
    elif ending == ".xml":
        text = junit(run)
    else:
        import json

        text = json.dumps(run.plain(), indent=2, ensure_ascii=False) + "\n"
    draft = f"{path}.{os.getpid()}.tmp"
    try:
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(fd, "w", encoding="utf-8", errors="replace") as stream:
                stream.write(text)
            os.replace(draft, path)
        except OSError:
            os.unlink(draft)
            raise
    except OSError as error:
        raise AtmosError(f"cannot write the report {path}: {error.strerror or error}") from error


def junit(run: RunRecord) -> str:
    """JUnit XML: one suite, one case per step; the children of a group are cases, the group itself is not."""
    from xml.etree import ElementTree

    groups = {record.parent for record in run.steps if record.parent}
    cases = [record for record in run.steps if record.parent or record.name not in groups]
    failures = sum(record.status in (FAILED, CANCELED) for record in cases)
    skipped = sum(record.status == SKIPPED for record in cases)
    totals = {
        "name": run.workflow,
        "tests": str(len(cases)),
        "failures": str(failures),
        "errors": "0",
        "skipped": str(skipped),
        "time": f"{run.seconds:.3f}",
    }
    root = ElementTree.Element("testsuites", totals)
    suite = ElementTree.SubElement(root, "testsuite", {**totals, "timestamp": timestamp(run.wall).rstrip("Z")})
    facts = {"file": run.file, "run_id": run.run_id, "stack": run.stack, "identity": run.identity}
    if any(facts.values()):
        properties = ElementTree.SubElement(suite, "properties")
        for name, value in facts.items():
            if value:
                ElementTree.SubElement(properties, "property", {"name": name, "value": _xml(value)})
    for record in cases:
        _case(suite, run, record)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: object, run: RunRecord, record: StepRecord) -> None:
    from xml.etree import ElementTree

    scope = [os.path.splitext(run.file)[0].replace("/", "."), run.workflow, record.parent]
    case = ElementTree.SubElement(
        suite,  # type: ignore[arg-type]
        "testcase",
        {"name": _xml(record.name), "classname": _xml(".".join(part for part in scope if part)),
         "time": f"{record.seconds:.3f}"},
    )  # fmt: skip
    if record.status == SKIPPED:
        ElementTree.SubElement(case, "skipped")
    elif record.status in (FAILED, CANCELED):
        message = record.error or (f"exit code {record.code}" if record.code is not None else record.status)
        failure = ElementTree.SubElement(case, "failure", {"message": _xml(message), "type": record.status})
        failure.text = _xml("\n".join([*([f"$ {record.command}"] if record.command else []), *record.tail]))
    elif record.status != SUCCEEDED and record.error:
        ElementTree.SubElement(case, "system-err").text = _xml(record.error)


def _xml(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return "".join(
        char
        if char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char > "\uffff"
        else "\ufffd"
        for char in text
    )
