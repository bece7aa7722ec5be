"""The AWS console: a sign-in token of the federation endpoint, and the address made with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from auth import web
from auth.aws.assume_role import ROLE_SESSIONS
from auth.aws.endpoints import endpoint
from auth.aws.partitions import of_region
from auth.config import Provider
from auth.console import SignIn
from auth.credentials import AwsCredentials
from auth.errors import AuthError, nearest
from auth.session import Session

MINIMUM = 900
MAXIMUM = 43200
TOKEN_MINUTES = 15

_SAME = """s3 efs fsx glacier backup ec2 lambda lightsail batch elasticbeanstalk ecs ecr eks rds dynamodb elasticache
neptune timestream keyspaces qldb memorydb vpc cloudfront route53 apigateway directconnect globalaccelerator iam
organizations cognito secretsmanager kms acm shield guardduty inspector macie securityhub detective cloudwatch
cloudtrail config cloudformation servicecatalog systems-manager opsworks controltower license-manager resource-groups
codecommit codebuild codedeploy codepipeline codeartifact cloud9 xray athena emr cloudsearch kinesis quicksight glue msk
redshift sns sqs appflow dms datasync transfer billing sagemaker rekognition textract comprehend translate polly
transcribe lex personalize forecast kendra bedrock greengrass workspaces worklink"""
PLACES = {name: name for name in _SAME.split()} | {
    "serverless": "lambda/home#/applications",
    "fargate": "ecs",
    "documentdb": "docdb",
    "elb": "ec2/v2/home#LoadBalancers",
    "transitgateway": "vpc/home#TransitGateways",
    "privatelink": "vpc/home#Endpoints",
    "waf": "wafv2",
    "sso": "singlesignon",
    "directory": "directoryservicev2",
    "ssm": "systems-manager",
    "tag-editor": "resource-groups/tag-editor",
    "trusted-advisor": "trustedadvisor",
    "well-architected": "wellarchitected",
    "elasticsearch": "aos",
    "opensearch": "aos",
    "lake-formation": "lakeformation",
    "eventbridge": "events",
    "mq": "amazon-mq",
    "step-functions": "states",
    "migration-hub": "migrationhub",
    "application-discovery": "discovery",
    "server-migration": "servermigration",
    "cost-explorer": "cost-management/home#/cost-explorer",
    "budgets": "billing/home#/budgets",
    "iot-core": "iot",
    "iot-analytics": "iotanalytics",
    "iot-events": "iotevents",
    "appstream": "appstream2",
    "console": "console/home",
    "home": "console/home",
    "dashboard": "console/home",
}
"""Short names of services, and where they are in the console."""


def address(destination: str, region: str) -> str:
    """The address of a place in the console."""
    console = of_region(region).console
    if not destination:
        return f"{console}/"
    if destination.lower().startswith(("https://", "http://")):
        return destination
    path = PLACES.get(destination.lower())
    if path is None:
        near = nearest(destination, PLACES)
        raise AuthError(
            f"unknown service alias: \"{destination}\" (try 's3', 'ec2', 'cloudformation', etc. or use a full URL)",
            hints=["Did you mean " + " or ".join(f"`{name}`" for name in near) + "?"] if near else [],
        )
    return f"{console}/{path}"


def sign_in(session: Session, *, destination: str, seconds: float, issuer: str) -> SignIn:
    """See `auth.console.sign_in`."""
    credentials = session.credentials
    manager = session.manager
    assert isinstance(credentials, AwsCredentials)
    assert manager is not None
    region = session.region or credentials.region
    place = address(destination, region)
    if not credentials.session_token:
        raise AuthError("session token required for console access (permanent IAM user credentials cannot be used)")
    run = manager.run(session.identity)
    lifetime = min(max(int(seconds), MINIMUM), MAXIMUM)
    base = (endpoint(run.target, run, "signin") or of_region(region).sign_in) + "/federation"
    query = {
        "Action": "getSigninToken",
        "Session": json.dumps(
            {
                "sessionId": credentials.access_key_id,
                "sessionKey": credentials.secret_access_key.reveal(),
                "sessionToken": credentials.session_token.reveal(),
            },
            separators=(",", ":"),
        ),
    }
    if _may_say_how_long(session):
        query["SessionDuration"] = str(lifetime)
    status, body = web.get(
        f"{base}?{urlencode(query)}", timeout=10, what="get a console sign-in token", sleep=manager.services.sleep
    )
    token = _token(body) if status == 200 else ""
    if not token:
        hints = ["Check that the session still holds: `atmos auth whoami`"]
        if session.kind == "aws/user":
            hints = [
                "AWS takes sessions of roles here, not those of a user's keys: choose an identity that assumes a role"
            ]
        raise AuthError(f"the federation endpoint gave no console sign-in token (HTTP {status})", hints=hints)
    url = f"{base}?" + urlencode({"Action": "login", "Issuer": issuer, "Destination": place, "SigninToken": token})
    return SignIn(url, lifetime, datetime.fromtimestamp(int(manager.services.now()), UTC) + timedelta(seconds=lifetime))


def _token(body: bytes) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    token = found.get("SigninToken") if isinstance(found, dict) else None
    return token if isinstance(token, str) else ""


def _may_say_how_long(session: Session) -> bool:
    """AWS takes a duration for sessions of roles that were not chained from other roles, and refuses it else."""
    if session.kind not in ROLE_SESSIONS or session.manager is None:
        return False
    run = session.manager.run(session.identity)
    parent = run.parent(run.target)
    return (
        session.kind != "aws/assume-role"
        or parent is None
        or isinstance(parent.entry, Provider)
        or parent.entry.kind not in ROLE_SESSIONS
    )
