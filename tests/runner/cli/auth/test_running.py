"""`auth env`, `exec`, `shell` and `credential-process`: what programs get."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest

from .conftest import MakeProject, Project, ended, mode

KEYED = {"KEYED_SECRET": "canary-secret"}


def test_env_prints_files_without_a_login(project: Project) -> None:
    done = project.run("auth", "env", "-i", "keyed", "-f", "json", env=KEYED)
    home = project.env["HOME"]
    assert json.loads(done.stdout) == {
        "AWS_CONFIG_FILE": f"{home}/.config/atmos/aws/aws-user/config",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_PROFILE": "keyed",
        "AWS_REGION": "us-west-2",
        "AWS_SHARED_CREDENTIALS_FILE": f"{home}/.config/atmos/aws/aws-user/credentials",
    }


def test_env_prints_credentials_with_a_session(project: Project, aws_endpoint: str) -> None:
    env = {**KEYED, "AWS_ENDPOINT_URL": aws_endpoint}
    first = json.loads(project.run("auth", "env", "-i", "keyed", "--login", "-f", "json", env=env).stdout)
    assert first["AWS_SESSION_TOKEN"]
    again = json.loads(project.run("auth", "env", "-i", "keyed", "-f", "json", env=env).stdout)
    assert again == first
    files = project.run("auth", "env", "-i", "keyed", "-f", "json", "--files-only", env=env).stdout
    assert "AWS_SESSION_TOKEN" not in files
    assert "canary" not in files + json.dumps(first)
    shown = json.loads(project.run("auth", "env", "-i", "keyed", "-f", "credential-process", env=env).stdout)
    assert (shown["Version"], shown["AccessKeyId"]) == (1, first["AWS_ACCESS_KEY_ID"])
    assert shown["Expiration"].endswith("Z")


def test_env_into_a_shell_and_out_again(project: Project) -> None:
    script = 'eval "$(atmos auth env -i prod --login)"; echo "$AWS_PROFILE $AWS_SESSION_TOKEN"; '
    script += 'eval "$(atmos auth env -i prod --unset)"; echo "[$AWS_PROFILE$AWS_SESSION_TOKEN$AWS_REGION]"'
    done = subprocess.run(
        ["bash", "-c", script], cwd=project.folder, env=project.env, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "prod MOCK_TOKEN_prod\n[]\n"


def test_env_files(project: Project) -> None:
    path = project.folder / "out.env"
    project.run("auth", "env", "-f", "env", "-o", "out.env")
    project.run("auth", "env", "-f", "env", "-o", "out.env", "-i", "prod")
    assert (mode(path), path.read_text().count("AWS_PROFILE=")) == (0o600, 2)
    project.run("auth", "env", "-f", "json", env={"ATMOS_AUTH_ENV_OUTPUT_FILE": "out.json"})
    project.run("auth", "env", "-f", "json", "-o", "out.json")
    assert json.loads((project.folder / "out.json").read_text())["AWS_PROFILE"] == "dev"
    assert mode(project.folder / "out.json") == 0o600


def test_env_file_of_others(project: Project) -> None:
    path = project.folder / "shared.env"
    path.write_text("A=1")
    path.chmod(0o644)
    done = project.run("auth", "env", "-f", "env", "-o", "shared.env", "--login")
    assert "others can read it" in done.stderr
    assert path.read_text().startswith("A=1\nAWS_ACCESS_KEY_ID=MOCK_KEY_dev\n")
    assert done.stdout == ""
    piped = project.run("auth", "env", "-f", "env", "-o", "/dev/stdout")
    assert "AWS_PROFILE=dev\n" in piped.stdout


def test_env_file_that_cannot_be_written(project: Project) -> None:
    done = project.run("auth", "env", "-o", "no/such/folder/file")
    assert (done.returncode, "cannot write" in done.stderr) == (1, True)


def test_exec_passes_words_streams_and_code(project: Project) -> None:
    code = 'cat; echo "$AWS_PROFILE $ATMOS_IDENTITY $TEAM_NAME" >&2; printf "%s|" "$@"; exit 7'
    done = project.run("auth", "exec", "-i", "prod", "--", "sh", "-c", code, "x", "a  b", "--help", "-i", stdin="in\n")
    assert (done.returncode, done.stdout) == (7, "in\na  b|--help|-i|")
    assert "prod prod platform" in done.stderr
    assert "subcommand exited with code 7" in done.stderr


def test_exec_removes_what_contradicts(project: Project) -> None:
    env = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ROLE_ARN": "c", "AWS_PROFILE": "mine"}
    done = project.run("auth", "exec", "--", "env", env=env)
    names = {line.split("=")[0] for line in done.stdout.splitlines()}
    assert not names & {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ROLE_ARN"}
    assert "AWS_PROFILE=dev" in done.stdout


def test_exec_disabled_leaves_the_environment_alone(project: Project) -> None:
    env = {"AWS_ACCESS_KEY_ID": "a", "AWS_PROFILE": "mine"}
    for argv in (["--identity=off"], ["--identity", ""]):
        done = project.run(
            "auth", "exec", *argv, "--", "sh", "-c", 'echo "$AWS_ACCESS_KEY_ID $AWS_PROFILE $ATMOS_IDENTITY"', env=env
        )
        assert done.stdout == "a mine false\n"


def test_exec_of_what_is_not_there(project: Project) -> None:
    done = project.run("auth", "exec", "--", "no-such-bin")
    assert done.returncode == 127
    assert 'Ensure "no-such-bin" is installed and available on your PATH' in done.stderr
    (project.folder / "plain").write_text("no program")
    (project.folder / "plain").chmod(0o755)
    assert project.run("auth", "exec", "--", "./plain").returncode == 126


def test_exec_hands_signals_on(project: Project) -> None:
    child = subprocess.Popen(
        [
            str(project.atmos),
            "auth",
            "exec",
            "--",
            "sh",
            "-c",
            'trap "echo got; exit 9" TERM; echo up; while :; do sleep 0.1; done',
        ],
        cwd=project.folder,
        env=project.env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "up\n"
    child.send_signal(signal.SIGTERM)
    assert child.stdout.read() == "got\n"
    assert child.wait(60) == 9
    child.stdout.close()


def test_exec_child_owns_the_keyboard(project: Project) -> None:
    child = project.terminal(
        "auth", "exec", "--", "sh", "-c", 'trap "echo caught; exit 3" INT; echo ready; while :; do sleep 0.1; done'
    )
    child.expect_exact("ready")
    child.send("\x03")
    child.expect_exact("caught")
    assert ended(child) == 3


def test_exec_with_a_session_takes_the_short_way(project: Project, aws_endpoint: str) -> None:
    env = {**KEYED, "AWS_ENDPOINT_URL": aws_endpoint}
    assert project.run("auth", "login", "keyed", env=env).returncode == 0
    argv = ["auth", "exec", "--identity", "keyed", "--", "true"]
    code = (
        f"import sys; sys.argv = ['atmos', *{argv!r}]; from runner.main import main; code = main(); "
        "heavy = {'click', 'boto3', 'botocore', 'keyring', 'pydantic', 'yaml', 'auth.manager', 'prompt_toolkit'}; "
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    for _ in range(2):  # the first run may have to compile the configuration
        done = subprocess.run(
            [str(project.atmos.parent / "python"), "-c", code],
            cwd=project.folder,
            env={**project.env, **KEYED},
            capture_output=True,
            text=True,
            timeout=60,
        )
        time.sleep(0.1)
    assert done.stdout == "0 []\n", done.stderr


def test_shell_says_where_one_is(project: Project) -> None:
    done = project.run("auth", "shell", "--shell", "/bin/sh", "--", "-c", 'echo "$ATMOS_IDENTITY $ATMOS_SHLVL"; exit 5')
    assert (done.returncode, done.stdout) == (5, "dev 1\n")
    assert done.stderr == (
        "\n→ Entering Atmos shell with identity: dev (fake)\n  Type 'exit' to return to your normal shell\n\n"
        "\n← Exited Atmos shell for identity: dev (fake)\n\n"
    )


def test_shell_with_a_person_in_it(project: Project) -> None:
    child = project.terminal(
        "auth", "shell", "-i", "prod", "--shell", "/bin/bash", "--", "--norc", "-i", env={"PS1": "ready> "}
    )
    child.expect_exact("ready> ")
    child.sendline("echo $AWS_PROFILE-$ATMOS_SHLVL")
    child.expect_exact("prod-1")
    child.expect_exact("ready> ")
    child.send("\x03")
    child.expect_exact("ready> ")
    child.sendline("exit 4")
    child.expect_exact("Exited Atmos shell for identity: prod (fake)")
    assert ended(child) == 4


def test_shell_has_a_marker_for_prompts(project: Project) -> None:
    (project.folder / "rc").write_text("PS1='${ATMOS_SHELL_PROMPT}ready> '\n")
    child = project.terminal("auth", "shell", "-i", "prod", "--shell", "/bin/bash", "--", "--rcfile", "rc", "-i")
    child.expect_exact("(prod) ready> ")
    child.sendline("exit")
    assert ended(child) == 0


def test_shell_has_a_depth(project: Project) -> None:
    done = project.run("auth", "shell", "--", "-c", "true", env={"ATMOS_SHLVL": "10", "SHELL": "/bin/sh"})
    assert (done.returncode, "ATMOS_SHLVL exceeds maximum" in done.stderr) == (1, True)


def test_credential_process(project: Project) -> None:
    for argv in (["prod"], ["-i", "prod"]):
        done = project.run("auth", "credential-process", *argv)
        assert json.loads(done.stdout) == {
            "Version": 1,
            "AccessKeyId": "MOCK_KEY_prod",
            "SecretAccessKey": "MOCK_SECRET_prod",
            "SessionToken": "MOCK_TOKEN_prod",
            "Expiration": "2099-12-31T23:59:59Z",
        }


def test_the_aws_cli_refreshes_through_credential_process(project: Project, aws_endpoint: str) -> None:
    config = project.folder / "aws-config"
    config.write_text(
        f"[profile ours]\nregion = us-west-2\ncredential_process = {project.atmos} -C {project.folder} auth credential-process deploy\n"
    )
    env = {
        **project.env,
        **KEYED,
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_CONFIG_FILE": str(config),
        "AWS_PROFILE": "ours",
    }
    done = subprocess.run(
        ["aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text"],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("222222222222\n", "")


@pytest.mark.parametrize("command", ["login", "whoami", "env", "console"])
def test_disabled_authentication_stops_what_is_about_it(project: Project, command: str) -> None:
    done = project.run("auth", command, env={"ATMOS_IDENTITY": "No"})
    assert (done.returncode, done.stdout) == (1, "")
    assert "disabled by ATMOS_IDENTITY=No" in done.stderr


def test_another_profile_may_have_the_identity(make_project: MakeProject) -> None:
    project = make_project("base_path: .\n")
    profile = project.folder / "profiles" / "developer"
    os.makedirs(profile)
    (profile / "auth.yaml").write_text(
        "auth: {providers: {fake: {kind: mock/aws}}, identities: {x: {kind: mock/aws, via: {provider: fake}}}}"
    )
    for argv in (["exec", "-i", "x", "--", "true"], ["whoami", "-i", "x"], ["env", "-i", "x"], ["login", "x"]):
        done = project.run("auth", *argv)
        assert done.returncode == 1
        assert "Identity x is defined in profile developer" in done.stderr, argv
        assert "--profile developer" in done.stderr
    done = project.run("auth", "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert "authentication not configured in atmos.yaml" in done.stderr
    assert project.run("--profile", "developer", "auth", "exec", "-i", "x", "--", "true").returncode == 0
