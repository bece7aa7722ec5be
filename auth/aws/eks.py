"""`aws/eks`: a kubeconfig whose user is a token that this program makes; and that token."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from auth.aws import client
from auth.aws.assume_role import checked_base
from auth.aws.endpoints import endpoint
from auth.config import Integration
from auth.credentials import Credentials, rfc3339
from auth.errors import AuthError, ConfigError
from auth.files import kubeconfig
from auth.kind import Change, IntegrationKind, Report, Run

MODES = ("merge", "replace", "error")
API_VERSION = "client.authentication.k8s.io/v1beta1"
TOKEN_MINUTES = 14
PRESIGNED_SECONDS = 60


@dataclass(frozen=True)
class Target:
    """Where a kubeconfig goes and how."""

    path: str
    mode: int = 0o600
    update: str = "merge"
    alias: str = ""


class Eks(IntegrationKind):
    name = "aws/eks"

    def check(self, entry: Integration, report: Report) -> None:
        problem = _problem(entry)
        if problem:
            report.config(problem, "spec", "cluster")

    def target(self, entry: Integration) -> str:
        return f"aws/eks:{entry.text('spec.cluster.name')}:{entry.text('spec.cluster.region')}"

    def execute(self, entry: Integration, credentials: Credentials, run: Run) -> str:
        problem = _problem(entry)
        if problem:
            raise ConfigError(problem, where=entry.where)
        target = Target(
            _path(entry, run),
            _mode(entry),
            entry.text("spec.cluster.kubeconfig.update") or "merge",
            entry.text("spec.cluster.alias"),
        )
        context, changed = update_kubeconfig(
            entry.text("spec.cluster.name"), entry.text("spec.cluster.region"), credentials, run, target
        )
        return f"✓ EKS kubeconfig: {context} → {target.path}" if changed else ""

    def change(self, entry: Integration, run: Run) -> Change:
        path = _path(entry, run)
        return Change(append={"KUBECONFIG": path, "KUBE_CONFIG_PATH": path})

    def cleanup(self, entry: Integration, run: Run, *, dry_run: bool = False) -> list[str]:
        name = entry.text("spec.cluster.name")
        return kubeconfig.remove(_path(entry, run), f"cluster/{name}", dry_run=dry_run) if name else []


def _problem(entry: Integration) -> str:
    if not entry.given("spec.cluster"):
        return f"integration '{entry.name}' has no cluster configured (spec.cluster is required for aws/eks)"
    for key, text in (("name", "cluster name"), ("region", "region")):
        if not entry.given(f"spec.cluster.{key}"):
            return f"integration '{entry.name}' has no {text} configured"
    update = entry.text("spec.cluster.kubeconfig.update")
    if update and update not in MODES:
        return (
            f"integration '{entry.name}' has invalid kubeconfig update mode \"{update}\" "
            "(must be merge, replace, or error)"
        )
    try:
        _mode(entry)
    except ConfigError as error:
        return error.message
    return ""


def _mode(entry: Integration) -> int:
    value = entry.get("spec.cluster.kubeconfig.mode")
    if value is None or isinstance(value, tuple):
        return 0o600
    try:
        found = value if isinstance(value, int) else int(str(value), 8)
    except ValueError:
        found = -1
    if isinstance(value, bool) or not 0 < found <= 0o777:
        raise ConfigError(f"integration '{entry.name}' has invalid kubeconfig mode \"{value}\"")
    return found


def _path(entry: Integration, run: Run) -> str:
    text = entry.text("spec.cluster.kubeconfig.path")
    return run.services.path(text) if text else default_path(run)


def default_path(run: Run) -> str:
    return os.path.join(run.services.config_home, "kube", "config")


def update_kubeconfig(name: str, region: str, credentials: Credentials, run: Run, target: Target) -> tuple[str, bool]:
    """Describe a cluster and write its entries; gives the context's name and whether the file changed."""
    connection = client.connect(
        "eks", run.target, run, region=region, credentials=checked_base(run.target, credentials)
    )
    found = (
        client.call(connection.describe_cluster, what=f"describe the cluster {name} in {region}", name=name).get(
            "cluster"
        )
        or {}
    )
    arn = str(found.get("arn") or "")
    if not arn or not found.get("endpoint"):
        raise AuthError(
            f"the cluster {name} has no endpoint yet (status {found.get('status', 'unknown')})",
            hints=["Wait until it is ACTIVE and run this again"],
        )
    context = target.alias or arn
    user = f"atmos-eks-{name}-{region}"
    identity = run.target.name
    entries: dict[str, dict[str, Any]] = {
        "clusters": {
            "name": arn,
            "cluster": {
                "server": str(found["endpoint"]),
                "certificate-authority-data": str((found.get("certificateAuthority") or {}).get("data") or ""),
            },
        },
        "contexts": {"name": context, "context": {"cluster": arn, "user": user}},
        "users": {
            "name": user,
            "user": {
                "exec": {
                    "apiVersion": API_VERSION,
                    "command": "atmos",
                    "args": [
                        "aws",
                        "eks",
                        "token",
                        "--cluster-name",
                        name,
                        "--region",
                        region,
                        f"--identity={identity}",
                    ],
                    "env": [{"name": "ATMOS_IDENTITY", "value": identity}],
                    "interactiveMode": "Never",
                }
            },
        },
    }
    return context, kubeconfig.write(target.path, entries, context, update=target.update, mode=target.mode)


def token(cluster: str, region: str, credentials: Credentials, run: Run) -> dict[str, Any]:
    """The credential that kubectl asks for: a signed request to STS, as text."""
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials as Keys

    found = checked_base(run.target, credentials)
    custom = endpoint(run.target, run, "sts")
    from auth.aws.partitions import of_region

    base = (custom or f"https://sts.{region}.{of_region(region).dns}").rstrip("/")
    request = AWSRequest(
        "GET", f"{base}/?Action=GetCallerIdentity&Version=2011-06-15", headers={"x-k8s-aws-id": cluster}
    )
    keys = Keys(found.access_key_id, found.secret_access_key.reveal(), found.session_token.reveal() or None)
    SigV4QueryAuth(keys, "sts", region, expires=PRESIGNED_SECONDS).add_auth(request)
    text = base64.urlsafe_b64encode(str(request.url).encode()).rstrip(b"=").decode()
    ends = datetime.fromtimestamp(int(run.services.now()), UTC) + timedelta(minutes=TOKEN_MINUTES)
    return {
        "apiVersion": API_VERSION,
        "kind": "ExecCredential",
        "status": {"expirationTimestamp": rfc3339(ends), "token": f"k8s-aws-v1.{text}"},
    }


INTEGRATION = Eks()
