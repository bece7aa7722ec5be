"""Which identity terraform runs as, and what of it reaches the process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.runner.stacks.conftest import CONFIG
from tests.runner.terraform.conftest import Fleet

Make = Callable[..., Fleet]
AUTH = (
    CONFIG
    + """
auth:
  providers: {fake: {kind: mock/aws, region: us-east-1}}
  identities:
    main: {kind: mock/aws, default: true, via: {provider: fake}}
    other: {kind: mock/aws, via: {provider: fake}}
    third: {kind: mock/aws, via: {provider: fake}}
"""
)
PRINT = "AWS_PROFILE|AWS_ACCESS_KEY_ID|ATMOS_IDENTITY|ATMOS_IDENTITY_INHERITED"


def test_a_default_that_is_defined_nowhere_stops_who_needs_a_default(fleet: Make) -> None:
    made = fleet(
        config=AUTH, dev="    own: {metadata: {component: myapp}, auth: {identities: {ghost: {default: true}}}}\n"
    )
    told = made.error("plan", "own", "-s", "dev")
    assert "invalid identity config" in told
    assert "ghost" in told
    assert made.log() == []
    assert shown(made, "own", "-s", "dev", "-i", "other")["AWS_PROFILE"] == "other"
    assert shown(made, "own", "-s", "dev", "-i", "off") == {"ATMOS_IDENTITY": "false"}


def test_a_component_has_its_own_region(fleet: Make) -> None:
    config = (
        CONFIG
        + """
auth:
  identities: {keys: {kind: aws/ambient, default: true, principal: {region: us-west-2}}}
