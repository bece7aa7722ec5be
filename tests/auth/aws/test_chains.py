"""Chains against a real STS: which calls are made, what is stored, what a process is given."""

from __future__ import annotations

import configparser
import json
import re
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

import auth
from auth.credentials import AwsCredentials
from auth.errors import AuthError, InteractionRequired, NetworkError, UnsupportedOperation
from auth.secrets import Secret
from tests.auth.conftest import ROLE, Proxy, sts_error, user_and_role

Load = Callable[..., auth.Manager]


def credentials_file(home: Path, provider: str) -> Path:
    return home / ".config" / "atmos" / "aws" / provider / "credentials"


def test_a_role_over_a_users_keys_in_one_go(load: Load, sts: Proxy, home: Path) -> None:
    session = load(user_and_role(sts.url)).authenticate("deploy")
    assert sts.calls == ["GetSessionToken", "AssumeRole"]
    assert sts.forms[1]["RoleSessionName"] == "ci-run"
    assert (session.chain, session.provider, session.account, session.region) == (
        ("base", "deploy"),
        "base",
        "222222222222",
        "eu-central-1",
    )
    assert session.principal == "arn:aws:sts::222222222222:assumed-role/Deploy/ci-run"
    text = credentials_file(home, "base").read_text()
    assert re.match(
        r"; atmos: expiration=\S+Z\n\[deploy\]\naws_access_key_id     = ASIA\S+\naws_secret_access_key = \S+\n"
        r"aws_session_token     = \S+\n; atmos: fingerprint=[0-9a-f]{32}\n$",
        text,
    )
    config = configparser.ConfigParser()
    config.read(credentials_file(home, "base").with_name("config"))
    assert config["profile deploy"]["region"] == "eu-central-1"
    assert config["profile deploy"]["credential_process"].endswith("auth credential-process deploy")
    assert credentials_file(home, "aws-user").exists()
    for path in (home / ".config" / "atmos" / "aws").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert not (home / ".aws").exists()


def test_a_component_works_elsewhere_in_the_same_session(load: Load, sts: Proxy) -> None:
    load(user_and_role(sts.url)).authenticate("deploy")
    sts.calls.clear()
    config = user_and_role(sts.url)
    config["identities"]["deploy"]["region"] = "sa-east-1"
    config["identities"]["base"]["region"] = "ap-east-1"
    there = load(config)
    there.authenticate("deploy")
    assert sts.calls == []
    assert there.prepare("deploy", {})["AWS_REGION"] == "sa-east-1"
    there.authenticate("base")
    assert sts.calls == []
    assert there.prepare("base", {})["AWS_REGION"] == "ap-east-1"


def test_an_unexpired_session_is_used_without_a_call(load: Load, sts: Proxy) -> None:
    first = load(user_and_role(sts.url)).authenticate("deploy")
    sts.calls.clear()
    later = load(user_and_role(sts.url))
    again = later.authenticate("deploy")
    assert isinstance(again.credentials, AwsCredentials)
    assert isinstance(first.credentials, AwsCredentials)
    assert again.credentials.access_key_id == first.credentials.access_key_id
    assert not again.fresh
    assert later.cached("deploy") is not None
    assert sts.calls == []


def test_login_makes_the_last_call_again_from_the_nearest_link_that_holds(load: Load, sts: Proxy) -> None:
    load(user_and_role(sts.url)).authenticate("deploy")
    sts.calls.clear()
    assert load(user_and_role(sts.url)).authenticate("deploy", force=True).fresh
    assert sts.calls == ["AssumeRole"]
    sts.calls.clear()
    soon = load(user_and_role(sts.url), clock=lambda: time.time() + 11.9 * 3600)
    soon.authenticate("deploy", force=True)
    assert sts.calls == ["AssumeRole"], "less than fifteen minutes of the base are left, but the user's session holds"


def test_a_users_session_is_reused_by_login(load: Load, sts: Proxy) -> None:
    config = user_and_role(sts.url)
    load(config).authenticate("base", force=True)
    config["identities"]["base"]["session"] = {"duration": "20m"}
    load(config).authenticate("base", force=True)
    assert sts.calls == ["GetSessionToken"]


