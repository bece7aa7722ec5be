"""Small pieces of the engine by themselves: durations, words, environment, retry, conditions, matrix names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner import environment
from runner.config.globs import alternatives
from runner.errors import AtmosError
from runner.steps import conditions, durations, plan, retry, words
from runner.steps.errors import StepError
from runner.steps.model import Step

# -- durations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("1m30s", 90),
        ("1.5h", 5400),
        ("250ms", 0.25),
        ("1h2m3s", 3723),
        ("0", 0),
        (".5s", 0.5),
        ("3us", 3e-6),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert durations.parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "30", "soon", "1d", "5 s x", "1.2.3s", "s", "-"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        durations.parse(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.15, "150ms"), (90, "1m30s"), (7200, "2h0m0s"), (1.5, "1.5s"), (0, "0s"), (0.0025, "2.5ms")]
)
def test_shown_durations(seconds: float, text: str) -> None:
    assert durations.show(seconds) == text


@given(st.integers(0, 10**13))
def test_durations_are_read_back(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert durations.parse(durations.show(seconds)) == pytest.approx(seconds, rel=1e-9)


# -- words ----------------------------------------------------------------------------------------------

ENV = {"HOME": "/home/me", "STAGE": "dev", "TWO": "a b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('terraform plan mock -var="message=hello world"', ["terraform", "plan", "mock", "-var=message=hello world"]),
        ("a 'b c' \"d $STAGE\" \\$x", ["a", "b c", "d dev", "$x"]),
        ("x ${NONE:-def} ${STAGE} $TWO", ["x", "def", "dev", "a b"]),
        ("~/bin ~ x~", ["/home/me/bin", "/home/me", "x~"]),
        ("a\n  b\n", ["a", "b"]),
        ("s-{a,b} {x}", ["s-a", "s-b", "{x}"]),
        ('version "unclosed', ["version", '"unclosed']),
        ("a $(cmd) b", ["a", "$(cmd)", "b"]),
        ("plan -- -x '' $NONE", ["plan", "--", "-x", ""]),
        ("*.tf", ["*.tf"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words.split(text, ENV) == expected


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))), max_size=6))
def test_quoted_words_come_back(given_words: list[str]) -> None:
    assert words.split(" ".join(words.quote(word) for word in given_words), {}) == given_words


# -- environment ------------------------------------------------------------------------------------------


def test_layers_of_a_command() -> None:
    start = environment.base(
        {"A": "caller", "B": "caller", "PATH": "/bin"}, [("B", "top"), ("GONE", None)], "/opt/atmos/bin/atmos"
    )
    assert start == {"A": "caller", "B": "top", "PATH": "/opt/atmos/bin:/bin", "ATMOS_CLI_PATH": "/opt/atmos/bin/atmos"}

    def identity(env: dict[str, str]) -> dict[str, str]:
        return {**{k: v for k, v in env.items() if k != "A"}, "C": "identity", "D": "identity"}

    def owner(env: dict[str, str]) -> None:
        env["C"] = "owner after " + env["B"]

    def step(env: dict[str, str]) -> None:
        env["D"] = "step"

    env = environment.build(start, owner=owner, exported=[("E", "exported")], identity=identity, step=step)
    assert {k: env.get(k) for k in "ABCDE"} == {"A": None, "B": "top", "C": "identity", "D": "step", "E": "exported"}
    env = environment.build(start, owner=owner, identity=identity, step=step, identity_last=True)
    assert env["D"] == "identity"


def test_a_null_unsets() -> None:
    env = environment.build({"A": "x"}, component=[("A", None)], exported=[("B", "y")])
    assert env == {"B": "y"}


@pytest.mark.parametrize(
    ("base", "layer", "result"),
    [("/t:/bin", "/x", "/x:/t:/bin"), ("/t:/bin", "/x:/bin", "/x:/t:/bin"), ("/t:/bin", "/x:/t:/bin", "/x:/t:/bin")],
)
def test_paths_extend(base: str, layer: str, result: str) -> None:
    assert environment.extend_path(base, layer) == result

    def owner(env: dict[str, str]) -> None:
        env["PATH"] = layer

    assert environment.build({"PATH": base}, owner=owner, extending=True)["PATH"] == result


def test_a_replaced_path_begins_with_our_folder() -> None:
    def owner(env: dict[str, str]) -> None:
        env["PATH"] = "/only"

    assert environment.build({"PATH": "/bin"}, owner=owner, executable="/our/atmos")["PATH"] == "/our:/only"
    assert environment.build({"PATH": "/bin"}, step=owner, executable="/our/atmos")["PATH"] == "/our:/only"


def test_levels() -> None:
    env = {"ATMOS_SHLVL": "9"}
    environment.enter_level(env)
    assert env["ATMOS_SHLVL"] == "10"
    with pytest.raises(AtmosError, match="current=11, max=10"):
        environment.enter_level(env)
    with pytest.raises(AtmosError, match="converting ATMOS_SHLVL"):
        environment.enter_level({"ATMOS_SHLVL": "deep"})


# -- retry --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "pauses"),
    [
        ({"initial_delay": 1}, [1, 1, 1]),
        ({"initial_delay": 1, "backoff_strategy": "linear"}, [1, 2, 3]),
        ({"initial_delay": 1, "backoff_strategy": "exponential"}, [1, 2, 4]),
        ({"initial_delay": 1, "backoff_strategy": "exponential", "multiplier": 3, "max_delay": 5}, [1, 3, 5]),
        ({"initial_delay": 1, "backoff_strategy": "whatever"}, [1, 1, 1]),
        ({}, [0, 0, 0]),
    ],
)
def test_pauses(policy: dict[str, object], pauses: list[float]) -> None:
    assert [retry.delay(policy, n, lambda: 0.0) for n in (1, 2, 3)] == pauses


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1000))
def test_jitter_stays_in_bounds(jitter: float, chance: float, first: float) -> None:
    pause = retry.delay({"initial_delay": first, "random_jitter": jitter}, 1, lambda: chance)
    assert 0 <= pause <= first * 2 + 1e-9


def test_attempts_and_the_last_error() -> None:
    seen: list[int] = []

    def attempt(number: int) -> str:
        seen.append(number)
        raise StepError("no", exit_code=7)

    with pytest.raises(StepError, match=r"max attempts \(3\) exceeded, last error: no") as caught:
        retry.run(attempt, {"max_attempts": 3, "initial_delay": 1.0}, prefix=False, wait=lambda _: None)
    assert (seen, caught.value.exit_code) == ([1, 2, 3], 7)


def test_elapsed_time_bounds_attempts_and_pauses() -> None:
    now = [0.0]
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    def attempt(number: int) -> str:
        now[0] += 1
        raise StepError("no", exit_code=7)

    with pytest.raises(StepError, match="retry timeout exceeded after 10s") as caught:
        retry.run(
            attempt, {"max_elapsed_time": 10.0, "initial_delay": 4.0}, prefix=False, wait=wait, clock=lambda: now[0]
        )
    assert caught.value.exit_code == 1
    assert now[0] < 12.5


def test_what_is_not_worth_another_attempt() -> None:
    def attempt(number: int) -> str:
        raise StepError(f"no {number}", retryable=False)

    with pytest.raises(StepError, match="no 1"):
        retry.run(attempt, {}, prefix=False)


def test_a_policy_without_limits_and_pauses_ends() -> None:
    def attempt(number: int) -> None:
        raise StepError(f"no {number}")

    with pytest.raises(StepError, match=r"max attempts \(10\) exceeded, last error: no 10"):
        retry.run(attempt, {}, prefix=False)
    assert retry.attempts({"initial_delay": 0.1}) is retry.attempts({"max_elapsed_time": 5.0}) is None
    assert retry.attempts({"initial_delay": 0.1, "max_attempts": 4}) == 4


# -- conditions -------------------------------------------------------------------------------------------------


def holds(raw: object, *, status: str = "success", ci: bool = False, **facts: object) -> bool:
    compiled, problems = conditions.compile_condition(raw)
    assert not problems, problems[0].message
    base: dict[str, object] = dict.fromkeys(conditions.TEXTS, "")
    return conditions.evaluate(compiled, status=status, ci=ci, facts=lambda: {**base, **facts})


def test_conditions() -> None:
    assert holds("always")
    assert not holds("NEVER")
    assert holds("failure", status="failure")
    assert holds(["local", {"any": ["ci", {"not": "failure"}]}])
    assert holds("true")
    assert not holds(False)
    assert holds("env.A == 'x' && 'B' in env", env={"A": "x", "B": ""})
    assert holds("steps.build.value == 'ok'", steps={"build": {"value": "ok"}})
    assert holds("matrix.stage == 'dev'", matrix={"stage": "dev"})
    assert holds("[1, 2].exists(n, n > 1)")
    with pytest.raises(AtmosError, match="no such key: A"):
        holds("env.A == 'x'", env={})


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("stakc == 'x'", "undeclared reference to 'stakc'"), ("a &&", r"Syntax error(.|\n)*\^"), ("1 + 1", "not true or false"),
        ({"x": 1}, "exactly one of the keys"), ({"all": [], "any": []}, "exactly one"), (3, "expected string, list, or map"),
        ("foo(1)", "foo"), ("status > 1", "overload"), ({"not": None}, "needs a condition"), (("!env", "X", "f", 1), "cannot stand"),
    ],
)  # fmt: skip
def test_conditions_that_are_wrong(raw: object, message: str) -> None:
    compiled, problems = conditions.compile_condition(raw)
    assert compiled is None
    assert pytest.importorskip("re").search(message, problems[0].message)


def test_what_a_condition_mentions() -> None:
    def status(raw: object) -> bool:
        return conditions.mentions_status(conditions.compile_condition(raw)[0])

    assert status("always")
    assert status(["ci", {"not": "failure"}])
    assert status("status == 'failure'")
    assert not status("env.status == 'x'")
    assert not status("stack == 'status'")
    assert not status("ci")
    assert conditions.mentions_freshness(conditions.compile_condition("checksum.changed || ci")[0])


# -- matrix -----------------------------------------------------------------------------------------------------


def test_names_of_matrix_children() -> None:
    step = Step({
        "index": 0, "name": "test-matrix", "type": "matrix", "matrix": {"os": ["linux"], "go": ["1.22"]},
        "steps": [{"index": 0, "name": "test", "type": "shell"}, {"index": 1, "name": "next", "type": "shell"}],
    })  # fmt: skip
    first, second = plan.plan(step)
    assert first.name == "test-matrix_go_1_22_3jxkca5wdme6m_os_linux_1za7lxiy1ul0t_test"
    assert second.needs == [first.name]
    assert first.axes == {"go": "1.22", "os": "linux"}


def test_alternatives_of_globs() -> None:
    assert alternatives("src/*.{a,{b,c}}") == ["src/*.a", "src/*.b", "src/*.c"]
    assert alternatives("{x") == ["{x"]
