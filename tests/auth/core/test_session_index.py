"""The short way to a session: one small file, and nothing that imports much."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import auth
from auth import session_index
from tests.auth.conftest import Proxy, user_and_role

Load = Callable[..., auth.Manager]
HEAVY = {
    "pydantic",
    "yaml",
    "boto3",
    "botocore",
    "keyring",
    "rich",
    "jinja2",
    "click",
    "asyncio",
    "logging",
    "re",
    "subprocess",
    "dataclasses",
    "json",
    "typing",
    "enum",
    "pathlib",
    "threading",
    "cryptography",
    "functools",
    "hashlib",
    "_hashlib",
}


def test_it_imports_nothing_heavy() -> None:
    program = "import sys; from auth import session_index; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {os.getcwd()!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not HEAVY & set(done.stdout.split())


def test_an_index_serves_what_the_manager_serves(load: Load, sts: Proxy, env: dict[str, str], tmp_path: Path) -> None:
    config = user_and_role(sts.url)
    manager = load(config)
    manager.authenticate("deploy")
    found = session_index.quick(config, "DEPLOY", str(tmp_path), env)
    assert found is not None
    name, to_set, to_unset, until = found
    change = manager.change("deploy")
    assert (name, to_set, to_unset) == ("deploy", change.set, change.unset)
    assert abs(until - time.time() - 3600) < 120


@pytest.fixture
def indexed(load: Load, sts: Proxy, env: dict[str, str], tmp_path: Path) -> dict[str, Any]:
    config = user_and_role(sts.url)
    load(config).authenticate("deploy")
    assert session_index.quick(config, "deploy", str(tmp_path), env) is not None
    return config


def test_any_change_of_the_chain_is_a_miss(indexed: dict[str, Any], env: dict[str, str], tmp_path: Path) -> None:
    project = str(tmp_path)
    for change in (
        {"principal": {**indexed["identities"]["deploy"]["principal"], "assume_role": "arn:aws:iam::9:role/x"}},
        {"env": [{"key": "A", "value": "B"}]},
        {"via": {"identity": "Base"}},
        {"alias": ("!exec", "date")},
        {"via": {"provider": "x", "identity": "base"}},
        {"via": {}},
        {"via": 5},
    ):
        identities = {**indexed["identities"], "deploy": {**indexed["identities"]["deploy"], **change}}
        assert session_index.quick({**indexed, "identities": identities}, "deploy", project, env) is None, change
    assert session_index.quick(indexed, "deploy", str(tmp_path.parent), env) is None
    assert session_index.quick(indexed, "nobody", project, env) is None
    assert session_index.quick(indexed, "deploy", project, {**env, "ATMOS_AUTH_REALM": "r"}) is None
    assert session_index.quick(indexed, "deploy", project, {**env, "XDG_CONFIG_HOME": "/elsewhere"}) is None
    assert session_index.quick({**indexed, "integrations": {"x": {}}}, "deploy", project, env) is None
    assert session_index.quick(indexed, "deploy", project, env, now=time.time() + 3600) is None
    assert session_index.quick(indexed, "deploy", project, env) is not None


def test_variables_of_deferred_values_count(load: Load, sts: Proxy, env: dict[str, str], tmp_path: Path) -> None:
    config = user_and_role(sts.url)
    config["identities"]["base"]["credentials"] |= {
        "access_key_id": ("!env", "MY_KEY", "atmos.yaml", 3),
        "secret_access_key": ("!env", "MY_SECRET", "atmos.yaml", 4),
    }
    env.update(MY_KEY="AKIAONE", MY_SECRET="a")
    load(config).authenticate("deploy")
    assert session_index.quick(config, "deploy", str(tmp_path), env) is not None
    assert session_index.quick(config, "deploy", str(tmp_path), {**env, "MY_SECRET": "rotated"}) is not None
    assert session_index.quick(config, "deploy", str(tmp_path), {**env, "MY_KEY": "AKIATWO"}) is None


def index_file(home: Path) -> Path:
    (path,) = (home / ".cache/atmos/auth/sessions").iterdir()
    return path


def test_a_file_that_is_not_to_be_trusted_is_a_miss(
    indexed: dict[str, Any], env: dict[str, str], home: Path, tmp_path: Path
) -> None:
    path = index_file(home)
    content = path.read_bytes()

    def found() -> object:
        return session_index.quick(indexed, "deploy", str(tmp_path), env)

    assert path.stat().st_mode & 0o777 == 0o600
    for damaged in (b"", b"x", content[:-1], content + b"x", os.urandom(len(content)), content[:32]):
        path.write_bytes(damaged)
        assert found() is None
    path.write_bytes(content)
    assert found() is not None
    path.chmod(0o666)
    assert found() is None
    path.chmod(0o600)
    path.rename(path.with_name("other"))
    path.symlink_to("other")
    assert found() is None
    path.unlink()
    assert found() is None


def test_no_index_holds_a_secret(indexed: dict[str, Any], load: Load, home: Path) -> None:
    content = index_file(home).read_bytes()
    for secret in load(indexed).authenticate("deploy").credentials.secret_texts():
        assert secret.encode() not in content


def test_the_credentials_file_must_still_be_there(
    indexed: dict[str, Any], env: dict[str, str], home: Path, tmp_path: Path
) -> None:
    (home / ".config/atmos/aws/base/credentials").unlink()
    assert session_index.quick(indexed, "deploy", str(tmp_path), env) is None


def test_logout_forgets(indexed: dict[str, Any], load: Load, env: dict[str, str], tmp_path: Path) -> None:
    load(indexed).logout("deploy")
    assert session_index.quick(indexed, "deploy", str(tmp_path), env) is None


def test_a_cache_that_cannot_be_written_costs_only_time(
    load: Load, sts: Proxy, env: dict[str, str], home: Path
) -> None:
    config = user_and_role(sts.url)
    (home / ".cache").mkdir()
    (home / ".cache" / "atmos").mkdir()
    (home / ".cache" / "atmos" / "auth").mkdir()
    (home / ".cache" / "atmos" / "auth" / "sessions").write_text("in the way")
    assert load(config).authenticate("deploy").account == "222222222222"


def test_two_profiles_of_a_project_stand_side_by_side(
    load: Load, sts: Proxy, env: dict[str, str], tmp_path: Path, home: Path
) -> None:
    one, other = user_and_role(sts.url), user_and_role(sts.url, role="arn:aws:iam::333333333333:role/Deploy")
    for config in (one, other):
        load(config).authenticate("deploy")
    found = [session_index.quick(config, "deploy", str(tmp_path), env) for config in (one, other)]
    assert None not in found
    assert found[0] != found[1]
    load(one).logout("deploy")
    assert list((home / ".cache/atmos/auth/sessions").iterdir()) == []


def test_what_changes_of_the_configuration_left_behind_is_removed(env: dict[str, str], home: Path) -> None:
    folder = home / ".cache/atmos/auth/sessions"
    for number in range(3 * session_index.KEPT):
        session_index.write("one", f"{number:032x}", time.time() - 1, {}, [], [], env)
        session_index.write("two", f"{number:032x}", None, {}, [], [], env)
    assert len(list(folder.iterdir())) <= 4 * session_index.KEPT
    assert session_index.lookup("two", f"{0:032x}", time.time(), env) is not None