def test_an_expired_session_is_renewed(load: Load, sts: Proxy) -> None:
    load(user_and_role(sts.url)).authenticate("deploy")
    sts.calls.clear()
    tomorrow = load(user_and_role(sts.url), clock=lambda: time.time() + 30 * 3600)
    assert tomorrow.cached("deploy") is None
    assert tomorrow.authenticate("deploy").fresh
    assert sts.calls == ["GetSessionToken", "AssumeRole"]


def test_a_process_gets_exactly_its_environment(load: Load, sts: Proxy, env: dict[str, str], home: Path) -> None:
    manager = load(user_and_role(sts.url, env=[{"key": "TEAM", "value": "core"}, {"key": "NOISE", "value": None}]))
    manager.authenticate("base")
    dirty = {
        **env,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_SESSION_TOKEN": "c",
        "AWS_SECURITY_TOKEN": "d",
        "AWS_PROFILE": "mine",
        "AWS_ROLE_ARN": "e",
        "AWS_ROLE_SESSION_NAME": "f",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "g",
        "AWS_REGION": "eu-west-3",
        "NOISE": "x",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x",
    }
    folder = home / ".config" / "atmos" / "aws" / "aws-user"
    wanted = {
        **{key: value for key, value in env.items() if not key.startswith("AWS_")},
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_PROFILE": "base",
        "AWS_REGION": "us-west-2",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_SDK_LOAD_CONFIG": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": sts.url,
        "ATMOS_AWS_ENDPOINT_INHERITED": sts.url,
        "TEAM": "core",
    }
    assert manager.prepare("base", dirty) == wanted


def test_environment_needs_no_login_and_makes_no_file(load: Load, home: Path) -> None:
    found = load(user_and_role("http://127.0.0.1:9")).environment("deploy")
    assert found["AWS_SHARED_CREDENTIALS_FILE"] == str(credentials_file(home, "base"))
    assert "AWS_SDK_LOAD_CONFIG" not in found
    assert not (home / ".config").exists()


def test_realm_and_base_path_move_the_files(load: Load, sts: Proxy, env: dict[str, str], home: Path) -> None:
    env["ATMOS_AUTH_REALM"] = "blue"
    load(user_and_role(sts.url)).authenticate("base")
    assert (home / ".config/atmos/blue/aws/aws-user/credentials").exists()
    config = {
        "providers": {"fake": {"kind": "mock/aws", "spec": {"files": {"base_path": "~/keep/aws"}}}},
        "identities": {"dev": {"kind": "mock/aws", "via": {"provider": "fake"}}},
    }
    load(config).authenticate("dev", force=True)
    assert (home / "keep/aws/blue/fake/credentials").exists()


def test_two_projects_with_the_same_names_never_share(load: Load, sts: Proxy, home: Path) -> None:
    """Decision D6: neither sees the other's session, and a running step's file stays as it is."""
    one, two = user_and_role(sts.url), user_and_role(sts.url, role="arn:aws:iam::333333333333:role/Deploy")
    first = load(one).authenticate("deploy")
    before = Path(first.environment()["AWS_SHARED_CREDENTIALS_FILE"]).read_bytes()
    assert load(two).cached("deploy") is None
    second = load(two).authenticate("deploy")
    assert second.account == "333333333333"
    assert Path(first.environment()["AWS_SHARED_CREDENTIALS_FILE"]).read_bytes() == before
    assert first.environment()["AWS_SHARED_CREDENTIALS_FILE"] == str(credentials_file(home, "base"))
    assert second.environment()["AWS_SHARED_CREDENTIALS_FILE"] != str(credentials_file(home, "base"))
    assert sts.calls.count("GetSessionToken") == 1, "the user is the same in both"
    load(two).logout("deploy")
    assert load(two).cached("deploy") is None
    assert load(one).cached("deploy") is not None


def test_other_sections_of_the_file_stay(load: Load, sts: Proxy, home: Path) -> None:
    path = credentials_file(home, "base")
    path.parent.mkdir(parents=True)
    path.write_text("# kept\n[hand]\naws_access_key_id = X\n")
    load(user_and_role(sts.url)).authenticate("deploy")
    assert "# kept\n[hand]\naws_access_key_id = X\n" in path.read_text()
    load(user_and_role(sts.url)).logout("deploy")
    assert path.read_text() == "# kept\n[hand]\naws_access_key_id = X\n"


