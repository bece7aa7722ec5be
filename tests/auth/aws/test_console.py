"""Console sign-in against a federation endpoint on a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import auth
from auth.aws import console as aws_console
from auth.console import sign_in
from auth.errors import AuthError


class Federation:
    """Hands out sign-in tokens; `refuse` are the statuses it gives first. `queries` are what it was asked."""

    def __init__(self) -> None:
        self.queries: list[dict[str, str]] = []
        self.refuse: list[int] = []
        self.body = json.dumps({"SigninToken": "tok/en+1"}).encode()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                outer.queries.append({key: values[0] for key, values in parse_qs(parts.query).items()})
                status = outer.refuse.pop(0) if outer.refuse else 200
                self.send_response(status)
                self.end_headers()
                self.wfile.write(outer.body if status == 200 else b"no: " + parts.query.encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def federation() -> Iterator[Federation]:
    served = Federation()
    thread = threading.Thread(target=served.server.serve_forever, daemon=True)
    thread.start()
    yield served
    served.server.shutdown()
    served.server.server_close()
    thread.join()


def session(tmp_path: Path, federation: Federation | None, aws: str, identity: str = "deploy") -> auth.Session:
    env = {
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": aws,
        "ATMOS_KEYRING_TYPE": "memory",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if federation:
        env["AWS_ENDPOINT_URL_SIGNIN"] = federation.url
    manager = auth.load(
        {
            "identities": {
                "user": {"kind": "aws/user", "credentials": {"access_key_id": "AKIAX", "secret_access_key": "canary"}},
                "deploy": {
                    "kind": "aws/assume-role",
                    "via": {"identity": "user"},
                    "principal": {"assume_role": "arn:aws:iam::222222222222:role/Deploy"},
                },
                "far": {
                    "kind": "aws/assume-role",
                    "via": {"identity": "deploy"},
                    "principal": {"assume_role": "arn:aws:iam::333333333333:role/Far"},
                },
            }
        },
        env=env,
        base_dir=str(tmp_path),
    )
    return manager.authenticate(identity)


def test_a_token_becomes_an_address(tmp_path: Path, federation: Federation, aws_endpoint: str) -> None:
    found = session(tmp_path, federation, aws_endpoint)
    made = sign_in(found, destination="S3", seconds=7200, issuer="our team")
    assert made.url.startswith(f"{federation.url}/federation?Action=login&Issuer=our+team&")
    query = parse_qs(urlsplit(made.url).query)
    assert query["SigninToken"] == ["tok/en+1"]
    assert query["Destination"] == ["https://console.aws.amazon.com/s3"]
    asked = federation.queries[0]
    assert (asked["Action"], asked["SessionDuration"]) == ("getSigninToken", "7200")
    assert set(json.loads(asked["Session"])) == {"sessionId", "sessionKey", "sessionToken"}
    assert "tok" not in repr(made)


def test_chained_roles_say_no_duration(tmp_path: Path, federation: Federation, aws_endpoint: str) -> None:
    sign_in(session(tmp_path, federation, aws_endpoint, "far"), seconds=40000)
    assert "SessionDuration" not in federation.queries[0]


def test_durations_keep_to_the_limits(tmp_path: Path, federation: Federation, aws_endpoint: str) -> None:
    found = session(tmp_path, federation, aws_endpoint)
    assert sign_in(found, seconds=60).seconds == 900
    assert sign_in(found, seconds=90000).seconds == 43200


@pytest.mark.parametrize("answers", [[400], [403], [500, 500]])
def test_a_refusal_shows_no_request(
    tmp_path: Path, federation: Federation, aws_endpoint: str, answers: list[int]
) -> None:
    found = session(tmp_path, federation, aws_endpoint)
    federation.refuse = list(answers)
    with pytest.raises(AuthError) as caught:
        sign_in(found)
    shown = " ".join([caught.value.message, caught.value.explanation, *caught.value.hints, repr(caught.value.context)])
    assert f"HTTP {answers[-1]}" in shown
    for secret in found.credentials.secret_texts():
        assert secret not in shown


def test_users_are_told_why(tmp_path: Path, federation: Federation, aws_endpoint: str) -> None:
    found = session(tmp_path, federation, aws_endpoint, "user")
    federation.refuse = [400]
    with pytest.raises(AuthError) as caught:
        sign_in(found)
    assert "assumes a role" in caught.value.hints[0]
    assert "SessionDuration" not in federation.queries[0]


def test_an_answer_without_a_token(tmp_path: Path, federation: Federation, aws_endpoint: str) -> None:
    federation.body = b"<html>"
    with pytest.raises(AuthError, match="no console sign-in token"):
        sign_in(session(tmp_path, federation, aws_endpoint))


def test_nobody_answers(tmp_path: Path, aws_endpoint: str) -> None:
    found = session(tmp_path, None, aws_endpoint)
    assert found.manager is not None
    found.manager.services.env["AWS_ENDPOINT_URL_SIGNIN"] = "http://127.0.0.1:9"  # type: ignore[index]
    with pytest.raises(AuthError, match="sign-in token") as caught:
        sign_in(found)
    assert "Session=" not in caught.value.message


def test_pages() -> None:
    console = "https://console.aws.amazon.com"
    assert aws_console.address("", "us-east-1") == f"{console}/"
    assert aws_console.address("https://example.com/x", "us-east-1") == "https://example.com/x"
    assert aws_console.address("Step-Functions", "") == f"{console}/states"
    with pytest.raises(AuthError, match='unknown service alias: "lamda"') as caught:
        aws_console.address("lamda", "us-east-1")
    assert "`lambda`" in caught.value.hints[0]


def test_partitions() -> None:
    assert aws_console.address("", "cn-north-1") == "https://console.amazonaws.cn/"
    assert aws_console.address("", "us-gov-west-1") == "https://console.amazonaws-us-gov.com/"
