"""`atmos terraform shell`: an interactive shell in a component's folder, set up as a run would be (spec §16.5).

Words after `--` are the shell's own; without any it is a login shell, as in `auth shell`."""

from __future__ import annotations

import os

from runner.stacks import policies
from runner.terraform import lock
from runner.terraform.execute import launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.terraform.execute import Run

_WITH_VARIABLES = ("plan", "apply", "refresh", "import", "destroy", "console")


def run(run_: Run) -> int:
    """Prepare the folder, start the shell; its exit code is ours (decision D47)."""
    run_.authenticate()
    policies.require(run_.target.described, policies.of(run_.app, run_.target.described))
    if run_.invocation.on("with-secrets"):
        run_.secrets = set()
    target = run_.target
    with lock.held(target.folder, run_.app.env, lambda: None) as holding:
        before = dict(run_.env)
        if holding:
            run_.env[lock.VARIABLE] = holding
        run_.write_files()
        run_.before()
        run_.env = before
    env = run_.env
    for name in _WITH_VARIABLES:
        env[f"TF_CLI_ARGS_{name}"] = f"-var-file={target.varfile}"
    env.update(
        ATMOS_STACK=target.stack, ATMOS_COMPONENT=target.component, ATMOS_SHELL_WORKING_DIR=target.folder,
        ATMOS_TERRAFORM_WORKSPACE=target.workspace,
    )  # fmt: skip
    prompt = prompt_of(run_)
    if prompt:
        env["PS1"] = prompt
    return launch([*shell(env), *(run_.invocation.extra or ["-l"])], env=env, cwd=target.folder).code


def shell(env: dict[str, str]) -> list[str]:
    """The user's shell, else one that is there."""
    from runner.process.launch import find

    own = env.get("SHELL", "")
    if own and os.path.isfile(own) and os.access(own, os.X_OK):
        return [own]
    return [find("bash", env, os.sep) or find("sh", env, os.sep) or "sh"]


def prompt_of(run_: Run) -> str:
    """`components.terraform.shell.prompt`, rendered."""
    section = run_.project.options.terraform.get("shell")
    template = section.get("prompt") if isinstance(section, dict) else None
    if not isinstance(template, str) or not template:
        return ""
    from runner.stacks import rendering

    return rendering.render(
        template, {"Component": run_.target.component, "Stack": run_.target.stack}, strict=False, name="shell.prompt"
    )
