"""Projects to measure: one command, seventy, five hundred, for us and for other runners."""

from __future__ import annotations

from pathlib import Path

COMMAND = """\
  - name: {name}
    description: Command number {number}
    arguments:
      - {{name: target, description: What to work on, default: world}}
    flags:
      - {{name: stack, shorthand: s, description: The stack}}
      - {{name: fast, type: bool, description: In a hurry}}
    env:
      - {{key: TARGET, value: "{{{{ .Arguments.target }}}}"}}
    steps:
      - echo "hello {{{{ .Arguments.target }}}}"
"""
IDENTITY = """\
  - name: guarded
    identity: tester
    steps:
      - echo "hello $AWS_PROFILE"
auth:
  providers:
    local: {kind: mock/aws, region: us-east-1}
  identities:
    tester: {kind: mock/aws, via: {provider: local}}
"""


def atmos(folder: Path, commands: int, *, identity: bool = False) -> Path:
    """A project with so many commands; the measured one is `hello`."""
    folder.mkdir(parents=True)
    names = ["hello", *(f"command-{number}" for number in range(1, commands))]
    text = "base_path: ./\ncommands:\n" + "".join(
        COMMAND.format(name=name, number=number) for number, name in enumerate(names)
    )
    (folder / "atmos.yaml").write_text(text + (IDENTITY if identity else ""))
    return folder


def vending(folder: Path) -> Path:
    """A project whose identity gets its sessions from a program, for what a session costs that is at hand."""
    folder.mkdir(parents=True)
    (folder / "vend").write_text(
        '#!/bin/sh\necho \'{"Version": 1, "AccessKeyId": "ASIABENCH", "SecretAccessKey": "secret", '
        '"SessionToken": "token", "Expiration": "2099-12-31T23:59:59Z"}\'\n'
    )
    (folder / "vend").chmod(0o755)
    (folder / "atmos.yaml").write_text(
        "base_path: ./\nauth:\n  identities:\n"
        f"    own: {{kind: aws/credential-process, default: true, spec: {{command: {folder / 'vend'}}}}}\n"
    )
    return folder


def task(folder: Path, commands: int) -> Path:
    folder.mkdir(parents=True)
    rows = ["hello", *(f"command-{number}" for number in range(1, commands))]
    text = "version: '3'\nsilent: true\ntasks:\n"
    for row in rows:
        text += f'  {row}:\n    desc: A task\n    vars: {{TARGET: \'{{{{.TARGET | default "world"}}}}\'}}\n    cmds:\n      - echo "hello {{{{.TARGET}}}}"\n'
    (folder / "Taskfile.yml").write_text(text)
    return folder


def just(folder: Path, commands: int) -> Path:
    folder.mkdir(parents=True)
    rows = ["hello", *(f"command-{number}" for number in range(1, commands))]
    (folder / "justfile").write_text(
        "".join(f"{row} target='world':\n    @echo \"hello {{{{target}}}}\"\n\n" for row in rows)
    )
    return folder


def poe(folder: Path, commands: int) -> Path:
    folder.mkdir(parents=True)
    rows = ["hello", *(f"command-{number}" for number in range(1, commands))]
    text = "[tool.poe.tasks]\n" + "".join(
        f'{row} = {{shell = "echo hello ${{target}}", args = [{{name = "target", default = "world"}}]}}\n'
        for row in rows
    )
    (folder / "pyproject.toml").write_text(text)
    return folder