@pytest.mark.parametrize(
    "damage",
    [
        "[deploy]",
        "; atmos: expiration=soon\n[deploy]\naws_access_key_id = A\naws_secret_access_key = B\n",
        "\x00\xff",
        "[deploy\naws",
        "\udcff\udcfe[x",
    ],
)
def test_a_damaged_file_costs_a_new_session_and_nothing_else(load: Load, sts: Proxy, home: Path, damage: str) -> None:
    path = credentials_file(home, "base")
    path.parent.mkdir(parents=True)
    path.write_bytes(damage.encode("utf-8", "surrogateescape"))
    manager = load(user_and_role(sts.url))
    assert manager.cached("deploy") is None
    assert manager.authenticate("deploy").fresh
    assert load(user_and_role(sts.url)).cached("deploy") is not None


def test_exported_keys_never_count(
    load: Load, sts: Proxy, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "AKIAEXPORTED"),
        ("AWS_SECRET_ACCESS_KEY", "exported"),
        ("AWS_PROFILE", "no-such-profile"),
        ("AWS_CONFIG_FILE", "/nowhere"),
    ):
        monkeypatch.setenv(name, value)
        env[name] = value
    session = load(user_and_role(sts.url)).authenticate("deploy")
    assert isinstance(session.credentials, AwsCredentials)
    assert session.credentials.access_key_id.startswith("ASIA")
    keyless = {"identities": {"u": {"kind": "aws/user", "credentials": {"webflow_enabled": False}}}}
    with pytest.raises(AuthError, match="auth user configure --identity u"):
        load(keyless).authenticate("u")


def test_the_callers_endpoint_serves_where_nothing_is_configured(load: Load, sts: Proxy, env: dict[str, str]) -> None:
    config = user_and_role(sts.url)
    del config["identities"]["base"]["spec"]
    env["AWS_ENDPOINT_URL"] = sts.url
    manager = load(config)
    manager.authenticate("deploy")
    assert sts.calls == ["GetSessionToken", "AssumeRole"]
    prepared = manager.prepare("deploy", env)
    assert prepared["AWS_ENDPOINT_URL"] == sts.url
    assert "ATMOS_AWS_ENDPOINT_INHERITED" not in prepared


def test_an_endpoint_of_an_outer_identity_does_not_reach_a_nested_one(
    load: Load, sts: Proxy, env: dict[str, str]
) -> None:
    outer = load(user_and_role(sts.url))
    outer.authenticate("deploy")
    inside = outer.prepare("deploy", env)
    config = user_and_role(sts.url)
    del config["identities"]["base"]["spec"]
    nested = load(config, env=inside)
    assert "AWS_ENDPOINT_URL" not in nested.prepare("deploy", inside)


def test_ambient_credentials_are_the_base_of_a_chain(env: dict[str, str], sts: Proxy, tmp_path: Path) -> None:
    (tmp_path / "atmos.yaml").write_text(
        json.dumps(
            {
                "auth": {
                    "identities": {
                        "here": {
                            "kind": "aws/ambient",
                            "principal": {"region": "ap-south-1"},
                            "spec": {"endpoint_url": sts.url},
                        },
                        "reader": {
                            "kind": "aws/assume-role",
                            "via": {"identity": "here"},
                            "principal": {"assume_role": ROLE},
                        },
                    }
                }
            }
        )
    )
    program = (
        "import auth; m = auth.load('atmos.yaml'); s = m.authenticate('reader'); "
        "print(s.account, s.region, m.authenticate('here').provider, m.cached('here'))"
    )
    run = [sys.executable, "-c", program]
    done = subprocess.run(
        run,
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=False,
        env={**env, "AWS_ACCESS_KEY_ID": "AKIAAMBIENT", "AWS_SECRET_ACCESS_KEY": "x"},
    )
    assert done.stdout == "222222222222 ap-south-1 aws-ambient None\n", done.stderr
    done = subprocess.run(
        run, cwd=tmp_path, text=True, capture_output=True, check=False, env={**env, "HOME": str(tmp_path / "empty")}
    )
    assert "no AWS credentials found in the surroundings of here" in done.stderr


