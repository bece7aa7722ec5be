"""Which files are read, and what wins: discovery, drop-ins, imports, profiles, environment, paths."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.config.merge import Layer, as_map, merge
from runner.config.reader import Map, parse
from runner.errors import AtmosError

from .conftest import Project


def tree(text: str) -> Map:
    found = parse(text, "f")
    assert isinstance(found, Map)
    return found


def command(name: str, say: str = "") -> str:
    return f"commands: [{{name: {name}, steps: ['echo {say or name}']}}]\n"


# -- merge -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "high", "result"), [
    ("a: {b: 1, c: 2}", "a: {b: 3}", {"a": {"b": 3, "c": 2}}),
    ("a: 1", "a: {b: 1}", {"a": {"b": 1}}),
    ("a: {b: 1}", "a: 5", {"a": {"b": 1}}),
    ("a: {b: 1}", "a: ~", {"a": {"b": 1}}),
    ("a: {b: 1}", "a: {}", {"a": {"b": 1}}),
    ("a: [1, 2]", "a: [3]", {"a": [3]}),
    ("a: 1", "a: ~", {}),
    ("A: 1", "a: 2", {"a": 2}),
    ("env: {A: 1}", "env: {a: 2}", {"env": {"A": 1, "a": 2}}),
    ("env: {A: 1}", "env: {A: ~}", {"env": {"A": None}}),
    ("x: {First: {k: 1}}", "x: {FIRST: {l: 2}}", {"x": {"FIRST": {"k": 1, "l": 2}}}),
])  # fmt: skip
def test_merge(low: str, high: str, result: object) -> None:
    assert merge(tree(low), tree(high)) == result


def test_merge_keeps_places_and_changes_nothing_it_got() -> None:
    low, high = parse("a: {b: 0777}\nc: 1\n", "low"), parse("a:\n  d: 1\n", "high")
    assert isinstance(low, Map)
    assert isinstance(high, Map)
    merged = merge(low, high)
    inner = merged["a"]
    assert isinstance(inner, Map)
    assert (str(inner.key_where("b")), str(inner.key_where("d")), inner.literal("b")) == ("low:1:5", "high:2:3", "0777")
    assert low == {"a": {"b": 511}, "c": 1}
    assert high == {"a": {"d": 1}}


KEYS = st.sampled_from(("a", "A", "b", "env", "x.y"))
TREES = st.recursive(
    st.sampled_from((None, 1, "t")) | st.lists(st.integers(0, 3), max_size=2),
    lambda below: st.dictionaries(KEYS, below, max_size=3),
    max_leaves=8,
).filter(lambda value: isinstance(value, dict))


def spots(value: object) -> object:
    """A tree with the places of all its keys."""
    if isinstance(value, Map):
        return value.mark, [
            (key, value.marks.get(key), value.literals.get(key), spots(item)) for key, item in value.items()
        ]
    return value


@settings(deadline=None)
@given(st.lists(TREES, max_size=6))
def test_gathering_many_layers_is_merging_one_by_one(parts: list[dict[str, object]]) -> None:
    trees = [as_map(part, (f"f{number}", number, 1)) for number, part in enumerate(parts)]
    before = [spots(one) for one in trees]
    layer, merged = Layer(), Map()
    for one in trees:
        layer.put(Layer(one), [])
        merged = merge(merged, one)
    assert spots(layer.tree) == spots(merged)
    assert [spots(one) for one in trees] == before


def test_fields_of_commands_in_any_letter_case(project: Project) -> None:
    project.write("atmos.yaml", "import: more\ncommands: [{Name: a, STEPS: [echo], Description: here}]\n")
    project.write("more.yaml", "commands: [{name: a, description: there, Aliases: b}]\n")
    command = project.load().command("a")
    assert command is not None
    assert (command["description"], command["aliases"], len(command["steps"])) == ("here", ["b"], 1)


def test_two_definitions_of_a_command_are_told_with_both_places(project: Project) -> None:
    def told(severity: str) -> list[tuple[str, str]]:
        found = project.load().problems
        return [
            (one.message, str(one.where).replace(f"{project.root}/", "")) for one in found if one.severity == severity
        ]

    say = "the steps of command `c` replace those defined at"
    project.write(".atmos.d/a.yaml", command("c"))
    project.write(".atmos.d/b.yaml", "\n" + command("c", "b"))
    assert told("warning") == [(f"{say} {project.root}/.atmos.d/a.yaml:1:22", ".atmos.d/b.yaml:2:22")]
    project.write("atmos.yaml", command("c", "own"))  # the file lies over its drop-ins: nothing to warn of
    assert told("note") == [(f"{say} {project.root}/.atmos.d/b.yaml:2:22", "atmos.yaml:1:22")]
    shutil.rmtree(project.root / ".atmos.d")
    project.write(
        "atmos.yaml", "commands:\n- {name: c, steps: [echo]}\n- {name: c, steps: [date]}\n- {name: c, commands: []}\n"
    )
    assert told("warning") == [(f"{say} {project.root}/atmos.yaml:2:13", "atmos.yaml:3:13")]
    project.write("atmos.yaml", "import: [parts/*, last]\n")
    project.write("parts/a.yaml", command("c"))
    project.write("parts/b.yaml", command("c"))
    project.write("last.yaml", command("c"))
    assert told("warning") == [(f"{say} {project.root}/parts/a.yaml:1:22", "parts/b.yaml:1:22")]
    assert told("note") == [(f"{say} {project.root}/parts/b.yaml:1:22", "last.yaml:1:22")]


# -- discovery ---------------------------------------------------------------------------------------


def test_nothing_anywhere(project: Project) -> None:
    config = project.load()
    assert not config.found
    assert config.get("stacks", "base_path") == "stacks"
    assert config.get("default") is True
    assert config.base_path == str(project.root)


def test_nearest_ancestor_and_isolation(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: root}\n" + command("root"))
    project.write("own/atmos.yaml", "env: {B: own}\n")
    project.write("own/deep/x.txt", "")
    assert project.load(cwd="own").env_section() == {"B": "own"}
    assert project.load(cwd="own/deep").config_dir == str(project.root / "own")
    project.write("mark/.atmos.yaml", "env: {C: hidden}\n")
    project.write("mark/below/x.txt", "")
    assert project.load(cwd="mark/below").env_section() == {}


def test_sources_in_order_and_commands_replaced(project: Project) -> None:
    (project.home / ".atmos").mkdir()
    (project.home / ".atmos/atmos.yaml").write_text("env: {WHO: home, HOME_ONLY: 1}\n" + command("from-home"))
    project.write("atmos.yaml", "env: {WHO: cwd}\n")
    project.write("alt/atmos.yaml", "env: {WHO: alt}\n" + command("alt"))
    config = project.load()
    assert config.env_section() == {"WHO": "cwd", "HOME_ONLY": "1"}
    assert config.command_names() == []
    assert any(problem.severity == "note" and "from-home" in problem.message for problem in config.problems)
    config = project.load(env={"ATMOS_CLI_CONFIG_PATH": "alt"})
    assert config.env_section()["WHO"] == "alt"
    assert (config.command_names(), config.config_dir) == (["alt"], str(project.root / "alt"))


def test_git_root(project: Project) -> None:
    project.write(".git/HEAD", "ref: refs/heads/main\n")
    project.write("atmos.yaml", "base_path: ''\nenv: {A: git}\n")
    project.write("a/b/x.txt", "")
    config = project.load(cwd="a/b")
    assert (config.env_section(), config.base_path) == ({"A": "git"}, str(project.root))
    config = project.load(cwd="a/b", env={"ATMOS_GIT_ROOT_BASEPATH": "false"})
    assert config.env_section() == {"A": "git"}  # still the nearest ancestor


def test_drop_ins_and_their_order(project: Project) -> None:
    project.write("atmos.yaml", "env: {F: file}\n" + command("own"))
    project.write("atmos.d/a.yaml", "env: {F: d, X: d}\n" + command("one"))
    project.write(".atmos.d/a.yml", "env: {X: dot}\n")
    project.write(".atmos.d/deep/b.yaml", "env: {X: deep}\n" + command("two"))
    project.write(".atmos.d/c.yml", "env: {X: never}\n")
    project.write(".atmos.d/c.yaml", "env: {Y: yaml}\n")
    config = project.load()
    assert config.env_section() == {"F": "file", "X": "deep", "Y": "yaml"}
    assert config.command_names() == ["own", "one", "two"]


def test_an_empty_drop_in_folder_is_ignored_and_a_broken_file_is_fatal(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    (project.root / ".atmos.d").mkdir()
    assert project.load().env_section() == {"A": "1"}
    project.write(".atmos.d/bad.yaml", "a: [\n")
    with pytest.raises(AtmosError, match=r"failed to load configuration file from \.atmos\.d: .*bad\.yaml"):
        project.load()


def test_drop_ins_alone_do_not_stop_the_search(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: root, B: root}\n" + command("who"))
    project.write("below/.atmos.d/x.yaml", "env: {B: below}\n" + command("extra"))
    config = project.load(cwd="below")
    assert config.env_section() == {"A": "root", "B": "below"}
    assert config.command_names() == ["who", "extra"]


def test_explicit_files_and_folders(project: Project) -> None:
    project.write("atmos.yaml", "env: {NEVER: 1}\n")
    project.write("a.yaml", "env: {X: a}\nimport: [b.yaml]\nbase_path: ./x\n" + command("a"))
    project.write("b.yaml", "env: {X: b}\n")
    project.write(".atmos.d/n.yaml", "env: {NEVER: 2}\n")
    project.write("d/.atmos.yaml", "env: {D: 1}\n" + command("d"))
    config = project.load("--config", "a.yaml")
    assert config.env_section() == {"X": "b"}  # with --config imports win
    assert config.base_path == str(project.root / "x")
    config = project.load("--config", "a.yaml", "--config-path", "d")
    assert config.env_section() == {"X": "b", "D": "1"}
    assert config.command_names() == ["d"]
    assert config.cli_config_path == f"{project.root};{project.root}/d;"
    assert config.base_path == str(project.root / "x")  # anchored where it is declared
    assert project.load(env={"ATMOS_CONFIG_PATH": "d"}).env_section() == {"D": "1"}
    assert project.load("--config", "").env_section()["NEVER"] == "1"


@pytest.mark.parametrize(("argv", "message"), [
    (["--config", "no.yaml"], "--config file 'no.yaml' does not exist"), (["--config", "d"], "'d' is a directory"),
    (["--config-path", "no"], "--config-path directory 'no' does not exist"),
    (["--config-path", "f.txt"], "requires a directory but found a file at 'f.txt'"),
    (["--config-path", "d"], "atmos configuration file not found in directory: d"),
])  # fmt: skip
def test_explicit_mistakes(project: Project, argv: list[str], message: str) -> None:
    project.write("f.txt", "")
    project.write("d/x.txt", "")
    with pytest.raises(AtmosError) as caught:
        project.load(*argv)
    assert message in caught.value.message


# -- imports -----------------------------------------------------------------------------------------


def test_imports_of_every_kind(project: Project) -> None:
    project.write(
        "atmos.yaml",
        "base_path: ./\nimport: [one, 'many/*.yml', tree, '{x,y}.yaml', '**/deep-*', '']\nenv: {M: main}\n",
    )
    project.write("one.yml", "import: [nested.yaml]\nenv: {M: one, N: one}\n")
    project.write("nested.yaml", "env: {N: nested}\n")
    project.write("many/a.yml", "env: {O: a, A: 1}\n")
    project.write("many/b.yml", "env: {O: b}\n")
    project.write("many/no.txt", "env: {NEVER: 1}\n")
    project.write("tree/a/z.yaml", "env: {T: deep}\n")
    project.write("tree/z.yaml", "env: {T: shallow}\n")
    project.write("x.yaml", "env: {XY: x}\n")
    project.write("y.yaml", "env: {XY: y}\n")
    project.write("p/q/deep-1.yaml", "env: {D: 1}\n")
    config = project.load()
    assert config.env_section() == {"M": "main", "N": "nested", "O": "b", "A": "1", "T": "deep", "XY": "y", "D": "1"}
    assert config.warnings == []
    assert str(config.where("env", "O")) == f"{project.root}/many/b.yml:1:7"


def test_import_trouble_is_told_and_does_not_stop(project: Project) -> None:
    project.write("atmos.yaml", "import:\n  - nowhere\n  - bad\n  - loop\nenv: {A: 1}\n" + command("ok"))
    project.write("bad.yaml", "env: [\n")
    project.write("loop.yaml", "import: loop2\n")
    project.write("loop2.yaml", "import: loop\nenv: {L: 1}\n")
    config = project.load()
    assert config.env_section() == {"A": "1", "L": "1"}
    nowhere, bad, cycle = config.warnings
    assert "nowhere" in nowhere.message
    assert (nowhere.where.line, nowhere.where.column) == (2, 5)  # type: ignore[union-attr]
    assert "Skipping config file" in bad.message
    assert "bad.yaml" in bad.message
    assert f"{project.root}/loop.yaml → {project.root}/loop2.yaml → {project.root}/loop.yaml" in cycle.message


def test_imports_too_deep_are_told(project: Project) -> None:
    project.write("atmos.yaml", "import: i0\n")
    for index in range(15):
        project.write(f"i{index}.yaml", f"import: i{index + 1}\nenv: {{D: {index}}}\n")
    project.write("i15.yaml", "env: {D: last}\n")
    config = project.load()
    assert config.env_section() == {"D": "9"}
    assert "nested more than 10 deep" in config.warnings[0].message


def test_imports_relative_to_the_importing_file_when_the_base_path_has_none(project: Project) -> None:
    project.write(".git/HEAD", "x")
    project.write("sub/atmos.yaml", "import: parts/a\n")
    project.write("sub/parts/a.yaml", "import: b\nenv: {A: 1}\n")
    project.write("sub/parts/b.yaml", "env: {B: 1}\n")
    assert project.load(cwd="sub").env_section() == {"A": "1", "B": "1"}


def test_commands_merge_field_by_field_along_paths(project: Project) -> None:
    project.write("atmos.yaml", """\
