"""The loop with real processes: results, conditions, retries, timeouts, environment, errors."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from runner.steps.errors import StepError
from tests.runner.steps.conftest import Runner

# -- shell steps, results --------------------------------------------------------------------------------


def test_results_and_outputs(run: Runner) -> None:
    done = run("""
- {name: a, command: 'echo "  x  "; echo warn >&2', outputs: {both: '{{ .value }}/{{ .metadata.exit_code }}/{{ .stderr }}'}}
- 'echo "[{{ .steps.a.value }}] {{ .steps.a.stdout }}{{ .steps.a.outputs.both }}"'
- {name: with-dash, command: echo d}
- 'echo {{ (index .steps "with-dash").value }}'
""")
    assert done.out == "  x  \n[x]   x  \nx/0/warn\n\nd\nd\n"
    assert done.err == "warn\n"
    assert done.code == 0


def test_a_failed_step_leaves_no_result_and_ends_a_command_at_the_missing_key(run: Runner) -> None:
    done = run(
        "- {name: a, command: exit 4}\n- {name: b, command: 'echo {{ .steps.a.value }}', when: always}\n- {command: echo c, when: always}\n"
    )
    assert done.code == 1
    assert done.out == ""
    assert done.error is not None
    assert 'step "b", command' in done.error.message
    assert "subcommand exited with code 4" in done.error.message


def test_what_a_step_printed_is_never_rendered(run: Runner) -> None:
    done = run("""
- {name: a, command: "printf '{''{ .env.HOME }''}'"}
- {env: {X: '{{ .steps.a.value }}'}, command: 'echo "$X" ''{{ .steps.a.value }}'''}
""")
    assert done.out == "{{ .env.HOME }}{{ .env.HOME }} {{ .env.HOME }}\n"


def test_outputs_that_fail_do_not_run_the_step_again(run: Runner, tmp_path: Path) -> None:
    done = run("- {name: a, command: echo x >> ran, outputs: {broken: '{{'}, retry: {max_attempts: 3}}\n- echo next\n")
    assert done.code == 1
    assert (tmp_path / "ran").read_text() == "x\n"
    assert done.error is not None
    assert "failed to resolve output broken" in done.error.message


def test_masked_where_it_is_shown_and_where_it_is_kept(run: Runner) -> None:
    done = run(
        '- {name: a, command: echo $MY_SECRET}\n- echo "{{ .steps.a.value }}"\n',
        env={"MY_SECRET": "hunter2-hunter2", "GITHUB_TOKEN": "hunter2-hunter2"},
    )
    assert done.out == "<MASKED>\n<MASKED>\n"
    done = run(
        "- {name: a, command: echo $GITHUB_TOKEN}\n", env={"GITHUB_TOKEN": "hunter2-hunter2"}, argv=["--mask=false"]
    )
    assert done.out == "hunter2-hunter2\n"


def test_configured_masks(run: Runner) -> None:
    config = "settings: {terminal: {mask: {patterns: ['acct-[0-9]+'], literals: [platypus-9], replacement: '***'}}}\n"
    assert run("- echo acct-12 platypus-9 x\n", config=config).out == "*** *** x\n"


def test_a_render_to_nothing_runs_nothing(run: Runner) -> None:
    assert run("- '{{ if .no }}echo x{{ end }}'\n- echo y\n", data={"no": False}).out == "y\n"


# -- flow --------------------------------------------------------------------------------------------------


def test_after_a_failure(run: Runner) -> None:
    done = run("""
