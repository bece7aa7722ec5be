"""Writes docs/auth-api.md from the signatures and docstrings of the `auth` package: `python docs/api_reference.py`."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

TARGET = Path(__file__).with_name("auth-api.md")
MODULES = {
    "auth.loading": ["load"],
    "auth.manager": ["Manager"],
    "auth.session": ["Session"],
    "auth.whoami": ["Whoami"],
    "auth.listing": ["Listing", "ListedIdentity", "ListedProvider"],
    "auth.logout": ["LogoutResult"],
    "auth.config": ["Finding", "Entry", "Identity", "Provider", "Integration"],
    "auth.credentials": ["Credentials", "AwsCredentials", "TokenCredentials"],
    "auth.secrets": ["Secret", "redacted"],
    "auth.console": ["SignIn", "sign_in"],
    "auth.merge": ["component", "settled"],
    "auth.emulators": ["Emulators", "Emulator"],
    "auth.integrations": ["linked", "execute", "run_one"],
    "auth.aws.ecr": ["login", "public_login", "parsed_registry"],
    "auth.aws.eks": ["token", "update_kubeconfig"],
    "auth.session_index": ["quick", "lookup"],
    "auth.prompts": ["Prompter", "Terminal", "Nobody"],
    "auth.kind": [
        "ProviderKind",
        "IdentityKind",
        "IntegrationKind",
        "Kind",
        "Run",
        "Link",
        "Services",
        "Change",
        "Facts",
        "Report",
    ],
    "auth.errors": [],
}


def reference() -> str:
    """The whole text."""
    parts = [
        "# The `auth` package",
        "",
        "Made from the code by `python docs/api_reference.py`; see [auth.md](auth.md) for what it is all about.",
        "",
    ]
    for name, wanted in MODULES.items():
        module = importlib.import_module(name)
        parts += [f"## `{name}`", "", _doc(module), ""]
        if name == "auth.errors":
            wanted = [
                item for item, value in vars(module).items() if inspect.isclass(value) and value.__module__ == name
            ]
            parts += [f"- `{item}`: {_doc(getattr(module, item)).splitlines()[0]}" for item in wanted] + [""]
            continue
        for item in wanted:
            parts += _entry(item, getattr(module, item))
    return "\n".join(parts).rstrip() + "\n"


def _entry(name: str, value: object) -> list[str]:
    if not inspect.isclass(value):
        return [f"### `{name}{_signature(value)}`", "", _doc(value), ""]
    lines = [f"### class `{name}`", "", _doc(value), ""]
    fields = [
        f"`{field}: {kind}`"
        for field, kind in vars(value).get("__annotations__", {}).items()
        if not field.startswith("_") and "ClassVar" not in str(kind)
    ]
    if fields:
        lines += ["Fields: " + ", ".join(fields), ""]
    members: dict[str, str] = {}
    for base in reversed([each for each in value.__mro__ if each.__module__.startswith("auth.")]):
        for member, found in vars(base).items():
            if member.startswith("_"):
                continue
            function = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
            if not inspect.isfunction(function) or not inspect.getdoc(function):
                continue
            shown = member if isinstance(found, property) else f"{member}{_signature(function)}"
            members[member] = f"- `{shown}`: {_doc(function)}"
    return [*lines, *members.values(), ""] if members else lines


def _signature(value: object) -> str:
    text = str(inspect.signature(value))  # type: ignore[arg-type]
    text = re.sub(r"(: |-> )'([^']*)'", r"\1\2", text)
    text = text.replace("<built-in function time>", "time.time")
    return re.sub(r"<function (\w+)[^>]*>", r"\1", text).replace("(self, ", "(").replace("(self)", "()")


def _doc(value: object) -> str:
    return (
        " ".join((inspect.getdoc(value) or "").split()) if inspect.isfunction(value) else (inspect.getdoc(value) or "")
    )


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
