"""Manifests in, described components out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runner import stacks
from runner.errors import AtmosError
from tests.runner.stacks.conftest import CONFIG, Project

Make = Callable[..., Project]
TEMPLATES = CONFIG + "templates: {settings: {enabled: true}}\n"


def one(body: str, more: str = "") -> dict[str, str]:
    return {
        "stacks/deploy/dev.yaml": f"{more}\nvars: {{stage: dev}}\ncomponents:\n  terraform:\n    c:\n      {body}\n"
    }


def test_bases_in_order_then_own_values(project: Make) -> None:
    made = project(
        {
            "stacks/deploy/dev.yaml": """
vars: {stage: dev}
components:
  terraform:
    a: {vars: {x: 1, y: 1}}
    b: {vars: {x: 2}}
    c: {metadata: {inherits: [a, b]}, vars: {z: 3}}
"""
        }
    )
    assert made.describe("c", "dev")["vars"] == {"stage": "dev", "x": 2, "y": 1, "z": 3}


def test_pointer_to_a_folder_only_is_lost(project: Make) -> None:
    assert project(one("component: mock")).describe("c", "dev")["component"] == "c"


def test_pointer_to_a_component_inherits_and_names_the_module(project: Make) -> None:
    made = project(
        {
            "stacks/deploy/dev.yaml": """
vars: {stage: dev}
components: {terraform: {base: {vars: {x: 1}}, c: {component: base}}}
"""
        }
    )
    found = made.describe("c", "dev")
    assert (found["component"], found["vars"]["x"], found["workspace"]) == ("base", 1, "dev-c")


@pytest.mark.parametrize(
    ("metadata", "workspace"),
    [
        ("{}", "dev"),
        ("{component: m}", "dev-c"),
        ("{terraform_workspace: w/x}", "w-x"),
        ("{component: m, terraform_workspace_pattern: '{stage}-{component}-{base-component}'}", "dev-c-m"),
        ("{terraform_workspace_template: '{{ .vars.stage }}!', terraform_workspace: no}", "dev!"),
    ],
)
def test_workspaces(project: Make, metadata: str, workspace: str) -> None:
    assert project(one(f"metadata: {metadata}")).describe("c", "dev")["workspace"] == workspace


def test_http_backend_has_the_default_workspace(project: Make) -> None:
    assert project(one("backend_type: http\n      backend: {http: {}}")).describe("c", "dev")["workspace"] == "default"


@pytest.mark.parametrize(
    ("component", "backend"),
    [
        ("metadata: {component: infra/vpc}", {"bucket": "b", "workspace_key_prefix": "infra-vpc"}),
        ("metadata: {component: infra/vpc, name: net}", {"bucket": "b", "workspace_key_prefix": "net"}),
        ("vars: {}", {"bucket": "b", "workspace_key_prefix": "c"}),
    ],
)
def test_state_prefixes(project: Make, component: str, backend: dict[str, str]) -> None:
    made = project(one(component, "terraform: {backend_type: s3, backend: {s3: {bucket: b}}}"))
    assert made.describe("c", "dev")["backend"] == backend


def test_azurerm_key(project: Make) -> None:
    made = project(
        one("metadata: {component: infra/vpc}", "terraform: {backend_type: azurerm, backend: {azurerm: {key: shared}}}")
    )
    assert made.describe("c", "dev")["backend"] == {"key": "shared/infra-vpc.terraform.tfstate"}


def test_remote_state_starts_from_the_backend(project: Make) -> None:
    made = project(
        one("remote_state_backend: {s3: {role: r}}", "terraform: {backend_type: s3, backend: {s3: {bucket: b}}}")
    )
    found = made.describe("c", "dev")
    assert found["remote_state_backend"] == {"bucket": "b", "workspace_key_prefix": "c", "role": "r"}
    assert found["remote_state_backend_type"] == "s3"


def test_a_mismatched_backend_breaks_only_its_component(project: Make) -> None:
    files = {
        "stacks/deploy/dev.yaml": """