- exit 3
- echo plain
- {command: echo failure, when: failure}
- {command: echo local, when: local}
- {command: echo cel, when: status == 'failure'}
- {command: exit 5, when: always}
- {command: echo always, when: always}
""")
    assert done.out == "failure\ncel\nalways\n"
    assert done.code == 3
    assert done.error is not None
    assert "code 3" in done.error.message
    assert "code 5" in done.error.message


def test_forgiven(run: Runner) -> None:
    done = run("- {name: a, command: exit 3, continue: always}\n- echo next\n- {command: echo no, when: failure}\n")
    assert (done.code, done.out) == (0, "next\n")
    assert "'continue' matched; continuing" in done.err
    assert [event["status"] for event in done.events if event["event"] == "step_finished"] == [
        "forgiven",
        "succeeded",
        "skipped",
    ]


def test_a_template_error_is_not_forgiven(run: Runner) -> None:
    done = run("- {name: a, command: 'echo {{ .nope }}', continue: always}\n- echo next\n")
    assert (done.code, done.out) == (1, "")


def test_a_workflow_goes_on_to_cleanup_after_a_template_error(run: Runner) -> None:
    done = run(
        "- {type: shell, command: 'echo {{ .nope }}'}\n- {type: shell, command: echo tidy, when: always}\n",
        kind="workflow",
    )
    assert (done.code, done.out) == (1, "tidy\n")


def test_conditions_see_results(run: Runner) -> None:
    done = run(
        "- {name: a, command: echo yes}\n- {command: echo b, when: 'steps.a.value == \"yes\"'}\n- {command: echo c, when: 'answers.a == \"no\"'}\n"
    )
    assert done.out == "yes\nb\n"


def test_from_step(run: Runner) -> None:
    text = "- {name: a, command: echo a}\n- {name: b, command: echo b}\n"
    assert run(text, from_step="b").out == "b\n"
    done = run(text, from_step="x")
    assert done.error is not None
    assert "invalid from-step flag" in done.error.message
    assert "• a" in done.error.explanation


def test_restored_steps_do_not_run(run: Runner) -> None:
    done = run(
        "- {name: a, command: echo a}\n- {name: b, command: 'echo {{ .steps.a.value }}'}\n",
        restored={0: {"value": "kept"}},
    )
    assert done.out == "kept\n"
    assert done.events[0]["status"] == "restored"


def test_retry(run: Runner, tmp_path: Path) -> None:
    done = run(
        "- {name: a, command: 'echo x >> n; test $(wc -l < n) -ge 3', retry: {max_attempts: 5, initial_delay: 1ms}}\n"
    )
    assert done.code == 0
    assert [event["attempt"] for event in done.events if event["event"] == "step_retry"] == [1, 2]
    assert done.events[-1]["attempts"] == 3
    done = run("- {name: a, command: exit 7, retry: {max_attempts: 2}}\n")
    assert done.code == 7
    assert done.error is not None
    assert done.error.message == "max attempts (2) exceeded, last error: subcommand exited with code 7"


def test_a_single_failure_in_a_workflow_is_an_attempt_too(run: Runner) -> None:
    done = run("- {type: shell, command: exit 7}\n", kind="workflow")
    assert done.error is not None
    assert done.error.message == "max attempts (1) exceeded, last error: subcommand exited with code 7"


def test_timeout_of_each_attempt(run: Runner, tmp_path: Path) -> None:
    done = run(
        "- {name: a, timeout: 300ms, retry: {max_attempts: 2}, command: 'if [ -e was ]; then echo quick; else touch was; sleep 20; fi'}\n"
    )
    assert (done.code, done.out) == (0, "quick\n")
    begun = time.monotonic()
    done = run("- {name: slow, timeout: 200ms, command: 'sleep 20; echo x'}\n- {command: echo tidy, when: always}\n")
    assert (done.code, done.out) == (124, "tidy\n")
    assert time.monotonic() - begun < 15
    assert done.error is not None
    assert 'step "slow" timed out after 200ms' in done.error.message


def test_events_tell_commands_and_the_last_lines(run: Runner) -> None:
    done = run("- {name: a, command: 'echo {{ .x }}; echo why >&2; exit 2'}\n", data={"x": 5})
    kinds = [event["event"] for event in done.events]
    assert kinds == ["step_started", "step_command", "step_finished"]
    assert done.events[1]["command"] == "echo 5; echo why >&2; exit 2"
    assert done.events[2]["tail"] == ["why"]
    assert (done.events[2]["status"], done.events[2]["code"]) == ("failed", 2)


# -- environment ---------------------------------------------------------------------------------------------


def test_layers(run: Runner, tmp_path: Path) -> None:
    owner = {
        "env": [
            ["A", "{{ .x }}-owner", None],
            ["B", "{{ .env.A }}+", None],
            ["V", "", "echo x >> count; echo printed"],
            ["GONE", None, None],
        ]
    }
    done = run("""
