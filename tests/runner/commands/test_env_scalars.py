"""What a YAML scalar is as a value in a command's `env`: the list form, the mapping and a step differ on booleans."""

from __future__ import annotations

import subprocess
from pathlib import Path

PROJECT = """\
base_path: ./
commands:
  - name: listed
    env: [{key: FLAG, value: true}, {key: EIGHT, value: 08}, {key: ACCOUNT, value: 012345678901}, {key: WORD, value: yes}]
    steps:
      - 'echo "$FLAG $EIGHT $ACCOUNT $WORD"'
      - {command: 'echo "$FLAG $OCTAL $TENTH"', env: {FLAG: false, OCTAL: 0777, TENTH: 1.10}}
  - name: mapped
    env: {FLAG: true, OCTAL: 0777, TENTH: 1.10}
    steps: ['echo "$FLAG $OCTAL $TENTH"']
"""


def test_booleans_and_numbers(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    (tmp_path / "atmos.yaml").write_text(PROJECT)

    def out(name: str) -> str:
        return subprocess.run(
            [atmos, name], cwd=tmp_path, env=clean_env, capture_output=True, text=True, check=True
        ).stdout

    assert out("listed") == "1 8 012345678901 yes\n0 511 1.1\n"
    assert out("mapped") == "true 511 1.1\n"
