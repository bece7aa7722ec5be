"""`atmos aws …`: ECR logins, EKS tokens and kubeconfigs, by hand instead of after a login."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth import choice, parts
from runner.errors import AtmosError
from runner.identity import DISABLED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auth.credentials import Credentials
    from auth.kind import Run
    from auth.manager import Manager
    from runner.app import App

ECR_EXAMPLES = """\
# The registry of an integration, with the identity it names
atmos aws ecr login dev/ecr

# Everything that is linked to an identity
atmos aws ecr login --identity dev-admin

# A registry by its address, or the public one, with the AWS credentials that are there
atmos aws ecr login --registry 123456789012.dkr.ecr.us-east-1.amazonaws.com
atmos aws ecr login --public
"""
EKS_EXAMPLES = """\
# What kubectl calls; a kubeconfig made by atmos says so already
atmos aws eks token --cluster-name blue --region us-west-2 --identity dev-admin
"""
KUBECONFIG_EXAMPLES = """\
# As an integration says
atmos aws eks update-kubeconfig --integration dev/eks

# A cluster by its name, with an identity
atmos aws eks update-kubeconfig --name blue --region us-west-2 --identity dev-admin --alias blue

# With the AWS CLI and a profile or role of its own
atmos aws eks update-kubeconfig --name blue --region us-west-2 --role-arn arn:aws:iam::123456789012:role/eks
"""
AMBIENT = "ambient"
TOKEN_FAILED = "failed to generate EKS token: "  # noqa: S105 - words, not a secret
EXCLUSIVE = "mutually exclusive flags provided: "

GROUP = clicks.Group(name="aws", path="atmos aws", help="AWS helpers: ECR logins, EKS tokens and kubeconfigs.")
ECR = clicks.Group(name="ecr", path="atmos aws ecr", help="Log in to Elastic Container Registries.")
EKS = clicks.Group(name="eks", path="atmos aws eks", help="Tokens and kubeconfigs of EKS clusters.")
GROUP.add_command(ECR)
GROUP.add_command(EKS)


def run(app: App, argv: list[str]) -> int:
    """Run a subcommand."""
    return clicks.run(GROUP, app, argv)


def asked_identity(app: App) -> str | None:
    """The identity that the command line names or lets a person choose; the environment does not count."""
    if "identity" not in app.flags.given:
        return None
    asked = choice.asked_for(app)
    if asked is DISABLED:
        raise choice.switched_off(app, "this command")
    return choice.named(app, app.identities.manager(), str(asked))


def authenticated(app: App, identity: str, *, prompts: bool = True) -> tuple[Credentials, Run]:
    """Credentials of an identity, and the walk to it; no integrations run."""
    manager = app.identities.manager()
    try:
        session = manager.authenticate(identity, prompts=prompts, options={"skip_integrations": True})
    except Exception as error:
        raise parts.failed(error, f"identity={identity}") from error
    return session.credentials, manager.run(identity, prompts=False)


@contextmanager
def surroundings(app: App) -> Iterator[tuple[Credentials, Run]]:
    """The AWS credentials that are there without any configuration of ours."""
    import auth

    section = {"identities": {AMBIENT: {"kind": "aws/ambient"}}}
    with auth.load(section, env=app.env, base_dir=app.cwd) as manager:
        yield manager.authenticate(AMBIENT, prompts=False).credentials, manager.run(AMBIENT, prompts=False)


# -- ECR ----------------------------------------------------------------------------------------------------


@clicks.command("atmos aws ecr login", "Log docker in to a registry.", examples=ECR_EXAMPLES, parent=ECR)
@clicks.argument("integration", required=False, default="")
@parts.identity_flag
@clicks.option("--registry", "-r", "registries", multiple=True, metavar="ADDRESS", help="A registry; may be repeated.")
@clicks.option("--public", is_flag=True, help="The public registry, public.ecr.aws.")
def login(app: App, integration: str, registries: tuple[str, ...], public: bool) -> int:
    """Log in to registries; each success is a line on stderr."""
    if public and integration:
        raise AtmosError(EXCLUSIVE + "--public cannot be combined with an integration argument")
    if public and registries:
        raise AtmosError(EXCLUSIVE + "--public cannot be combined with --registry")
    if integration and "identity" in app.flags.given:
        raise AtmosError(EXCLUSIVE + "--identity cannot be combined with an integration argument")
    if integration and registries:
        raise AtmosError(EXCLUSIVE + "--registry cannot be combined with an integration argument")
    if integration:
        return run_integration(app, integration)
    identity = asked_identity(app)
    if not public and not registries:
        if identity is None:
            raise AtmosError(
                "specify an integration name, --identity, or --registry",
                hints=[f"Integrations: {', '.join(sorted(app.identities.manager().integrations)) or 'none'}"],
            )
        return run_linked(app, identity)
    from auth.aws import ecr

    parsed = [(address, ecr.parsed_registry(address)[1]) for address in registries]
    if identity is not None:
        _log_in(app, parsed, *authenticated(app, identity))
    else:
        with surroundings(app) as (credentials, walk):
            _log_in(app, parsed, credentials, walk)
    return 0


def _log_in(app: App, registries: list[tuple[str, str]], credentials: Credentials, walk: Run) -> None:
    """Log in to each registry, or to the public one when there are none."""
    from auth.aws import ecr
    from auth.errors import AuthError
    from auth.files import docker

    for address, region in registries or [(ecr.PUBLIC, "")]:
        try:
            if region:
                found = ecr.login(address, region, credentials, walk)
            else:
                found = ecr.public_login(credentials, walk)
            docker.store(walk, found.registry, found.user, found.password)
        except AuthError as error:
            error.message = f"ECR login failed: {address}: {error.message}"
            raise
        app.err(f"✓ {'ECR' if region else 'ECR Public'} login: {found.registry}{docker.until(found, walk)}\n")


def run_integration(app: App, name: str) -> int:
    """Run one integration with the identity it names; a failure is an error here."""
    from auth.integrations import run_one

    manager = app.identities.manager()
    if not manager.integrations:
        raise AtmosError(f"integration not found: {name}: no integrations configured")
    status = run_one(manager, name)
    app.err(f"{status or f'✓ Integration {name} is up to date'}\n")
    return 0


def run_linked(app: App, identity: str) -> int:
    """Run everything that is linked to an identity; one failure does not stop the others."""
    from auth.errors import AuthError
    from auth.integrations import execute, linked

    manager = app.identities.manager()
    entries = linked(manager, manager.run(identity, prompts=False))
    if not entries:
        raise AtmosError(f"identity has no linked integrations: {identity}")
    authenticated(app, identity)
    session = manager.authenticate(identity)
    done: set[str] = set()
    failures: list[str] = []
    for entry in entries:
        try:
            status = execute(manager, entry, manager.run(identity), session, done)
        except AuthError as error:
            failures.append(f"'{entry.name}': {error.message}")
            continue
        app.err(f"{status or f'✓ Integration {entry.name} is up to date'}\n")
    if failures:
        raise AtmosError("integration execution failed " + "; ".join(failures))
    return 0


# -- EKS ----------------------------------------------------------------------------------------------------


@clicks.command("atmos aws eks token", "Print a token for kubectl.", examples=EKS_EXAMPLES, parent=EKS)
@parts.identity_flag
@clicks.option("--cluster-name", default="", metavar="NAME", help="The cluster.")
@clicks.option("--region", default="", metavar="REGION", help="Its region.")
def token(app: App, cluster_name: str, region: str) -> int:
    """One line of JSON on stdout and nothing else."""
    import json

    from auth.aws import eks

    for value, flag in ((cluster_name, "--cluster-name"), (region, "--region")):
        if not value:
            raise AtmosError(f"{TOKEN_FAILED}{flag} is required")
    credentials, walk = authenticated(app, token_identity(app), prompts=False)
    app.out(json.dumps(eks.token(cluster_name, region, credentials, walk), separators=(",", ":")))
    return 0


def token_identity(app: App) -> str:
    """The identity of a token: the one that is asked for, the default, the only one there is."""
    manager: Manager = app.identities.manager()
    asked = choice.asked_for(app)
    if asked is DISABLED:
        raise choice.switched_off(app, "an EKS token")
    if isinstance(asked, str):
        return choice.named(app, manager, asked)
    candidates = manager.defaults() or list(manager.identities)
    if len(candidates) != 1:
        raise AtmosError(
            f"{TOKEN_FAILED}no identity specified and no default identity found",
            hints=["Name one: `--identity NAME`"],
        )
    return candidates[0]


@clicks.command("atmos aws eks update-kubeconfig", "Write the kubeconfig of a cluster.", examples=KUBECONFIG_EXAMPLES,
                parent=EKS)  # fmt: skip
@clicks.argument("component", required=False, default="")
@parts.identity_flag
@clicks.option("--integration", default="", metavar="NAME", help="As this integration says.")
@clicks.option("--name", default="", metavar="CLUSTER", help="The cluster.")
@clicks.option("--region", default="", metavar="REGION", help="Its region.")
@clicks.option(
    "--kubeconfig", default="", metavar="FILE", help="The file to write (default: ours, beside the sessions)."
)
@clicks.option("--alias", default="", metavar="NAME", help="The name of the context (default: the cluster's ARN).")
@clicks.option("--role-arn", default="", metavar="ARN", help="Let the AWS CLI do it with this role.")
@clicks.option(
    "--aws-profile", "--profile", default="", metavar="NAME", help="Let the AWS CLI do it with this AWS profile."
)
@clicks.option("--stack", "-s", default="", metavar="STACK", help="The stack of a component.")
@clicks.option("--dry-run", is_flag=True, help="Print what would be written (AWS CLI).")
@clicks.option("--verbose", is_flag=True, help="Say more (AWS CLI).")
def update_kubeconfig(app: App, component: str, integration: str, name: str, region: str, kubeconfig: str, alias: str,
                      role_arn: str, aws_profile: str, stack: str, dry_run: bool, verbose: bool) -> int:  # fmt: skip
    """Write a kubeconfig; what was written is said on stderr."""
    if integration:
        return run_integration(app, integration)
    app, taken = _taken_for_ours(app)
    profile = aws_profile or taken
    if component or stack:
        raise AtmosError(
            "a cluster cannot be derived from a component and a stack",
            hints=["Name it: `--name CLUSTER --region REGION`, or define an `aws/eks` integration"],
        )
    if not name:
        raise AtmosError("specify --integration, or --name of a cluster", hints=_integrations(app))
    if not profile and not role_arn:
        identity = asked_identity(app) or choice.pick(app, what="`atmos aws eks update-kubeconfig`")
        return write_kubeconfig(app, identity, name, region, kubeconfig, alias)
    if profile and role_arn:
        raise AtmosError(EXCLUSIVE + "--profile cannot be combined with --role-arn")
    argv = ["aws", "eks", "update-kubeconfig", "--name", name]
    for flag, value in (("--profile", profile), ("--role-arn", role_arn), ("--region", region),
                        ("--kubeconfig", kubeconfig), ("--alias", alias)):  # fmt: skip
        if value:
            argv += [flag, value]
    argv += [*(["--dry-run"] if dry_run else []), *(["--verbose"] if verbose or app.flags.on("verbose") else [])]
    from runner.cli.auth import child

    return child.run(app, argv, child.base_environment(app))


def _integrations(app: App) -> list[str]:
    from auth.errors import AuthError

    try:
        names = [name for name, entry in app.identities.manager().integrations.items() if entry.kind == "aws/eks"]
    except (AtmosError, AuthError):
        return []
    return [f"Integrations: {', '.join(sorted(names))}"] if names else []


def _taken_for_ours(app: App) -> tuple[App, str]:
    """`--profile` names an AWS profile here; everywhere else it is one of ours, and it was read as such before.

    The run as it would be without it, and that name.
    """
    given = app.flags.given.get("profile")
    if not isinstance(given, list):
        return app, ""
    from runner.app import App as Run
    from runner.globals import GlobalFlags

    env = {name: value for name, value in app.env.items() if name != "ATMOS_PROFILE"}
    flags = GlobalFlags({name: value for name, value in app.flags.given.items() if name != "profile"}, env)
    return Run(app.argv, env, app.cwd, flags), ",".join(str(item) for item in given)


def write_kubeconfig(app: App, identity: str, name: str, region: str, path: str, alias: str) -> int:
    """Describe the cluster with an identity and write its entries."""
    import os

    from auth.aws import eks
    from auth.aws.endpoints import region as region_of

    credentials, walk = authenticated(app, identity)
    region = region or region_of(walk.target, walk)
    if not region:
        raise AtmosError(f"--region is required: the identity `{identity}` has none")
    target = eks.Target(os.path.join(app.cwd, path) if path else eks.default_path(walk), alias=alias)
    context, _ = eks.update_kubeconfig(name, region, credentials, walk, target)
    app.err(f"✓ EKS kubeconfig: {context} → {target.path}\n")
    return 0
