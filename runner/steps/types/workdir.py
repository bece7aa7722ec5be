"""`workdir`: a folder with a copy of a local source, or of a source that is downloaded."""

from __future__ import annotations

import os
import shutil
import tempfile

from runner.steps.errors import PrepareError, StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    base = ctx.directory()
    target = os.path.normpath(os.path.join(base, os.path.expanduser(ctx.text("path").strip())))
    source = _source(ctx)
    if target in (os.path.normpath(base), "/", os.path.expanduser("~")):
        raise PrepareError(f"{ctx.place('path')}: {target} cannot be replaced", hints=["Name a folder of its own"])
    exists = os.path.lexists(target)
    if exists and not ctx.step.get("reset"):
        raise StepError(
            f"{target} already exists", retryable=False, hints=["set reset: true to replace an existing target"]
        )
    parent = os.path.dirname(target)
    os.makedirs(parent, exist_ok=True)
    fresh = tempfile.mkdtemp(prefix=f".{os.path.basename(target)}.", dir=parent)
    try:
        _fill(ctx, source, base, fresh)
        if exists:
            old = fresh + ".old"
            os.rename(target, old)
            os.rename(fresh, target)
            shutil.rmtree(old) if os.path.isdir(old) and not os.path.islink(old) else os.unlink(old)
        else:
            os.rename(fresh, target)
    except OSError as error:
        raise StepError(f"cannot fill {target} from {source}: {error.strerror or error}", retryable=False) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    os.chmod(target, 0o755)  # noqa: S103  (an ordinary folder; the temporary one was private)
    return Result(target, metadata={"path": target, "source": source})


def _source(ctx: Context) -> str:
    value = ctx.step.get("source")
    if isinstance(value, dict):
        uri = ctx.render(value.get("uri", ""), "source.uri").strip()
        version = ctx.render(value.get("version", ""), "source.version").strip()
        value = uri.replace("{{.Version}}", version).replace("{{ .Version }}", version)
        if version and "ref=" not in value and value.startswith("git::"):
            value += f"{'&' if '?' in value else '?'}ref={version}"
    else:
        value = ctx.render(value, "source").strip()
    if not value:
        raise PrepareError(f"{ctx.place('source')}: it is empty")
    return str(value)


def _fill(ctx: Context, source: str, base: str, folder: str) -> None:
    local = os.path.join(base, os.path.expanduser(source.removeprefix("file://")))
    if os.path.isdir(local):
        shutil.copytree(local, folder, symlinks=True, dirs_exist_ok=True)
    elif os.path.isfile(local):
        shutil.copy2(local, folder)
    elif source.startswith(("git::", "git@", "github.com/")) or source.partition("?")[0].endswith(".git"):
        _clone(ctx, source, folder)
    elif source.startswith(("https://", "http://")):
        _download(source, folder)
    else:
        raise StepError(f"the source {source} was not found", retryable=False,
                        explanation=f"There is no file or folder {local}")  # fmt: skip


def _clone(ctx: Context, source: str, folder: str) -> None:
    """A git source: `git::URL//subfolder?ref=…`."""
    from urllib.parse import parse_qs

    from runner.process import launch

    uri, _, query = source.removeprefix("git::").partition("?")
    head, found, rest = uri.partition("://")
    scheme, body = (head + "://", rest) if found else ("", uri)
    body, _, inner = body.partition("//")
    if body.startswith("github.com/") and not scheme:
        scheme = "https://"
    reference = (parse_qs(query).get("ref") or [""])[0]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as work:
        argv = ["git", "clone", "--quiet", "--depth", "1"]
        if reference:
            argv += ["--branch", reference]
        ctx.cwd = work
        if not ctx.env:
            ctx.env = dict(ctx.run.base_env)
        outcome = ctx.launch([*argv, "--", scheme + body, os.path.join(work, "tree")], keep=True)
        if outcome.code:
            raise ctx.failed(outcome, f"git clone {scheme}{body}")
        launch.run(["rm", "-rf", os.path.join(work, "tree", ".git")], env=ctx.env, cwd=work)
        shutil.copytree(os.path.join(work, "tree", inner), folder, symlinks=True, dirs_exist_ok=True)


def _download(url: str, folder: str) -> None:
    """A file, or an archive that is unpacked."""
    import urllib.request

    from runner.steps.types import archive

    name = os.path.basename(url.partition("?")[0]) or "download"
    place = os.path.join(folder, name)
    with urllib.request.urlopen(url, timeout=60) as response, open(place, "wb") as stream:  # noqa: S310
        shutil.copyfileobj(response, stream)
    if archive.format_of(name):
        archive.unpack(place, folder, archive.format_of(name), "")
        os.unlink(place)