- 'echo "$A $B $V ${GONE-unset} $TOP"'
- {env: {A: step, N: '{{ .env.B }}!'}, command: 'echo "$A $N"'}
- {type: env, vars: {E: one}}
- {type: env, export: false, vars: {H: 'two {{ .env.E }}'}}
- 'echo "$A $E ${H-hidden} {{ .env.H }}"'
""", owner=owner, data={"x": 1}, env={"GONE": "caller", "TOP": "caller"}, config="env: {TOP: top}\n")  # fmt: skip
    assert done.out == "1-owner 1-owner+ printed unset top\nstep 1-owner+!\n1-owner one hidden two one\n"
    assert (tmp_path / "count").read_text() == "x\n"


def test_a_missing_variable_names_step_field_and_keys(run: Runner) -> None:
    done = run("- {name: a, env: {X: '{{ .env.NO_SUCH }}'}, command: echo}\n", env={"NO_SUCK": "1"})
    assert done.error is not None
    assert 'step "a", env.X' in done.error.message
    assert "NO_SUCK" in done.error.explanation


def test_working_directories(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "sub" / "inner").mkdir(parents=True)
    done = run("- pwd\n- {working_directory: inner, command: pwd}\n- {working_directory: /, command: pwd}\n- {type: atmos, command: x, when: never}\n",
               owner={"working_directory": str(tmp_path / "sub")})  # fmt: skip
    assert done.out == f"{tmp_path}/sub\n{tmp_path}/sub/inner\n/\n"
    done = run("- {working_directory: nope, command: pwd}\n- {command: pwd, when: always}\n")
    assert done.code == 1
    assert done.error is not None
    assert "working directory does not exist: nope" in done.error.message
    (tmp_path / "file").touch()
    assert "not a directory" in str(run("- {working_directory: file, command: pwd}\n").error)


def test_too_deep(run: Runner) -> None:
    done = run("- echo x\n", env={"ATMOS_SHLVL": "10"})
    assert done.error is not None
    assert "current=11, max=10" in done.error.message


def test_nothing_of_the_environment_of_this_process_leaks(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAK", "1")
    assert run("- echo ${LEAK-none}\n").out == "none\n"
    assert "LEAK" in os.environ


# -- other types ----------------------------------------------------------------------------------------------


def test_script_modes(run: Runner) -> None:
    text = "- {name: s, type: script, interpreter: python3, output: %s, script: \"import sys; print('o'); print('e', file=sys.stderr)\"}\n"
    log, raw, none = (run(text % mode) for mode in ("log", "raw", "none"))
    assert (log.out, log.err) == ("o\n", "[s]\ne\n✓ s completed\n")
    assert raw.out == "o\n"
    assert (none.out, none.err) == ("", "")
    assert none.run.results["s"]["value"] == "o\n"
    done = run("- {name: s, type: script, interpreter: nope-x, script: a}\n")
    assert done.code == 127
    done = run("- {name: s, type: script, interpreter: sh, script: exit 9}\n")
    assert (done.code, "exit status 9" in str(done.error)) == (9, True)


def test_exit(run: Runner) -> None:
    done = run("- {type: exit, code: 5, content: bye}\n- echo no\n- {command: echo tidy, when: always}\n")
    assert (done.code, done.out, done.err, done.error) == (5, "tidy\n", "bye\n", None)
    assert run("- {type: exit}\n- echo no\n").code == 0


def test_messages(run: Runner) -> None:
    done = run("""
- {type: toast, level: warn, content: "a\\nb"}
- {type: format, content: result}
- {type: hint, content: try}
- {type: stage, title: One}
- {name: j, type: join, options: [a, b], separator: +}
- {type: say, content: '{{ .steps.j.value }}'}
- {name: t, type: table, columns: [b, a], data: [{a: 1, b: x}, {a: 22}], title: T}
- {type: linebreak, count: 2}
- {type: style, content: plain, bold: true}
- {type: markdown, content: '# Head'}
""")
    assert done.out == "result\nT\nb  a\n─  ──\nx  1\n   22\n"
    assert done.err == "⚠ a\n  b\n💡 try\n[Stage 1/1] One\na+b\n\n\nplain\n# Head\n"


def test_require(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    assert run("- {name: r, type: require, tools: [sh], files: [f], dirs: [.]}\n").code == 0
    done = run("- {name: r, type: assert, tools: [nope-x], files: [f, g], dirs: [f], hint: ask me}\n")
    assert isinstance(done.error, StepError)
    text = " ".join(done.error.hints)
    assert all(word in text for word in ("nope-x", "g", "f", "ask me"))


def test_prompts_without_a_person(run: Runner) -> None:
    done = run(
        "- {name: a, type: filter, prompt: p, options: [x, y], multiple: true, default: 'y, x'}\n- 'echo {{ .steps.a.values }}'\n"
    )
    assert done.out == "[y x]\n"
    done = run("- {name: a, type: input, prompt: p, retry: {initial_delay: 60s}}\n")
    assert done.error is not None
    assert "interactive terminal required for step" in done.error.message


def test_freshness(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("1")
    text = "- {name: g, command: 'echo ran; cat in/*.txt > out', inputs: {sources: ['in/**/*.{txt,md}']}, artifacts: {paths: [out]}}\n"
    assert run(text).out == "ran\n"
    assert run(text).out == ""
    (tmp_path / "in" / "b.md").write_text("2")
    assert run(text).out == "ran\n"
    (tmp_path / "out").unlink()
    assert run(text).out == "ran\n"
    assert (
        run(
            "- {command: echo x, preconditions: {tools: [sh]}}\n- {command: echo y, preconditions: {tools: [nope-x]}}\n"
        ).out
        == "y\n"
    )


def test_archive_and_workdir(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / "src" / "a.txt").write_text("a")
    (tmp_path / "src" / "deep" / "b.log").write_text("b")
    for ending in ("zip", "tar", "tgz", "tar.bz2", "tar.xz"):
        done = run(f"""
