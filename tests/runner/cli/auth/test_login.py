"""`auth login` and `auth whoami` as people and scripts call them."""

from __future__ import annotations

import json

import pytest

from .conftest import MakeProject, Project, ended

DOWN, ENTER, ESCAPE = "\x1b[B", "\r", "\x1b"


def test_the_outcome_is_a_block_on_stderr(project: Project) -> None:
    done = project.run("auth", "login", env={"ATMOS_AUTH_REALM": "team-a"})
    assert (done.returncode, done.stdout) == (0, "")
    lines = done.stderr.splitlines()
    assert lines[:7] == [
        "",
        "✓ Authentication successful!",
        "",
        "  Realm     team-a (env)",
        "  Provider  fake",
        "  Identity  dev",
        "  Region    us-east-1",
    ]
    assert lines[7].startswith("  Expires   2099-12-31 23:59:59 UTC (")


def test_a_name_may_be_given_in_three_ways(project: Project) -> None:
    for argv in (["prod"], ["-i", "prod"], ["--identity=PROD"]):
        done = project.run("auth", "login", *argv)
        assert (done.returncode, "Identity  prod" in done.stderr) == (0, True), argv


def test_contradicting_names(project: Project) -> None:
    for argv in (["dev", "-i", "prod"], ["dev", "--identity=false"], ["dev", "-i"]):
        done = project.run("auth", "login", *argv)
        assert done.returncode == 1
        assert "`dev`" in done.stderr or "dev and" in done.stderr


def test_provider_alone_has_no_identity(project: Project) -> None:
    done = project.run("auth", "login", "-p", "FAKE")
    assert done.returncode == 0
    assert [line.strip() for line in done.stderr.splitlines()[3:5]] == ["Provider  fake", "Identity"]


def test_unknown_provider_keeps_its_words(project: Project) -> None:
    done = project.run("auth", "login", "--provider", "nope")
    assert done.returncode == 1
    assert "authentication failed: provider=nope: provider not found: nope" in done.stderr.replace("`", "")


def test_nothing_to_log_in_with(make_project: MakeProject) -> None:
    project = make_project("base_path: .\n")
    done = project.run("auth", "login")
    assert (done.returncode, "no providers available" in done.stderr) == (1, True)
    done = project.run("auth", "login", "--provider", "")
    assert (done.returncode, "no providers available" in done.stderr) == (1, True)


def test_all_says_how_each_went(project: Project) -> None:
    done = project.run("auth", "login", "--all")
    assert done.returncode == 1
    assert "✓ dev until 2099-12-31" in done.stderr
    assert "✗ rescue: " in done.stderr
    assert "authentication failed for" in done.stderr
    assert "mutually exclusive" in project.run("auth", "login", "--all", "dev").stderr


def test_tags(project: Project) -> None:
    assert "Identity  prod" in project.run("auth", "login", "--tags", "live,zzz").stderr
    done = project.run("auth", "login", "--tags", "live,nonprod")
    assert (done.returncode, "requires a TTY" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["-p", "fake"], "cannot be used with --provider"),
        (["-i", "dev"], 'identity "dev" has kind "mock/aws"'),
        (["-i", "ghost"], 'identity "ghost" was not found'),
    ],
)
def test_webflow_is_for_users(project: Project, argv: list[str], reason: str) -> None:
    done = project.run("auth", "login", "--webflow", *argv)
    assert done.returncode == 1
    assert f"--webflow requires an aws/user identity: {reason}" in done.stderr


def test_a_bare_flag_lets_a_person_choose(project: Project) -> None:
    child = project.terminal("auth", "login", "-i")
    child.expect_exact("Select an identity:")
    child.expect_exact("esc to exit")
    child.send("pro" + ENTER)
    child.expect_exact("Selected identity: prod")
    child.expect_exact("Authentication successful!")
    assert ended(child) == 0


def test_several_defaults_offer_only_these(make_project: MakeProject) -> None:
    project = make_project(
        """
auth:
  providers: {fake: {kind: mock/aws}}
  identities:
    dev: {kind: mock/aws, default: true, via: {provider: fake}}
    qa: {kind: mock/aws, default: true, via: {provider: fake}}
    other: {kind: mock/aws, via: {provider: fake}}
"""
    )
    child = project.terminal("auth", "login")
    child.expect_exact("Multiple default identities found. Please choose one:")
    child.expect_exact("esc to exit")
    assert "other" not in child.before
    child.send(DOWN + ENTER)
    child.expect_exact("Selected identity: qa")
    assert ended(child) == 0


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), (ESCAPE, 1)])
def test_leaving_the_selector(project: Project, key: str, code: int) -> None:
    child = project.terminal("auth", "login", "-i")
    child.expect_exact("esc to exit")
    child.send(key)
    assert ended(child) == code
    assert "user aborted" in child.before


