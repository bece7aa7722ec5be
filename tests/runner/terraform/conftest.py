"""A terraform that notes its calls, and fixture A: one component in two stacks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.runner.stacks.conftest import CONFIG, Project, project  # noqa: F401 - a fixture used here

FAKE = r"""#!/usr/bin/env bash
printf '%s | %s\n' "${PWD#"$ROOT"/}" "$*" >> "$ROOT/tf.log"
if [[ "$1" == "${FAIL_SUB:-none}" || "$1 $2" == "${FAIL_SUB:-none}" ]]; then echo "boom of $1"; exit "${FAIL_CODE:-1}"; fi
if [[ -n "$PRINT_ENV" && "$1" == "${PRINT_AT:-plan}" ]]; then env | grep -E "^($PRINT_ENV)=" | sort; fi
if [[ "$1" == init ]]; then echo "Initializing"; fi
if [[ "$1" == output ]]; then echo '{}'; fi
if [[ -n "$SLEEP_AT" && "$1" == "$SLEEP_AT" ]]; then trap 'echo stopped >> "$ROOT/tf.log"; exit 1' INT TERM; sleep 30 & wait; fi
for a in "$@"; do case $a in *.planfile) [[ $1 == plan ]] && : > "$a";; esac; done
exit 0
"""

CATALOG = """
components:
  terraform:
    myapp:
      vars: {location: Los Angeles, lang: en, format: '', options: '0', units: m}
"""


class Fleet(Project):
    """A project with the noting terraform on PATH."""

    def log(self) -> list[str]:
        path = self.root / "tf.log"
        return path.read_text().splitlines() if path.exists() else []

    def lines(self, *argv: str, code: int = 0, **env: str) -> list[str]:
        """Run terraform through us; what it was called with, without the folder where it is the usual one."""
        (self.root / "tf.log").unlink(missing_ok=True)
        done = self.run("terraform", *argv, **env)
        assert done.returncode == code, done.stderr + done.stdout
        return [line.removeprefix("components/terraform/myapp | ") for line in self.log()]

    def error(self, *argv: str, code: int = 1, **env: str) -> str:
        done = self.run("terraform", *argv, **env)
        assert done.returncode == code, done.stderr
        return done.stderr


@pytest.fixture
def fleet(project: Callable[..., Project]) -> Callable[..., Fleet]:  # noqa: F811
    """Make fixture A with changes: more files, other configuration, more components of `dev`."""

    def make(files: dict[str, str] | None = None, config: str = CONFIG, dev: str = "", root: str = "") -> Fleet:
        made = project(
            {
                "stacks/catalog/myapp.yaml": CATALOG,
                "stacks/deploy/dev.yaml": f"import: [catalog/myapp]\n{root}\nvars: {{stage: dev}}\n"
                "components:\n  terraform:\n    myapp: {vars: {location: Stockholm, lang: sv}}\n" + dev,
                "components/terraform/myapp/main.tf": "",
                **(files or {}),
            },
            config,
        )
        tool = made.put("bin/terraform", FAKE)
        tool.chmod(0o755)
        env = {**made.env, "ROOT": str(made.root), "PATH": f"{made.root}/bin:{made.env['PATH']}"}
        return Fleet(made.root, env)

    return make
