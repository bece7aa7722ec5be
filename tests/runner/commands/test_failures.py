"""What a command does when something is wrong: cleanup steps, texts that are no shell, messages for machines."""

from __future__ import annotations

import json

from tests.runner.commands.conftest import Place


def test_cleanup_steps_run_after_a_step_that_could_not_be_prepared(place: Place) -> None:
    place.declare(
        """
commands:
  - name: unknown
    steps:
      - {command: echo never, identity: ghost}
      - echo skipped
      - {command: echo cleanup, when: always}
  - name: everywhere
    identity: ghost
    steps:
      - {name: one, command: echo never}
      - {name: two, command: echo never, when: always}
      - {name: three, command: echo cleanup, when: failure, identity: "off"}
  - name: missing
    steps:
      - {command: exit 3}
      - {command: 'echo "{{ .Flags.lost }}"', when: always}
      - {command: echo cleanup, when: failure}
  - name: nowhere
    steps:
      - {command: echo never, working_directory: lost}
      - {command: echo cleanup, when: always}
  - name: forgiving
    steps: [{command: 'echo "{{ .Flags.lost }}"', continue: always}, echo skipped]
"""
    )
    done = place.run("unknown")
    assert (done.returncode, done.stdout) == (1, "cleanup\n")
    assert done.stderr.count('identity not found: "ghost"') == 1
    done = place.run("everywhere")
    assert (done.returncode, done.stdout) == (1, "cleanup\n")
    assert done.stderr.count('identity not found: "ghost"') == 1
    done = place.run("missing")
    assert (done.returncode, done.stdout) == (1, "")  # a mistake in what is written ends the command
    assert 'map has no entry for key "lost"' in done.stderr
    assert "subcommand exited with code 3" in done.stderr
    done = place.run("nowhere")
    assert (done.returncode, done.stdout) == (1, "cleanup\n")
    assert "working directory does not exist: lost" in done.stderr
    done = place.run("forgiving")
    assert (done.returncode, done.stdout) == (1, "")


def test_a_text_that_is_no_shell(place: Place) -> None:
    place.declare(
        """
commands:
  - name: go
    steps:
      - |
        echo one
        for x in a; do echo "$x"
      - {command: echo cleanup, when: failure}
  - {name: values, env: [{key: X, valueCommand: "echo ("}], steps: [echo never]}
  - {name: screen, steps: [{tty: true, command: "echo )"}]}
"""
    )
    done = place.run("go")
    assert (done.returncode, done.stdout) == (1, "cleanup\n")
    assert done.stderr.startswith("go-step-0: line 3: syntax error: unexpected end of file\n")
    assert "The shell cannot read the text of the step, so nothing of it ran." in done.stderr
    done = place.run("values")
    assert done.returncode == 1
    assert "env-var-X-valcommand: line 1: `echo ('" in done.stderr
    done = place.run("screen")
    assert done.returncode == 1
    assert "line 1: `echo )'" in done.stderr
    assert "}" not in done.stdout + done.stderr


def test_the_children_of_a_command_for_machines(place: Place) -> None:
    place.declare(
        """
commands:
  - name: ops
    commands:
      - {name: status, description: How it is, steps: [echo fine]}
      - {name: secret, internal: true, steps: [echo fine]}
      - {name: db, commands: [{name: dump, steps: [echo]}]}
"""
    )
    done = place.run("ops", ATMOS_ERROR_FORMAT="json")
    assert (done.returncode, done.stdout) == (1, "")
    record = json.loads(done.stderr)
    assert record["error"] == "Available command(s):\n1. atmos ops status\n2. atmos ops db"
    assert record["exit_code"] == 1
    assert record["commands"] == ["atmos ops status", "atmos ops db"]
    assert place.run("ops").stderr == "Available command(s):\n1. atmos ops status\n2. atmos ops db\n"


def test_a_refused_identity_is_told_before_others_work(place: Place) -> None:
    place.declare(
        """
commands:
  - {name: first, steps: [echo first]}
  - {name: go, identity: ghost, dependencies: {commands: [first]}, steps: [echo go]}
"""
    )
    done = place.run("go")
    assert (done.returncode, done.stdout) == (1, "")
    assert 'authentication failed for identity "ghost" in custom command "go"' in done.stderr
    assert place.run("go", "--identity=").stdout == "first\ngo\n"
    assert place.run("go", "--dry-run").returncode == 0


def test_what_does_not_end_beside_a_failure_is_killed(place: Place) -> None:
    place.declare(
        """
commands:
  - {name: bad, steps: ['while ! test -e begun; do sleep 0.05; done; exit 3']}
  - {name: stubborn, steps: ["trap '' TERM; touch begun; while :; do sleep 0.1; done"]}
  - {name: go, dependencies: {max_concurrency: 2, commands: [{name: bad, fail: fail_fast}, {name: stubborn}]}, steps: [echo go]}
"""
    )
    done = place.run("go")
    assert (done.returncode, done.stdout) == (3, "")
    assert 'command "stubborn" is canceled' in done.stderr
