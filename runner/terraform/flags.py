"""The flags of `atmos terraform`: ours by subcommand, and terraform's own that may stand without `--` before them.

terraform's flags are typed, so that a boolean one never takes the component for its value.
"""

from __future__ import annotations

# terraform's flags that take a value, `-target x` or `-target=x`
VALUE_FLAGS = frozenset(
    """chdir var var-file target lock-timeout parallelism replace out generate-config-out backup state state-out
    backend-config from-module plugin-dir lockfile test-directory id config filter type module-depth plan platform
    fs-mirror net-mirror""".split()
)
# terraform's flags that are on or off, `-lock` or `-lock=false`
BOOL_FLAGS = frozenset(
    """help version lock input no-color refresh compact-warnings destroy refresh-only detailed-exitcode json
    auto-approve backend force-copy get reconfigure migrate-state upgrade ignore-remote-version no-tests raw force
    allow-missing-config allow-missing list write diff check recursive draw-cycles update verbose or-create
    enable-plugin-cache""".split()
)

# our flags: name -> kind (bool, text, list, optional: alone it means "")
COMMON = {
    "stack": "text", "dry-run": "bool", "skip-init": "bool", "init-pass-vars": "bool", "append-user-agent": "text",
    "process-templates": "bool", "process-functions": "bool", "skip": "list", "query": "text", "components": "list",
    "tags": "list", "labels": "list", "terraform-command": "text", "terraform-dir": "text", "stacks-dir": "text",
    "config-dir": "text", "help": "bool",
}  # fmt: skip
BULK = {"all": "bool", "affected": "bool", "max-concurrency": "text", "failure-mode": "text", "log-order": "text",
        "include-dependents": "optional", "include-dependencies": "optional"}  # fmt: skip
RUN = {"auto-generate-backend-file": "bool", "init-run-reconfigure": "bool"}
GIT = {"repo-path": "text", "ref": "text", "sha": "text", "ssh-key": "text", "ssh-key-password": "text",
       "clone-target-ref": "bool"}  # fmt: skip
CI = {"upload-status": "bool", "ci": "bool", "verify-plan": "bool", "use-mocks": "bool", "hide": "list",
      "execution-summary-file": "text"}  # fmt: skip
HOOKS = {"skip-hooks": "bool"}
# what is taken so that scripts run, but does nothing: who gives it is told
WITHOUT_EFFECT = ("verify-plan", "use-mocks", "hide", "execution-summary-file", "ssh-key", "ssh-key-password",
                  "clone-target-ref")  # fmt: skip
PLANFILE = {"from-plan": "optional", "planfile": "text"}

BY_SUB: dict[str, dict[str, str]] = {
    "plan": {**BULK, **RUN, **GIT, **CI, **HOOKS, "skip-planfile": "bool"},
    "apply": {**BULK, **RUN, **GIT, **CI, **HOOKS, **PLANFILE},
    "deploy": {**BULK, **RUN, **GIT, **CI, **HOOKS, **PLANFILE, "deploy-run-init": "bool"},
    "plan-diff": {**RUN, "orig": "text", "new": "text"},
    "destroy": {**BULK, **GIT, **CI, **HOOKS},
    "init": {**BULK, **RUN, **GIT},
    "workspace": {**RUN},
    "providers lock": {**BULK, **GIT},
    "output": {"format": "text", "output-file": "text", "uppercase": "bool", "flatten": "bool"},
    "clean": {"everything": "bool", "force": "bool", "skip-lock-file": "bool", "cache": "bool"},
    "shell": {"with-secrets": "bool"},
    "generate varfile": {"with-secrets": "bool", "file": "text"},
    "varfile": {"with-secrets": "bool", "file": "text"},
    "write varfile": {"with-secrets": "bool", "file": "text"},
    "generate varfiles": {"file-template": "text", "stacks": "list", "format": "text"},
    "generate backends": {"file-template": "text", "stacks": "list", "format": "text"},
}  # fmt: skip
SHORTHANDS = {"s": "stack", "q": "query", "h": "help"}
SHORTHANDS_BY_SUB = {
    "output": {"f": "format", "o": "output-file", "u": "uppercase"},
    "clean": {"f": "force"},
    "generate varfile": {"f": "file"}, "varfile": {"f": "file"}, "write varfile": {"f": "file"},
    "generate varfiles": {"f": "format"}, "generate backends": {"f": "format"},
}  # fmt: skip

SELECTORS = ("all", "affected", "query", "components", "tags", "labels")
LENIENT = ("state", "workspace", "providers")  # unknown long flags are dropped there

# subcommands with subcommands of their own; what is not listed is the component
GROUPS = {
    "state": ("list", "mv", "pull", "push", "replace-provider", "rm", "show", "identities"),
    "workspace": ("list", "show", "select", "new", "delete"),
    "providers": ("lock", "mirror", "schema"),
    "generate": ("varfile", "varfiles", "backend", "backends"),
    "write": ("varfile",),
    "metadata": ("functions",),
}  # fmt: skip

