"""How prompts reach a terminal: which streams they use, how they start, how they give it back as it was.

All is written to the terminal itself (stderr, else /dev/tty): stdout may be a pipe that a program reads.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from runner.console import terminal
from runner.errors import AtmosError, UserAborted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_toolkit.application import Application
    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.output import Output
    from prompt_toolkit.styles import Style

    from runner.app import App

_ONE_AT_A_TIME = threading.RLock()  # steps that run side by side ask one after the other

# Escape also starts the sequences of arrow and Alt keys: how long a lone one may take to be told from these.
ESCAPE_SECONDS = 0.15


def require(app: App | None, refusal: AtmosError | None = None) -> None:
    """Raise the refusal (or a general one) when nobody can be asked."""
    if app is None or app.interactive:
        return
    raise refusal or AtmosError(
        "interactive mode not available: requires a TTY",
        hints=["Run it in a terminal, or give the values on the command line"],
    )


@contextmanager
def streams(app: App | None) -> Iterator[tuple[Input, Output]]:
    """The input and output of one prompt; terminal settings are restored whatever happens."""
    from prompt_toolkit.input import create_input

    opened: list[Any] = []
    with _ONE_AT_A_TIME:
        try:
            stdin: Any = sys.stdin
            if not terminal.is_tty(0) and not (app and terminal.forced_tty(app.flags)):
                stdin = _terminal("r", opened) or stdin
            out: Any = sys.stderr
            if not terminal.is_tty(2):
                out = _terminal("w", opened) or out
            with _settings_kept(stdin):
                yield create_input(stdin), _output(app, out)
        except EOFError as error:
            raise UserAborted(interrupt=False) from error
        except KeyboardInterrupt as error:
            raise UserAborted() from error
        finally:
            for stream in opened:
                stream.close()


def _terminal(mode: str, opened: list[Any]) -> Any:
    try:
        stream = open("/dev/tty", mode, encoding="utf-8")  # noqa: SIM115 - closed by `streams`
    except OSError:
        return None
    opened.append(stream)
    return stream


@contextmanager
def _settings_kept(stdin: Any) -> Iterator[None]:
    """Put the terminal's modes back even where the prompt dies between two of its own clean-ups."""
    try:
        import termios

        fd = stdin.fileno()
        before = termios.tcgetattr(fd)
    except (ImportError, OSError, ValueError, AttributeError, termios.error):
        yield
        return
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _output(app: App | None, out: Any) -> Output:
    from prompt_toolkit.data_structures import Size
    from prompt_toolkit.output import ColorDepth, create_output

    if os.name == "nt":
        return create_output(stdout=out)
    from prompt_toolkit.output.vt100 import Vt100_Output

    def size() -> Size:
        try:
            columns, rows = os.get_terminal_size(out.fileno())
        except (OSError, ValueError):
            columns, rows = 0, 0
        return Size(rows=rows or 24, columns=columns or 80)

    depth = None
    if app is not None and not terminal.use_color(app.flags, app.env):
        depth = ColorDepth.DEPTH_1_BIT
    # No cursor position requests: a terminal that never answers would get a warning into the prompt.
    return Vt100_Output(out, size, term=os.environ.get("TERM"), default_color_depth=depth, enable_cpr=False)


def style() -> Style:
    """The look of all prompts."""
    from prompt_toolkit.styles import Style

    return Style.from_dict(
        {
            "title": "bold", "hint": "fg:ansibrightblack", "placeholder": "fg:ansibrightblack",
            "mark": "fg:ansicyan bold", "current": "fg:ansicyan bold", "detail": "fg:ansibrightblack",
            "button": "", "button.current": "reverse bold", "bad": "fg:ansired",
        }
    )  # fmt: skip


def cancel_keys(keys: KeyBindings) -> KeyBindings:
    """Ctrl-c and escape end a prompt."""

    @keys.add("c-c")
    @keys.add("<sigint>")
    def interrupt(event: KeyPressEvent) -> None:
        event.app.exit(exception=UserAborted())

    @keys.add("escape")
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=UserAborted(interrupt=False))

    return keys


def run(application: Application[Any]) -> Any:
    """Run one prompt to its answer."""
    application.ttimeoutlen = ESCAPE_SECONDS
    application.timeoutlen = ESCAPE_SECONDS
    return application.run(handle_sigint=threading.current_thread() is threading.main_thread())