def test_ci_is_never_asked(project: Project) -> None:
    child = project.terminal("auth", "login", "-i", env={"GITHUB_ACTIONS": ""})
    assert ended(child) == 1
    assert "requires a TTY" in child.before


def test_whoami_json_hides_secrets_and_the_home(project: Project) -> None:
    done = project.run("auth", "whoami", "-o", "json", env={"ATMOS_AUTH_REALM": "team-a"})
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert (found["identity"], found["realm"], found["realm_source"]) == ("dev", "team-a", "env")
    assert found["expiration"] == "2099-12-31T23:59:59Z"
    assert "MOCK_SECRET" not in done.stdout


def test_whoami_text(project: Project) -> None:
    done = project.run("auth", "whoami", "-i", "prod")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("✓ Current Authentication Status\n\n  Provider      fake\n  Identity      prod\n")
    assert "  Last Updated  " in done.stderr


def test_unknown_identity_names_the_way_out(project: Project) -> None:
    done = project.run("auth", "whoami", "-i", "prd")
    assert (done.returncode, done.stdout) == (1, "")
    assert 'identity not found: "prd"' in done.stderr
    assert "auth list" in done.stderr
    assert "Did you mean prod?" in done.stderr


def test_an_expired_session_is_reported_and_no_failure(project: Project, aws_endpoint: str) -> None:
    env = {"KEYED_SECRET": "canary-secret", "AWS_ENDPOINT_URL": aws_endpoint}
    assert project.run("auth", "login", "keyed", env=env).returncode == 0
    done = project.run("auth", "whoami", "-i", "keyed", env=env)
    assert done.returncode == 0
    assert "Provider      aws-user" in done.stderr
    assert "canary" not in done.stderr
    down = project.run("auth", "whoami", "-i", "keyed", env={**env, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert down.returncode == 0
    assert "✗ Current Authentication Status" in down.stderr
    assert "Run 'atmos auth login --identity keyed' to refresh." in down.stderr


def with_profiles(project: Project, *names: str) -> None:
    for name in names:
        folder = project.folder / "profiles" / name
        folder.mkdir(parents=True)
        (folder / "auth.yaml").write_text(
            "auth: {providers: {fake: {kind: mock/aws}},"
            f" identities: {{x: {{kind: mock/aws, default: true, via: {{provider: fake}}, env: {{WHICH: {name}}}}}}}}}"
        )


def test_a_person_may_switch_to_the_profile(make_project: MakeProject) -> None:
    project = make_project("base_path: .\n")
    with_profiles(project, "dev")
    child = project.terminal(
        "-C", ".", "auth", "exec", "-i", "x", "--", "sh", "-c", "echo which=$WHICH", "-C", "nowhere"
    )
    child.expect_exact("Switch to profile `dev` for identity `x`?")
    child.expect_exact("No")
    child.send(ENTER)
    child.expect_exact("which=dev")
    assert ended(child) == 0


def test_a_person_may_choose_among_profiles(make_project: MakeProject) -> None:
    project = make_project("base_path: .\n")
    with_profiles(project, "dev", "ops")
    child = project.terminal("auth", "env")
    child.expect_exact("Select a profile with auth config:")
    child.expect_exact("esc to exit")
    child.send(DOWN + ENTER)
    child.expect_exact("WHICH=ops")
    assert ended(child) == 0


def test_a_person_may_not_switch(make_project: MakeProject) -> None:
    project = make_project("base_path: .\n")
    with_profiles(project, "dev")
    child = project.terminal("auth", "login", "x")
    child.expect_exact("No")
    child.send("n")
    assert ended(child) == 1
    assert "user aborted" in child.before


def test_the_selector_shows_what_is_behind_a_name(project: Project) -> None:
    child = project.terminal("auth", "login", "-i")
    child.expect_exact("222222222222")
    child.expect_exact("esc to exit")
    child.send(ESCAPE)
    assert ended(child) == 1


def test_several_defaults_without_a_person(make_project: MakeProject) -> None:
    project = make_project(
        "auth: {providers: {fake: {kind: mock/aws}}, identities: {b: &x {kind: mock/aws, default: true, "
        "via: {provider: fake}}, a: *x}}\n"
    )
    for command, prefix in (
        (("login",), "default identity error: "),
        (("whoami",), ""),
        (("console",), "auth console operation failed: failed to get default identity: "),
    ):
        done = project.run("auth", *command)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"**Error:** {prefix}multiple default identities found: [a b]" in " ".join(done.stderr.split())