vars: {stage: dev}
terraform: {backend: {s3: {bucket: b}}}
components: {terraform: {bad: {backend_type: local}, good: {}}}
"""
    }
    made = project(files)
    assert made.describe("good", "dev")["backend_type"] == ""
    with pytest.raises(AtmosError, match="backend_type does not match"):
        made.describe("bad", "dev")


class TestTemplates:
    def test_computed_names_and_missing_values(self, project: Make) -> None:
        body = 'vars: {name: "{{ .vars.stage }}-{{ .atmos_component }}", x: "{{ .vars.missing }}"}'
        assert project(one(body), TEMPLATES).describe("c", "dev")["vars"] == {
            "name": "dev-c",
            "stage": "dev",
            "x": "<no value>",
        }

    def test_stay_text_when_switched_off(self, project: Make) -> None:
        assert (
            project(one('vars: {name: "{{ .vars.stage }}"}')).describe("c", "dev")["vars"]["name"]
            == "{{ .vars.stage }}"
        )

    def test_unquoted_text_is_typed_again(self, project: Make) -> None:
        body = 'vars: {zero: 0, plain: "1{{ .vars.zero }}", quoted: "{{ .vars.zero }}", account: "00{{ .vars.zero }}234567890"}'
        found = project(one(body), TEMPLATES).describe("c", "dev")["vars"]
        assert (found["plain"], found["quoted"]) == (10, "0")

    def test_a_result_is_never_structure_nor_a_function(self, project: Make) -> None:
        body = 'vars: {evil: "x: !exec touch owned\\ny: 1", call: "!exec touch owned", a: "a {{ .vars.evil }}", b: "{{ .vars.call }}"}'
        made = project(one(body), TEMPLATES)
        found = made.describe("c", "dev")["vars"]
        assert found["a"] == "a x: !exec touch owned\ny: 1"
        assert found["b"] == "!exec touch owned"
        assert not (made.root / "owned").exists()

    def test_literals_are_untouched(self, project: Make) -> None:
        body = 'vars: {l: !literal "{{ .vars.stage }}", deep: [!literal "{{ x }}"]}'
        found = project(one(body), TEMPLATES).describe("c", "dev")["vars"]
        assert (found["l"], found["deep"]) == ("{{ .vars.stage }}", ["{{ x }}"])

    def test_an_error_names_component_and_field(self, project: Make) -> None:
        with pytest.raises(AtmosError, match=r"component c.*`vars\.x`"):
            project(one('vars: {x: "{{ .vars.stage | nosuch }}"}'), TEMPLATES).describe("c", "dev")

    def test_function_sets_are_switched_on_one_by_one(self, project: Make) -> None:
        files = one('vars: {x: "{{ .vars.stage | upper }}"}')
        with pytest.raises(AtmosError) as caught:
            project(files, TEMPLATES).describe("c", "dev")
        assert any("templates.settings.sprig.enabled" in hint for hint in caught.value.hints)
        config = CONFIG + "templates: {settings: {enabled: true, sprig: {enabled: true}}}\n"
        assert project(files, config).describe("c", "dev")["vars"]["x"] == "DEV"

    def test_other_delimiters(self, project: Make) -> None:
        config = CONFIG + 'templates: {settings: {enabled: true, delimiters: ["[[", "]]"]}}\n'
        found = project(one('vars: {x: "[[ .vars.stage ]]", y: "{{ .vars.stage }}"}'), config).describe("c", "dev")[
            "vars"
        ]
        assert (found["x"], found["y"]) == ("dev", "{{ .vars.stage }}")

    def test_delimiters_are_two(self, project: Make) -> None:
        config = CONFIG + 'templates: {settings: {enabled: true, delimiters: ["[["]}}\n'
        with pytest.raises(AtmosError, match=r"invalid 'templates.settings.delimiters'"):
            project(one('vars: {x: "[[ .vars.stage ]]"}'), config).describe("c", "dev")


class TestImports:
    def test_context_fills_text_and_whole_values(self, project: Make) -> None:
        made = project(
            {
                "stacks/mixins/t.yaml": 'components: {terraform: {c: {vars: {count: "{{ .n }}", label: "a-{{ .n }}", m: "{{ .m }}"}}}}',
                "stacks/deploy/dev.yaml": "import: [{path: mixins/t, context: {n: 5, m: {k: [1]}}}]\nvars: {stage: dev}\n",
            }
        )
        assert made.describe("c", "dev")["vars"] == {"stage": "dev", "count": 5, "label": "a-5", "m": {"k": [1]}}

    def test_values_of_a_context_are_not_rendered_again(self, project: Make) -> None:
        made = project(
            {
                "stacks/mixins/t.yaml": 'components: {terraform: {c: {vars: {v: "{{ .v }}"}}}}',
                "stacks/deploy/dev.yaml": "import: [{path: mixins/t, context: {v: '{{ .nope }} \" : # x'}}]\nvars: {stage: dev}\n",
            }
        )
        assert made.describe("c", "dev")["vars"]["v"] == '{{ .nope }} " : # x'

    def test_templates_of_files_see_the_environment(self, project: Make) -> None:
        made = project(
            {
                "stacks/deploy/dev.yaml.tmpl": 'vars: {stage: "{{ env "WHERE" | lower }}"}\ncomponents: {terraform: {c: {}}}'
            }
        )
        assert made.describe("c", "dev", WHERE="DEV")["vars"] == {"stage": "dev"}

    def test_missing_and_forgiven(self, project: Make) -> None:
        made = project(
            {"stacks/deploy/dev.yaml": "import: [nothing]\nvars: {stage: dev}\ncomponents: {terraform: {c: {}}}"}
        )
        with pytest.raises(AtmosError, match=r"stack import not found.*'nothing'.*deploy/dev\.yaml"):
            made.describe("c", "dev")
        made.put(
            "stacks/deploy/dev.yaml",
            "import: [{path: nothing, skip_if_missing: true}]\nvars: {stage: dev}\ncomponents: {terraform: {c: {}}}",
        )
        assert made.describe("c", "dev")["atmos_component"] == "c"

    def test_circle(self, project: Make) -> None:
        made = project({
            "stacks/a.yaml": "import: [b]", "stacks/b.yaml": "import: [a]",
            "stacks/deploy/dev.yaml": "import: [a]\nvars: {stage: dev}\ncomponents: {terraform: {c: {}}}",
        })  # fmt: skip
        with pytest.raises(AtmosError, match=r"in a circle: a\.yaml -> b\.yaml -> a\.yaml"):
            made.describe("c", "dev")

    def test_deps_and_imports(self, project: Make) -> None:
        made = project(
            {
                "stacks/catalog/c.yaml": "components: {terraform: {c: {vars: {x: 1, y: 1}}}}",
                "stacks/catalog/unused.yaml": "components: {terraform: {d: {}}}",
                "stacks/deploy/dev.yaml": "import: [catalog/c, catalog/unused]\nvars: {stage: dev}\ncomponents: {terraform: {c: {vars: {y: 2}}}}",
            }
        )
        found = made.describe("c", "dev")
        assert found["imports"] == ["catalog/c", "catalog/unused"]
        assert found["deps"] == found["deps_all"] == ["catalog/c", "deploy/dev"]
        assert [step["stack_file"] for step in found["sources"]["vars"]["y"]["stack_dependencies"]] == [
            "deploy/dev",
            "catalog/c",
        ]


OVERRIDES = {
    "stacks/catalog/c1.yaml": "components: {terraform: {c1: {vars: {a: a, b: b, c: c, d: d}}}}",
    "stacks/teams/one.yaml": "import: [catalog/c1]\nterraform: {overrides: {vars: {c: c-team1}}}",
    "stacks/teams/two.yaml": "import: [catalog/c1]\nterraform: {overrides: {vars: {a: a-team2, b: b-team2}}}",
}


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ("import: [teams/one, teams/two]\noverrides: {vars: {a: a-p, b: b-p, c: c-p}}", "a-p b-p c-p d"),
        ("import: [teams/one, teams/two]\noverrides: {vars: {a: a-s}}", "a-s b-team2 c-team1 d"),
        ("import: [teams/one, teams/two]", "a-team2 b-team2 c-team1 d"),
        (
            "import: [teams/one]\noverrides: {vars: {a: t, b: t}}\nterraform: {overrides: {vars: {a: t2}}}",
            "t2 t c-team1 d",
        ),
        ("import: [catalog/c1, teams/none]", "a b c d"),
        ("import: [teams/none, catalog/c1]", "o b c d"),
    ],
)
def test_overrides(project: Make, manifest: str, expected: str) -> None:
    files = {**OVERRIDES, "stacks/teams/none.yaml": "overrides: {vars: {a: o}}",
             "stacks/deploy/dev.yaml": f"vars: {{stage: dev}}\n{manifest}\n"}  # fmt: skip
    found = project(files).describe("c1", "dev")["vars"]
    assert " ".join(found[name] for name in "abcd") == expected


class TestFunctions:
    def test_env_of_the_component_first(self, project: Make) -> None:
        made = project(one("env: {X: own}\n      vars: {x: !env X, y: !env Y, z: !env Z fallback, n: !env N}"))
        found = made.describe("c", "dev", X="caller", Y="caller")["vars"]
        assert (found["x"], found["y"], found["z"], found["n"]) == ("own", "caller", "fallback", "")

    def test_text_that_only_looks_like_a_function_is_text(self, project: Make) -> None:
        assert project(one('vars: {x: "!exec echo 1"}')).describe("c", "dev")["vars"]["x"] == "!exec echo 1"

    def test_layers_merge_once_evaluated(self, project: Make) -> None:
        made = project(one("vars: {m: !template '{\"b\":2}'}", "terraform: {vars: {m: {a: 1}}}"))
        assert made.describe("c", "dev")["vars"]["m"] == {"a": 1, "b": 2}

    def test_labels_and_tags(self, project: Make) -> None:
        made = project(
            one(
                "metadata: {tags: [t], labels: {b: 1, a: 2}}\n      vars: {t: !tags , l: !labels , k: !labels.keys , v: !labels.values }"
            )
        )
        found = made.describe("c", "dev")["vars"]
        assert (found["t"], found["l"], found["k"], found["v"]) == (["t"], {"a": 2, "b": 1}, ["a", "b"], [2, 1])

    def test_store_that_is_not_there(self, project: Make) -> None:
        with pytest.raises(AtmosError, match="Store none not found"):
            project(one("vars: {x: !store none dev c key}")).describe("c", "dev")

    def test_unknown_tag(self, project: Make) -> None:
        with pytest.raises(
            AtmosError, match=r"unsupported YAML tag: '!nosuch' found in file 'deploy/dev\.yaml:\d+.*!env"
        ):
            project(one("vars: {x: !nosuch y}")).describe("c", "dev")


class TestLocals:
    def test_see_each_other_and_their_file(self, project: Make) -> None:
        made = project(one('vars: {x: "{{ .locals.a }}", p: "{{ .locals.p }}"}',
                           'locals: {a: "{{ .locals.b }}-{{ .vars.stage }}", b: z, p: {q: [1]}}'))  # fmt: skip
        assert made.describe("c", "dev")["vars"] == {"stage": "dev", "x": "z-dev", "p": {"q": [1]}}

    def test_function_in_a_local(self, project: Make) -> None:
        made = project(
            one('vars: {x: "{{ .locals.a }}", y: "<{{ .locals.a }}>"}', "locals: {a: !env WHO nobody}"), TEMPLATES
        )
        found = made.describe("c", "dev", WHO="me")["vars"]
        assert (found["x"], found["y"]) == ("me", "<me>")

    def test_function_in_vars_beside_a_local(self, project: Make) -> None:
        made = project({"stacks/deploy/dev.yaml": 'locals: {a: z}\nvars: {stage: dev, f: !env WHO nobody}\n'
                        'components: {terraform: {c: {vars: {x: "{{ .locals.a }}-{{ .vars.stage }}", y: "{{ .locals.a }}-{{ .vars.f }}"}}}}'},
                       TEMPLATES)  # fmt: skip
        found = made.describe("c", "dev", WHO="me")["vars"]
        assert (found["f"], found["x"], found["y"]) == ("me", "z-dev", "z-!env WHO nobody")

    def test_circle_names_its_members(self, project: Make) -> None:
        made = project(one("vars: {}", 'locals: {a: "{{ .locals.b }}", b: "{{ .locals.a }}"}'))
        with pytest.raises(AtmosError, match=r"circular dependency.*a -> b -> a"):
            made.describe("c", "dev")

    def test_unknown_local_names_the_known(self, project: Make) -> None:
        with pytest.raises(AtmosError, match=r"`a`.*`\.locals\.nope`"):
            project(one("vars: {}", 'locals: {a: "{{ .locals.nope }}"}')).describe("c", "dev")


class TestNames:
    def test_manifest_name_wins_and_the_file_is_none(self, project: Make) -> None:
        made = project({"stacks/deploy/prod.yaml": "name: production\ncomponents: {terraform: {c: {}}}"},
                       CONFIG.replace('name_template: "{{ .vars.stage }}"', 'name_pattern: ""'))  # fmt: skip
        assert stacks.stack_names(made.app()) == ["production"]
        with pytest.raises(AtmosError) as caught:
            made.describe("c", "prod")
        assert (caught.value.message, caught.value.explanation) == ("invalid stack", "Stack prod not found.")
        assert caught.value.hints[0] == "Did you mean production?"

    def test_a_path_names_a_stack(self, project: Make) -> None:
        found = project({"stacks/deploy/eu/x.yaml": "vars: {stage: dev}\ncomponents: {terraform: {c: {}}}"}).describe(
            "c", "eu/x"
        )
        assert (found["atmos_stack"], found["atmos_stack_file"], found["workspace"]) == ("eu/x", "deploy/eu/x", "dev")

    def test_misspelt_component_and_stack(self, project: Make) -> None:
        made = project(one("vars: {}"))
        with pytest.raises(AtmosError) as caught:
            made.describe("cc", "dev")
        assert "Could not find the component cc in the stack dev." in caught.value.explanation
        assert any("component c?" in hint for hint in caught.value.hints)
        with pytest.raises(AtmosError) as caught:
            made.describe("c", "deev")
        assert any("stack dev?" in hint for hint in caught.value.hints)

    def test_one_component_in_two_files(self, project: Make) -> None:
        made = project(
            {
                "stacks/deploy/a.yaml": "vars: {stage: dev}\ncomponents: {terraform: {c: {vars: {n: 1}}, same: {}}}",
                "stacks/deploy/b.yaml": "vars: {stage: dev}\ncomponents: {terraform: {c: {vars: {n: 2}}, same: {}}}",
            }
        )
        assert made.describe("same", "dev")["atmos_stack_file"] == "deploy/a"
        with pytest.raises(AtmosError, match=r"duplicate component configuration.*`c`.*`dev`.*deploy/a, deploy/b"):
            made.describe("c", "dev")

    def test_completion_helpers(self, project: Make) -> None:
        made = project(
            {
                "stacks/deploy/a.yaml": "vars: {stage: dev}\ncomponents: {terraform: {c: {}, base: {metadata: {type: abstract}}}}"
            }
        )
        app = made.app()
        assert stacks.has_stacks(app)
        assert (stacks.stack_names(app), stacks.component_names(app, "dev")) == (["dev"], ["c"])
        assert stacks.component_names(app, "prod") == []


def test_no_stacks_folder(project: Make) -> None:
    made = project({})
    assert not stacks.has_stacks(made.app())
    assert stacks.stack_names(made.app()) == []
    with pytest.raises(AtmosError) as caught:
        made.describe("c", "dev")
    assert caught.value.message == "directory for Atmos stacks does not exist"
    assert f"Stacks directory not found: {made.root}/stacks" in caught.value.explanation


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("vars:\ncomponents: {terraform: {c: {}}}", "invalid vars section in file 'deploy/dev'"),
        ("terraform: [a]\nvars: {stage: dev}\ncomponents: {terraform: {c: {}}}", "invalid terraform section in file 'deploy/dev'"),
        ("vars: {stage: dev}\ncomponents: {terraform: {c: {vars: [a]}}}", "'components.terraform.c.vars' in the file 'deploy/dev'"),
        ("vars: {stage: dev}\ncomponents: {terraform: {c: }}", "invalid component map type for component c"),
        ("vars: {stage: dev}\nmetadata: {name: x}\ncomponents: {terraform: {c: {}}}", "not allowed at global"),
        ("vars: {stage: dev}\ncomponents: {terraform: {c: {metadata: {inherits: [d]}}}}", "inherits from 'd'"),
        ("vars: {stage: dev}\ncomponents: {terraform: {c: {metadata: {inherits: [d]}}, d: {metadata: {inherits: [c]}}}}",
         "circular component inheritance detected"),
    ],
)  # fmt: skip
def test_mistakes(project: Make, manifest: str, message: str) -> None:
    with pytest.raises(AtmosError) as caught:
        project({"stacks/deploy/dev.yaml": manifest}).describe("c", "dev")
    assert message in caught.value.message


class TestEditions:
    """A project that is pinned to an earlier time keeps the defaults of that time."""

    def test_metadata_of_bases(self, project: Make) -> None:
        files = {
            "stacks/deploy/dev.yaml": "vars: {stage: dev}\ncomponents: {terraform: {b: {metadata: {labels: {a: b}}}, "
            "c: {metadata: {inherits: [b]}}}}\n"
        }
        for edition, expected in (("2025-11", {}), ("2025-12-06", {"a": "b"}), ("2026", {"a": "b"})):
            made = project(files, CONFIG + f"edition: {edition}\n")
            assert made.describe("c", "dev")["metadata"].get("labels", {}) == expected

    def test_what_describe_shows_and_how_strictly(self, project: Make) -> None:
        files = one("vars: {x: !exec 'exit 3'}")
        assert (
            project(files, CONFIG + "edition: 2026-07-12\n").run("describe", "component", "c", "-s", "dev").returncode
            == 1
        )
        shown = project(files, CONFIG + "edition: 2026-07-14\n").json("describe", "component", "c", "-s", "dev")
        assert "workspace" in shown
        assert "workspace" not in project(files).json("describe", "component", "c", "-s", "dev")


def test_one_component_in_two_manifests_is_shown_once(project: Make) -> None:
    body = "vars: {stage: dev, x: %s}\ncomponents: {terraform: {c: {}}}\n"
    files = {"stacks/deploy/one.yaml": body % 1, "stacks/deploy/two.yaml": body % 1}
    told = project(files).run("describe", "stacks", "-f", "json", "-q", ".dev.components.terraform.c.atmos_stack_file")
    assert (told.stdout, told.stderr) == ('"deploy/one"\n', "")
    made = project({"stacks/deploy/two.yaml": body % 2})
    told = made.run("describe", "stacks", "-f", "json", "-q", ".dev.components.terraform.c.vars.x")
    assert told.stdout == "1\n"
    assert "in the manifests: deploy/one, deploy/two" in told.stderr
    assert made.run("describe", "stacks", "--error-mode", "strict").returncode == 1


def test_a_template_that_fails_is_shown(project: Make) -> None:
    made = project(one("vars: {x: '{{ sprigless 5 }}'}"), TEMPLATES)
    with pytest.raises(AtmosError, match=r"the template in `vars\.x` cannot be rendered") as caught:
        made.describe("c", "dev")
    assert "1 | {{ sprigless 5 }}" in (caught.value.explanation or "")


def test_locals_of_the_stack_file_in_the_name_template(project: Make) -> None:
    made = project(
        {
            "stacks/deploy/x.yaml": "locals: {env: '{{ .vars.stage }}1'}\nvars: {stage: dev}\ncomponents: {terraform: "
            "{c: {}, d: {locals: {env: own}}}}\n"
        },
        CONFIG.replace("{{ .vars.stage }}", "{{ .locals.env }}-{{ .vars.stage }}"),
    )
    assert made.run("list", "stacks").stdout == "dev1-dev\nown-dev\n"
    assert made.describe("c", "dev1-dev")["workspace"] == "dev1-dev"


def test_stacks_without_matching_components_on_request(project: Make) -> None:
    made = project(one("vars: {x: 1}"))
    argv = ("describe", "stacks", "--component-types", "helmfile")
    assert made.json(*argv) == {}
    assert made.json(*argv, "--include-empty-stacks") == {"dev": {"components": {}}}
