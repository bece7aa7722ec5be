"""Questions for a person: one of a list, several of a list, yes or no, a line, a secret, a text, a file.

Each takes `app=` and refuses with `refusal=` where nobody can be asked; ctrl-c and escape raise `UserAborted`
(exit 130 and 1). Answers are returned, never printed; menus are erased once they are answered.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runner.console import screen
from runner.errors import AtmosError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from runner.app import App

HOW_TO_LEAVE = "Press ctrl+c or esc to exit"
FILES_AT_MOST = 20_000  # a picker over more files than this helps nobody


def select(
    title: str,
    options: Sequence[str],
    *,
    default: str | None = None,
    description: str = HOW_TO_LEAVE,
    details: Mapping[str, str] | None = None,
    app: App | None = None,
    refusal: AtmosError | None = None,
) -> str:
    """One of the options. Typing filters; `details` are shown beside their options and are searched too."""
    from runner.console.menu import Menu, show

    screen.require(app, refusal)
    if not options:
        raise AtmosError(f"there is nothing to choose from: {title}")
    menu = Menu(title, options, description=description, details=details, current=default)
    with screen.streams(app) as (source, output):
        return str(show(menu, source, output))


def multiselect(
    title: str,
    options: Sequence[str],
    *,
    default: Iterable[str] = (),
    limit: int = 0,
    description: str = "space to mark, enter to confirm, ctrl+c or esc to exit",
    details: Mapping[str, str] | None = None,
    app: App | None = None,
    refusal: AtmosError | None = None,
) -> list[str]:
    """Any number of the options (at most `limit`), in the options' order; `default` are marked at first."""
    from runner.console.menu import Menu, show

    screen.require(app, refusal)
    menu = Menu(
        title,
        options,
        description=description,
        details=details,
        current=None,
        ticked=list(default),
        limit=limit,
    )
    with screen.streams(app) as (source, output):
        return list(show(menu, source, output))


def confirm(
    title: str,
    *,
    default: bool = False,
    description: str = "",
    yes: str = "Yes",
    no: str = "No",
    app: App | None = None,
    refusal: AtmosError | None = None,
) -> bool:
    """Yes or no: `y` and `n`, or arrows and Enter."""
    from prompt_toolkit.application import Application
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.layout import HSplit, Layout, Window
    from prompt_toolkit.layout.controls import FormattedTextControl

    screen.require(app, refusal)
    state = [default]

    def buttons() -> Any:
        looks = ("class:button.current", "class:button")
        return [(looks[not state[0]], f" {yes} "), ("", "  "), (looks[state[0]], f" {no} ")]

    keys = screen.cancel_keys(KeyBindings())
    for key in ("left", "right", "tab", "s-tab", "up", "down", "h", "l"):
        keys.add(key)(lambda event: state.__setitem__(0, not state[0]))  # noqa: ARG005
    for key, answer in {"y": True, "Y": True, "n": False, "N": False}.items():
        keys.add(key)(lambda event, answer=answer: event.app.exit(result=answer))
    keys.add("enter")(lambda event: event.app.exit(result=state[0]))
    head: Any = [("class:title", title)]
    if description:
        head.append(("class:hint", "\n" + description))
    with screen.streams(app) as (source, output):
        application: Application[Any] = Application(
            layout=Layout(
                HSplit(
                    [
                        Window(FormattedTextControl(head), dont_extend_height=True),
                        Window(FormattedTextControl(buttons, focusable=True), height=1),
                    ]
                )
            ),
            key_bindings=keys,
            style=screen.style(),
            erase_when_done=True,
            input=source,
            output=output,
        )
        return bool(screen.run(application))


def text(
    title: str,
    default: str = "",
    placeholder: str = "",
    validate: Callable[[str], str | None] | None = None,
    *,
    app: App | None = None,
    refusal: AtmosError | None = None,
) -> str:
    """A line. An empty answer gives the default; `validate` tells what is wrong with one, or gives None."""
    return _line(title, default, placeholder, validate, hidden=False, app=app, refusal=refusal)


def password(
    title: str,
    validate: Callable[[str], str | None] | None = None,
    *,
    app: App | None = None,
    refusal: AtmosError | None = None,
) -> str:
    """A line that is not shown while it is typed."""
    return _line(title, "", "", validate, hidden=True, app=app, refusal=refusal)


