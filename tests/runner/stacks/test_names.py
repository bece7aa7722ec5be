"""Names of stacks by pattern, of files, globs and imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.stacks import discover, naming


def test_pattern_drops_literals_and_names_what_is_missing() -> None:
    variables = {"tenant": "plat", "environment": "ue2", "stage": "prod"}
    assert naming.by_pattern("{tenant}-{environment}-{stage}", variables) == ("plat-ue2-prod", "")
    assert naming.by_pattern("x-{tenant}-fixed-{stage}", variables) == ("plat-prod", "")
    assert naming.by_pattern("{tenant}-{namespace}", variables) == ("", "namespace")


@pytest.mark.parametrize(
    ("component", "module", "stack", "expected"),
    [
        ("vpc", "vpc", "plat-ue2-prod", "plat-ue2-prod-vpc"),
        ("station", "weather", "dev", "dev-station"),
        ("infra/vpc", "infra/vpc", "tenant1-ue2-dev", "tenant1-ue2-dev-infra-vpc"),
        ("vpc/main", "vpc", "dev", "dev-main"),
        ("vpc-1", "infra/vpc", "dev", "dev-infra-vpc-1"),
        ("mock", "mock", "deploy/eu/test", "deploy-eu-test-mock"),
    ],
)
def test_generated_files(component: str, module: str, stack: str, expected: str) -> None:
    assert naming.varfile_name(component, module, stack) == f"{expected}.terraform.tfvars.json"
    assert naming.planfile_name(component, module, stack) == f"{expected}.planfile"


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/s/orgs/**/*.yaml", "/s/orgs/a.yaml", True),
        ("/s/orgs/**/*.yaml", "/s/orgs/x/y/a.yaml", True),
        ("/s/orgs/*.yaml", "/s/orgs/x/a.yaml", False),
        ("/s/**/_defaults.yaml", "/s/_defaults.yaml", True),
        ("/s/**/_defaults.yaml", "/s/a/b/_defaults.yaml", True),
        ("/s/**/_*.yaml", "/s/a/b_.yaml", False),
        ("/s/{a,b}/?.yaml", "/s/b/x.yaml", True),
        ("/s/[!a]*.yaml", "/s/ab.yaml", False),
        ("/s/a[", "/s/a[", True),
    ],
)
def test_globs(pattern: str, path: str, matches: bool) -> None:
    assert bool(discover.matcher(pattern).match(path)) is matches


def test_imports_by_extension_template_and_folder(tmp_path: Path) -> None:
    base = tmp_path / "stacks"
    for name in ("catalog/vpc.yaml", "catalog/both.yaml", "catalog/both.yaml.tmpl", "catalog/only.yml.tmpl", "org/_d.yaml",
                 "configs/v1.2.yaml", "mixins/b.yaml", "mixins/a.yaml", "mixins/c.yml"):  # fmt: skip
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).touch()
    importer = str(base / "org" / "dev" / "x.yaml")

    def found(path: str) -> list[str]:
        return [discover.file_key(item, str(base)) + Path(item).name[Path(item).name.index(".") :]
                for item in discover.resolve_import(discover.Tree(), str(base), importer, path)]  # fmt: skip

    assert found("catalog/vpc") == ["catalog/vpc.yaml"]
    assert found("catalog/both") == ["catalog/both.yaml"]
    assert found("catalog/both.yaml") == ["catalog/both.yaml.tmpl"]
    assert found("catalog/only") == ["catalog/only.yml.tmpl"]
    assert found("../_d") == ["org/_d.yaml"]
    assert found("configs/v1.2") == []
    assert found("mixins/*") == ["mixins/a.yaml", "mixins/b.yaml"]
    assert found("catalog/nothing") == []


@pytest.mark.parametrize(
    "path", ["github.com/a/b", "git::https://x/y", "https://x/y.yaml", "git@github.com:a/b", "s3::x"]
)
def test_remote_imports_are_recognised(path: str) -> None:
    assert discover.is_remote(path)


def test_local_imports_are_not_remote() -> None:
    assert not any(
        discover.is_remote(path) for path in ("catalog/vpc", "../x", "mixins/region/us-east-2.yaml", "a.b/c")
    )
