"""Everything that is wrong with a configuration, at once: what `atmos validate` and `atmos config validate` report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.config import discovery, shape
from runner.config.compile import Compiler
from runner.config.model import Config
from runner.config.record import Record
from runner.errors import AtmosError, Problem, Where

if TYPE_CHECKING:
    from runner.app import App
    from runner.globals import GlobalFlags


_UNKNOWN = "unknown key `"


class Report:
    """files: those that were read. config: the configuration, None when it cannot be loaded: then `error` says why.
    problems: all findings."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.config: Config | None = None
        self.error: AtmosError | None = None
        self.problems: list[Problem] = []
        self.places: dict[str, list[Problem]] = {}

    def loaded(self) -> Config:
        """The configuration; AtmosError when it cannot be loaded."""
        if self.config is None:
            raise self.error or AtmosError("the configuration cannot be loaded")
        return self.config

    def add(self, problem: Problem) -> None:
        """Keep a finding once, however many ways lead to it."""
        here = self.places.setdefault(str(problem.where), [])
        for other in here:
            if problem.message in other.message or other.message in problem.message or (_UNKNOWN in problem.message
                                                                                        and _UNKNOWN in other.message):  # fmt: skip
                return
        here.append(problem)
        self.problems.append(problem)

    def add_error(self, error: BaseException) -> None:
        """Keep an error as a finding, with what it says to do."""
        findings = getattr(error, "findings", None)
        for problem in findings or [_problem(error)]:
            self.add(problem)

    def sorted(self) -> list[Problem]:
        """Findings by file and line; those without a place first."""
        return sorted(
            self.problems,
            key=lambda one: (one.where.file, one.where.line, one.where.column) if one.where else ("", 0, 0),
        )

    def count(self, severity: str) -> int:
        return sum(problem.severity == severity for problem in self.problems)


def _problem(error: BaseException) -> Problem:
    message = str(getattr(error, "message", error))
    where = getattr(error, "where", None)
    if where is not None and message.startswith(f"{where}: "):
        message = message[len(str(where)) + 2 :]
    elif getattr(error, "explanation", "") and "invalid log level" in message:
        message = f"{message}: {getattr(error, 'explanation', '')}"
    hints = getattr(error, "hints", None) or [""]
    return Problem(message, where if isinstance(where, Where) else None, hint=str(hints[0]))


def of(app: App) -> Report:
    """The findings of the configuration files of an invocation, which are read once."""
    if app.report is None:
        app.report = configuration(app.flags, app.env, app.cwd)
        if app.report.config is not None:
            app._config = app.report.config
            _templates(app, app.report)
    return app.report


def configuration(flags: GlobalFlags, env: dict[str, str], cwd: str) -> Report:
    """The findings of the configuration files alone: syntax of each, keys, types, functions, commands."""
    report = Report()
    compiler = Compiler(flags, Record(env, cwd))
    compiler.loader.tolerant = True
    try:
        compiled = compiler.run()
    except AtmosError as error:
        report.error = error
        report.add_error(error)
        _rest(compiler, report)
    else:
        env.update(compiled["core"]["promoted"])
        report.config = Config(compiled, env, cwd)
        for broken in compiler.loader.skipped:  # a run goes on without such a file and says so; here it is a mistake
            report.add_error(broken)
        for problem in report.config.problems:
            report.add(problem)
    for _, suspect in compiler.loader.suspects:
        report.add_error(suspect)
    report.files += compiler.loader.trees
    return report


def _rest(compiler: Compiler, report: Report) -> None:
    """After an error that stopped the load: what else is wrong in the files that can be found without it."""
    loader = compiler.loader
    try:
        sources = discovery.explicit(loader.flags, loader.record) or discovery.discovered(loader.record, loader.root)
    except AtmosError as error:
        report.add_error(error)
        return
    paths: list[str] = []
    for source in sources:
        paths += [source.path] if source.path else []
        paths += discovery.drop_in_files([folder for folder in (loader.root, source.folder) if folder], loader.record)
    for path in dict.fromkeys(paths):
        try:
            tree = loader.read(path)
            for problem in shape.unknown_keys(tree):
                report.add(problem)
            shape.check(compiler.ready(tree))
        except AtmosError as error:
            report.add_error(error)
    for problem in loader.problems:
        report.add(problem)


def everything(app: App) -> Report:
    """The findings of the whole project: configuration, authentication, workflows."""
    report = of(app)
    if report.config is None:
        return report
    _auth(app, report)
    _workflows(app, report)
    return report


def _templates(app: App, report: Report) -> None:
    """Settings of templates that every command would stop at."""
    from runner.steps import templates

    for setting in (templates.delimiters, templates.engine, templates.missing):
        try:
            setting(app)
        except AtmosError as error:
            report.add_error(error)


def _auth(app: App, report: Report) -> None:
    try:
        for finding in app.identities.manager().validate():
            where = finding.where if isinstance(finding.where, Where) else None
            report.add(Problem(finding.message, where, hint=finding.hint, path="auth", severity=finding.severity))
    except Exception as error:
        if not hasattr(error, "message"):
            raise
        report.add_error(error)


def _workflows(app: App, report: Report) -> None:
    from runner.workflows import declare, files

    if not app.config.workflows_path and files.inline(app) is None:
        return
    try:
        found = files.discover(app, quiet=True)
    except AtmosError as error:
        report.add_error(error)
        return
    for file in found:
        if file.path:
            report.files.append(file.path)
        for problem in declare.check_file(file):
            report.add(problem)
