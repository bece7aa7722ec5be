"""The words terraform is called with, for each subcommand (spec §16.2)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.terraform.argv import Invocation
    from runner.terraform.target import Target

WITH_VARIABLES = ("destroy", "refresh", "import", "test")
WORKSPACE_NAMED = ("select", "new", "delete")
# subcommands whose output is read by programs: what comes before them goes to stderr
READ_BY_PROGRAMS = ("output", "show", "plan-diff", "state", "graph", "providers", "console", "metadata", "modules", "workspace list",
                    "workspace show", "version")  # fmt: skip


class Settings:
    """What atmos.yaml, the environment and flags say about runs; flags win."""

    def __init__(self, terraform: dict[str, Any], invocation: Invocation) -> None:
        def setting(name: str, flag: str, nested: str = "") -> bool:
            holder = terraform.get(nested) if nested else terraform
            configured = holder.get(name) is True if isinstance(holder, dict) else False
            given = invocation.maybe(flag) if flag else None
            return configured if given is None else given

        self.reconfigure = setting("init_run_reconfigure", "init-run-reconfigure")
        self.auto_backend = setting("auto_generate_backend_file", "auto-generate-backend-file")
        self.auto_files = setting("auto_generate_files", "")
        self.deploy_init = setting("deploy_run_init", "deploy-run-init")
        self.auto_approve = setting("apply_auto_approve", "")
        self.init_variables = setting("pass_vars", "init-pass-vars", "init")
        self.skip_planfile = setting("skip_planfile", "skip-planfile", "plan")
        self.skip_init = invocation.on("skip-init")
        agent = terraform.get("append_user_agent")
        given = invocation.text("append-user-agent")
        if not given and not invocation.has("append-user-agent") and isinstance(agent, str):
            given = agent
        self.user_agent = given


def quiet(invocation: Invocation) -> bool:
    """Whether stdout belongs to the main command alone."""
    return (
        invocation.sub in READ_BY_PROGRAMS or invocation.command in READ_BY_PROGRAMS
        or (invocation.passes("json") and invocation.sub in ("plan", "apply", "validate", "deploy", "destroy", "refresh"))
    )  # fmt: skip


def plan_of(invocation: Invocation, target: Target) -> tuple[str, bool]:
    """(the plan that `apply` and `deploy` use, whether it is the component's own one); ("", False) for none."""
    if invocation.sub not in ("apply", "deploy"):
        return "", False
    given = invocation.text("planfile")
    if given:
        return given, False
    if not invocation.has("from-plan"):
        word = invocation.text("from-plan")
        if not word or word.lower() in ("0", "f", "false"):
            return "", False
        return (target.planfile, True) if word.lower() in ("1", "t", "true") else (word, False)
    path = invocation.text("from-plan")
    if path.lower() == "false":
        return "", False
    return (path, False) if path and path.lower() != "true" else (target.planfile, True)


def init(settings: Settings, target: Target, *, forced: bool, extra: list[str]) -> list[str]:
    """`init`, as a step before or as the command itself. A reconfigure that the user passes is not doubled."""
    words = ["init"]
    if (settings.reconfigure or forced) and "-reconfigure" not in extra:
        words.append("-reconfigure")
    if settings.init_variables:
        words += ["-var-file", target.varfile]
    return words + extra


def main(invocation: Invocation, settings: Settings, target: Target) -> list[str]:
    """The main command; empty where init and workspace are all."""
    sub, extra = invocation.sub, invocation.extra
    plan, _ = plan_of(invocation, target)
    if sub == "init":
        return init(settings, target, forced=False, extra=extra)
    if sub in ("apply", "deploy"):
        if plan:
            return ["apply", *extra, plan]
        words = ["apply", "-var-file", target.varfile, *extra]
        if (sub == "deploy" or settings.auto_approve) and not invocation.passes("auto-approve"):
            words.append("-auto-approve")
        return words
    if sub == "plan-diff":
        return []
    if sub == "plan":
        out = [] if settings.skip_planfile or invocation.passes("out") else ["-out", target.planfile]
        detailed = invocation.on("upload-status") and not invocation.passes("detailed-exitcode")
        return ["plan", "-var-file", target.varfile, *out, *extra, *(["-detailed-exitcode"] if detailed else [])]
    if sub == "test" and target.described.get("test"):
        return ["test", "-var-file", target.varfile, "-var-file", target.test_varfile, *extra]
    if sub in WITH_VARIABLES:
        return [sub, "-var-file", target.varfile, *extra]
    if sub == "workspace":
        if not invocation.subsub:
            return []
        named = [target.workspace] if invocation.subsub in WORKSPACE_NAMED else []
        return ["workspace", invocation.subsub, *named, *extra]
    return [*invocation.command.split(), *extra]


def runs_init(invocation: Invocation, settings: Settings) -> bool:
    """Whether `init` comes first."""
    if settings.skip_init or invocation.sub == "init":
        return False
    return invocation.sub != "deploy" or settings.deploy_init


def selects_workspace(invocation: Invocation, target: Target, env: dict[str, str]) -> bool:
    """Whether the workspace is selected first."""
    if invocation.sub in ("init", "providers") or (invocation.sub == "workspace" and invocation.subsub):
        return False
    return (
        target.described.get("backend_type") != "http"
        and target.options.workspaces_enabled
        and not env.get("TF_WORKSPACE")
    )