- {{type: archive, source: src, destination: out/x.{ending}, exclude: ['*.log'], mtime: epoch}}
- {{type: archive, action: update, source: src/deep, destination: out/x.{ending}, subpath: more}}
- {{name: u, type: archive, action: extract, source: out/x.{ending}, destination: back-{ending}}}
- find back-{ending} -type f | sort
""")
        assert done.code == 0, done.error
        assert done.out == f"back-{ending}/a.txt\nback-{ending}/more/b.log\n"
    assert run("- {type: workdir, path: w, source: src}\n- ls w\n").out == "a.txt\ndeep\n"
    assert "reset: true" in " ".join(getattr(run("- {type: workdir, path: w, source: src}\n").error, "hints", ()))
    assert run("- {type: workdir, path: w, source: src/a.txt, reset: true}\n- ls w\n").out == "a.txt\n"


@pytest.mark.parametrize("filters", [True, False])
@pytest.mark.parametrize("link", ["", "..", "deep/../.."])
def test_an_archive_cannot_write_outside(
    run: Runner, tmp_path: Path, link: str, filters: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import tarfile

    if not filters:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)  # as in Pythons before 3.11.4
        monkeypatch.setattr(tarfile.TarFile, "extraction_filter", None, raising=False)
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        if link:
            info = tarfile.TarInfo("way")
            info.type, info.linkname = tarfile.SYMTYPE, link
            tar.addfile(info)
        info = tarfile.TarInfo("way/escaped" if link else "../escaped")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    done = run("- {type: archive, action: extract, source: evil.tar, destination: d}\n")
    assert done.code == 1
    assert not (tmp_path / "escaped").exists()


def test_junit(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(
        '<testsuites><testsuite><testcase classname="c" name="a"/><testcase name="b"><failure message="bad"/></testcase>'
        '<testcase name="s"><skipped/></testcase></testsuite></testsuites>'
    )
    done = run(
        "- {name: j, type: junit, files: ['*.xml']}\n",
        env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": f"{tmp_path}/s.md"},
    )
    assert "JUnit: 3 tests, 1 passed, 1 failed, 0 errored, 1 skipped (1 file(s))" in done.err
    assert done.out == "::error::b: bad\n"
    assert "bad" in (tmp_path / "s.md").read_text()
    assert run("- {type: junit, files: [none.xml]}\n").code == 1


def test_groups_in_the_log_of_ci(run: Runner) -> None:
    assert run("- echo b\n", env={"GITHUB_ACTIONS": "true"}).out == "b\n"
    done = run("- {name: a, command: 'echo $ATMOS_CI_LOG_GROUP_ACTIVE; exit 2'}\n- {command: echo b, when: always}\n",
               env={"GITHUB_ACTIONS": "true"}, config="ci: {enabled: true}\n")  # fmt: skip
    assert done.out == "::group::a\n1\n::endgroup::\n::group::echo b\nb\n::endgroup::\n"


def test_what_is_too_long_to_start(run: Runner) -> None:
    done = run("- ': {{ .x }};'\n", data={"x": "y" * 200_000})
    assert done.code == 126
    assert "too long" in str(done.error)


def test_scripts_without_a_first_line(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("echo plain $1\n")
    (tmp_path / "tool").chmod(0o755)
    (tmp_path / "dir").mkdir()
    assert run("- ./tool a\n").out == "plain a\n"
    assert run("- ./dir\n").code == 126
    assert run("- ./none\n").code == 127


def test_bytes_that_are_no_text(run: Runner) -> None:
    done = run(
        "- {name: a, command: \"printf '\\\\377x' | od -An -tx1; printf '\\\\377x'\"}\n- \"printf '%s' '{{ .steps.a.stdout }}' | od -An -tx1\"\n",
        argv=["--mask=false"],
    )
    assert done.code == 0
    assert "ff 78" in done.out.splitlines()[-1]


def test_another_shell(run: Runner) -> None:
    assert run(
        "- 'echo ${BASH_VERSION:-none};'\n", config="settings: {shell: dash}\n", env={"PATH": os.environ["PATH"]}
    ).out in ("none\n", "")
