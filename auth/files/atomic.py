"""Private files: 0600 from birth, written beside the target and renamed, read only when they are ours.

A target that is a symbolic link is written through only when what it points at is the user's own regular file, and
our own folders must not be links that somebody else could have planted.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat

from auth.errors import StorageError


def private_folder(path: str) -> str:
    """Make a folder (and those above it) with mode 0700; one that is there is tightened when it is ours."""
    try:
        _make_folder(path)
    except OSError as error:
        raise StorageError(f"cannot create the folder {path}: {error.strerror or error}") from error
    return path


def _make_folder(path: str) -> None:
    try:
        os.mkdir(path, 0o700)
        return
    except FileExistsError:
        pass
    except FileNotFoundError:
        parent = os.path.dirname(path)
        if parent == path:
            raise
        _make_folder(parent)
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
        return
    found = os.stat(path)
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "it is not a folder", path)


def private_below(path: str, top: str) -> str:
    """Make a folder of ours; it and all above it below `top` are closed to others."""
    private_folder(path)
    tighten(path)
    above = os.path.dirname(path)
    while above.startswith(top + os.sep):
        tighten(above)
        above = os.path.dirname(above)
    return path


def tighten(path: str) -> None:
    """Take everybody else's rights off a folder of ours; somebody else's folder is an error."""
    found = os.stat(path)
    if hasattr(os, "getuid") and found.st_uid != os.getuid():
        raise StorageError(
            f"the folder {path} belongs to another user (uid {found.st_uid})",
            hints=["Remove it, or point ATMOS_XDG_CONFIG_HOME somewhere that is yours"],
        )
    if found.st_mode & 0o077:
        os.chmod(path, stat.S_IMODE(found.st_mode) & 0o700)


def write_private(path: str, content: bytes | str, *, mode: int = 0o600) -> None:
    """Write a file in one go: nobody ever sees half of it, or a readable moment of it."""
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    try:
        target = _write_target(path)
        temporary = f"{target}.{os.getpid()}.{secrets.token_hex(4)}.tmp"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), mode)
            try:
                os.fchmod(descriptor, mode)
                view = memoryview(data)
                while view:
                    view = view[os.write(descriptor, view) :]
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.rename(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        hints = ["Free some space and run it again"] if error.errno in (errno.ENOSPC, errno.EDQUOT) else []
        raise StorageError(f"cannot write {path}: {error.strerror or error}", hints=hints) from error


def _write_target(path: str) -> str:
    """The file to replace: a link's own target when that is ours, so that a user's link stays a link."""
    try:
        link = os.lstat(path)
    except FileNotFoundError:
        return path
    if not stat.S_ISLNK(link.st_mode):
        if not stat.S_ISREG(link.st_mode):
            raise StorageError(f"{path} is not a regular file")
        return path
    target = os.path.realpath(path)
    uid = os.getuid() if hasattr(os, "getuid") else link.st_uid
    if link.st_uid != uid:
        raise StorageError(f"{path} is a link that another user made (uid {link.st_uid})", hints=["Remove it"])
    with contextlib.suppress(FileNotFoundError):
        found = os.stat(target)
        if found.st_uid != uid or not stat.S_ISREG(found.st_mode):
            raise StorageError(f"{path} is a link to {target}, which is not a file of yours", hints=["Remove it"])
    return target


def read_private(path: str, *, limit: int = 4_000_000) -> bytes | None:
    """The content of a private file; None when there is none. Foreign files are refused, loose modes tightened."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise StorageError(f"{path} is not a regular file")
        if hasattr(os, "getuid") and found.st_uid != os.getuid():
            raise StorageError(
                f"{path} belongs to another user (uid {found.st_uid}) and is not trusted",
                hints=["Remove it and run `atmos auth login` again"],
            )
        if found.st_mode & 0o077:
            with contextlib.suppress(OSError):
                os.fchmod(descriptor, 0o600)
        if found.st_size > limit:
            raise StorageError(f"{path} is too large ({found.st_size} bytes)")
        chunks = []
        while chunk := os.read(descriptor, 65536):
            chunks.append(chunk)
        return b"".join(chunks)
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror or error}") from error
    finally:
        os.close(descriptor)


def remove(path: str) -> bool:
    """Delete a file; whether there was one."""
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StorageError(f"cannot remove {path}: {error.strerror or error}") from error
    return True


def remove_if_empty(folder: str) -> None:
    """Delete a folder when nothing is left in it."""
    with contextlib.suppress(OSError):
        os.rmdir(folder)
