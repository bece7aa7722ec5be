"""Steps that need a person to sign in: asked once, before the first step runs, and only for steps that will run."""

from __future__ import annotations

from tests.auth.fake import Fake

from .conftest import Project, ended
from .test_single_sign_on import PROJECT, fake, signing  # noqa: F401 - fixtures used here

FLOW = """
workflows:
  roll:
    steps:
      - echo first-step
      - {name: one, type: shell, identity: adm, command: 'echo "one $AWS_PROFILE"'}
      - name: both
        type: parallel
        output: {show_summary: false}
        steps:
          - {name: two, type: shell, identity: adm, command: 'echo "two $AWS_PROFILE"'}
          - {name: three, type: shell, identity: other, command: 'echo "three $AWS_PROFILE"'}
      - {name: not, type: shell, identity: ghost, when: never, command: echo never}
      - 'echo "last ${AWS_PROFILE:-nobody}"'
"""
OTHER = "    other: {kind: aws/permission-set, via: {provider: corp}, principal: {name: Read, account: {name: core}}}\n"


def calls(fake: Fake, path: str) -> int:  # noqa: F811
    return sum(1 for request in fake.requests if request.path == path)


def test_before_the_first_step_and_once(signing: Project, fake: Fake) -> None:  # noqa: F811
    signing.configure(PROJECT % fake.url + OTHER + FLOW.lstrip("\n"))
    fake.error("/token", "AuthorizationPendingException")
    fake.on("/token", {"accessToken": "canary-access", "expiresIn": 28800})
    child = signing.terminal("workflow", "roll")
    child.expect_exact("WDDD-HRQV")
    assert "first-step" not in child.before
    child.expect_exact("first-step")
    child.expect_exact("one adm")
    child.expect_exact("last nobody")
    assert "WDDD" not in child.before
    assert "two adm" in child.before
    assert "three other" in child.before
    assert ended(child) == 0
    assert calls(fake, "/device_authorization") == 1
    assert calls(fake, "/federation/credentials") == 2


def test_who_gives_up_has_run_nothing(signing: Project, fake: Fake) -> None:  # noqa: F811
    signing.configure(PROJECT % fake.url + FLOW.lstrip("\n"))
    fake.error("/token", "AuthorizationPendingException")
    child = signing.terminal("workflow", "roll")
    child.expect_exact("WDDD-HRQV")
    child.send("\x03")
    assert ended(child) == 130
    assert "first-step" not in child.before


def test_nobody_is_asked_where_no_step_needs_it(signing: Project, fake: Fake) -> None:  # noqa: F811
    signing.configure(PROJECT % fake.url + OTHER + FLOW.lstrip("\n"))
    child = signing.terminal("workflow", "roll", "--identity=false")
    child.expect_exact("last nobody")
    assert ended(child) == 0
    assert calls(fake, "/device_authorization") == 0
    child = signing.terminal("workflow", "roll", "--from-step", "step5")
    child.expect_exact("last nobody")
    assert ended(child) == 0
    assert calls(fake, "/device_authorization") == 0
