"""Identity providers without a browser: Okta's authentication interface and the forms of AD FS."""

from __future__ import annotations

import html.parser
import http.client
import http.cookiejar
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from auth.errors import AuthError, NetworkError
from auth.kind import Link, Run
from auth.secrets import Secret

TIMEOUT = 30
LIMIT = 4 << 20
PUSH_SECONDS = 3
PUSH_TRIES = 60
OTP_FIELDS = ("oathcode", "verificationcode", "security_code", "otc", "passcode")


class Page:
    """What one answer holds: its address, its forms, its text."""

    def __init__(self, url: str, status: int, body: bytes) -> None:
        self.url, self.status, self.body = url, status, body
        parser = _Forms()
        parser.feed(body.decode("utf-8", "replace"))
        self.forms = parser.forms

    def assertion(self) -> str:
        return next((form["fields"]["SAMLResponse"] for form in self.forms if form["fields"].get("SAMLResponse")), "")


class _Forms(html.parser.HTMLParser):
    """Forms with their action and fields."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": found.get("action", ""), "fields": {}})
        elif tag in ("input", "button") and self.forms and found.get("name"):
            self.forms[-1]["fields"][found["name"]] = found.get("value", "")


class Web:
    """A small browser: cookies, forms, no scripts. Errors name the host and nothing that was sent."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, url: str) -> Page:
        return self._open(urllib.request.Request(url))  # noqa: S310 - schemes are checked in _open

    def post(self, url: str, form: dict[str, str]) -> Page:
        return self._open(urllib.request.Request(url, data=urlencode(form).encode()))  # noqa: S310

    def post_json(self, url: str, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        page = self._open(
            urllib.request.Request(  # noqa: S310 - the address of the configured identity provider
                url,
                data=json.dumps(data).encode(),
                headers={
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                },
            )
        )
        try:
            answer = json.loads(page.body)
        except ValueError:
            answer = {}
        return page.status, answer if isinstance(answer, dict) else {}

    def _open(self, request: urllib.request.Request) -> Page:
        parts = urlsplit(request.full_url)
        if parts.scheme not in ("http", "https"):
            raise AuthError("SAML authentication failed: the identity provider leads to an address that is not http(s)")
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                return Page(response.url, response.status, response.read(LIMIT))
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.url or "", error.code, error.read(LIMIT))
        except (OSError, http.client.HTTPException) as error:
            raise NetworkError(
                f"SAML authentication failed: {parts.hostname}: "
                f"{getattr(error, 'reason', None) or type(error).__name__}"
            ) from None


def _account(link: Link, run: Run) -> tuple[str, Secret]:
    """User name and password, asked for where the configuration has none."""
    host = urlsplit(link.entry.text("url")).hostname or link.name
    user = link.entry.text("username") or run.ask(f"The user name at {host}").text(f"Username at {host}").strip()
    value = link.entry.get("password")
    password = (
        str(value)
        if value not in (None, "")
        else run.ask(f"The password of {user}").secret(f"Password of {user} at {host}")
    )
    return user, Secret(password)


def okta(link: Link, run: Run) -> str:
    """Okta's primary authentication, with a second factor where one is required; then the application's page."""
    url = link.entry.text("url")
    base = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    user, password = _account(link, run)
    web = Web()
    status, answer = web.post_json(f"{base}/api/v1/authn", {"username": user, "password": password.reveal()})
    if status != 200:
        raise AuthError(
            f"SAML authentication failed: Okta refused {user}: {answer.get('errorSummary') or f'HTTP {status}'}"
        )
    if answer.get("status") == "MFA_REQUIRED":
        answer = _okta_factor(web, answer, run)
    token = answer.get("sessionToken")
    if answer.get("status") != "SUCCESS" or not token:
        raise AuthError(f"SAML authentication failed: Okta says {answer.get('status') or 'nothing'} for {user}")
    status, _session = web.post_json(f"{base}/api/v1/sessions", {"sessionToken": token})
    if status != 200:
        raise AuthError(f"SAML authentication failed: Okta opened no session (HTTP {status})")
    return _follow(web, web.get(url))