def _line(
    title: str,
    default: str,
    placeholder: str,
    validate: Callable[[str], str | None] | None,
    *,
    hidden: bool,
    app: App | None,
    refusal: AtmosError | None,
) -> str:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import DummyHistory
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.validation import Validator

    screen.require(app, refusal)
    validator = None
    if validate is not None:
        validator = _validator(Validator, validate, default)
    ghost = placeholder or default
    with screen.streams(app) as (source, output):
        session: PromptSession[str] = PromptSession(
            [("class:title", title if title.endswith((":", "?")) else title + ":"), ("", " ")],
            is_password=hidden,
            placeholder=[("class:placeholder", ghost)] if ghost else None,
            validator=validator,
            validate_while_typing=False,
            key_bindings=screen.cancel_keys(KeyBindings()),
            style=screen.style(),
            history=DummyHistory(),  # answers are not for the next prompt to show, secrets least of all
            input=source,
            output=output,
        )
        return str(screen.run(session.app)) or default


def _validator(base: Any, check: Callable[[str], str | None], default: str) -> Any:
    from prompt_toolkit.validation import ValidationError

    class Check(base):  # type: ignore[misc]
        def validate(self, document: Any) -> None:
            problem = check(document.text or default)
            if problem:
                raise ValidationError(message=problem, cursor_position=len(document.text))

    return Check()


def editor(
    title: str,
    default: str = "",
    placeholder: str = "",
    *,
    height: int = 5,
    app: App | None = None,
    refusal: AtmosError | None = None,
) -> str:
    """A text of several lines; ctrl-d or Alt-Enter ends it."""
    from prompt_toolkit.application import Application
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.layout import Float, FloatContainer, HSplit, Layout, Window
    from prompt_toolkit.layout.containers import ConditionalContainer
    from prompt_toolkit.layout.controls import FormattedTextControl
    from prompt_toolkit.widgets import TextArea

    screen.require(app, refusal)
    area = TextArea(text=default, height=height, scrollbar=False, wrap_lines=True)
    keys = screen.cancel_keys(KeyBindings())
    keys.add("c-d")(lambda event: event.app.exit(result=area.text))
    keys.add("escape", "enter")(lambda event: event.app.exit(result=area.text))
    ghost = ConditionalContainer(
        Window(FormattedTextControl([("class:placeholder", placeholder)])), Condition(lambda: not area.text)
    )
    with screen.streams(app) as (source, output):
        application: Application[Any] = Application(
            layout=Layout(
                HSplit(
                    [
                        Window(FormattedTextControl([("class:title", title)]), dont_extend_height=True),
                        FloatContainer(area, [Float(ghost, top=0, left=0)]) if placeholder else area,
                        Window(
                            FormattedTextControl([("class:hint", "ctrl+d to finish, ctrl+c or esc to exit")]),
                            height=1,
                        ),
                    ]
                ),
                focused_element=area,
            ),
            key_bindings=keys,
            style=screen.style(),
            erase_when_done=True,
            input=source,
            output=output,
        )
        return str(screen.run(application))


def files_below(path: str, extensions: Iterable[str] = ()) -> list[str]:
    """The files below a folder, relative to it, sorted, without `.git`; extensions with or without dot."""
    wanted = tuple("." + extension.lower().lstrip(".") for extension in extensions if extension)
    found: list[str] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name != ".git")
        kept = [name for name in names if not wanted or name.lower().endswith(wanted)]
        found += [os.path.relpath(os.path.join(folder, name), path) for name in kept]
        if len(found) >= FILES_AT_MOST:
            break
    return sorted(found[:FILES_AT_MOST])


def file_picker(
    title: str,
    path: str = ".",
    *,
    extensions: Iterable[str] = (),
    default: str | None = None,
    app: App | None = None,
    refusal: AtmosError | None = None,
) -> str:
    """The absolute path of a file below `path`; typing filters."""
    screen.require(app, refusal)
    root = os.path.join(app.cwd, path) if app else path
    found = files_below(root, extensions)
    if not found:
        looked = f"Looked below `{os.path.abspath(root)}`."
        raise AtmosError("no files found matching criteria", explanation=looked)
    chosen = select(title, found, default=default, app=app, refusal=refusal)
    return os.path.abspath(os.path.join(root, chosen))