# what the environment may say instead of a flag, beside ATMOS_<FLAG>
VARIABLES = {
    "skip-planfile": ("ATMOS_TERRAFORM_PLAN_SKIP_PLANFILE",),
    "from-plan": ("ATMOS_TERRAFORM_{SUB}_FROM_PLAN",), "planfile": ("ATMOS_TERRAFORM_{SUB}_PLANFILE",),
    "deploy-run-init": ("ATMOS_TERRAFORM_DEPLOY_RUN_INIT",),
    "max-concurrency": ("ATMOS_TERRAFORM_{SUB}_MAX_CONCURRENCY",),
    "failure-mode": ("ATMOS_TERRAFORM_{SUB}_FAILURE_MODE",), "log-order": ("ATMOS_TERRAFORM_{SUB}_LOG_ORDER",),
    "format": ("ATMOS_TERRAFORM_OUTPUT_FORMAT",), "output-file": ("ATMOS_TERRAFORM_OUTPUT_OUTPUT_FILE",),
    "uppercase": ("ATMOS_TERRAFORM_OUTPUT_UPPERCASE",), "flatten": ("ATMOS_TERRAFORM_OUTPUT_FLATTEN",),
    "everything": ("ATMOS_TERRAFORM_CLEAN_EVERYTHING",), "force": ("ATMOS_TERRAFORM_CLEAN_FORCE",),
    "skip-lock-file": ("ATMOS_TERRAFORM_CLEAN_SKIP_LOCK_FILE",), "cache": ("ATMOS_TERRAFORM_CLEAN_CACHE",),
}  # fmt: skip
PLAIN_VARIABLES = (
    "stack", "dry-run", "skip-init", "init-pass-vars", "append-user-agent", "process-templates", "process-functions",
    "skip", "query", "components", "tags", "labels", "auto-generate-backend-file", "init-run-reconfigure",
    "with-secrets",
)  # fmt: skip

SUBCOMMANDS = (
    "apply", "backend", "cache", "clean", "console", "deploy", "destroy", "fmt", "force-unlock", "generate", "get",
    "graph", "import", "init", "lint", "login", "logout", "metadata", "migrate", "modules", "output", "plan",
    "plan-diff", "planfile", "providers", "refresh", "shell", "show", "source", "state", "taint", "test", "untaint",
    "validate", "varfile", "version", "workdir", "workspace", "write",
)  # fmt: skip
UNSUPPORTED = ("backend", "cache", "lint", "migrate", "planfile", "source", "workdir")


def known(command: str, sub: str) -> dict[str, str]:
    """The long flags of a subcommand; `command` includes its own subcommand."""
    return {**COMMON, **BY_SUB.get(sub, {}), **BY_SUB.get(command, {})}


def shorthands(command: str, sub: str) -> dict[str, str]:
    return {**SHORTHANDS, **SHORTHANDS_BY_SUB.get(sub, {}), **SHORTHANDS_BY_SUB.get(command, {})}


HELP = {
    "stack": "The stack", "dry-run": "Print the commands and do nothing", "skip-init": "Do not run init first",
    "init-pass-vars": "Give init the var-file too", "append-user-agent": "What terraform adds to its user agent",
    "process-templates": "Render templates in manifests (true)", "process-functions": "Run YAML functions (true)",
    "skip": "YAML functions not to run", "query": "Components for which this expression holds",
    "components": "Only these components", "tags": "Components with any of these tags",
    "labels": "Components with all of these labels", "help": "Show this help", "identity": "The identity to run as; empty or false: none",
    "all": "All components (of the stack)", "affected": "Components that differ from a state of the repository",
    "ref": "With --affected: a git reference to compare with", "sha": "With --affected: a commit to compare with",
    "repo-path": "With --affected: another clone to compare with", "include-dependents": "What depends on the selected ones too, [=N] steps far",
    "include-dependencies": "What the selected ones depend on too, [=N] steps far", "max-concurrency": "How many run side by side (1)",
    "failure-mode": "fail-fast or keep-going", "log-order": "stream or grouped",
    "auto-generate-backend-file": "Write backend.tf.json", "init-run-reconfigure": "Give init -reconfigure",
    "skip-planfile": "Do not save the plan", "from-plan": "Use the plan made before, or this one",
    "planfile": "Use this plan", "deploy-run-init": "Run init before deploy", "format": "How to print",
    "output-file": "Write the result there", "uppercase": "Names in capitals", "flatten": "Maps as several values",
    "force": "Delete without a question", "skip-lock-file": "Keep the lock file", "with-secrets": "Write sensitive variables too",
    "file": "Write there", "file-template": "Where to write, with {tokens}", "stacks": "Only these stacks",
    "orig": "The plan to compare", "new": "With which one (what would be planned now)",
    "terraform-command": "The program to run", "skip-hooks": "Leave out hooks",
    "upload-status": "Give plan -detailed-exitcode",
}  # fmt: skip
