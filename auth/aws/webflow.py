"""Browser sign-in of an AWS user: OAuth 2.0 with PKCE (RFC 7636) and DPoP (RFC 9449) at AWS's sign-in service.

A listener on the loopback interface takes the answer; where the browser is on another machine, the code can be
pasted. The refresh token is kept for twelve hours, with the key that must sign its use.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from auth.aws.endpoints import configured
from auth.credentials import AwsCredentials, parse_time, rfc3339
from auth.errors import AuthError, InteractionRequired
from auth.files import atomic
from auth.kind import Link, Run
from auth.secrets import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

CLIENT_ID = "arn:aws:signin:::devtools/same-device"
LIFETIME = timedelta(hours=12)
WAIT_SECONDS = 300.0
BODY_LIMIT = 1 << 20
TITLE = "🔐 AWS Browser Authentication"


def sign_in(link: Link, run: Run, *, region: str, fresh: bool) -> AwsCredentials:
    """Credentials from a kept refresh token, else from a browser."""
    kept = None if fresh else _kept(link, run)
    if kept is not None:
        token, key, ends = kept
        try:
            answer = _token(link, run, region, key, {"grant_type": "refresh_token", "refresh_token": token.reveal()})
        except AuthError as error:
            if any(code in error.message for code in ("invalid_grant", "invalid_token")):
                atomic.remove(_file(link, run))
        else:
            return _credentials(link, run, region, key, answer, token, ends)
    if not run.prompts:
        raise InteractionRequired(
            "Browser authentication requires an interactive terminal or prompts",
            hints=[f"Run `atmos auth login --identity {link.name}` in a terminal"],
        )
    return _browser(link, run, region)


def _browser(link: Link, run: Run, region: str) -> AwsCredentials:
    from auth.callback import Callback

    verifier = _b64(secrets.token_bytes(32))
    state = _b64(secrets.token_bytes(16))
    with Callback(state) as callback:
        url = f"{_base(link, run, region)}/v1/authorize?" + urlencode(
            {
                "client_id": CLIENT_ID,
                "redirect_uri": callback.address,
                "response_type": "code",
                "scope": "openid",
                "code_challenge": _b64(hashlib.sha256(verifier.encode()).digest()),
                "code_challenge_method": "SHA-256",
                "state": state,
            }
        )
        code = _wait_for_code(run, callback, url)
    key = _new_key()
    answer = _token(
        link,
        run,
        region,
        key,
        {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": callback.address},
    )
    ends = datetime.fromtimestamp(run.services.now(), UTC) + LIFETIME
    return _credentials(link, run, region, key, answer, Secret(""), ends)


def _wait_for_code(run: Run, callback: Any, url: str) -> str:
    prompter = run.services.prompter
    if run.services.interactive:
        prompter.show(TITLE, ["Opening browser for authentication...", "If the browser doesn't open, visit:", url])
        run.services.open_browser(url)
    else:
        prompter.show(
            "🔐 **AWS Browser Authentication (Non-Interactive)**",
            [
                "Visit this URL on a device with a browser:",
                url,
                "After signing in, paste the authorization code below.",
            ],
        )
        callback.read_stdin()
    found = callback.wait(WAIT_SECONDS)
    if found is None:
        raise AuthError(
            "browser authentication timed out",
            hints=[f"Sign in within {WAIT_SECONDS / 60:.0f} minutes of the browser opening"],
        )
    return str(found)


def _credentials(
    link: Link,
    run: Run,
    region: str,
    key: EllipticCurvePrivateKey,
    answer: dict[str, Any],
    old_token: Secret,
    ends: datetime,
) -> AwsCredentials:
    found = answer.get("access_token")
    if not isinstance(found, dict) or not all(
        found.get(name) for name in ("access_key_id", "secret_access_key", "session_token")
    ):
        raise AuthError("failed to exchange authorization code for credentials: token response missing credentials")
    refresh = answer.get("refresh_token") or old_token.reveal()
    if refresh:
        _keep(link, run, Secret(str(refresh)), key, region, ends)
    lifetime = answer.get("expires_in")
    span = float(lifetime) if isinstance(lifetime, (int, float)) and lifetime > 0 else 900.0
    return AwsCredentials(
        expires_at=datetime.fromtimestamp(int(run.services.now() + span), UTC),
        access_key_id=str(found["access_key_id"]),
        secret_access_key=Secret(str(found["secret_access_key"])),
        session_token=Secret(str(found["session_token"])),
        region=region,
        source="browser",
    )


def _token(link: Link, run: Run, region: str, key: EllipticCurvePrivateKey, form: dict[str, str]) -> dict[str, Any]:
    """Call the token endpoint; its own words are kept in the error, nothing we sent is."""
    from auth.web import post_form

    address = f"{_base(link, run, region)}/v1/token"
    status, body = post_form(
        address,
        {"client_id": CLIENT_ID, **form},
        headers={"DPoP": _proof(key, address)},
        timeout=30,
        limit=BODY_LIMIT,
        what="exchange authorization code for credentials",
    )
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if status != 200 or not isinstance(answer, dict):
        fields = answer if isinstance(answer, dict) else {}
        detail = ": ".join(str(fields[name]) for name in ("error", "error_description") if fields.get(name))
        raise AuthError(
            "failed to exchange authorization code for credentials: "
            f"{detail or 'no usable answer'} (HTTP {status}, endpoint: {address})"
        )
    return answer


def _base(link: Link, run: Run, region: str) -> str:
    custom = configured(link, run) or run.services.env.get("AWS_ENDPOINT_URL_SIGNIN", "")
    if custom:
        return custom.rstrip("/")
    return "https://signin.aws.amazon.com" if region == "us-east-1" else f"https://{region}.signin.aws.amazon.com"


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _proof(key: EllipticCurvePrivateKey, address: str) -> str:
    """A DPoP proof of holding the key."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    numbers = key.public_key().public_numbers()
    header = {
        "typ": "dpop+jwt",
        "alg": "ES256",
        "jwk": {"kty": "EC", "crv": "P-256", "x": _b64(numbers.x.to_bytes(32)), "y": _b64(numbers.y.to_bytes(32))},
    }
    claims = {"jti": _b64(secrets.token_bytes(16)), "htm": "POST", "htu": address, "iat": int(time.time())}
    signed = ".".join(_b64(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_b64(r.to_bytes(32) + s.to_bytes(32))}"


def _file(link: Link, run: Run) -> str:
    name = f"{link.name}-{run.services.realm}".replace("..", "_")
    return os.path.join(run.services.cache_home, "aws-webflow", name, "refresh.json")


def _keep(link: Link, run: Run, token: Secret, key: EllipticCurvePrivateKey, region: str, ends: datetime) -> None:
    from cryptography.hazmat.primitives import serialization

    path = _file(link, run)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    data = {
        "refreshToken": token.reveal(),
        "region": region,
        "expiresAt": rfc3339(ends),
        "dpopKey": base64.b64encode(der).decode(),
        "fingerprint": run.fingerprint(link),
    }
    try:
        atomic.private_folder(os.path.dirname(path))
        atomic.write_private(path, json.dumps(data, indent=2) + "\n")
    except AuthError as error:
        run.services.warn(f"the sign-in of {link.name} is not kept: {error.message}")


def _kept(link: Link, run: Run) -> tuple[Secret, EllipticCurvePrivateKey, datetime] | None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    content = atomic.read_private(_file(link, run))
    if content is None:
        return None
    try:
        data = json.loads(content)
        ends = parse_time(data["expiresAt"])
        key = serialization.load_der_private_key(base64.b64decode(data["dpopKey"]), None)
        token = Secret(str(data["refreshToken"]))
    except (ValueError, KeyError, TypeError):
        return None
    if ends is None or ends.timestamp() <= run.services.now() + 60 or not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    if data.get("fingerprint") not in (None, run.fingerprint(link)):
        return None
    return token, key, ends


def forget(link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
    """Remove the kept sign-in."""
    path = _file(link, run)
    if not os.path.exists(path):
        return []
    if not dry_run:
        atomic.remove(path)
        atomic.remove_if_empty(os.path.dirname(path))
    return [path]


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
