"""Clients of AWS services that use exactly the credentials they are given.

Nothing of the surroundings counts: no profile, no shared file, no exported key. Proxies and CA settings do. Errors
keep AWS's own code and request id; nothing that was sent is ever in them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from auth.aws.endpoints import endpoint
from auth.credentials import AwsCredentials
from auth.errors import AuthError, CloudError, NetworkError
from auth.kind import Link, Run

CONNECT_TIMEOUT = 10
READ_TIMEOUT = 30
ATTEMPTS = 4
"""Tries per call, with growing, jittered pauses: throttling and 5xx pass, an outage is reported soon."""


def session(*, isolated: bool = True) -> Any:
    """A botocore session that reads no shared file and no profile."""
    import botocore.session

    found = botocore.session.Session()
    if isolated:
        for name, value in (("profile", None), ("config_file", os.devnull), ("credentials_file", os.devnull)):
            found.session_var_map[name] = (None, None, value, None)
    return found


def connect(service: str, link: Link, run: Run, *, region: str, credentials: AwsCredentials | None) -> Any:
    """A client of a service for a link of a chain. Without credentials its calls are not signed."""
    from botocore import UNSIGNED
    from botocore.config import Config

    settings: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT,
        "read_timeout": READ_TIMEOUT,
        "retries": {"mode": "standard", "total_max_attempts": ATTEMPTS},
        "ignore_configured_endpoint_urls": True,
    }
    keys: dict[str, Any] = {}
    if credentials is None:
        settings["signature_version"] = UNSIGNED
    else:
        keys = {
            "aws_access_key_id": credentials.access_key_id,
            "aws_secret_access_key": credentials.secret_access_key.reveal(),
            "aws_session_token": credentials.session_token.reveal() or None,
        }
    try:
        return session().create_client(
            service, region_name=region, endpoint_url=endpoint(link, run, service), config=Config(**settings), **keys
        )
    except ValueError as error:
        raise AuthError(
            f"cannot build a client of {service}: {error}", hints=["Check `region` and `endpoint_url`"]
        ) from error


def call(action: Callable[..., Any], *, what: str, **arguments: Any) -> dict[str, Any]:
    """Make a call; its failure is a `CloudError` or `NetworkError` that says what was tried."""
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
    from botocore.parsers import ResponseParserError

    try:
        answer = action(**arguments)
    except ClientError as error:
        raise refused(error, what) from error
    except (HTTPClientError, ConnectionError) as error:
        raise NetworkError(
            f"cannot {what}: {_where(error)}", hints=["Check the network, proxies and AWS_ENDPOINT_URL"]
        ) from None
    except (ResponseParserError, KeyError, AttributeError):  # what parsing a foreign page comes to
        raise NetworkError(
            f"cannot {what}: the service's answer cannot be read",
            hints=["Something between here and AWS may have answered: check proxies and endpoint_url"],
        ) from None
    except BotoCoreError as error:
        raise AuthError(f"cannot {what}: {error}") from error
    assert isinstance(answer, dict)
    return answer


def refused(error: Any, what: str) -> CloudError:
    """An error answer, with AWS's code and request id in its text."""
    answer = error.response
    code = str(answer.get("Error", {}).get("Code", "")) or "Unknown"
    text = str(answer.get("Error", {}).get("Message", "")).strip()
    meta = answer.get("ResponseMetadata", {})
    request_id = str(meta.get("RequestId", "") or meta.get("HTTPHeaders", {}).get("x-amzn-requestid", ""))
    status = int(meta.get("HTTPStatusCode", 0) or 0)
    details = ", ".join(
        part for part in (f"HTTP {status}" if status else "", f"RequestID {request_id}" if request_id else "") if part
    )
    tries = int(meta.get("RetryAttempts", 0) or 0)
    suffix = f" after {tries + 1} attempts" if tries else ""
    message = f"cannot {what}{suffix}: {code}: {text}" if text else f"cannot {what}{suffix}: {code}"
    hints = []
    if code in ("RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException") or "Signature expired" in text:
        hints.append("Check this machine's clock: AWS refuses requests that are more than five minutes off")
    return CloudError(
        f"{message} ({details})" if details else message, code=code, request_id=request_id, status=status, hints=hints
    )


def _where(error: Any) -> str:
    """A transport error without the request's query, which may hold secrets (decision D50)."""
    import re

    text = str(error)
    return re.sub(r"\?[^\s\"']*", "", text)
