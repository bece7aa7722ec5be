"""Global flags and their variables, in every position, as the installed program takes them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Project

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PROJECT = """\
base_path: ./
env: {A: base}
commands:
  - name: hi
    arguments: [{name: n, default: x}]
    steps: ['echo "hi $A {{ .Arguments.n }}"']
"""


@pytest.fixture
def run(project: Project, atmos: Path) -> Run:
    project.write("atmos.yaml", PROJECT)
    project.write("alt/atmos.yaml", "env: {A: alt}\ncommands: [{name: hi, steps: ['echo \"alt $A\"']}]\n")
    project.write("profiles/p/a.yaml", "env: {A: prof}\n")

    def call(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
        base = {"HOME": str(project.home), "PATH": os.environ["PATH"]}
        return subprocess.run([atmos, *argv], cwd=project.root, env={**base, **env}, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)  # fmt: skip

    return call


DEBUG = 'DEBU Executing command="echo \\"hi $A x\\""\n'


@pytest.mark.parametrize(("words", "env", "out"), [
    ("--chdir=alt hi", {}, "alt alt\n"), ("hi --chdir alt", {}, "alt alt\n"), ("-C alt hi", {}, "alt alt\n"), ("hi -Calt", {}, "alt alt\n"),
    ("hi -C=alt", {}, "alt alt\n"), ("hi", {"ATMOS_CHDIR": "alt"}, "alt alt\n"),
    ("--config alt/atmos.yaml hi", {}, "alt alt\n"), ("hi --config=alt/atmos.yaml", {}, "alt alt\n"),
    ("hi", {"ATMOS_CONFIG": "alt/atmos.yaml"}, "alt alt\n"),
    ("--config-path alt hi", {}, "alt alt\n"), ("hi --config-path=alt", {}, "alt alt\n"), ("hi", {"ATMOS_CONFIG_PATH": "alt"}, "alt alt\n"),
    ("--profile p hi", {}, "hi prof x\n"), ("hi --profile=p", {}, "hi prof x\n"), ("hi", {"ATMOS_PROFILE": "p"}, "hi prof x\n"),
    ("--base-path sub config get basePathAbsolute", {}, "/sub\n"), ("config --base-path=sub get basePathAbsolute", {}, "/sub\n"),
    ("config get basePathAbsolute", {"ATMOS_BASE_PATH": "sub"}, "/sub\n"),
    ("--settings-list-merge-strategy append config get settings.list_merge_strategy", {}, "append\n"),
    ("config get settings.list_merge_strategy", {"ATMOS_SETTINGS_LIST_MERGE_STRATEGY": "merge"}, "merge\n"),
    ("--pager less config get settings.terminal.pager", {}, "less\n"), ("config get settings.terminal.pager", {"PAGER": "more"}, "more\n"),
    ("config get settings.terminal.pager", {"PAGER": "more", "ATMOS_PAGER": "less"}, "less\n"),
    ("config get settings.terminal.pager", {"PAGER": "more", "NO_PAGER": "1"}, "false\n"),
    ("config get settings.terminal.pager --pager=most", {"NO_PAGER": "1"}, "most\n"),
    ("--no-color config get settings.terminal.no_color", {}, "true\n"),
    ("config get settings.terminal.no_color", {"ATMOS_NO_COLOR": "true"}, "true\n"),
    ("config get settings.terminal.no_color", {"NO_COLOR": "anything"}, "true\n"),
    ("config get logs.level", {"ATMOS_LOGS_LEVEL": "info"}, "info\n"), ("config get logs.level", {"ATMOS_LOG_LEVEL": "Trace"}, "Trace\n"),
    ("config get logs.level", {"ATMOS_VERBOSE": "true"}, "Debug\n"), ("config get logs.level", {"ATMOS_VERBOSE": "yes"}, "Warning\n"),
    ("config get edition --edition 2025-01", {}, "2025-01\n"), ("config get edition", {"ATMOS_EDITION": "2025"}, "2025\n"),
    ("hi --mask=false --interactive=false --force-tty", {}, "hi base x\n"),
    ("hi --ai --skill a,b --heatmap --heatmap-mode m --cast=f --profiler-enabled --profiler-host h --profiler-port 1 --profile-file f "
     "--profile-type t", {}, "hi base x\n"),
])  # fmt: skip
def test_flags_and_their_variables(run: Run, words: str, env: dict[str, str], out: str) -> None:
    done = run(*words.split(), **env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(out)


@pytest.mark.parametrize(("words", "env"), [
    ("--logs-level debug hi", {}), ("hi --logs-level=DEBUG", {}), ("-v hi", {}), ("hi --verbose", {}), ("hi", {"ATMOS_VERBOSE": "1"}),
    ("hi", {"ATMOS_LOGS_LEVEL": "trace"}), ("hi --logs-level debug", {"ATMOS_LOGS_LEVEL": "off"}), ("hi -v", {"ATMOS_LOGS_LEVEL": "off"}),
    ("hi --logs-level debug -- --logs-level Wrong", {}),
])  # fmt: skip
def test_log_levels(run: Run, words: str, env: dict[str, str]) -> None:
    done = run(*words.split(), **env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "hi base x\n", DEBUG)


def test_log_files(run: Run, project: Project) -> None:
    assert run("hi", "-v", "--logs-file", "log.txt").stderr == ""
    assert run("hi", "-v", ATMOS_LOGS_FILE="log.txt").stderr == ""
    assert (project.root / "log.txt").read_text() == DEBUG * 2
    assert run("hi", "-v", "--logs-file=/dev/stdout").stdout == DEBUG + "hi base x\n"
    assert run("hi", "-v", "--logs-file=/dev/null").stderr == ""


def test_a_log_file_that_cannot_be_written_is_told_before_anything_runs(run: Run, project: Project) -> None:
    for target in (str(project.root / "none/log.txt"), str(project.root)):
        done = run("hi", "--logs-file", target)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"cannot open the log file {target}" in done.stderr
        assert run("--help", "--logs-file", target).returncode == 0


@pytest.mark.parametrize(("words", "env", "said"), [
    ("hi --logs-level loud", {}, "the log level 'loud' is not recognized. Valid options are: [Trace Debug Info Warning Error Off]"),
    ("hi", {"ATMOS_LOGS_LEVEL": "loud"}, "the log level 'loud' is not recognized"),
    ("hi --chdir nowhere", {}, "directory does not exist"), ("hi -C atmos.yaml", {}, "not a directory"),
    ("hi --config nowhere", {}, "--config file 'nowhere' does not exist"), ("hi --config alt", {}, "expected file"),
    ("hi --config-path nowhere", {}, "'nowhere' does not exist"), ("hi --config-path atmos.yaml", {}, "requires a directory"),
    ("hi --config-path profiles", {}, "configuration file not found in directory"),
    ("hi --edition soon", {}, "expected YYYY, YYYY-MM, or YYYY-MM-DD"), ("hi", {"ATMOS_EDITION": "soon"}, "expected YYYY"),
    ("hi --interactive=perhaps", {}, '"perhaps"'), ("hi --logs-level", {}, "--logs-level"), ("--config", {}, "--config"),
    ("hi", {"ATMOS_COMPONENTS_TERRAFORM_DEPLOY_RUN_INIT": "maybe"}, "ATMOS_COMPONENTS_TERRAFORM_DEPLOY_RUN_INIT"),
    ("hi --use-version 1.2.3", {}, "version 1.2.3 was asked for, but this is atmos"),
    ("hi --redirect-stderr none/x", {}, "cannot redirect stderr to none/x"),
])  # fmt: skip
def test_what_cannot_be_taken_is_told(run: Run, words: str, env: dict[str, str], said: str) -> None:
    done = run(*words.split(), **env)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr.replace("\n", " ")


def test_a_profile_that_does_not_exist(run: Run) -> None:
    done = run("hi", "--profile", "pp")
    assert done.returncode == 2
    for words in ("profile not found", "Profile pp does not exist", "Available profiles are: p", "Did you mean p?"):
        assert words in done.stderr


@pytest.mark.parametrize("words", ["--help", "help", "hi --help", "version", "--version"])
def test_help_and_version_work_with_a_wrong_log_level(run: Run, words: str) -> None:
    for extra, env in ((["--logs-level", "loud"], {}), ([], {"ATMOS_LOGS_LEVEL": "loud"})):
        done = run(*words.split(), *(extra if words != "--version" else []), **env)
        if words != "hi --help":  # what it shows is in the configuration
            assert done.returncode == 0, done.stderr
        assert "internal error" not in done.stderr


def test_stderr_can_go_to_a_file(run: Run, project: Project) -> None:
    done = run("hi", "-v", "--redirect-stderr", "err.txt")
    assert (done.stdout, done.stderr, (project.root / "err.txt").read_text()) == ("hi base x\n", "", DEBUG)
    run("hi", "-v", ATMOS_REDIRECT_STDERR="err.txt")
    assert (project.root / "err.txt").read_text() == DEBUG * 2


def test_another_release_is_not_started(run: Run) -> None:
    done = run("hi", ATMOS_USE_VERSION="1.2.3")
    assert (done.returncode, done.stdout) == (0, "hi base x\n")
    assert "ATMOS_USE_VERSION=1.2.3 has no effect" in done.stderr
    assert run("hi", "--use-version", "1.227.0").stdout == "hi base x\n"


@pytest.mark.parametrize(("words", "env", "on"), [
    ("", {}, False), ("--force-color", {}, True), ("", {"ATMOS_FORCE_COLOR": "1"}, True), ("", {"FORCE_COLOR": "1"}, True),
    ("", {"CLICOLOR_FORCE": "1"}, True), ("--force-color", {"NO_COLOR": "1"}, False), ("", {"FORCE_COLOR": "0"}, False),
    ("--force-color", {"CLICOLOR": "0"}, True), ("--force-color --no-color", {}, True),
])  # fmt: skip
def test_colours(run: Run, words: str, env: dict[str, str], on: bool) -> None:
    done = run("describe", "config", "-q", ".logs", *words.split(), **env)
    assert ("\x1b[" in done.stdout) == on
