"""What templates of steps see, and what they cannot change."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any


def run(atmos: Path, folder: Path, env: dict[str, str], command: dict[str, Any], *words: str) -> tuple[int, str, str]:
    (folder / "atmos.yaml").write_text(json.dumps({"commands": [{"name": "x", **command}]}))
    done = subprocess.run(
        [atmos, "x", *words], cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_the_steps_own_variables_are_for_what_it_runs(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    env = [{"key": "BOTH", "value": "outer"}]
    step = {"command": 'echo {{ .Env.BOTH }} $BOTH {{ index .env "OWN" }}$OWN', "env": {"BOTH": "own", "OWN": "mine"}}
    assert run(atmos, tmp_path, clean_env, {"env": env, "steps": [step]})[:2] == (0, "outer own mine\n")
    step = {"command": "echo {{ .env.OWN }}", "env": {"OWN": "mine"}}
    code, out, err = run(atmos, tmp_path, clean_env, {"steps": [step]})
    assert (code, out) == (1, "")
    assert 'no entry for key "OWN"' in err


def test_what_a_template_sets_stays_in_it(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    steps = [
        '{{ $_ := set .Env "PATH" "/nowhere" }}{{ $_ := set .Arguments "a" "new" }}echo {{ .Arguments.a }}',
        "echo {{ .Env.PATH | len | lt 12 }}",
    ]
    command = {"arguments": [{"name": "a", "default": "old"}], "steps": steps}
    assert run(atmos, tmp_path, clean_env, command)[:2] == (0, "new\ntrue\n")


def test_braces_of_users_stay_braces(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    """Whatever way they come: argument, flag, rest, environment, a step's output."""
    command = {
        "arguments": [{"name": "a"}],
        "flags": [{"name": "f"}],
        "env": [{"key": "E", "value": "{{ .Flags.f }}"}],
        "steps": [
            {"name": "s", "command": "printf '%s' {{ .Arguments.a | shellQuote }}", "output": "none"},
            "printf '%s\\n' {{ .steps.s.value | shellQuote }} {{ .env.E | shellQuote }} \"$E\" {{ .TrailingArgs }}"
            ' {{ printf "%s" (index .Env "OUT") | shellQuote }}',
        ],
    }
    hostile = "{{ .nope }} << .nope >> {% x %} $(touch hit)"
    code, out, err = run(
        atmos, tmp_path, {**clean_env, "OUT": hostile}, command, hostile, f"--f={hostile}", "--", hostile
    )
    assert (code, out.splitlines()) == (0, [hostile] * 5), err
    assert not (tmp_path / "hit").exists()


def test_the_line_of_a_long_script_is_shown(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    script = "echo one\necho two\n  echo {{ .Flags.stak | upper }}\n"
    code, out, err = run(atmos, tmp_path, clean_env, {"flags": [{"name": "stack"}], "steps": [script]})
    assert (code, out) == (1, "")
    assert "    3 |   echo {{ .Flags.stak | upper }}\n      |                 ^^^^^\n" in err
    assert "Known keys: stack" in err


def test_the_words_of_a_short_command_are_shown(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    code, _, err = run(atmos, tmp_path, clean_env, {"steps": ["echo {{ upper 5 }}"]})
    assert code == 1
    assert "expected string; found 5" in err
    assert "    1 | echo {{ upper 5 }}\n" in err, "the error's own words do not name the function"