import: more
commands:
  - name: tools fmt
    steps: [echo fmt]
  - name: tools
    description: Tools
  - name: build
    description: main
  - {description: no name}
  - just text
""")  # fmt: skip
    project.write("more.yaml", """\
commands:
  - name: tools
    commands: [{name: lint, steps: [echo lint]}]
  - name: build
    description: imported
    steps: [echo build]
  - name: last
    steps: [echo last]
""")  # fmt: skip
    config = project.load()
    assert config.command_names() == ["tools", "build", "last"]
    tools = config.command("tools")
    assert tools is not None
    assert tools["description"] == "Tools"
    assert set(tools["commands"]) == {"fmt", "lint"}
    build = config.command("build")
    assert build is not None
    assert (build["description"], len(build["steps"])) == ("main", 1)
    assert [problem.severity for problem in config.problems if "left out" in problem.message] == ["note", "note"]


# -- keys --------------------------------------------------------------------------------------------


def test_case_and_dots_of_keys(project: Project) -> None:
    project.write("atmos.yaml", """\
Stacks.Base_Path: s
LOGS: {Level: debug}
auth:
  identities:
    Prod.Admin: {kind: aws/user}
  providers: {My.SSO: {kind: mock/aws}}
env: {MixedCase: 1, a.b: 2}
aliases: {Tf.x: terraform}
""")  # fmt: skip
    config = project.load()
    assert config.get("stacks", "base_path") == "s"
    assert config.get("logs", "level") == "debug"
    assert list(config.section("auth")["identities"]) == ["Prod.Admin"]
    assert list(config.section("auth")["providers"]) == ["My.SSO"]
    assert config.env_section() == {"MixedCase": "1", "a.b": "2"}
    assert config.aliases() == {"Tf.x": "terraform"}


def test_identities_merge_deep_and_the_main_file_wins(project: Project) -> None:
    project.write("atmos.yaml", "import: low\nauth: {identities: {Dev: {kind: aws/user, env: {A: 1}}}}\n")
    project.write("low.yaml", "auth: {identities: {dev: {kind: other, session: {duration: 1h}}}}\n")
    assert project.load().section("auth")["identities"] == {
        "Dev": {"kind": "aws/user", "session": {"duration": "1h"}, "env": {"A": 1}}
    }


def test_appended_and_unset(project: Project) -> None:
    project.write(
        "atmos.yaml", "import: low\nstacks: {included_paths: !append [c], name_pattern: !unset }\nenv: {A: !unset }\n"
    )
    project.write("low.yaml", "stacks: {included_paths: [a, b], name_pattern: x}\nenv: {A: 1}\n")
    config = project.load()
    assert config.get("stacks", "included_paths") == ["a", "b", "c"]
    assert config.env_section() == {"A": "1"}


# -- profiles ----------------------------------------------------------------------------------------


@pytest.fixture
def profiled(project: Project) -> Project:
    project.write("atmos.yaml", "env: {L: base}\n" + command("who", "base"))
    project.write("profiles/dev/a.yaml", "env: {L: dev, D: 1}\n" + command("who", "dev"))
    project.write("profiles/ci/a.yaml", "import: more\nenv: {L: ci}\nmetadata: {name: CI}\n")
    project.write("profiles/ci/more.yaml", "env: {L: more, M: 1}\n")
    return project


def test_profiles_in_order(profiled: Project) -> None:
    assert profiled.load("--profile", "dev,ci").env_section() == {"L": "more", "D": "1", "M": "1"}
    assert profiled.load("--profile", "ci", "--profile", "dev").env_section()["L"] == "dev"
    assert profiled.load(env={"ATMOS_PROFILE": "dev"}).profiles == ("dev",)
    config = profiled.load("--profile=dev", env={"ATMOS_PROFILE": "ci"})
    assert (config.profiles, config.command_names()) == (("dev",), ["who"])


def test_profile_locations(profiled: Project) -> None:
    profiled.write(".atmos/profiles/dev/b.yaml", "env: {L: hidden}\n")
    assert profiled.load("--profile", "dev").env_section() == {"L": "hidden"}
    profiled.write("team/dev/c.yaml", "env: {L: team}\n")
    profiled.write("atmos.yaml", "profiles: {base_path: team, default: dev}\nenv: {L: base}\n")
    assert profiled.load().env_section() == {"L": "team"}
    home = Path(profiled.home) / ".config/atmos/profiles/mine"
    home.mkdir(parents=True)
    (home / "x.yaml").write_text("env: {L: mine}\n")
    assert profiled.load("--profile", "mine").env_section() == {"L": "mine"}
    assert profiled.load(
        "--profile", "mine", env={"ATMOS_XDG_CONFIG_HOME": str(profiled.home / ".config")}
    ).profiles == ("mine",)


def test_unknown_profiles(profiled: Project) -> None:
    with pytest.raises(AtmosError) as caught:
        profiled.load("--profile", "devel")
    error = caught.value
    assert error.exit_code == 2
    assert "Available profiles are: ci, dev" in error.explanation
    assert "Did you mean `dev`?" in error.hints
    profiled.write("atmos.yaml", "auth: {identities: {boss: {kind: aws/user}}}\n")
    with pytest.raises(AtmosError) as caught:
        profiled.load("--profile", "boss")
    assert "--identity boss" in caught.value.hints[0]
    with pytest.raises(AtmosError, match="interactive mode not available"):
        profiled.load("--profile")


def test_env_section_pins_a_profile_and_never_overrides(profiled: Project) -> None:
    profiled.write("atmos.yaml", "env: {ATMOS_PROFILE: dev, ATMOS_X: !env Y z}\n")
    assert profiled.load().profiles == ("dev",)
    assert (profiled.last_env["ATMOS_PROFILE"], profiled.last_env["ATMOS_X"]) == ("dev", "z")
    assert profiled.load(env={"ATMOS_PROFILE": ""}).profiles == ()
    assert profiled.last_env["ATMOS_PROFILE"] == ""


# -- environment and flags ---------------------------------------------------------------------------


def test_overrides(project: Project) -> None:
    project.write("atmos.yaml", "logs: {level: Info}\nstacks: {base_path: s, included_paths: 'a,b'}\n")
    config = project.load("--logs-level", "Error", env={
        "ATMOS_LOGS_LEVEL": "Debug", "ATMOS_STACKS_INCLUDED_PATHS": "x/*,y", "GITHUB_TOKEN": "t0ken", "NO_PAGER": "1",
        "ATMOS_COMPONENTS_TERRAFORM_INIT_PASS_VARS": "T", "ATMOS_VERSION_CHECK_ENABLED": "perhaps",
    })  # fmt: skip
    assert config.get("logs", "level") == "Error"
    assert config.get("stacks", "included_paths") == ["x/*", "y"]
    assert config.raw("settings")["github_token"] == ("!env", "GITHUB_TOKEN", "", 0)
    assert config.get("settings", "github_token") == "t0ken"
    assert config.get("settings", "terminal", "pager") == "false"
    assert config.get("components", "terraform", "init", "pass_vars") is True
    assert "ATMOS_VERSION_CHECK_ENABLED" in config.warnings[0].message
    assert str(config.where("logs", "level")) == "--logs-level"
    with pytest.raises(AtmosError, match="ATMOS_COMPONENTS_TERRAFORM_DEPLOY_RUN_INIT"):
        project.load(env={"ATMOS_COMPONENTS_TERRAFORM_DEPLOY_RUN_INIT": "maybe"})
    with pytest.raises(AtmosError, match="invalid log level") as caught:
        project.load("--logs-level", "Chatty")
    assert "Chatty" in caught.value.explanation


def test_deferred_settings_get_their_type(project: Project) -> None:
    project.write("atmos.yaml", """\