def test_whoami_asks_the_same_endpoint_and_shows_no_secret(load: Load, sts: Proxy) -> None:
    manager = load(user_and_role(sts.url))
    session = manager.authenticate("deploy")
    found = manager.whoami("deploy")
    assert found.valid
    assert found.principal.endswith("assumed-role/Deploy/ci-run")
    assert sts.calls[-1] == "GetCallerIdentity"
    text = json.dumps(found.as_data())
    assert found.environment["AWS_SHARED_CREDENTIALS_FILE"] == "~/.config/atmos/aws/base/credentials"
    for secret in session.credentials.secret_texts():
        assert secret not in text + repr(session) + repr(found)
    sts.answers.append(sts_error(403, "ExpiredToken", "The security token included in the request is expired"))
    again = manager.whoami("deploy")
    assert not again.valid
    assert "ExpiredToken" in again.problem


def test_durations_are_cut_with_a_warning(load: Load, sts: Proxy) -> None:
    warnings: list[str] = []
    config = user_and_role(sts.url, session={"duration": "2d"})
    config["identities"]["deploy"]["principal"]["duration"] = "2h"
    config["identities"]["audit"] = {
        "kind": "aws/assume-role",
        "via": {"identity": "deploy"},
        "principal": {"assume_role": ROLE, "duration": "2h"},
    }
    load(config, warn=warnings.append).authenticate("audit")
    assert [form.get("DurationSeconds") for form in sts.forms] == ["43200", "7200", "3600"]
    assert len(warnings) == 2
    assert '"base"' in warnings[0]
    assert '"audit"' in warnings[1]
    assert "one hour" in warnings[1]


