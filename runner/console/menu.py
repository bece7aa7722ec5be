"""The list that `select` and `multiselect` show: type to filter, arrows to move, Enter to take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.console import screen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prompt_toolkit.application import Application
    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.output import Output

Fragments = list[tuple[str, str]]

ROWS = 12  # at most this many options are on the screen at once


class Menu:
    """What is offered, what the filter leaves, where the cursor stands, what is ticked."""

    def __init__(
        self,
        title: str,
        options: Sequence[str],
        *,
        description: str,
        details: Mapping[str, str] | None,
        current: str | None,
        ticked: Sequence[str] | None = None,
        limit: int = 0,
    ) -> None:
        self.title, self.description = title, description
        self.options = list(options)
        self.details = details or {}
        self.shown = list(self.options)
        self.index = self.options.index(current) if current in self.options else 0
        self.top = 0
        self.ticked = None if ticked is None else [option for option in ticked if option in self.options]
        self.limit = limit
        self.rows = ROWS

    def narrow(self, text: str) -> None:
        """Keep the options that hold every word of the filter, in any case; the cursor stays if it can."""
        at = self.shown[self.index] if self.shown else None
        words = text.lower().split()
        self.shown = [
            option
            for option in self.options
            if all(word in f"{option} {self.details.get(option, '')}".lower() for word in words)
        ]
        self.index = self.shown.index(at) if at in self.shown else 0
        self.top = 0

    def move(self, by: int) -> None:
        """Move the cursor; past an end it goes on at the other when moved by one."""
        if not self.shown:
            return
        last = len(self.shown) - 1
        if by in (1, -1):
            self.index = (self.index + by) % len(self.shown)
        else:
            self.index = min(max(self.index + by, 0), last)

    def tick(self) -> None:
        """Take the option at the cursor or give it back."""
        if self.ticked is None or not self.shown:
            return
        option = self.shown[self.index]
        if option in self.ticked:
            self.ticked.remove(option)
        elif not self.limit or len(self.ticked) < self.limit:
            self.ticked.append(option)

    def tick_all(self) -> None:
        """Take all that is shown, or none of it when all were taken."""
        if self.ticked is None:
            return
        if all(option in self.ticked for option in self.shown):
            self.ticked = [option for option in self.ticked if option not in self.shown]
            return
        for option in self.shown:
            if option not in self.ticked and not (self.limit and len(self.ticked) >= self.limit):
                self.ticked.append(option)

    def answer(self) -> Any:
        """The chosen option, or with ticks all of them, in the options' order; None: nothing to take."""
        if self.ticked is not None:
            return [option for option in self.options if option in self.ticked]
        return self.shown[self.index] if self.shown else None

    def lines(self) -> Fragments:
        """The part of the list that is on the screen."""
        if not self.shown:
            return [("class:hint", "  nothing matches")]
        self.top = min(max(self.top, self.index - self.rows + 1), self.index)
        window = self.shown[self.top : self.top + self.rows]
        wide = max(len(option) for option in window)
        parts: Fragments = []
        for number, option in enumerate(window, self.top):
            here = number == self.index
            parts.append(("class:mark", "▸ ") if here else ("", "  "))
            if self.ticked is not None:
                parts.append(("class:mark", "[x] ") if option in self.ticked else ("", "[ ] "))
            parts.append(("class:current" if here else "", option))
            detail = self.details.get(option, "")
            if detail:
                parts.append(("class:detail", " " * (wide - len(option) + 2) + detail))
            parts.append(("", "\n"))
        parts.pop()
        return parts

    def footer(self) -> Fragments:
        """The line below the list."""
        text = self.description
        if len(self.shown) > self.rows:
            text += f"  ({self.index + 1}/{len(self.shown)})"
        return [("class:hint", text)]


def show(menu: Menu, source: Input, output: Output) -> Any:
    """Show the menu until it is answered."""
    application = _application(menu, source, output)
    return screen.run(application)


def _application(menu: Menu, source: Input, output: Output) -> Application[Any]:
    from prompt_toolkit.application import Application
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.layout import BufferControl, HSplit, Layout, VSplit, Window
    from prompt_toolkit.layout.controls import FormattedTextControl

    menu.rows = max(3, min(ROWS, output.get_size().rows - 4))
    words = Buffer(multiline=False)
    words.on_text_changed += lambda buffer: menu.narrow(buffer.text)

    def text(content: Any, height: int | None = 1) -> Window:
        return Window(FormattedTextControl(content), height=height, dont_extend_height=True)

    body = HSplit(
        [
            text([("class:title", menu.title)], None),
            VSplit(
                [
                    Window(FormattedTextControl([("class:hint", "/ ")]), width=2, height=1),
                    Window(BufferControl(words), height=1),
                ]
            ),
            text(menu.lines, None),
            text(menu.footer),
        ]
    )
    return Application(
        layout=Layout(body),
        key_bindings=_keys(menu),
        style=screen.style(),
        erase_when_done=True,
        input=source,
        output=output,
    )


def _keys(menu: Menu) -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings

    keys = screen.cancel_keys(KeyBindings())
    steps = {"up": -1, "c-p": -1, "s-tab": -1, "down": 1, "c-n": 1, "pageup": -ROWS, "pagedown": ROWS}
    if menu.ticked is None:
        steps["tab"] = 1
    for key, by in steps.items():
        keys.add(key, eager=True)(lambda event, by=by: menu.move(by))  # noqa: ARG005
    if menu.ticked is not None:
        keys.add("space", eager=True)(lambda event: menu.tick())  # noqa: ARG005
        keys.add("tab", eager=True)(lambda event: menu.tick())  # noqa: ARG005
        keys.add("c-a", eager=True)(lambda event: menu.tick_all())  # noqa: ARG005

    @keys.add("enter", eager=True)
    def take(event: KeyPressEvent) -> None:
        answer = menu.answer()
        if answer is not None:
            event.app.exit(result=answer)

    return keys
