"""`auth logout`: what goes, what stays, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Project, ended

DOWN, ENTER, ESCAPE = "\x1b[B", "\r", "\x1b"


@pytest.fixture
def users(project: Project, aws_endpoint: str) -> Project:
    """A project whose users are logged in."""
    project.env.update(KEYED_SECRET="canary-secret", AWS_ENDPOINT_URL=aws_endpoint)
    for name in ("keyed", "deploy"):
        assert project.run("auth", "login", name).returncode == 0
    return project


def credentials(project: Project, provider: str) -> Path:
    return Path(project.env["HOME"], ".config/atmos/aws", provider, "credentials")


def test_one_identity(users: Project) -> None:
    done = users.run("auth", "logout", "deploy")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("✓ Logged out deploy\n")
    assert not credentials(users, "keyed").exists()
    assert "[keyed]" in credentials(users, "aws-user").read_text()


def test_nothing_configured_is_no_error(project: Project) -> None:
    (project.folder / "atmos.yaml").write_text("base_path: ./\n")
    done = project.run("auth", "logout")
    assert (done.returncode, done.stdout) == (0, "")
    assert "No identities configured" in done.stderr


def test_the_browser_notice_comes_once(users: Project) -> None:
    assert "browser may still be signed in" in users.run("auth", "logout", "deploy").stderr
    assert "browser" not in users.run("auth", "logout", "deploy").stderr


def test_variables_of_the_caller_are_mentioned(users: Project) -> None:
    done = users.run("auth", "logout", "deploy", env={"GOOGLE_APPLICATION_CREDENTIALS": "/x"})
    assert "GOOGLE_APPLICATION_CREDENTIALS is set" in done.stderr


def test_dry_run_names_files_and_keeps_them(users: Project) -> None:
    done = users.run("auth", "logout", "--all", "--dry-run", "--keychain")
    assert (done.returncode, done.stdout) == (0, "")
    assert "**Dry run mode:** No credentials will be removed" in done.stderr
    assert "  • Keyring entry: keyed\n" in done.stderr
    assert f"  • Files: {credentials(users, 'aws-user')}" in done.stderr
    assert credentials(users, "aws-user").exists()


def test_provider_and_all_count(project: Project) -> None:
    done = project.run("auth", "logout", "--provider", "fake", env={"ATMOS_AUTH_REALM": "team-a"})
    assert "✓ Logged out provider fake (2 identities) (realm: team-a)" in done.stderr
    done = project.run("auth", "logout", "--all", env={"KEYED_SECRET": "canary-secret"})
    assert "✓ Logged out all 5 identities\n" in done.stderr


def test_a_broken_identity_is_a_warning(project: Project) -> None:
    done = project.run("auth", "logout", "--all")
    assert done.returncode == 0
    assert "Logout all partially succeeded" in done.stderr
    assert "keyed" in done.stderr


def test_tags_are_those_of_providers(project: Project) -> None:
    assert (
        "✓ Logged out from 1 provider(s) matching tags [main]" in project.run("auth", "logout", "--tags", "main").stderr
    )
    done = project.run("auth", "logout", "--tags", "zzz")
    assert done.returncode == 1
    assert "no providers match the specified tags" in done.stderr
    assert "Available tags: main" in done.stderr
    for argv in (["--all"], ["--provider", "fake"], ["dev"], ["-i", "dev"]):
        assert "mutually exclusive flags provided" in project.run("auth", "logout", "--tags", "main", *argv).stderr


def test_unknown_names_list_the_known(project: Project) -> None:
    done = project.run("auth", "logout", "nope")
    assert done.returncode == 1
    assert 'identity not found in configuration: identity "nope"' in done.stderr
    assert "  • deploy\n  • dev\n" in done.stderr


def test_a_person_chooses(project: Project) -> None:
    child = project.terminal("auth", "logout")
    child.expect_exact("Choose what to logout from:")
    child.expect_exact("esc to exit")
    child.send("provider" + ENTER)
    child.expect_exact("Logged out provider fake (2 identities)")
    assert ended(child) == 0


def test_the_keyring_takes_a_yes(users: Project) -> None:
    child = users.terminal("auth", "logout", "keyed", "--keychain")
    child.expect_exact("Delete keychain credentials for keyed?")
    child.expect_exact("No, keep credentials")
    child.send(ENTER)
    child.expect_exact("Logout cancelled - credentials preserved")
    assert ended(child) == 0
    assert credentials(users, "aws-user").exists()
    child = users.terminal("auth", "logout", "keyed", "--keychain")
    child.expect_exact("No, keep credentials")
    child.send("y")
    child.expect_exact("Logged out keyed")
    assert ended(child) == 0
    assert not credentials(users, "aws-user").exists()


def test_without_a_terminal_the_keyring_takes_force(users: Project) -> None:
    done = users.run("auth", "logout", "keyed", "--keychain")
    assert done.returncode == 1
    assert "keychain deletion requires interactive confirmation or --force flag" in done.stderr
    assert credentials(users, "aws-user").exists()


def test_all_realms(users: Project) -> None:
    assert users.run("auth", "login", "keyed", env={"ATMOS_AUTH_REALM": "team-a"}).returncode == 0
    home = Path(users.env["HOME"], ".config/atmos")
    (home / "profiles" / "mine").mkdir(parents=True)
    listed = users.run("auth", "logout", "--all-realms", "--dry-run")
    assert "**Would remove credentials from 2 realm(s):**" in listed.stderr
    done = users.run("auth", "logout", "--all-realms")
    assert done.returncode == 0
    assert "✓ Realm: team-a" in done.stderr
    assert "✓ Logged out from 2 realm(s)" in done.stderr
    assert not list(home.rglob("credentials"))
    assert not (home / "team-a").exists(), "an emptied realm leaves no folder"
    assert (home / "profiles" / "mine").is_dir()
    assert "No realms found - nothing to logout" in users.run("auth", "logout", "--all-realms").stderr
