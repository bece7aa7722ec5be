"""What a terraform that notes its calls is called with, and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.conftest import BIN
from tests.runner.stacks.conftest import CONFIG
from tests.runner.terraform.conftest import Fleet

Make = Callable[..., Fleet]
VARFILE = "dev-myapp.terraform.tfvars.json"
PLANFILE = "dev-myapp.planfile"
BEFORE = ["init -reconfigure", "workspace select -or-create dev"]


def test_plan_and_its_varfile(fleet: Make) -> None:
    made = fleet()
    assert made.lines("plan", "myapp", "-s", "dev") == [*BEFORE, f"plan -var-file {VARFILE} -out {PLANFILE}"]
    path = made.root / "components/terraform/myapp" / VARFILE
    assert (
        path.read_text()
        == json.dumps(
            {"format": "", "lang": "sv", "location": "Stockholm", "options": "0", "stage": "dev", "units": "m"},
            indent=2,
        )
        + "\n"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (
            "plan myapp -s dev --upload-status",
            [*BEFORE, f"plan -var-file {VARFILE} -out {PLANFILE} -detailed-exitcode"],
        ),
        ("apply myapp -s dev -auto-approve", [*BEFORE, f"apply -var-file {VARFILE} -auto-approve"]),
        ("deploy myapp -s dev", [*BEFORE, f"apply -var-file {VARFILE} -auto-approve"]),
        ("apply myapp -s dev --planfile /plans/p", [*BEFORE, "apply /plans/p"]),
        ("apply myapp -s dev --from-plan=other.plan", [*BEFORE, "apply other.plan"]),
        ("deploy myapp -s dev --from-plan", [*BEFORE, f"apply {PLANFILE}"]),
        ("plan myapp -s dev -out=x.plan", [*BEFORE, f"plan -var-file {VARFILE} -out=x.plan"]),
        ("plan myapp -s dev --skip-planfile -- -lock=false", [*BEFORE, f"plan -var-file {VARFILE} -lock=false"]),
        (
            "plan myapp -s dev -var a=b -target m.x",
            [*BEFORE, f"plan -var-file {VARFILE} -out {PLANFILE} -var a=b -target m.x"],
        ),
        ("destroy myapp -s dev -auto-approve", [*BEFORE, f"destroy -var-file {VARFILE} -auto-approve"]),
        ("refresh myapp -s dev", [*BEFORE, f"refresh -var-file {VARFILE}"]),
        ("output myapp -s dev url -raw --skip-init", [BEFORE[1], "output url -raw"]),
        ("validate myapp -s dev", [*BEFORE, "validate"]),
        ("init myapp -s dev", ["init -reconfigure"]),
        ("init myapp -s dev -reconfigure", ["init -reconfigure"]),
        ("workspace myapp -s dev", BEFORE),
        ("workspace new myapp -s dev", [BEFORE[0], "workspace new dev"]),
        ("workspace select myapp -s dev", [BEFORE[0], "workspace select dev"]),
        ("workspace show myapp -s dev", [BEFORE[0], "workspace show"]),
        ("providers myapp -s dev", [BEFORE[0], "providers"]),
        ("state show myapp a.b -s dev", [*BEFORE, "state show a.b"]),
        ("force-unlock myapp 123 -s dev -force", [*BEFORE, "force-unlock 123 -force"]),
        ("plan ./components/terraform/myapp -s dev", [*BEFORE, f"plan -var-file {VARFILE} -out {PLANFILE}"]),
    ],
)
def test_words(fleet: Make, argv: str, expected: list[str]) -> None:
    assert fleet().lines(*argv.split()) == expected


def test_booleans_that_are_left_out_are_off(fleet: Make) -> None:
    made = fleet(config=CONFIG.replace(", deploy_run_init: true, init_run_reconfigure: true", ""))
    assert made.lines("deploy", "myapp", "-s", "dev")[0].startswith("workspace select")
    assert made.lines("plan", "myapp", "-s", "dev")[0] == "init"


def test_cleanup_after_success_only(fleet: Make) -> None:
    made = fleet()
    folder = made.root / "components/terraform/myapp"
    made.lines("plan", "myapp", "-s", "dev")
    made.lines("show", "myapp", "-s", "dev")
    assert (folder / PLANFILE).exists()
    made.lines("apply", "myapp", "-s", "dev", code=3, FAIL_SUB="apply", FAIL_CODE="3")
    assert (folder / PLANFILE).exists()
    assert (folder / VARFILE).exists()
    made.lines("apply", "myapp", "-s", "dev", "--from-plan")
    assert not (folder / PLANFILE).exists()
    made.lines("plan", "myapp", "-s", "dev")
    made.lines("output", "myapp", "-s", "dev")
    assert not (folder / PLANFILE).exists()
    assert (folder / VARFILE).exists()


def test_codes_and_what_was_hidden_is_shown_on_failure(fleet: Make) -> None:
    made = fleet()
    error = made.error("plan", "myapp", "-s", "dev", "-detailed-exitcode", code=2, FAIL_SUB="plan", FAIL_CODE="2")
    assert "subcommand exited with code 2" in error
    error = made.error("plan", "myapp", "-s", "dev", code=5, FAIL_SUB="workspace select", FAIL_CODE="5")
    assert "boom of workspace" in error


def test_init_goes_to_stderr_where_stdout_is_read_by_programs(fleet: Make) -> None:
    made = fleet()
    done = made.run("terraform", "output", "myapp", "-s", "dev", "-json")
    assert (done.stdout, "Initializing" in done.stderr) == ("{}\n", True)
    assert "Initializing" in made.run("terraform", "plan", "myapp", "-s", "dev").stdout


def test_dry_run_does_nothing_but_say_it(fleet: Make) -> None:
    made = fleet()
    before = sorted(path for path in made.root.rglob("*"))
    done = made.run("terraform", "plan", "myapp", "-s", "dev", "--dry-run")
    assert (done.returncode, done.stdout) == (0, "")
    assert f"terraform plan -var-file {VARFILE}" in done.stderr
    assert sorted(path for path in made.root.rglob("*")) == before


def test_environment(fleet: Make) -> None:
    made = fleet(config=CONFIG + "env: {FOO: c, TOP: t}\n", root="env: {FOO: a, GONE: null, N: 1, B: true}")
    done = made.run("terraform", "plan", "myapp", "-s", "dev", FOO="b", GONE="caller", TF_VAR_x="1",
                    PRINT_ENV="FOO|TOP|GONE|N|B|TF_IN_AUTOMATION|ATMOS_BASE_PATH|ATMOS_SHLVL|TF_APPEND_USER_AGENT|TF_PLUGIN_CACHE_DIR")  # fmt: skip
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    agent = lines.pop("TF_APPEND_USER_AGENT", "")
    assert lines == {
        "FOO": "a", "TOP": "t", "N": "1", "B": "true", "TF_IN_AUTOMATION": "true", "ATMOS_BASE_PATH": str(made.root),
        "ATMOS_SHLVL": "1", "TF_PLUGIN_CACHE_DIR": made.env["XDG_CACHE_HOME"] + "/atmos/terraform/plugins",
    }  # fmt: skip
    assert "Atmos/" in agent
    assert "TF_VAR_x" in done.stderr


def test_own_workspace_and_plugin_cache_are_respected(fleet: Make) -> None:
    made = fleet()
    done = made.run(
        "terraform",
        "plan",
        "myapp",
        "-s",
        "dev",
        TF_WORKSPACE="w",
        TF_PLUGIN_CACHE_DIR="/mine",
        PRINT_ENV="TF_PLUGIN_CACHE_DIR",
    )
    assert "TF_PLUGIN_CACHE_DIR=/mine" in done.stdout
    assert not any("workspace" in line for line in made.log())


def test_sensitive_variables_stay_out_of_files(fleet: Make) -> None:
    module = 'variable "lang" {\n  type      = string\n  sensitive = true\n}\n'
    made = fleet({"components/terraform/myapp/main.tf": module})
    done = made.run("terraform", "plan", "myapp", "-s", "dev", PRINT_ENV="TF_VAR_lang", PRINT_AT="workspace")
    assert done.returncode == 0
    assert "lang" not in json.loads((made.root / "components/terraform/myapp" / VARFILE).read_text())


def test_backend_providers_and_versions(fleet: Make) -> None:
    config = CONFIG.replace("deploy_run_init: true", "deploy_run_init: true, auto_generate_backend_file: true")
    made = fleet(config=config, root="terraform: {backend_type: s3, backend: {s3: {bucket: b<1>}}, providers: {aws: {region: r}, aws.use1: {region: u}}}",
                 dev="    c: {metadata: {component: myapp}, required_version: '>= 1', required_providers: {aws: {source: s}}}\n")  # fmt: skip
    folder = made.root / "components/terraform/myapp"
    made.lines("plan", "c", "-s", "dev")
    backend = folder / "backend.tf.json"
    assert json.loads(backend.read_text()) == {
        "terraform": {"backend": {"s3": {"bucket": "b<1>", "workspace_key_prefix": "myapp"}}}
    }
    assert "\\u003c1\\u003e" in backend.read_text()
    assert stat.S_IMODE(backend.stat().st_mode) == 0o600
    assert json.loads((folder / "providers_override.tf.json").read_text()) == {
        "provider": {"aws": [{"region": "r"}, {"alias": "use1", "region": "u"}]}
    }
    assert json.loads((folder / "terraform_override.tf.json").read_text()) == {
        "terraform": {"required_version": ">= 1", "required_providers": {"aws": {"source": "s"}}}
    }


@pytest.mark.parametrize(
    ("argv", "code", "phrases"),
    [
        ("plan nope -s dev", 1, ["invalid component", "Could not find the component nope in the stack dev"]),
        (
            "plan myapp",
            1,
            ["stack is required; specify it on the command line using the flag --stack <stack> (shorthand -s)"],
        ),
        ("plan", 1, ["component is required", "atmos terraform plan <component>"]),
        ("plan -s nope", 1, ["invalid stack", "stack nope does not exist", "Available stacks: dev"]),
        ("plan myapp -s dev --nonexistent-flag", 1, ["unknown flag", "--nonexistent-flag"]),
        (
            "plam myapp -s dev",
            1,
            ["# Incorrect Usage", "Unknown command plam for atmos terraform", "Did you mean plan?"],
        ),
        ("plan ./stacks -s dev", 2, ["path is not within Atmos component directories"]),
        ("plan base -s dev", 1, ["abstract component cannot be provisioned"]),
        (
            "deploy locked -s dev",
            1,
            ["locked component cannot be provisioned", "component 'locked' cannot be modified (metadata.locked: true)"],
        ),
        ("state rm locked -s dev a.b", 1, ["locked component"]),
        (
            "plan lost -s dev",
            1,
            ["invalid Terraform component: 'lost' points to the Terraform component 'lost', but it does not exist in"],
        ),
        ("workspace remote -s dev", 1, ["workspaces are not supported for the HTTP backend"]),
        ("plan -target myapp -s dev", 1, ["component is required", "-target takes the word after it"]),
        ("generate varfile", 1, ["component is required"]),
        ("generate", 1, ["requires a subcommand", "varfile"]),
        ("output myapp -s dev --format x", 1, ['Invalid --format value "x".', "dotenv"]),
        ("plan ./components/terraform/myapp -s nope", 2, ["stack not found", "Stack nope not found"]),
    ],
)
def test_refusals(fleet: Make, argv: str, code: int, phrases: list[str]) -> None:
    made = fleet(dev="    base: {metadata: {type: abstract, component: other}}\n    locked: {metadata: {locked: true, component: other}}\n"
                     "    lost: {}\n    remote: {metadata: {component: other}, backend_type: http, backend: {http: {}}}\n",
                 files={"components/terraform/other/main.tf": ""})  # fmt: skip
    error = made.error(*argv.split(), code=code)
    assert [phrase for phrase in phrases if phrase not in error] == []
    assert made.log() == []


def test_broken_module_is_named_with_its_line(fleet: Make) -> None:
    made = fleet({"components/terraform/myapp/main.tf": '# fine\nvariable "x" {\n  type = string\n'})
    error = made.error("plan", "myapp", "-s", "dev")
    assert "components/terraform/myapp/main.tf:2" in error
    assert made.log() == []


def test_disabled_component_is_skipped(fleet: Make) -> None:
    made = fleet(dev="    off: {metadata: {enabled: false, component: myapp}}\n")
    assert made.lines("apply", "off", "-s", "dev") == []


def test_missing_program(fleet: Make) -> None:
    made = fleet(dev="    c: {metadata: {component: myapp}, command: no-such-program}\n")
    assert "cannot run no-such-program: executable file not found in $PATH" in made.error("plan", "c", "-s", "dev")


def test_two_runs_in_one_module_do_not_mix(fleet: Make) -> None:
    made = fleet({"stacks/deploy/prod.yaml": "import: [catalog/myapp]\nvars: {stage: prod}\n"})
    argv = [str(BIN / "atmos"), "terraform", "plan", "myapp", "-s"]
    runs = [subprocess.Popen([*argv, stack], cwd=made.root, env=made.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for stack in ("dev", "prod", "dev", "prod")]  # fmt: skip
    assert [run.wait(120) for run in runs] == [0, 0, 0, 0]
    lines = [line.partition(" | ")[2] for line in made.log()]
    for at in range(0, 12, 3):
        stack = lines[at + 1].rpartition(" ")[2]
        assert lines[at : at + 3] == [
            "init -reconfigure", f"workspace select -or-create {stack}",
            f"plan -var-file {stack}-myapp.terraform.tfvars.json -out {stack}-myapp.planfile",
        ]  # fmt: skip


def test_a_run_inside_a_run_of_the_same_module_does_not_wait_for_itself(fleet: Make) -> None:
    made = fleet()
    tool = made.root / "bin/terraform"
    tool.write_text(
        tool.read_text().replace("exit 0\n", "[[ $1 == plan ]] && atmos terraform output myapp -s dev >&2\nexit 0\n")
    )
    assert any(line.endswith("output") for line in made.lines("plan", "myapp", "-s", "dev"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_reach_terraform(fleet: Make, number: int, code: int) -> None:
    made = fleet()
    run = subprocess.Popen([str(BIN / "atmos"), "terraform", "plan", "myapp", "-s", "dev"], cwd=made.root,
                           env={**made.env, "SLEEP_AT": "plan"}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
    while not any("| plan" in line for line in made.log()):
        assert run.poll() is None
        time.sleep(0.05)
    time.sleep(0.2)
    os.kill(run.pid, number)
    assert run.wait(60) == code
    assert made.log()[-1] == "stopped"
    run.communicate()


class TestSeveral:
    FLEET = (
        "    net: {metadata: {component: myapp, tags: [core], labels: {team: net}}}\n"
        "    app: {metadata: {component: myapp}, dependencies: {components: [{component: net}]}, vars: {n: 3}}\n"
        "    base: {metadata: {type: abstract, component: myapp}}\n"
        "    off: {metadata: {enabled: false, component: myapp}}\n"
    )

    def plans(self, lines: list[str]) -> list[str]:
        return [line.split()[2].removeprefix("dev-").removesuffix(".terraform.tfvars.json")
                for line in lines if line.split()[0] in ("plan", "apply", "destroy")]  # fmt: skip

    def test_all_in_order(self, fleet: Make) -> None:
        made = fleet(dev=self.FLEET)
        assert self.plans(made.lines("plan", "--all", "-s", "dev")) == ["myapp", "net", "app"]
        assert self.plans(made.lines("plan", "-s", "dev")) == ["myapp", "net", "app"]
        assert self.plans(made.lines("destroy", "--components", "net,app", "-s", "dev")) == ["app", "net"]

    @pytest.mark.parametrize(
        ("flags", "expected"),
        [("--tags core", ["net"]), ("--labels team=net", ["net"]), ("--components app", ["app"]), ("--query=.vars.n==3", ["app"]),
         ("--query .component==\"myapp\"", ["myapp", "net", "app"]), ("--tags none", [])],
    )  # fmt: skip
    def test_selection(self, fleet: Make, flags: str, expected: list[str]) -> None:
        assert self.plans(fleet(dev=self.FLEET).lines("plan", *flags.split())) == expected

    def test_side_by_side_keeps_the_order_of_dependencies(self, fleet: Make) -> None:
        lines = fleet(dev=self.FLEET).lines("plan", "--all", "--max-concurrency", "3", "--log-order", "grouped")
        found = self.plans(lines)
        assert sorted(found) == ["app", "myapp", "net"]
        assert found.index("net") < found.index("app")

    def test_side_by_side_on_the_workers_of_a_cluster(self, fleet: Make) -> None:
        lines = fleet(dev=self.FLEET).lines("plan", "--all", "--max-concurrency", "2", ATMOS_EXECUTOR="dask")
        assert sorted(self.plans(lines)) == ["app", "myapp", "net"]

    def test_interrupt_ends_all_that_run(self, fleet: Make) -> None:
        made = fleet({"components/terraform/m2/main.tf": ""}, dev="    two: {metadata: {component: m2}}\n")
        run = subprocess.Popen([str(BIN / "atmos"), "terraform", "plan", "--all", "--max-concurrency", "2"], cwd=made.root,
                               env={**made.env, "SLEEP_AT": "plan"}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
        while sum("| plan" in line for line in made.log()) < 2:
            assert run.poll() is None
            time.sleep(0.05)
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
        _, error = run.communicate(timeout=60)
        assert (run.returncode, made.log().count("stopped")) == (130, 2)
        assert "Traceback" not in error

    def test_failure_stops_or_goes_on(self, fleet: Make) -> None:
        made = fleet(dev=self.FLEET)
        error = made.error("plan", "--all", code=4, FAIL_SUB="plan", FAIL_CODE="4")
        assert 'Terraform execution failed for component "myapp" in stack "dev".' in error
        assert "2 component(s) skipped after an earlier failure" in error
        lines = made.lines("plan", "--all", "--failure-mode", "keep-going", code=4, FAIL_SUB="plan", FAIL_CODE="4")
        assert self.plans(lines) == ["myapp", "net"]

    def test_changes_are_no_failure(self, fleet: Make) -> None:
        made = fleet(dev=self.FLEET)
        assert (
            len(self.plans(made.lines("plan", "--all", "-detailed-exitcode", code=2, FAIL_SUB="plan", FAIL_CODE="2")))
            == 3
        )

    def test_dry_run_names_each(self, fleet: Make) -> None:
        made = fleet(dev=self.FLEET)
        done = made.run("terraform", "plan", "--all", "--dry-run")
        assert [line for line in done.stderr.splitlines() if line.startswith("✓")] == [
            f"✓ Would plan {name} in dev (dry run)" for name in ("myapp", "net", "app")
        ]
        assert made.log() == []

    def test_missing_dependency_is_a_warning_and_a_circle_an_error(self, fleet: Make) -> None:
        made = fleet(dev="    a: {metadata: {component: myapp}, settings: {depends_on: {1: {component: gone}}}}\n")
        assert "Dependency target not found: gone in dev" in made.run("terraform", "plan", "--all").stderr
        made = fleet(dev="    a: {metadata: {component: myapp}, dependencies: {components: [b]}}\n"
                         "    b: {metadata: {component: myapp}, dependencies: {components: [a]}}\n")  # fmt: skip
        assert "circular dependency between components: a in dev, b in dev" in made.error("plan", "--all")

    def test_a_variable_alone_starts_no_bulk_run(self, fleet: Make) -> None:
        made = fleet(dev=self.FLEET)
        assert "component is required" in made.error("plan", ATMOS_STACK="dev")
        assert "stack nope does not exist" in made.error("plan", "--all", "-s", "nope")
        assert made.log() == []

    def test_nothing_matched(self, fleet: Make) -> None:
        done = fleet().run("terraform", "plan", "--components", "none")
        assert (done.returncode, done.stderr) == (0, "✓ No components matched\n")


def test_shell_has_the_code_of_the_shell(fleet: Make) -> None:
    made = fleet()
    done = made.run(
        "terraform",
        "shell",
        "myapp",
        "-s",
        "dev",
        stdin='echo "$ATMOS_STACK $TF_CLI_ARGS_plan $PWD"\nexit 7\n',
        SHELL="/bin/bash",
    )
    assert done.returncode == 7
    assert f"dev -var-file={VARFILE} {made.root}/components/terraform/myapp" in done.stdout
    words = (
        "terraform",
        "shell",
        "myapp",
        "-s",
        "dev",
        "--",
        "-c",
        'echo "$ATMOS_COMPONENT|$0|$1"; exit 4',
        "a",
        "b c",
    )
    done = made.run(*words, SHELL="/bin/sh")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (4, "myapp|a|b c")


def test_generated_files(fleet: Make) -> None:
    made = fleet(root="terraform: {backend_type: local, backend: {local: {path: p}}}")
    done = made.run("terraform", "generate", "varfile", "myapp", "-s", "dev")
    assert done.stderr == f"✓ Generated varfile components/terraform/myapp/{VARFILE}\n"
    assert made.run("terraform", "generate", "backend", "myapp", "-s", "dev").returncode == 0
    assert (made.root / "components/terraform/myapp/backend.tf.json").exists()
    assert (
        made.run("terraform", "generate", "varfiles", "--file-template", "out/{stage}/{component}.json").returncode == 0
    )
    assert json.loads((made.root / "out/dev/myapp.json").read_text())["lang"] == "sv"
    assert made.log() == []


def test_clean_asks_lists_and_removes(fleet: Make) -> None:
    made = fleet()
    folder = made.root / "components/terraform/myapp"
    (folder / ".terraform").mkdir()
    (folder / "terraform.tfstate.d/dev").mkdir(parents=True)
    (folder / "terraform.tfstate.d/prod").mkdir(parents=True)
    made.lines("plan", "myapp", "-s", "dev")
    assert "interactive confirmation not available in non-TTY environment" in made.error("clean", "myapp", "-s", "dev")
    assert "Would delete" in made.run("terraform", "clean", "myapp", "-s", "dev", "--dry-run").stderr
    assert made.run("terraform", "clean", "myapp", "-s", "dev", "-f").returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["main.tf", "terraform.tfstate.d"]
    assert [path.name for path in (folder / "terraform.tfstate.d").iterdir()] == ["prod"]
    assert made.run("terraform", "clean", "myapp", "-s", "dev", "-f").stderr == "✓ Nothing to delete\n"


def test_ctrl_c_on_a_terminal_ends_terraform_in_its_own_way(fleet: Make) -> None:
    import pexpect

    made = fleet()
    child = pexpect.spawn(str(BIN / "atmos"), ["terraform", "plan", "myapp", "-s", "dev"], cwd=str(made.root), timeout=60,
                          env={**made.env, "SLEEP_AT": "plan"})  # fmt: skip
    while not any("| plan" in line for line in made.log()):
        assert child.isalive()
        time.sleep(0.05)
    time.sleep(0.2)
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, made.log()[-1]) == (130, "stopped")


@pytest.mark.parametrize(("condition", "calls"), [("boom of pl", 3), ("other", 1)])
def test_retry_while_the_output_matches(fleet: Make, condition: str, calls: int) -> None:
    made = fleet(
        dev=f"    c: {{metadata: {{component: myapp}}, retry: {{max_attempts: 3, initial_delay: 1ms, conditions: ['{condition}']}}}}\n"
    )
    lines = made.lines("plan", "c", "-s", "dev", code=6, FAIL_SUB="plan", FAIL_CODE="6")
    assert len([line for line in lines if line.startswith("plan")]) == calls
    made.lines("plan", "c", "-s", "dev")


def test_retry_that_cannot_be_read(fleet: Make) -> None:
    made = fleet(
        dev="    c: {metadata: {component: myapp}, retry: {max_attempts: 3, initial_delay: soon, conditions: [x]}}\n"
    )
    assert "retry.initial_delay" in made.error("plan", "c", "-s", "dev")


@pytest.mark.parametrize("group", ["generate", "write"])
def test_an_unknown_child_of_a_group(fleet: Make, group: str) -> None:
    told = fleet().error(group, "varfle", "myapp", "-s", "dev")
    assert f"Unknown command varfle for atmos terraform {group}" in told
    assert "varfile" in told


def test_flags_that_do_nothing_say_so(fleet: Make) -> None:
    done = fleet().run("terraform", "plan", "myapp", "-s", "dev", "--verify-plan", "--ci")
    assert (done.returncode, "--verify-plan" in done.stderr, "--ci" in done.stderr) == (0, True, False)
