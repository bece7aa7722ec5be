"""`--dry-run`: everything is shown as it would run, nothing is done."""

from __future__ import annotations

from pathlib import Path

from tests.runner.steps.conftest import Runner


def test_nothing_happens_and_all_is_shown(run: Runner, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    done = run(
        """
- {name: find, command: 'touch ran; echo {{ .x }}'}
- {name: use, env: {E: 'v-{{ .x }}', S: '{{ .steps.find.value }}'}, timeout: 5s, retry: {max_attempts: 2}, command: 'echo {{ .x }} {{ .steps.find.value }} {{ .env.V }}'}
- {name: ask, type: input, prompt: 'Who is {{ .x }}?'}
- {type: atmos, command: "plan 'a b' -- c", stack: dev}
- {type: http, url: 'http://127.0.0.1:9/{{ .x }}'}
- {type: script, interpreter: python3, script: "print('{{ .x }}')"}
- {name: g, type: parallel, steps: [{name: a, command: 'echo {{ .x }} in a'}, {name: b, needs: [a], command: touch b}]}
- {name: m, type: matrix, matrix: {v: [1, 2]}, steps: [{name: c, command: 'echo {{ .matrix.v }}'}]}
- {name: no, when: never, command: echo hidden}
- {name: tidy, when: failure, command: echo tidy}
- {type: env, vars: {COLOUR: green}}
- {name: last, command: 'echo {{ .env.COLOUR }}'}
""",
        dry_run=True,
        data={"x": "X"},
        owner={"env": [["V", "", "touch asked; echo v"]], "identity": "ghost"},
    )
    assert (done.code, done.out) == (0, "")
    for text in (
        "touch ran; echo X", "echo X {{ .steps.find.value }} $(touch asked; echo v)", "env: E=v-X", "env: S={{ .steps.find.value }}",
        "timeout: 5s", "retry: 2 attempts", "Who is X?", "atmos plan 'a b' -s dev -- c", "http://127.0.0.1:9/X", "print('X')",
        "echo X in a", "b after a", "echo 1", "echo 2", "skipped", "only after a failure", "echo green", "identity: ghost",
        f"working directory: {tmp_path}",
    ):  # fmt: skip
        assert text in done.err, text
    assert "hidden" not in done.err
    assert [path for path in sorted(tmp_path.iterdir()) if path.name != "cache"] == [
        path for path in before if path.name != "cache"
    ]


def test_a_template_that_can_never_be_rendered_is_an_error(run: Runner) -> None:
    for text in ("{{ .x", "{{ .Flags.nope }}", "{{ .steps.a.value }} {{ .Arguments.nope }}", "{{ .nothing }}"):
        done = run(f"- 'echo {text}'\n", dry_run=True, data={"Flags": {"is": ""}, "Arguments": {}})
        assert (done.code, done.out) == (1, ""), text
    assert run("- 'echo {{ .env.LATER }} {{ .steps.a.value }}'\n", dry_run=True).code == 0


def test_secrets_are_hidden(run: Runner) -> None:
    done = run("- echo {{ .env.GITHUB_TOKEN }}\n", dry_run=True, env={"GITHUB_TOKEN": "hunter2-hunter2"})
    assert "hunter2" not in done.err
