"""The Parameter Store of AWS Systems Manager.

options: `region`, `prefix`, `stack_delimiter` (`-`), `read_role_arn` and `write_role_arn` (roles to take first).
"""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App

    Map = dict[str, Any]


def open_store(app: App, name: str, options: Map, identity: Any) -> ParameterStore:
    """The store; nothing is asked yet."""
    return ParameterStore(app, name, options, identity)


class ParameterStore:
    """Parameters below a prefix."""

    def __init__(self, app: App, name: str, options: Map, identity: Any) -> None:
        self.app, self.name, self.options, self.identity = app, name, options, identity
        self.prefix = str(options.get("prefix") or "")
        delimiter = options.get("stack_delimiter")
        self.delimiter = "-" if delimiter is None else str(delimiter)
        self._clients: dict[str, Any] = {}

    @property
    def reader(self) -> str:
        return str(self.identity.whose) if self.identity is not None else ""

    def path(self, stack: str, component: str, key: str) -> str:
        from runner.stacks.stores import joined

        return "/" + joined(self.prefix, stack, component, key, self.delimiter)

    def own_path(self, key: str) -> str:
        prefix = self.prefix.strip("/")
        return "/" + (f"{prefix}/{key.strip('/')}" if prefix else key.strip("/"))

    def get(self, path: str) -> str | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client("read_role_arn").get_parameter(Name=path, WithDecryption=True)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ParameterNotFound":
                return None
            raise self._failed("read", path, error) from error
        except BotoCoreError as error:
            raise self._failed("read", path, error) from error
        return str(answer["Parameter"]["Value"])

    def put(self, path: str, text: str, *, secret: bool = False) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        kind = "SecureString" if secret else "String"
        try:
            self._client("write_role_arn").put_parameter(Name=path, Value=text, Type=kind, Overwrite=True)
        except (BotoCoreError, ClientError) as error:
            raise self._failed("write", path, error) from error

    def _failed(self, verb: str, path: str, error: Exception) -> AtmosError:
        return AtmosError(f"the store {self.name} cannot {verb} {path}: {error}",
                          hints=["Give it an identity: `stores.NAME.identity`, or run with `--identity NAME`"])  # fmt: skip

    def _client(self, role: str) -> Any:
        arn = str(self.options.get(role) or "")
        if arn not in self._clients:
            from runner.stacks import aws

            session = aws.session(self.app, self.identity)
            region = str(self.options.get("region") or session.region_name or "us-east-1")
            endpoint = self.app.env.get("AWS_ENDPOINT_URL")
            if arn:
                session = _as_role(session, arn, region, endpoint)
            self._clients[arn] = session.client("ssm", region_name=region, endpoint_url=endpoint)
        return self._clients[arn]


def _as_role(session: Any, arn: str, region: str, endpoint: str | None) -> Any:
    import boto3

    sts = session.client("sts", region_name=region, endpoint_url=endpoint)
    given = sts.assume_role(RoleArn=arn, RoleSessionName="atmos-store")["Credentials"]
    return boto3.Session(aws_access_key_id=given["AccessKeyId"], aws_secret_access_key=given["SecretAccessKey"],
                         aws_session_token=given["SessionToken"], region_name=region)  # fmt: skip
