"""Ways to an identity provider's assertion: a browser one can see, or its forms and interfaces.

A password is sent once; what is missing is asked for. Cookies of a browser sign-in are kept for the next one.
"""

from __future__ import annotations

import os
import re
from typing import Any

from auth import paths
from auth.errors import AuthError
from auth.files import atomic
from auth.kind import Link, Run

SIGN_IN = re.compile(r"https://((.*\.)?signin\.(aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn))/saml")
BROWSER_SECONDS = 300


def driver(link: Link, run: Run) -> str:
    """Which driver: the one named, else by what is installed and by the address."""
    named = link.entry.text("driver") or link.entry.text("provider_type")
    if named:
        return named
    if link.entry.flag("download_browser_driver") or _browsers_installed(run):
        return "Browser"
    url = link.entry.text("url").lower()
    for part, name in (("accounts.google.com", "GoogleApps"), ("okta.com", "Okta"), ("adfs", "ADFS")):
        if part in url:
            return name
    return "Browser"


def assertion(link: Link, run: Run) -> str:
    """The assertion, in Base64 as it came."""
    name = driver(link, run)
    if name.lower() == "browser":
        found = _browser(link, run)
    elif name.lower() in ("okta", "adfs"):
        from auth.aws import saml_forms

        found = saml_forms.okta(link, run) if name.lower() == "okta" else saml_forms.adfs(link, run)
    else:
        raise AuthError(
            f'the SAML driver "{name}" is not available',
            hints=[
                "Set `driver: Browser` (install the extra: pip install 'atmos-runner[browser]')",
                "Okta and ADFS work without a browser",
            ],
        )
    if not found:
        raise AuthError("empty SAML assertion received")
    return found


def _browsers_installed(run: Run) -> bool:
    home = paths.home(run.services.env)
    for folder in (
        os.path.join(run.services.cache_home, "ms-playwright"),
        f"{home}/.cache/ms-playwright",
        f"{home}/Library/Caches/ms-playwright",
    ):
        try:
            if any(os.path.isdir(os.path.join(folder, name)) for name in os.listdir(folder)):
                return True
        except OSError:
            continue
    return False


def state_file(link: Link, run: Run) -> str:
    """Where the cookies of a provider's browser sign-in are kept."""
    name = link.name.replace("/", "_").replace("\\", "_")
    return os.path.join(run.services.cache_home, "aws-saml", f"{name}.json")


def forget(link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
    """Remove the kept cookies."""
    path = state_file(link, run)
    if not os.path.exists(path):
        return []
    if not dry_run:
        atomic.remove(path)
    return [path]


def _browser(link: Link, run: Run) -> str:
    """A visible browser; done when the identity provider posts the assertion to AWS."""
    executable = link.entry.text("browser_executable_path")
    if executable:
        full = run.services.path(executable)
        if not os.path.exists(full):
            raise AuthError(f"invalid browser executable: browser executable not found: {full}")
        if os.path.isdir(full):
            raise AuthError(f"invalid browser executable: {full} is a directory, not a file")
        executable = full
    run.ask(f"The sign-in at {link.entry.text('url')}")
    try:
        from playwright.sync_api import Error, sync_playwright  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise AuthError(
            "the SAML driver Browser needs playwright",
            hints=[
                "pip install 'atmos-runner[browser]' && playwright install chromium",
                "Or set `driver: Okta` or `driver: ADFS`",
            ],
        ) from None
    kind = link.entry.text("browser_type") or "chromium"
    options: dict[str, Any] = {"headless": False}
    if executable:
        options["executable_path"] = executable
    engine = "chromium"
    if kind in ("firefox", "webkit"):
        engine = kind
    elif kind != "chromium":
        options["channel"] = kind
    state = state_file(link, run)
    try:
        with sync_playwright() as playwright:
            browser = getattr(playwright, engine).launch(**options)
            context = browser.new_context(storage_state=state if os.path.exists(state) else None)
            page = context.new_page()
            with page.expect_request(SIGN_IN, timeout=BROWSER_SECONDS * 1000) as waiting:
                page.goto(link.entry.text("url"), wait_until="commit")
            form = str(waiting.value.post_data or "")
            atomic.private_folder(os.path.dirname(state))
            import json

            atomic.write_private(state, json.dumps(context.storage_state()))
            browser.close()
    except Error as error:
        raise AuthError(
            f"SAML authentication failed: {str(error).splitlines()[0]}",
            hints=["Run it again and leave the window open until it closes by itself"],
        ) from None
    from urllib.parse import parse_qs

    return parse_qs(form).get("SAMLResponse", [""])[0]
