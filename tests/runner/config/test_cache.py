"""The compiled configuration on disk: never wrong, never in the way, private."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from runner import config
from runner.config import cache
from runner.config.model import Config
from runner.errors import AtmosError
from runner.globals import scan

from .conftest import Project


def settle() -> None:
    """Let the files grow old enough to be trusted."""
    time.sleep(cache.RACY_NS / 1e9 + 0.02)


def cached(project: Project, *argv: str, env: dict[str, str] | None = None) -> Config:
    return project.load(*argv, env={"ATMOS_CONFIG_CACHE": "", **(env or {})})


def files(project: Project) -> list[Path]:
    return sorted((project.home / ".cache/atmos/config").glob("*"))


def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows with every compilation."""
    from runner.config import compile as compiling

    seen: list[str] = []
    original = compiling.Compiler.run

    def run(self: compiling.Compiler) -> dict[str, Any]:
        seen.append("compiled")
        return original(self)

    monkeypatch.setattr(compiling.Compiler, "run", run)
    return seen


def test_second_load_compiles_nothing_and_gives_the_same(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(
        "atmos.yaml", "import: more\nenv: {A: !env X, B: 1, ATMOS_PIN: y}\ncommands: [{name: a, steps: [echo]}]\n"
    )
    project.write("more.yaml", "env: {C: 2}\n")
    settle()
    seen = compilations(monkeypatch)
    first = cached(project, env={"X": "1"})
    second = cached(project, env={"X": "2"})
    assert seen == ["compiled"]
    assert first.env_section() == {"A": "1", "B": "1", "C": "2", "ATMOS_PIN": "y"}
    assert second.env_section() == {"A": "2", "B": "1", "C": "2", "ATMOS_PIN": "y"}
    assert project.last_env["ATMOS_PIN"] == "y"
    assert str(second.where("env", "B")) == str(first.where("env", "B"))


def test_an_edit_that_hides_itself_is_seen(project: Project) -> None:
    path = project.write("atmos.yaml", "env: {A: one}\n")
    settle()
    cached(project)
    before = path.stat()
    path.write_text("env: {A: two}\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cached(project).env_section() == {"A": "two"}


def test_what_appears_or_goes_is_seen(project: Project) -> None:
    project.write("atmos.yaml", "import: ['parts/*.yaml', later]\nenv: {A: 1}\n")
    settle()
    assert cached(project).env_section() == {"A": "1"}
    project.write("later.yaml", "env: {B: 1}\n")
    assert cached(project).env_section() == {"A": "1", "B": "1"}
    project.write("parts/x.yaml", "env: {C: 1}\n")
    settle()
    assert cached(project).env_section() == {"A": "1", "B": "1", "C": "1"}
    project.write("parts/y.yaml", "env: {C: 2}\n")
    assert cached(project).env_section()["C"] == "2"
    (project.root / "later.yaml").unlink()
    assert "B" not in cached(project).env_section()
    project.write(".atmos.d/z.yaml", "env: {D: 1}\n")
    assert cached(project).env_section()["D"] == "1"


def test_what_does_not_matter_changes_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(".git/HEAD", "x")
    project.write("src/a.txt", "")
    project.write("atmos.yaml", "base_path: src\nenv: {R: !repo-root }\n")
    settle()
    seen = compilations(monkeypatch)
    cached(project)
    project.write(".git/index", "x")
    project.write("src/b.txt", "")
    project.write("c.txt", "")
    assert cached(project).base_path == str(project.root / "src")
    assert seen == ["compiled"]
    shutil.rmtree(project.root / ".git")
    with pytest.raises(AtmosError, match="not inside a git repository"):
        cached(project).env_section()
    assert seen == ["compiled"] * 2


def test_it_is_private(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    settle()
    cached(project)
    (file,) = files(project)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("change", ["truncate", "garbage", "flip", "mode", "link", "version", "folder"])
def test_damaged_and_foreign_files_are_rebuilt(project: Project, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    settle()
    cached(project)
    (file,) = files(project)
    data = file.read_bytes()
    if change == "truncate":
        file.write_bytes(data[: len(data) // 2])
    elif change == "garbage":
        file.write_bytes(b"\x00" * 100)
    elif change == "flip":
        file.write_bytes(data[:200] + bytes([data[200] ^ 0xFF]) + data[201:])
    elif change == "mode":
        file.chmod(0o644)
    elif change == "link":
        file.rename(project.home / "elsewhere")
        file.symlink_to(project.home / "elsewhere")
    elif change == "version":
        monkeypatch.setattr(cache, "__version__", "other")
    else:
        file.unlink()
        file.mkdir()
    seen = compilations(monkeypatch)
    assert cached(project).env_section() == {"A": "1"}
    assert seen == ["compiled"]
    if change != "folder":
        assert cached(project).env_section() == {"A": "1"}
        assert seen == ["compiled"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_another_users_files_are_not_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    settle()
    cached(project)
    (file,) = files(project)
    os.chown(file, 12345, 12345)
    seen = compilations(monkeypatch)
    cached(project)
    assert seen == ["compiled"]
    os.chown(file.parent, 12345, 12345)
    shutil.rmtree(file.parent)
    file.parent.mkdir(mode=0o700)
    os.chown(file.parent, 12345, 12345)
    cached(project)
    assert files(project) == []


def test_homes_that_cannot_hold_it(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    settle()
    blocked = project.root / "file"
    blocked.write_text("")
    for home in (str(blocked), "/proc/nowhere", ""):
        assert cached(project, env={"HOME": home}).env_section() == {"A": "1"}
    assert cached(project, env={"XDG_CACHE_HOME": str(blocked)}).env_section() == {"A": "1"}
    assert files(project) == []


def _with_full_disk(root: str, home: str) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
    env = {"HOME": home, "PATH": os.environ["PATH"]}
    flags, _ = scan([], env)
    assert config.load(flags, env, root).env_section() == {"A": "1"}


def test_a_full_disk(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    settle()
    process = multiprocessing.get_context("spawn").Process(
        target=_with_full_disk, args=(str(project.root), str(project.home))
    )
    process.start()
    process.join()
    assert process.exitcode == 0
    assert files(project) == []


def test_many_processes_at_once(project: Project, atmos: Path) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    settle()
    env = {"HOME": str(project.home), "PATH": os.environ["PATH"]}
    runs = [
        subprocess.Popen([atmos, "env"], cwd=project.root, env=env, stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    assert {run.communicate()[0] for run in runs} == {"export A=1\n"}
    assert [file.suffix for file in files(project)] == [".bin"]


def test_the_folder_stays_bounded(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_FILES", 8)
    project.write("atmos.yaml", "env: {A: 1}\n")
    settle()
    for index in range(12):
        cached(project, "--logs-file", f"f{index}")
    assert len(files(project)) <= 8


def test_nothing_rests_there_for_ever(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    settle()
    cached(project)
    (first,) = files(project)
    os.utime(first, (time.time() - cache.MAX_AGE - 60,) * 2)
    cached(project, "--logs-file", "other")
    assert first not in files(project)
    assert len(files(project)) == 1


def test_results_of_a_moment_are_not_kept(project: Project) -> None:
    project.write("atmos.yaml", "base_path: !exec echo .\nenv: {A: 1}\n")
    settle()
    cached(project)
    assert files(project) == []


def test_secrets_of_the_environment_are_not_kept(project: Project) -> None:
    project.write(
        "atmos.yaml",
        "auth: {identities: {u: {kind: aws/user, credentials: {secret_access_key: !env KEY}}}}\nenv: {S: !env KEY}\n",
    )
    settle()
    cached(project, env={"GITHUB_TOKEN": "token-5f2", "KEY": "key-9d1"})
    (file,) = files(project)
    data = file.read_bytes()
    assert b"token-5f2" not in data
    assert b"key-9d1" not in data


def test_a_cached_load_imports_little(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: 1}\ncommands: [{name: a, steps: [echo]}]\n")
    settle()
    cached(project)
    code = (
        "import sys; before = set(sys.modules)\n"
        "from runner import config; from runner.globals import scan\n"
        f"env = {{'HOME': {str(project.home)!r}}}; flags, _ = scan([], env)\n"
        f"c = config.load(flags, env, {str(project.root)!r}); assert c.command('a')['name'] == 'a'; c.env_section()\n"
        "print(' '.join(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}
    )
    loaded = set(done.stdout.split())
    assert {name for name in loaded if not name.startswith("runner")} <= {"__future__", "marshal", "time", "binascii"}
    assert "runner.config.compile" not in loaded


# -- cached and uncached loads always agree ------------------------------------------------------------

NAMES = ("atmos.yaml", "parts/a.yaml", "parts/b.yaml", ".atmos.d/x.yaml", "profiles/p/y.yaml", "sub/atmos.yaml", "v.env", "../up.yaml",
         ".atmos.yaml", "sub/.atmos.d/z.yaml")  # fmt: skip
TEXTS = (
    "env: {A: one}\n", "env: {A: two}\n", "env: {B: x}\nimport: parts/*\n", "import: [parts/a, parts/b]\n",
    "env: !include v.env\n", "logs: {level: !env LEVEL Info}\n", "profiles: {default: p}\n", "base_path: ./sub\n",
    "commands: [{name: c, steps: [echo 1]}]\n", "commands: [{name: c, steps: [echo 2]}]\n", "stacks: {base_path: !env BASE}\n",
    "env: {ATMOS_PROFILE: p}\n", "env: [broken\n", "nonsense: {a: 1}\n", "A=dotenv\n", "import: ../up\n",
)  # fmt: skip
ENVIRONMENTS: tuple[dict[str, str], ...] = (
    {}, {"LEVEL": "Debug"}, {"LEVEL": "Error"}, {"BASE": "s1"}, {"BASE": "s2"}, {"ATMOS_PROFILE": "p"}, {"ATMOS_LOGS_LEVEL": "Off"},
    {"ATMOS_CLI_CONFIG_PATH": "sub"}, {"ATMOS_STACKS_BASE_PATH": "elsewhere"}, {"GITHUB_TOKEN": "t"},
)  # fmt: skip
FLAGS = ([], ["--profile", "p"], ["--base-path", "x"], ["--config", "parts/a.yaml"], ["--logs-level", "Trace"])


class Agreement(RuleBasedStateMachine):
    """Edits, additions, removals, renames, touches and other environments, in any order."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.root, self.home = self.folder / "project", self.folder / "home"
        self.root.mkdir()
        self.home.mkdir()
        self.extra: dict[str, str] = {}
        self.argv: list[str] = []
        self.cwd = self.root
        (self.root / "atmos.yaml").write_text(TEXTS[2])

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)

    @rule(name=st.sampled_from(NAMES), text=st.sampled_from(TEXTS))
    def write(self, name: str, text: str) -> None:
        path = self.root / name
        if not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    @rule(name=st.sampled_from(NAMES), text=st.sampled_from(TEXTS))
    def write_and_set_the_time_back(self, name: str, text: str) -> None:
        path = self.root / name
        if path.is_file():
            before = path.stat()
            path.write_text(text)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    @rule(one=st.sampled_from(NAMES), other=st.sampled_from(NAMES))
    def rename(self, one: str, other: str) -> None:
        if (self.root / one).is_file():
            (self.root / other).parent.mkdir(parents=True, exist_ok=True)
            (self.root / one).rename(self.root / other)

    @rule(name=st.sampled_from(NAMES))
    def touch(self, name: str) -> None:
        if (self.root / name).is_file():
            (self.root / name).touch()

    @rule(folder=st.sampled_from(["parts", ".atmos.d", "profiles", "sub"]))
    def remove_folder(self, folder: str) -> None:
        shutil.rmtree(self.root / folder, ignore_errors=True)

    @rule(extra=st.sampled_from(ENVIRONMENTS))
    def environment(self, extra: dict[str, str]) -> None:
        self.extra = extra

    @rule(argv=st.sampled_from(FLAGS))
    def flags(self, argv: list[str]) -> None:
        self.argv = argv

    @rule(below=st.booleans())
    def move(self, below: bool) -> None:
        if below:
            (self.root / "sub").mkdir(exist_ok=True)
        self.cwd = self.root / "sub" if below else self.root

    @rule()
    def wait(self) -> None:
        settle()

    def outcome(self, **more: str) -> object:
        env = {"HOME": str(self.home), "PATH": os.environ["PATH"], **self.extra, **more}
        flags, _ = scan(self.argv, env)
        try:
            found = config.load(flags, env, str(self.cwd))
        except AtmosError as error:
            return (error.message, error.exit_code)
        env.pop("ATMOS_CONFIG_CACHE", None)
        return (
            env, found.found, found.files, found.config_dir, found.base_path, found.stacks_path, found.profiles,
            found.env_section(), found.command_names(), [found.command(name) for name in found.command_names()],
            {name: found.section(name) for name in found.names()}, [str(problem) for problem in found.problems],
        )  # fmt: skip

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "cwd"):
            return
        self.cwd.mkdir(parents=True, exist_ok=True)
        fresh = self.outcome(ATMOS_CONFIG_CACHE="false")
        assert self.outcome() == fresh
        assert self.outcome() == fresh


Agreement.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestAgreement = Agreement.TestCase