"""
    )
    made = fleet(
        config=config, dev="    own: {metadata: {component: myapp}, auth: {identities: {keys: {region: eu-north-1}}}}\n"
    )
    for component, region in (("myapp", "us-west-2"), ("own", "eu-north-1")):
        done = made.run("terraform", "plan", component, "-s", "dev", PRINT_ENV="AWS_REGION", AWS_ACCESS_KEY_ID="a",
                        AWS_SECRET_ACCESS_KEY="b")  # fmt: skip
        assert f"AWS_REGION={region}\n" in done.stdout, done.stderr


def test_describing_under_an_unknown_identity_is_an_error(fleet: Make) -> None:
    made = fleet(config=AUTH)
    for words in (
        ("component", "myapp", "-s", "dev"),
        ("stacks",),
        ("dependents", "myapp", "-s", "dev"),
        ("affected",),
    ):
        done = made.run("describe", *words, "--identity", "mian")
        assert done.returncode == 1
        assert "identity not found" in done.stderr
        assert "main" in done.stderr
        if words != ("affected",):  # wants a repository
            assert made.run("describe", *words, "--identity", "main").returncode == 0


def test_listing_under_an_unknown_identity_is_an_error(fleet: Make) -> None:
    made = fleet(config=AUTH)
    for words in (("components",), ("stacks",)):
        done = made.run("list", *words, "--identity", "mian")
        assert (done.returncode, done.stdout) == (1, "")
        assert "identity not found" in done.stderr
        for good in ("--identity=main", "--identity=off", "--identity="):
            assert made.run("list", *words, good).returncode == 0


def shown(made: Fleet, *argv: str, **env: str) -> dict[str, str]:
    done = made.run("terraform", "plan", *argv, PRINT_ENV=PRINT, **env)
    assert done.returncode == 0, done.stderr
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if line.startswith(("AWS_", "ATMOS_")))


def test_order(fleet: Make) -> None:
    made = fleet(
        config=AUTH, dev="    own: {metadata: {component: myapp}, auth: {identities: {third: {default: true}}}}\n"
    )
    old = {"AWS_ACCESS_KEY_ID": "AKIAOLD"}
    assert shown(made, "myapp", "-s", "dev", **old) == {
        "AWS_PROFILE": "main",
        "ATMOS_IDENTITY": "main",
        "ATMOS_IDENTITY_INHERITED": "main",
    }
    assert shown(made, "own", "-s", "dev")["AWS_PROFILE"] == "third"
    assert shown(made, "own", "-s", "dev", ATMOS_IDENTITY="other")["AWS_PROFILE"] == "other"
    assert (
        shown(made, "own", "-s", "dev", ATMOS_IDENTITY="other", ATMOS_IDENTITY_INHERITED="other")["AWS_PROFILE"]
        == "other"
    )
    assert shown(made, "own", "-s", "dev", "-i", "main", ATMOS_IDENTITY="other")["AWS_PROFILE"] == "main"
    for off in ("--identity=", "--identity=FALSE", "--identity=0"):
        assert shown(made, "myapp", "-s", "dev", off, **old) == {
            "AWS_ACCESS_KEY_ID": "AKIAOLD",
            "ATMOS_IDENTITY": "false",
        }


@pytest.mark.parametrize(
    ("config", "argv", "phrase"),
    [
        (AUTH.replace(", default: true", ""), (), "no default identity configured for authentication"),
        (AUTH.replace("other: {kind: mock/aws,", "other: {kind: mock/aws, default: true,"), (), "multiple default identities found: [main other]"),
        (AUTH, ("-i", "mian"), "mian"),
        (CONFIG, ("-i", "main"), "no authentication configured"),
    ],
)  # fmt: skip
def test_refusals_start_no_terraform(fleet: Make, config: str, argv: tuple[str, ...], phrase: str) -> None:
    made = fleet(config=config)
    assert phrase in made.error("plan", "myapp", "-s", "dev", *argv)
    assert made.log() == []


def test_functions_in_auth_are_left_to_whoever_uses_them(fleet: Make) -> None:
    from runner.stacks import project as projects
    from runner.stacks.component import Draft

    config = CONFIG + "auth: {identities: {}, providers: {fake: {kind: mock/aws, region: !env REGION us-west-1}}}\n"
    made = fleet(config=config, dev="    own: {metadata: {component: myapp}, auth: {identities: {mine: {kind: mock/aws, default: true, "
                 "via: {provider: fake}, note: !env REGION}}}}\n")  # fmt: skip
    app = made.app()
    auth = Draft(app, projects.of(app).find("own", "dev")).auth
    assert auth["providers"]["fake"]["region"][:2] == ("!env", "REGION us-west-1")
    assert auth["identities"]["mine"]["note"][:2] == ("!env", "REGION")
    assert shown(made, "own", "-s", "dev")["AWS_PROFILE"] == "mine"
    described = made.run(
        "describe", "component", "own", "-s", "dev", "-q", ".auth.providers.fake.region", REGION="eu-west-9"
    )
    assert described.stdout == "!env REGION us-west-1\n"


def test_described_credentials_are_hidden(fleet: Make) -> None:
    config = (
        CONFIG
        + "auth: {identities: {keys: {kind: aws/user, credentials: {access_key_id: AKIAX, secret_access_key: topsecret}}}}\n"
    )
    made = fleet(config=config)
    done = made.run("describe", "component", "myapp", "-s", "dev", "-q", ".auth")
    assert "topsecret" not in done.stdout + done.stderr
    assert "********" in done.stdout


def test_no_identities_no_authentication(fleet: Make) -> None:
    assert shown(fleet(), "myapp", "-s", "dev", AWS_ACCESS_KEY_ID="AKIAMINE") == {"AWS_ACCESS_KEY_ID": "AKIAMINE"}


def test_dry_run_logs_nobody_in(fleet: Make) -> None:
    made = fleet(config=AUTH)
    assert made.run("terraform", "plan", "myapp", "-s", "dev", "--dry-run").returncode == 0
    assert not list((made.root.parent / "home").rglob("credentials"))


def test_a_required_identity_that_fails_is_told_once(fleet: Make) -> None:
    made = fleet(config=AUTH + "    must: {kind: aws/user, required: true, credentials: {access_key_id: A}}\n")
    done = made.run("terraform", "plan", "myapp", "-s", "dev")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count('the required identity "must" cannot be authenticated') == 1
    everything = made.run("terraform", "plan", "--all", "-s", "dev")
    assert everything.stderr.count('the required identity "must" cannot be authenticated') == 1