def _okta_factor(web: Web, answer: dict[str, Any], run: Run) -> dict[str, Any]:
    factors = [item for item in (answer.get("_embedded") or {}).get("factors") or [] if isinstance(item, dict)]
    usable = [
        item
        for item in factors
        if item.get("factorType") == "push" or str(item.get("factorType", "")).startswith(("token", "sms", "email"))
    ]
    if not usable:
        raise AuthError(
            "SAML authentication failed: Okta asks for a second factor that needs a browser",
            hints=["Set `driver: Browser`"],
        )
    factor = usable[0]
    if len(usable) > 1:
        chosen = run.ask("The second factor").select(
            "Choose a second factor",
            [
                (str(index), f"{item.get('provider', '')} {item.get('factorType', '')}")
                for index, item in enumerate(usable)
            ],
        )
        factor = usable[int(chosen)]
    verify = str(((factor.get("_links") or {}).get("verify") or {}).get("href", ""))
    form: dict[str, Any] = {"stateToken": answer.get("stateToken", ""), "rememberDevice": False}
    kind = str(factor.get("factorType", ""))
    if kind == "push":
        for _ in range(PUSH_TRIES):
            _status, found = web.post_json(verify, form)
            if found.get("factorResult") != "WAITING":
                return found
            run.services.sleep(PUSH_SECONDS)
        raise AuthError("SAML authentication failed: nobody confirmed the push notification")
    if not kind.startswith("token"):
        web.post_json(verify, form)  # has the code sent
    form["passCode"] = run.ask("The code of the second factor").text("Verification code").strip()
    status, found = web.post_json(verify, form)
    if status != 200:
        raise AuthError(f"SAML authentication failed: Okta refused the code: {found.get('errorSummary') or status}")
    return found


def adfs(link: Link, run: Run) -> str:
    """The sign-on page of AD FS, filled in like a person would."""
    base = link.entry.text("url").rstrip("/")
    user, password = _account(link, run)
    web = Web()
    page = web.get(f"{base}/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:amazon:webservices")
    form = next((form for form in page.forms if any("pass" in name.lower() for name in form["fields"])), None)
    if form is None:
        raise AuthError(
            f"SAML authentication failed: {urlsplit(base).hostname} shows no sign-in form (HTTP {page.status})"
        )
    filled = dict(form["fields"])
    for name in filled:
        lowered = name.lower()
        if "user" in lowered or "email" in lowered:
            filled[name] = user
        elif "pass" in lowered:
            filled[name] = password.reveal()
    page = web.post(urljoin(page.url, form["action"]), filled)
    for _ in range(3):
        if page.assertion():
            break
        asked = next((form for form in page.forms for name in form["fields"] if name.lower() in OTP_FIELDS), None)
        if asked is None:
            break
        code = run.ask("The code of the second factor").text("Verification code").strip()
        page = web.post(
            urljoin(page.url, asked["action"]),
            {name: code if name.lower() in OTP_FIELDS else value for name, value in asked["fields"].items()},
        )
    return _follow(web, page, refused=f"AD FS did not accept {user}")


def _follow(web: Web, page: Page, *, refused: str = "the identity provider gave no assertion") -> str:
    """The assertion of a page, through forms that would submit themselves."""
    for _ in range(10):
        found = page.assertion()
        if found:
            return found
        form = next((form for form in page.forms if set(form["fields"]) & {"SAMLRequest", "RelayState"}), None)
        if form is None:
            break
        page = web.post(urljoin(page.url, form["action"]), form["fields"])
    raise AuthError(
        f"SAML authentication failed: {refused}",
        hints=["Check user name and password", "Set `driver: Browser` to see what the page says"],
    )
