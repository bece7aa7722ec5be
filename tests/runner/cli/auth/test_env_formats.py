"""What `auth env` prints is read back by the shells and programs it is for."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.cli.auth import env_formats
from runner.errors import AtmosError

AWKWARD = {
    "PLAIN": "us-east-1",
    "PATHS": "/a/b:/c",
    "SPACED": "a  b",
    "QUOTED": """it's "so" \\ $HOME `id` !x""",
    "ROWS": "one\ntwo",
    "EMPTY": "",
    "WIDE": "ünï✓",
}
values = st.dictionaries(
    st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True).map("X_".__add__),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")),
    max_size=4,
)


def sourced(shell: list[str], text: str, names: list[str]) -> dict[str, str]:
    printed = "".join(f'printf "%s\\0" "${name}"\n' for name in names)
    done = subprocess.run([*shell, text + printed], capture_output=True, check=True)
    return dict(zip(names, done.stdout.decode().split("\0"), strict=False))


@pytest.mark.parametrize("shell", ["bash", "sh", "zsh", "fish"])
def test_shells_read_it_back(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    names = sorted(AWKWARD)
    text = env_formats.FORMATS[shell](AWKWARD)
    assert sourced([shell, "-c"], text, names) == AWKWARD


@given(values)
def test_bash_quoting_is_that_of_shlex(variables: dict[str, str]) -> None:
    words = shlex.split(env_formats.FORMATS["bash"](variables))
    assert words == [part for name in sorted(variables) for part in ("export", f"{name}={variables[name]}")]


def test_bash_quotes_only_what_needs_it() -> None:
    text = env_formats.FORMATS["bash"]({"B": "it's", "A": "us-east-1", "C": ""})
    assert text == "export A=us-east-1\nexport B='it'\"'\"'s'\nexport C=''\n"


def test_dotenv_and_env() -> None:
    variables = {"B": "a b", "A": "x"}
    assert env_formats.FORMATS["dotenv"](variables) == "A=x\nB='a b'\n"
    assert env_formats.FORMATS["env"](variables) == "A=x\nB=a b\n"


def test_powershell() -> None:
    assert env_formats.FORMATS["powershell"]({"A": "it's $x"}) == "$env:A = 'it''s $x'\n"


def test_github_delimiters() -> None:
    assert env_formats.github({"A": "x", "B": "1\n2"}) == "A=x\nB<<ATMOS_EOF_B\n1\n2\nATMOS_EOF_B\n"
    sneaky = env_formats.github({"B": "1\nATMOS_EOF_B\nEVIL=1"})
    assert sneaky.splitlines()[0] == "B<<ATMOS_EOF_B_"


def test_json_is_sorted_and_indented() -> None:
    assert env_formats.as_json({"B": "é", "A": "1"}) == '{\n  "A": "1",\n  "B": "é"\n}\n'


def test_terragrunt() -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK", "AWS_SESSION_TOKEN": "ST"}
    assert json.loads(env_formats.terragrunt({**keys, "AWS_PROFILE": "dev"})) == {
        "awsCredentials": {"ACCESS_KEY_ID": "AK", "SECRET_ACCESS_KEY": "SK", "SESSION_TOKEN": "ST"},
        "envs": {"AWS_PROFILE": "dev"},
    }
    assert json.loads(env_formats.terragrunt({"AWS_PROFILE": "dev"})) == {"envs": {"AWS_PROFILE": "dev"}}


def test_credential_process() -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK", "AWS_SESSION_TOKEN": "ST"}
    assert json.loads(env_formats.credential_process(keys, "2030-01-01T00:00:00Z")) == {
        "Version": 1,
        "AccessKeyId": "AK",
        "SecretAccessKey": "SK",
        "SessionToken": "ST",
        "Expiration": "2030-01-01T00:00:00Z",
    }
    with pytest.raises(AtmosError, match="no AWS session credentials"):
        env_formats.credential_process({"AWS_PROFILE": "dev"})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_unset_takes_it_away(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    text = env_formats.FORMATS[shell]({"CANARY_VAR": "x"}) + env_formats.unset(["CANARY_VAR"], shell)
    done = subprocess.run([shell, "-c", text + "env"], capture_output=True, text=True, check=True)
    assert "CANARY_VAR" not in done.stdout


def test_unset_in_other_formats() -> None:
    assert json.loads(env_formats.unset(["B", "A"], "json")) == {"A": None, "B": None}
    with pytest.raises(AtmosError, match="--unset"):
        env_formats.unset(["A"], "dotenv")


def test_unknown_format() -> None:
    assert env_formats.check("BASH") == "bash"
    with pytest.raises(AtmosError, match="unsupported format: jsn") as caught:
        env_formats.check("jsn")
    assert "Did you mean `json`?" in caught.value.hints
