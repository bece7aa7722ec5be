"""Finding workflows: folders, names, files, inline ones; what is said about those that cannot be used."""

from __future__ import annotations

import json

from tests.runner.workflows.conftest import Project

ONE = "workflows:\n  {name}:\n    description: {name} of {file}\n    steps: ['echo {name} of {file}']\n"


def add(project: Project, file: str, name: str) -> None:
    project.write(f"w/{file}", ONE.format(name=name, file=file))


def test_every_ending_and_folder_counts(project: Project) -> None:
    for file, name in (("a.yaml", "a"), ("b.yml", "b"), ("c.yaml.tmpl", "c"), ("d/e/f.yml.tmpl", "d"), ("x.txt", "x")):
        add(project, file, name)
    for name in "abcd":
        assert project.run("workflow", name).stdout.startswith(f"{name} of ")
    missing = project.run("workflow", "x")
    assert missing.returncode == 1
    assert "No workflow found with name x" in missing.stderr


def test_a_file_without_an_ending_gets_one_unless_a_dot_is_in_its_name(project: Project) -> None:
    add(project, "v1.2.yaml", "a")
    add(project, "deep/plain.yaml", "b")
    assert project.run("workflow", "b", "-f", "deep/plain").returncode == 0
    missing = project.run("workflow", "a", "-f", "v1.2")
    assert missing.returncode == 1
    assert "w/v1.2 does not exist" in missing.stderr
    assert "--file v1.2.yaml" in missing.stderr
    assert project.run("workflow", "a", "-f", "v1.2.yaml").returncode == 0


def test_paths_are_shown_from_where_one_stands(project: Project) -> None:
    add(project, "a.yaml", "a")
    (project.root / "sub").mkdir()
    assert "w/none.yaml does not exist" in project.run("workflow", "a", "-f", "none").stderr
    assert f"{project.root}/w/none.yaml does not exist" in project.run("workflow", "a", "-f", "none", cwd="sub").stderr


def test_a_file_outside_the_folder_is_resumed_by_its_path(project: Project) -> None:
    path = project.write("elsewhere/it.yaml", "workflows:\n  a:\n    steps: [exit 5]\n")
    failed = project.run("workflow", "a", "-f", str(path))
    assert failed.returncode == 5
    assert f"atmos workflow a -f {path.parent}/it --from-step 'step1'" in failed.stderr


def test_ambiguous_names_list_their_files_sorted(project: Project) -> None:
    add(project, "z.yaml", "same")
    add(project, "a.yaml", "same")
    found = project.run("workflow", "same")
    assert found.returncode == 1
    assert "Multiple workflow files contain workflow same" in found.stderr
    assert "Matching files: a.yaml, z.yaml" in found.stderr
    assert "atmos workflow same --file <file>" in found.stderr


def test_the_name_is_asked_for_only_where_somebody_is(project: Project) -> None:
    add(project, "a.yaml", "one")
    add(project, "b.yaml", "two")
    found = project.run("workflow")
    assert found.returncode == 1
    assert "one (a.yaml): one of a.yaml" in found.stderr
    assert "two (b.yaml): two of b.yaml" in found.stderr


def test_without_a_folder(project: Project) -> None:
    project.write("atmos.yaml", "base_path: ./\n")
    assert "'workflows.base_path' must be configured in 'atmos.yaml'" in project.run("workflow", "a").stderr
    assert project.run("workflow", "a").returncode == 1
    project.write("other/x.yaml", ONE.format(name="a", file="x"))
    assert project.run("workflow", "a", "-f", "other/x").returncode == 0  # below the project
    project.write("atmos.yaml", "base_path: ./\nworkflows: {base_path: none}\n")
    assert "workflow directory does not exist: 'none'" in project.run("workflow", "a").stderr


