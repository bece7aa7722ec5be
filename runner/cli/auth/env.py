"""`atmos auth env`: the variables of an identity as text for a shell, a file or a program (decision D7)."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth import choice, env_formats, parts
from runner.cli.auth.words import Voice
from runner.errors import AtmosError

if TYPE_CHECKING:
    from auth.session import Session
    from runner.app import App

EXAMPLES = """\
# Into the current shell
eval "$(atmos auth env)"
atmos auth env -f fish | source

# With the credentials themselves, logging in when there is no session
atmos auth env --login

# Only the variables that name files
atmos auth env --files-only

# For programs
atmos auth env -f json -i prod-admin
atmos auth env -f terragrunt --login
atmos auth env -f github

# Take them away again
eval "$(atmos auth env --unset)"
"""


@clicks.command("atmos auth env", "Print the environment variables of an identity.", examples=EXAMPLES)
@parts.identity_flag
@clicks.option(
    "--format",
    "-f",
    "format_name",
    default=None,
    metavar="NAME",
    shell_complete=parts.fixed(*env_formats.FORMATS),
    help=f"One of {', '.join(env_formats.FORMATS)} (default bash). Also ATMOS_AUTH_ENV_FORMAT.",
)
@clicks.option(
    "--output-file",
    "-o",
    default=None,
    metavar="FILE",
    help="Add to this file, created private. Also ATMOS_AUTH_ENV_OUTPUT_FILE.",
)
@clicks.option("--login", is_flag=True, help="Authenticate when there is no session.")
@clicks.option("--files-only", is_flag=True, help="Leave the credentials themselves out, name only their files.")
@clicks.option("--unset", is_flag=True, help="Print what removes the variables again.")
def command(
    app: App, format_name: str | None, output_file: str | None, login: bool, files_only: bool, unset: bool
) -> int:
    """Print variables; nobody is authenticated without --login."""
    name = env_formats.check(format_name or app.env.get("ATMOS_AUTH_ENV_FORMAT", "") or "bash")
    target = output_file if output_file is not None else app.env.get("ATMOS_AUTH_ENV_OUTPUT_FILE", "")
    if name == "github" and not target:
        target = app.env.get("GITHUB_ENV", "")
        if not target:
            raise AtmosError(
                "required flag not provided: --format=github requires GITHUB_ENV environment variable to be set, "
                "or use --output-file to specify a file path.",
            )
    identity = choice.pick(app, what="`atmos auth env`")
    if unset:
        text = env_formats.unset(removable(app, identity), name)
    else:
        text = written(app, identity, name, login=login, files_only=files_only)
    if target:
        write_file(app, os.path.join(app.cwd, target), text, replace=name in env_formats.WHOLE)
    else:
        app.out(text)
    return 0


def written(app: App, identity: str, format_name: str, *, login: bool, files_only: bool) -> str:
    """The variables of an identity as text."""
    manager = app.identities.manager()
    session: Session | None
    if login:
        try:
            session = manager.authenticate(identity)
        except Exception as error:
            raise parts.failed(error, f"identity={identity}") from error
    else:
        session = None if files_only else at_hand(app, identity)
    variables = manager.environment(identity)
    if session is not None and not files_only:
        variables.update(session.raw_variables())
    if format_name == "credential-process":
        from auth.credentials import rfc3339

        until = session.expires_at if session is not None else None
        return env_formats.credential_process(variables, rfc3339(until) if until else "")
    return env_formats.FORMATS[format_name](variables)


def at_hand(app: App, identity: str) -> Session | None:
    """The unexpired session that an earlier login left; a mock needs no login, so what it has does not count."""
    session = app.identities.manager().cached(identity)
    return None if session is None or session.root_kind.startswith("mock") else session


def removable(app: App, identity: str) -> set[str]:
    """The variables that `auth env` may have set: file variables and credentials."""
    manager = app.identities.manager()
    names = set(manager.environment(identity))
    if any(name.startswith("AWS_") for name in names):
        names.update(env_formats.AWS_KEYS)
    session = manager.cached(identity)
    if session is not None:
        names.update(session.raw_variables())
    return names


def write_file(app: App, path: str, text: str, *, replace: bool) -> None:
    """Add text to a file or put it in its place; a new file is readable by its owner alone."""
    from auth.files import atomic

    if replace:
        atomic.write_private(path, text)
        return
    data = text.encode("utf-8", "surrogateescape")
    try:
        fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY, 0o600)
        try:
            found = os.fstat(fd)
            if stat.S_ISREG(found.st_mode):
                if found.st_size and os.pread(fd, 1, found.st_size - 1) != b"\n":
                    data = b"\n" + data  # the last line of what is there must not run into ours
                if found.st_mode & 0o077 and any(f"{name}=" in text for name in env_formats.AWS_KEYS[1:]):
                    Voice(app).warn(f"{path} holds credentials now and others can read it: `chmod 600` it")
            while data:
                data = data[os.write(fd, data) :]
        finally:
            os.close(fd)
    except OSError as error:
        raise AtmosError(f"cannot write {path}: {error.strerror}") from error
