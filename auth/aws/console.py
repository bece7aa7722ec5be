"""The AWS console: a sign-in token from the federation endpoint, and the pages one may go to.

The endpoint takes the session's keys in the query, so no request is ever shown (decision D50).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from auth import web
from auth.aws.endpoints import endpoint
from auth.console import SignIn
from auth.credentials import AwsCredentials
from auth.errors import AuthError, CloudError, UnsupportedOperation, nearest

if TYPE_CHECKING:
    from auth.session import Session

SHORTEST, LONGEST, CHAINED = 900, 43200, 3600
TIMEOUT = 10
ROLES = ("aws/assume-role", "aws/permission-set")

# Pages whose path is their name, then those that live elsewhere.
_PLAIN = """s3 efs fsx glacier backup ec2 lambda lightsail batch elasticbeanstalk ecs ecr eks rds dynamodb elasticache
neptune timestream keyspaces qldb memorydb vpc cloudfront route53 apigateway directconnect globalaccelerator iam
organizations cognito secretsmanager kms acm shield guardduty inspector macie securityhub detective cloudwatch
cloudtrail config cloudformation servicecatalog systems-manager opsworks controltower license-manager resource-groups
codecommit codebuild codedeploy codepipeline codeartifact cloud9 xray athena emr cloudsearch kinesis quicksight glue msk
redshift sns sqs appflow dms datasync transfer billing sagemaker rekognition textract comprehend translate polly
transcribe lex personalize forecast kendra bedrock greengrass workspaces worklink""".split()
DESTINATIONS: dict[str, str] = {
    **{name: name for name in _PLAIN},
    "serverless": "lambda/home#/applications", "fargate": "ecs", "documentdb": "docdb",
    "elb": "ec2/v2/home#LoadBalancers", "transitgateway": "vpc/home#TransitGateways",
    "privatelink": "vpc/home#Endpoints", "waf": "wafv2", "sso": "singlesignon", "directory": "directoryservicev2",
    "ssm": "systems-manager", "tag-editor": "resource-groups/tag-editor", "trusted-advisor": "trustedadvisor",
    "well-architected": "wellarchitected", "elasticsearch": "aos", "opensearch": "aos",
    "lake-formation": "lakeformation", "eventbridge": "events", "mq": "amazon-mq", "step-functions": "states",
    "migration-hub": "migrationhub", "application-discovery": "discovery", "server-migration": "servermigration",
    "cost-explorer": "cost-management/home#/cost-explorer", "budgets": "billing/home#/budgets", "iot-core": "iot",
    "iot-analytics": "iotanalytics", "iot-events": "iotevents", "appstream": "appstream2", "console": "console/home",
    "home": "console/home", "dashboard": "console/home",
}


def hosts(region: str) -> tuple[str, str]:
    """Where the partition of a region signs in, and where its console is."""
    if region.startswith("cn-"):
        return "https://signin.amazonaws.cn", "https://console.amazonaws.cn"
    if region.startswith("us-gov-"):
        return "https://signin.amazonaws-us-gov.com", "https://console.amazonaws-us-gov.com"
    return "https://signin.aws.amazon.com", "https://console.aws.amazon.com"


def page(destination: str, console: str) -> str:
    """The URL of a destination: a short name in any letter case, or a URL as it is."""
    if not destination:
        return f"{console}/"
    if destination.startswith(("https://", "http://")):
        return destination
    path = DESTINATIONS.get(destination.strip().lower())
    if path is None:
        near = nearest(destination, DESTINATIONS)
        raise AuthError(
            f"unknown service alias: \"{destination}\" (try 's3', 'ec2', 'cloudformation', etc. or use a full URL)",
            hints=["Did you mean " + " or ".join(f"`{name}`" for name in near) + "?"] if near else [])
    return f"{console}/{path}"


def sign_in(session: Session, *, destination: str, seconds: int, issuer: str) -> SignIn:
    """Trade the session for a sign-in token; the token for an address."""
    credentials = session.credentials
    assert isinstance(credentials, AwsCredentials)
    if not credentials.session_token:
        raise UnsupportedOperation(
            "session token required for console access (permanent IAM user credentials cannot be used)",
            hints=["Use an identity that assumes a role"])
    manager = session._manager()
    run = manager.run(session.identity, prompts=False)
    signin, console = hosts(session.region)
    base = (endpoint(run.target, run, "signin") or signin).rstrip("/")
    target = page(destination, console)
    length = min(max(seconds, SHORTEST), LONGEST)
    if _chained(session):
        length = min(length, CHAINED)
    token = _token(session, credentials, f"{base}/federation", length)
    query = urlencode({"Action": "login", "Issuer": issuer, "Destination": target, "SigninToken": token}, quote_via=quote)
    now = manager.services.now()
    return SignIn(f"{base}/federation?{query}", length, datetime.fromtimestamp(now + length, UTC))


def _chained(session: Session) -> bool:
    """Whether the session came from a role that was assumed from another role."""
    identities = session._manager().identities
    kinds = [identities[name].kind for name in session.chain if name in identities]
    return sum(kind in ROLES for kind in kinds) > 1


def _token(session: Session, credentials: AwsCredentials, address: str, length: int) -> str:
    keys = json.dumps({
        "sessionId": credentials.access_key_id,
        "sessionKey": credentials.secret_access_key.reveal(),
        "sessionToken": credentials.session_token.reveal(),
    }, separators=(",", ":"))
    query = {"Action": "getSigninToken", "Session": keys}
    status, body = 0, b""
    # Only sessions of assumed roles may say how long they want; the endpoint refuses the field for all others.
    wishes = [{"SessionDuration": str(length)}, {}] if session.kind in ROLES else [{}]
    for wish in wishes:
        status, body = web.get(f"{address}?{urlencode({**query, **wish})}", timeout=TIMEOUT,
                               what="get a console sign-in token from the federation endpoint")
        if status != 400:
            break
    if status == 200:
        try:
            token = json.loads(body)["SigninToken"]
        except (ValueError, KeyError, TypeError):
            token = ""
        if isinstance(token, str) and token:
            return token
        raise CloudError("the federation endpoint's answer holds no console sign-in token", status=status)
    hints = []
    if session.kind == "aws/user":
        hints.append("AWS lets no session of an IAM user (GetSessionToken) into the console: use an identity that "
                     "assumes a role")
    elif status in (400, 403):
        hints.append(f"The session may have been revoked: run `atmos auth login {session.identity}`")
    raise CloudError(f"the federation endpoint refused the console sign-in (HTTP {status})", status=status, hints=hints)