def test_inline_workflows(project: Project) -> None:
    project.write("atmos.yaml", """
base_path: ./
workflows:
  base_path: w
  list: {format: json}
  Inline: {steps: [echo inline]}
  bad: {steps: [{type: shel, command: x}]}
  unreadable: {steps: [{type: shell, command: x, when: stakc == 'x'}]}
""")  # fmt: skip
    add(project, "a.yaml", "Inline")
    assert "Matching files: a.yaml, atmos.yaml" in project.run("workflow", "Inline").stderr
    for file in ("atmos", "atmos.yaml"):
        assert project.run("workflow", "Inline", "-f", file).stdout == "inline\n"
    assert project.run("workflow", "base_path").returncode == 1
    listed = json.loads(project.run("list", "workflows").stdout)
    assert [(row["File"], row["Workflow"]) for row in listed] == [
        ("a.yaml", "Inline"), ("atmos.yaml", "Inline"), ("atmos.yaml", "bad")]  # fmt: skip
    project.write("stacks/x.yaml", "")
    described = json.loads(project.run("describe", "workflows", "-o", "map", "-f", "json").stdout or "null")
    assert described == {"a.yaml": ["Inline"], "atmos.yaml": ["Inline", "bad"]}
    broken = project.run("workflow", "bad")
    assert broken.returncode == 1
    assert "atmos.yaml:7" in broken.stderr
    assert "Did you mean shell?" in broken.stderr


def test_broken_files_are_warnings_elsewhere_and_errors_where_named(project: Project) -> None:
    add(project, "good.yaml", "good")
    project.write("w/torn.yaml", "workflows:\n  a:\n    steps:\n      - type: shell\n       command: x\n")
    project.write("w/typo.yaml", "workflow:\n  a: {}\n")
    project.write("w/binary.yaml", "workflows:\n  a: \x01\n")
    good = project.run("workflow", "good")
    assert good.returncode == 0
    assert "WARN Skipping invalid workflow file file=w/torn.yaml" in good.stderr
    assert "WARN Skipping workflow file without 'workflows:' key file=w/typo.yaml" in good.stderr
    assert "w/binary.yaml" in good.stderr
    torn = project.run("workflow", "a", "-f", "torn")
    assert torn.returncode == 1
    assert "invalid workflow manifest: w/torn.yaml:5" in torn.stderr
    typo = project.run("workflow", "a", "-f", "typo")
    assert "Add a top-level 'workflows:' key to the manifest file" in typo.stderr


def test_tags(project: Project) -> None:
    project.write("w/parts/words.txt", "echo from a part\n")
    project.write("w/a.yaml", """
workflows:
  a:
    env: {WHO: !env SOMEBODY nobody, KEPT: !terraform.output vpc id}
    steps:
      - {type: shell, command: !include parts/words.txt}
      - {type: shell, command: 'echo "$WHO $KEPT"'}
      - {type: shell, when: !cel 'os != ""', command: !exec 'echo echo computed'}
      - {type: shell, command: !literal 'echo {{ .steps }}'}
""")  # fmt: skip
    result = project.run("workflow", "a", env={"SOMEBODY": "me"})
    assert (result.returncode, result.stdout) == (
        0, "from a part\nme !terraform.output vpc id\ncomputed\n{{ .steps }}\n",
    ), result.stderr  # fmt: skip
    project.write("w/a.yaml", "workflows:\n  a:\n    steps: [!includ x]\n")
    wrong = project.run("workflow", "a", "-f", "a")
    assert "w/a.yaml:3" in wrong.stderr
    assert "Did you mean !include?" in wrong.stderr
    project.write("w/a.yaml", "workflows:\n  a:\n    steps: [!include none.sh]\n")
    wrong = project.run("workflow", "a", "-f", "a")
    assert wrong.returncode == 1
    assert "none.sh" in wrong.stderr


def test_names_for_completion_never_fail(project: Project) -> None:
    from runner.app import App
    from runner.globals import scan
    from runner.workflows import names

    add(project, "a.yaml", "one")
    project.write("w/torn.yaml", "a: [")

    def app() -> App:
        return App([], dict(project.env), str(project.root), scan(["--base-path", str(project.root)], {})[0])

    import os

    before = os.getcwd()
    os.chdir(project.root)
    try:
        assert names.workflow_names(app()) == [("one", "a.yaml", "one of a.yaml")]
        assert names.file_names(app()) == ["a"]
        assert names.step_names(app(), "one") == ["step1"]
        (project.root / "atmos.yaml").write_text("base_path: ./\nworkflows: {base_path: none}\n")
        assert names.workflow_names(app()) == names.file_names(app()) == names.step_names(app(), "x") == []
    finally:
        os.chdir(before)
