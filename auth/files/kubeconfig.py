"""A kubeconfig: one cluster's entries added or taken out, everything else kept as it is (decision D17)."""

from __future__ import annotations

import os
from typing import Any

from auth.errors import AuthError, StorageError
from auth.files import atomic, locks

LISTS = ("clusters", "contexts", "users")


def write(path: str, entries: dict[str, dict[str, Any]], context: str, *, update: str, mode: int) -> bool:
    """Put a cluster, a context and a user into a file; whether it changed. `update`: merge, replace, or error."""
    atomic.private_folder(os.path.dirname(path))
    with locks.locked(path + ".lock", purpose="writing a kubeconfig"):
        before = _read(path)
        document = _empty() if update == "replace" or not before else before
        if update == "error":
            for section, noun in (("clusters", "cluster"), ("contexts", "context")):
                name = entries[section]["name"]
                if _find(document, section, name) is not None:
                    raise AuthError(f"failed to merge kubeconfig: {noun} {name} already exists in {path}")
        document = {**_empty(), **document}
        for section in LISTS:
            _put(document, section, entries[section])
        document["current-context"] = context
        if document == before:
            os.chmod(path, mode)
            return False
        _write(path, document, mode)
        return True


def remove(path: str, cluster_suffix: str, *, dry_run: bool = False) -> list[str]:
    """Take the cluster whose name ends so out again, with its contexts and their users."""
    if not os.path.exists(path):
        return []
    with locks.locked(path + ".lock", purpose="writing a kubeconfig"):
        document = _read(path)
        clusters = {_name(item) for item in _items(document, "clusters") if _name(item).endswith(cluster_suffix)}
        if not clusters or dry_run:
            return [path] if clusters else []
        contexts = [
            item
            for item in _items(document, "contexts")
            if isinstance(item, dict) and (item.get("context") or {}).get("cluster") in clusters
        ]
        users = {(item.get("context") or {}).get("user") for item in contexts}
        gone: dict[str, set[Any]] = {
            "clusters": clusters,
            "contexts": {_name(item) for item in contexts},
            "users": users,
        }
        for section in LISTS:
            document[section] = [item for item in _items(document, section) if _name(item) not in gone[section]]
        if document.get("current-context") in gone["contexts"]:
            document["current-context"] = ""
        if any(document[section] for section in LISTS):
            _write(path, document, os.stat(path).st_mode & 0o777)
        else:
            atomic.remove(path)
        return [path]


def _read(path: str) -> dict[str, Any]:
    import yaml

    content = atomic.read_private(path)
    if content is None or not content.strip():
        return {}
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise StorageError(
            f"failed to read kubeconfig {path}: {error}", hints=["Correct or remove that file; nothing was written"]
        ) from error
    if not isinstance(document, dict):
        raise StorageError(f"failed to read kubeconfig {path}: it is not a mapping; nothing was written")
    return document


def _write(path: str, document: dict[str, Any], mode: int) -> None:
    import yaml

    atomic.write_private(path, yaml.safe_dump(document, sort_keys=False), mode=mode)


def _empty() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [],
        "contexts": [],
        "users": [],
        "preferences": {},
        "current-context": "",
    }


def _items(document: dict[str, Any], section: str) -> list[Any]:
    found = document.get(section)
    return found if isinstance(found, list) else []


def _name(item: object) -> str:
    return str(item.get("name", "")) if isinstance(item, dict) else ""


def _find(document: dict[str, Any], section: str, name: str) -> int | None:
    return next((index for index, item in enumerate(_items(document, section)) if _name(item) == name), None)


def _put(document: dict[str, Any], section: str, entry: dict[str, Any]) -> None:
    items = list(_items(document, section))
    index = _find(document, section, entry["name"])
    if index is None:
        items.append(entry)
    else:
        items[index] = entry
    document[section] = items