settings: {terminal: {max_width: !exec echo 77, color: !exec echo false}}
logs: {level: !env LEVEL Info}
components: {terraform: {deploy_run_init: !env YES}}
""")  # fmt: skip
    config = project.load(env={"LEVEL": "Trace", "YES": "T"})
    assert config.get("settings", "terminal", "max_width") == 77
    assert config.get("settings", "terminal", "color") is False
    assert config.section("settings")["terminal"]["max_width"] == 77
    assert config.get("logs", "level") == "Trace"
    assert config.get("components", "terraform", "deploy_run_init") is True


def test_deferred_values_in_maps_in_lists_are_kept(project: Project) -> None:
    project.write("atmos.yaml", """\
auth: {identities: {a: {env: [{key: FROM, value: !exec echo hi}, {key: TO, value: !env TO}], tags: [!env TO, x]}}}
stores: {s: {options: {rows: [[{at: !env TO}], {deep: {er: !env TO}}]}}}
""")  # fmt: skip
    config = project.load(env={"TO": "there"})
    assert config.get("auth", "identities") == {
        "a": {"env": [{"key": "FROM", "value": "hi"}, {"key": "TO", "value": "there"}], "tags": ["there", "x"]}
    }
    assert config.get("stores", "s") == {"options": {"rows": [[{"at": "there"}], {"deep": {"er": "there"}}]}}


def test_wrong_types_are_listed_together(project: Project) -> None:
    project.write(
        "atmos.yaml", "stacks:\n  base_path: [a]\ncomponents: {terraform: {deploy_run_init: 'yes'}}\nlogs: 5\n"
    )
    with pytest.raises(AtmosError) as caught:
        project.load()
    message = caught.value.message
    assert f"'stacks.base_path' expected type 'string', got list ({project.root}/atmos.yaml:2:3)" in message
    assert "'components.terraform.deploy_run_init' cannot parse value as 'bool'" in message
    assert "'logs' expected type 'map'" in message


def test_unknown_keys(project: Project) -> None:
    project.write(
        "atmos.yaml",
        "comands: []\nstack: {a: 1}\nx-anchors: {}\nsomething-else: 1\nsettings: {terminal: {max_widht: 1}}\n",
    )
    config = project.load()
    assert [problem.hint for problem in config.warnings] == ["commands", "stacks", "max_width"]
    assert [problem.path for problem in config.problems if problem.severity == "note"] == ["something-else"]


@pytest.mark.parametrize(("require", "met"), [
    (">=0.1", True), (">=1.100, <2", True), ("^1.200", True), ("~1.227", True), (">=99.0.0", False), ("<0.1 || >=5", False),
    ("1.x", True), ("!=1.227.0", True), ("0.1.0", True),
])  # fmt: skip
def test_version_constraint(project: Project, require: str, met: bool) -> None:
    project.write("atmos.yaml", f"version: {{constraint: {{require: '{require}', message: please upgrade}}}}\n")
    if met:
        assert project.load().warnings == []
        return
    with pytest.raises(AtmosError, match="version constraint not satisfied") as caught:
        project.load()
    assert require in caught.value.explanation
    assert "please upgrade" in caught.value.explanation
    assert require in project.load(env={"ATMOS_VERSION_ENFORCEMENT": "warn"}).warnings[0].message
    assert project.load(env={"ATMOS_VERSION_ENFORCEMENT": "silent"}).warnings == []


def test_an_invalid_constraint(project: Project) -> None:
    project.write("atmos.yaml", "version: {constraint: {require: 'new'}}\n")
    with pytest.raises(AtmosError, match="invalid version constraint"):
        project.load()


# -- paths -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "found"), [
    ("", "repo"), (".", "repo/infra"), ("./x", "repo/infra/x"), ("../y", "repo/y"), ("top", "repo/top"),
    ("only-cwd", "repo/infra/sub/only-cwd"), ("nowhere", "repo/nowhere"), ("!repo-root", "repo"), ("!cwd a", "repo/infra/sub/a"),
])  # fmt: skip
def test_base_path_inside_a_repository(project: Project, value: str, found: str) -> None:
    project.write("repo/.git/HEAD", "x")
    project.write("repo/top/x", "")
    project.write("repo/infra/sub/only-cwd/x", "")
    project.write("repo/infra/atmos.yaml", f"base_path: {value or chr(39) * 2}\nstacks: {{base_path: st}}\n")
    config = project.load(cwd="repo/infra/sub")
    assert config.base_path == str(project.root / found)
    assert config.stacks_path == str(project.root / found / "st")
    assert config.workflows_path == ""


def test_base_path_from_flag_and_variable_is_relative_to_the_working_directory(project: Project) -> None:
    project.write("atmos.yaml", "base_path: a\n")
    project.write("sub/x", "")
    assert project.load("--base-path", "./b", cwd="sub").base_path == str(project.root / "sub/b")
    assert project.load(cwd="sub", env={"ATMOS_BASE_PATH": "."}).base_path == str(project.root / "sub")
    assert project.load("--base-path", "/abs", env={"ATMOS_BASE_PATH": "."}).base_path == "/abs"
    assert project.load(cwd="sub").base_path == str(project.root / "a")


def test_base_path_outside_a_repository(project: Project) -> None:
    project.write("atmos.yaml", "base_path: !repo-root\n")
    project.write("sub/x", "")
    assert project.load(cwd="sub").base_path == str(project.root)


def test_inline_workflows_keep_their_places(project: Project) -> None:
    project.write("atmos.yaml", "workflows:\n  base_path: flows\n  deploy:\n    steps: [echo 1]\n")
    workflows = project.load().raw("workflows")
    assert str(workflows.key_where("deploy")) == f"{project.root}/atmos.yaml:3:3"
    assert workflows["deploy"] == {"steps": ["echo 1"]}


def test_unknown_functions_break_their_section_or_their_command(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: 1, B: !nope x}\n")
    with pytest.raises(AtmosError, match=r"unsupported YAML tag: '!nope' at path 'env\.B'.*!env, !exec"):
        project.load()
    project.write("atmos.yaml", "commands:\n  - {name: a, steps: [!nope x]}\n  - {name: b, steps: [echo b]}\n")
    assert project.load().command_names() == ["a", "b"]


def test_provisioned_identities_lie_below_what_people_write(project: Project) -> None:
    folder = project.home / ".cache/atmos/auth/my_sso"
    folder.mkdir(parents=True)
    (folder / "provisioned-identities.yaml").write_text(
        "auth:\n  identities:\n    prod.x/Admin: {kind: aws/permission-set, via: {provider: my/sso}}\n    own: {kind: other, a: 1}\n"
        "  _metadata: {counts: {accounts: 1}}\n"
    )
    project.write("atmos.yaml", "auth: {providers: {my/sso: {kind: x}}, identities: {own: {kind: aws/user}}}\n")
    auth = project.load().section("auth")
    assert list(auth["identities"]) == ["prod.x/Admin", "own"]
    assert auth["identities"]["own"] == {"kind": "aws/user", "a": 1}
    assert "_metadata" not in auth
    (folder / "provisioned-identities.yaml").write_text("auth: [")
    config = project.load()
    assert list(config.section("auth")["identities"]) == ["own"]
    assert "left out" in config.warnings[0].message


def test_variables_of_other_programs_do_not_stop_us(project: Project) -> None:
    assert project.load(env={"COLOR": "auto", "NO_COLOR": "yes"}).get("settings", "terminal", "no_color") is True
    with pytest.raises(AtmosError, match="invalid edition"):
        project.load("--edition", "soon")
    assert project.load("--edition", "2025-06").get("edition") == "2025-06"


def test_included_maps_merge_like_written_ones(project: Project) -> None:
    project.write("atmos.yaml", "import: low\nenv: {B: main}\nstacks: !include st.json\n")
    project.write("low.yaml", "env: !include low.env\nstacks: {base_path: low, name_pattern: x}\n")
    project.write("low.env", "A=1\nB=low\n")
    project.write("st.json", '{"base_path": "json"}')
    config = project.load()
    assert config.env_section() == {"A": "1", "B": "main"}
    assert (config.get("stacks", "base_path"), config.get("stacks", "name_pattern")) == ("json", "x")
    assert str(config.where("env", "A")) == f"{project.root}/low.yaml:1:6"


def test_names_and_values_from_functions(project: Project) -> None:
    project.write("atmos.yaml", "commands:\n  - {name: !env NAME fallback, commands: [{name: !exec echo kid, steps: [echo]}]}\n"
                                "env: {J: !exec \"echo '{\\\"k\\\": [1, 2.5]}'\"}\n")  # fmt: skip
    config = project.load(env={"NAME": "given name"})
    given = config.command("given")
    assert given is not None
    assert list(given["commands"]["name"]["commands"]) == ["kid"]
    assert config.env_section() == {"J": '{"k":[1,2.5]}'}


def test_null_means_the_default(project: Project) -> None:
    project.write("atmos.yaml", "logs: {level: ~, file: }\nsettings:\nstacks: {inherit: ~}\n")
    config = project.load()
    assert (config.get("logs", "level"), config.get("logs", "file")) == ("Warning", "/dev/stderr")
    assert config.get("stacks", "inherit", "metadata") is True


def test_a_dotenv_file_that_does_not_parse_is_told_without_its_lines(project: Project) -> None:
    project.write("atmos.yaml", "env: !include .env\n")
    project.write(".env", "A=1\nSECRET='hunter2\nB=2\n")
    with pytest.raises(AtmosError, match=r"\.env: line 2 is no `NAME=value`") as caught:
        project.load()
    assert "hunter2" not in caught.value.message + caught.value.explanation