def test_everything_a_role_may_carry_is_sent(load: Load, sts: Proxy) -> None:
    config = user_and_role(sts.url)
    config["identities"]["deploy"]["principal"] |= {
        "external_id": "ext",
        "source_identity": "me",
        "tags": {"team": "core"},
        "transitive_tag_keys": ["team"],
        "policy": {"Version": "2012-10-17", "Statement": []},
        "policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    }
    load(config).authenticate("deploy")
    form = sts.forms[1]
    assert (form["ExternalId"], form["SourceIdentity"], form["Tags.member.1.Value"]) == ("ext", "me", "core")
    assert form["TransitiveTagKeys.member.1"] == "team"
    assert form["PolicyArns.member.1.arn"] == "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert json.loads(form["Policy"])["Statement"] == []


class Person:
    """Answers what is asked, in order."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def text(self, title: str, *, message: str = "", validate: Callable[[str], str] | None = None, **_: Any) -> str:
        self.asked.append(f"{title}|{message}")
        answer = self.answers.pop(0)
        while validate is not None and validate(answer):
            self.asked.append(validate(answer))
            answer = self.answers.pop(0)
        return answer

    secret = text


def test_mfa_is_asked_for_and_once_more_when_mistyped(load: Load, sts: Proxy) -> None:
    config = user_and_role(sts.url, credentials={"mfa_arn": "arn:aws:iam::1:mfa/me"})
    with pytest.raises(InteractionRequired, match=r"MFA token of base .*arn:aws:iam::1:mfa/me"):
        load(config).authenticate("deploy")
    assert sts.calls == []
    person = Person("", "12345", "12345x", "111111", "222222")
    sts.answers.append(
        sts_error(403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
    )
    load(config, interactive=True, prompter=person).authenticate("base")
    assert [form["TokenCode"] for form in sts.forms] == ["111111", "222222"]
    assert person.asked[0] == "Enter MFA Token|MFA Device: arn:aws:iam::1:mfa/me"
    assert person.asked[1:4] == ["MFA token is required", "MFA token must be 6 digits", "MFA token must be 6 digits"]


def test_keys_of_the_keyring_survive_changes_that_do_not_say_whose_they_are(
    load: Load, sts: Proxy, env: dict[str, str]
) -> None:
    env.update(ATMOS_KEYRING_TYPE="file", ATMOS_KEYRING_PASSWORD="correct horse")
    config: dict[str, Any] = {
        "identities": {
            "u": {"kind": "aws/user", "spec": {"endpoint_url": sts.url}, "credentials": {"webflow_enabled": False}},
            "a": {"kind": "ambient"},
        }
    }
    manager = load(config)
    manager.keep_user_keys("U", AwsCredentials(access_key_id="AKIAFIRST", secret_access_key=Secret("s1")))
    first = manager.authenticate("u").credentials
    config["identities"]["u"]["credentials"]["region"] = "eu-west-1"
    load(config).authenticate("u")
    assert sts.calls == ["GetSessionToken"] * 2
    later = load(config)
    later.keep_user_keys("u", AwsCredentials(access_key_id="AKIASECOND", secret_access_key=Secret("s2")))
    assert later.cached("u") is None, "the session of the keys before is not served any more"
    assert first is not None
    other: dict[str, Any] = {
        "identities": {
            "u": {
                "kind": "aws/user",
                "spec": {"endpoint_url": "http://127.0.0.1:9"},
                "credentials": {"webflow_enabled": False},
            }
        }
    }
    with pytest.raises(AuthError, match="not configured"):
        load(other).authenticate("u")
    with pytest.raises(UnsupportedOperation, match='has kind "ambient"'):
        manager.keep_user_keys("a", AwsCredentials())


def test_revoked_keys_of_the_keyring_are_asked_for_again(load: Load, sts: Proxy, env: dict[str, str]) -> None:
    env.update(ATMOS_KEYRING_TYPE="file", ATMOS_KEYRING_PASSWORD="correct horse")
    config = {
        "identities": {
            "u": {"kind": "aws/user", "spec": {"endpoint_url": sts.url}, "credentials": {"webflow_enabled": False}}
        }
    }
    person = Person("AKIAFIRST", "s1", "", "AKIASECOND", "s2", "")
    sts.answers.append(sts_error(403, "InvalidClientTokenId", "The security token included is invalid."))
    load(config, interactive=True, prompter=person).authenticate("u")
    assert sts.calls == ["GetSessionToken"] * 2
    manager = load(config)
    target = manager.run("u").target
    stored = manager.services.store.get("u", target.kind.keyring_fingerprint(target, manager.run("u")))
    assert isinstance(stored, AwsCredentials)
    assert stored.access_key_id == "AKIASECOND"


@pytest.mark.parametrize(
    ("answer", "parts"),
    [
        (
            sts_error(403, "AccessDenied", "not authorized to perform: sts:GetSessionToken"),
            ["does not have permission to call sts:GetSessionToken", "RequestID req-1234", "HTTP 403"],
        ),
        (sts_error(403, "InvalidClientTokenId", "invalid"), ["credentials are invalid or have been revoked"]),
        (sts_error(403, "ExpiredTokenException", "expired"), ["AWS session token has expired"]),
        (
            sts_error(403, "SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2"),
            ["SignatureDoesNotMatch"],
        ),
        ((200, b"<html>proxy</html>", {"Content-Type": "text/html"}), ["base"]),
    ],
)
def test_refusals_keep_awss_words(load: Load, sts: Proxy, answer: Any, parts: list[str]) -> None:
    sts.answers.extend([answer] * 4)
    with pytest.raises(AuthError) as caught:
        load(user_and_role(sts.url)).authenticate("deploy")
    for part in [*parts, "authentication failed: identity=base"]:
        assert part in caught.value.message
    assert "not-a-real-secret" not in str(caught.value) + caught.value.explanation
    if "Signature" in parts[0]:
        assert "clock" in caught.value.hints[0]


def test_a_refused_role_names_role_code_and_request(load: Load, sts: Proxy, home: Path) -> None:
    load(user_and_role(sts.url)).authenticate("base")
    sts.answers.append(sts_error(403, "AccessDenied", "no"))
    with pytest.raises(AuthError) as caught:
        load(user_and_role(sts.url)).authenticate("deploy")
    assert caught.value.message == (
        "authentication failed: identity=deploy step=1: cannot assume the role "
        f"{ROLE}: AccessDenied: no (HTTP 403, RequestID req-1234)"
    )
    assert f"Failed to assume IAM role '{ROLE}'" in caught.value.explanation
    assert not credentials_file(home, "base").exists()


SESSION = b"""<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials>
<AccessKeyId>ASIANEW</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>%s</Expiration></Credentials></GetSessionTokenResult></GetSessionTokenResponse>"""


def test_throttling_passes_and_an_outage_is_reported(load: Load, sts: Proxy, env: dict[str, str]) -> None:
    sts.answers.extend([sts_error(400, "Throttling", "Rate exceeded"), sts_error(503, "ServiceUnavailable", "later")])
    load(user_and_role(sts.url)).authenticate("base")
    assert sts.calls == ["GetSessionToken"] * 3
    sts.calls.clear()
    sts.answers.extend([sts_error(500, "InternalFailure", "oops")] * 10)
    with pytest.raises(AuthError, match=r"after 4 attempts: InternalFailure"):
        load(user_and_role(sts.url)).authenticate("deploy", force=True)
    assert len(sts.calls) == 4


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_a_stored_base_that_is_no_longer_good_is_had_anew(load: Load, sts: Proxy, code: str) -> None:
    load(user_and_role(sts.url)).authenticate("deploy")
    sts.calls.clear()
    sts.answers.append(sts_error(403, code, "The security token included in the request is expired"))
    load(user_and_role(sts.url)).authenticate("deploy", force=True)
    assert sts.calls == ["AssumeRole", "GetSessionToken", "AssumeRole"]
    sts.calls.clear()
    load(user_and_role(sts.url)).authenticate("deploy", force=True)
    assert sts.calls == ["AssumeRole"]


def test_a_fresh_base_that_is_refused_is_an_error(load: Load, sts: Proxy) -> None:
    """Such as under a clock that is ten minutes off: told once, with AWS's words, and nothing is written."""
    load(user_and_role(sts.url)).authenticate("deploy")
    sts.calls.clear()
    refusal = sts_error(403, "ExpiredToken", "The security token included in the request is expired")
    session = (200, SESSION % b"2036-01-01T00:00:00Z", {"Content-Type": "text/xml"})
    sts.answers.extend([refusal, session, refusal])
    with pytest.raises(AuthError, match=r"cannot assume the role .*: ExpiredToken: The security token"):
        load(user_and_role(sts.url)).authenticate("deploy", force=True)
    assert sts.calls == ["AssumeRole", "GetSessionToken", "AssumeRole"]


def test_requests_of_a_clock_that_is_off_are_told_with_the_clock(load: Load, sts: Proxy) -> None:
    skewed = sts_error(403, "SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than …")
    sts.answers.extend([skewed] * 5)
    with pytest.raises(AuthError, match="Signature expired") as caught:
        load(user_and_role(sts.url)).authenticate("base")
    assert any("clock" in hint for hint in caught.value.hints)


def test_no_network(load: Load) -> None:
    with pytest.raises(AuthError, match="cannot get a session for the user base") as caught:
        load(user_and_role("http://127.0.0.1:9")).authenticate("base")
    assert isinstance(caught.value.__cause__, NetworkError)


def test_clock_skew_of_ten_minutes(load: Load, sts: Proxy) -> None:
    """A clock that is ahead ends sessions early; one that is behind does not keep ended ones for its users."""
    load(user_and_role(sts.url)).authenticate("deploy")
    ahead = load(user_and_role(sts.url), clock=lambda: time.time() + 600)
    assert ahead.cached("deploy") is not None
    late = load(user_and_role(sts.url), clock=lambda: time.time() + 3600 + 600)
    assert late.cached("deploy") is None


def test_a_boto3_session_refreshes_itself(load: Load, sts: Proxy) -> None:
    manager = load(user_and_role(sts.url))
    session = manager.authenticate("deploy").boto3_session()
    assert isinstance(session, boto3.Session)
    client = session.client("sts")
    assert client.meta.endpoint_url == sts.url
    assert client.meta.region_name == "eu-central-1"
    assert client.get_caller_identity()["Account"] == "222222222222"
    credentials = session.get_credentials()
    before = credentials.get_frozen_credentials().access_key
    credentials._expiry_time = datetime.now(UTC)
    after = credentials.get_frozen_credentials().access_key
    assert after != before
    assert client.get_caller_identity()["Account"] == "222222222222"
    mock = load({"providers": {"s": {"kind": "mock"}}, "identities": {"m": {"kind": "mock", "via": {"provider": "s"}}}})
    with pytest.raises(UnsupportedOperation):
        mock.authenticate("m").boto3_session()


def test_a_session_runs_programs(load: Load, sts: Proxy, env: dict[str, str]) -> None:
    session = load(user_and_role(sts.url)).authenticate("deploy")
    done = session.run(
        ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"],
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "arn:aws:sts::222222222222:assumed-role/Deploy/ci-run\n", done.stderr


def test_a_session_applies_to_this_process_for_a_while(load: Load, sts: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    with load(user_and_role(sts.url)).authenticate("deploy").applied() as variables:
        assert os.environ["AWS_PROFILE"] == "deploy" == variables["AWS_PROFILE"]
        assert "AWS_ACCESS_KEY_ID" not in os.environ
    assert os.environ["AWS_ACCESS_KEY_ID"] == "mine"
    assert "AWS_PROFILE" not in os.environ


def test_raw_variables_are_those_of_the_session(load: Load, sts: Proxy) -> None:
    manager = load(user_and_role(sts.url))
    found = manager.authenticate("base").raw_variables()
    assert set(found) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    assert "not-a-real-secret-0123456789" not in found.values()
    assert set(found.values()) - {found["AWS_ACCESS_KEY_ID"]} <= set(manager.secret_values())


def test_the_audit_log_says_who_and_until_when(load: Load, sts: Proxy, tmp_path: Path) -> None:
    config = {**user_and_role(sts.url), "audit": {"file": "logs/audit.jsonl"}}
    session = load(config).authenticate("deploy")
    load(config).authenticate("deploy")
    path = tmp_path / "logs" / "audit.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (line,) = path.read_text().splitlines()
    entry = json.loads(line)
    assert (entry["identity"], entry["chain"], entry["account"]) == ("deploy", ["base", "deploy"], "222222222222")
    assert datetime.fromisoformat(entry["expires_at"])
    for secret in session.credentials.secret_texts():
        assert secret not in line


def test_credentials_of_a_users_own_program(load: Load, tmp_path: Path, env: dict[str, str]) -> None:
    program = tmp_path / "vault"
    program.write_text("""#!/bin/sh
echo called >> "$HOME/calls"
echo '{"Version": 1, "AccessKeyId": "AKIAVAULT", "SecretAccessKey": "vault-secret", "SessionToken": "vault-token",
       "Expiration": "2099-01-01T00:00:00Z"}'
""")
    program.chmod(0o755)
    config = {
        "identities": {
            "v": {
                "kind": "aws/credential-process",
                "region": "eu-north-1",
                "spec": {"command": f"'{program}' --for me"},
            }
        }
    }
    session = load(config).authenticate("v")
    load(config).authenticate("v")
    assert isinstance(session.credentials, AwsCredentials)
    assert (session.credentials.access_key_id, session.region) == ("AKIAVAULT", "eu-north-1")
    assert (Path(env["HOME"]) / "calls").read_text() == "called\n"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 3", "failed with exit status 3"),
        ("echo nonsense", "printed no JSON"),
        ("echo '[]'", "`Version` 1"),
        ("""echo '{"Version": 1, "AccessKeyId": "A"}'""", "printed no SecretAccessKey"),
        (
            """echo '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "Expiration": "2001-01-01T00:00:00Z"}'""",
            "already expired",
        ),
        ("exec sleep 30", "did not finish within 1 seconds"),
    ],
)
def test_programs_that_give_no_credentials(load: Load, script: str, message: str) -> None:
    config = {
        "identities": {"v": {"kind": "aws/credential-process", "spec": {"command": ["sh", "-c", script], "timeout": 1}}}
    }
    with pytest.raises(AuthError, match=message):
        load(config).authenticate("v")
    with pytest.raises(AuthError, match="cannot be run"):
        load(
            {"identities": {"v": {"kind": "aws/credential-process", "spec": {"command": "no-such-program-here"}}}}
        ).authenticate("v")


def test_a_program_that_asks_for_itself(load: Load, env: dict[str, str]) -> None:
    env["ATMOS_CREDENTIAL_PROCESS"] = "v"
    with pytest.raises(AuthError, match="asks for v itself"):
        load({"identities": {"v": {"kind": "aws/credential-process", "spec": {"command": "true"}}}}).authenticate("v")
