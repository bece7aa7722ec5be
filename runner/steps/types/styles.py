"""The looks of a `style` step on a terminal: colours, attributes, border, padding, margin, alignment."""

from __future__ import annotations

from runner.console import terminal
from runner.steps.errors import PrepareError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.steps.context import Context

BORDERS = {"normal": "SQUARE", "rounded": "ROUNDED", "thick": "HEAVY", "double": "DOUBLE", "hidden": "HIDDEN"}
ATTRIBUTES = {"bold": "bold", "italic": "italic", "underline": "underline", "strikethrough": "strike", "faint": "dim"}


def styled(ctx: Context, content: str) -> str:
    """The text with escape sequences."""
    from rich import box
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.padding import Padding
    from rich.panel import Panel
    from rich.text import Text

    step = ctx.step
    console = Console(force_terminal=True, width=min(terminal.width(ctx.app.env), 200), highlight=False)
    words = [name for field, name in ATTRIBUTES.items() if step.get(field)]
    foreground, background = ctx.text("foreground"), step.get("background")
    if foreground:
        words.append(color(ctx, "foreground", foreground))
    if isinstance(background, str) and background:
        words.append("on " + color(ctx, "background", ctx.render(background, "background")))
    style = " ".join(words)
    align: Any = ctx.text("align") or "left"
    inner: Any = Markdown(content) if step.get("markdown") else Text(content, justify=align)
    padding = sides(ctx, "padding")
    border = ctx.text("border")
    width = step.get("width")
    if border and border != "none":
        edge = color(ctx, "border_foreground", ctx.text("border_foreground")) if step.get("border_foreground") else ""
        behind = ctx.text("border_background")
        if behind:
            edge += " on " + color(ctx, "border_background", behind)
        shape = getattr(box, BORDERS.get(border, "SQUARE"), box.SQUARE) if border != "hidden" else box.Box("    \n" * 8)
        inner = Panel(inner, box=shape, padding=padding, style=style, border_style=edge.strip() or "none", expand=False,
                      width=int(width) if width else None, height=int(step.get("height") or 0) or None)  # fmt: skip
    else:
        inner = Padding(inner, padding, style=style, expand=bool(width))
    with console.capture() as captured:
        console.print(
            Padding(inner, sides(ctx, "margin"), expand=False), width=int(width) if width and not border else None
        )
    return captured.get()


def color(ctx: Context, field: str, text: str) -> str:
    """A colour by name, `#rrggbb`, or number of the 256."""
    from rich.color import Color, ColorParseError

    name = text.strip().lower().replace(" ", "_")
    name = f"color({name})" if name.isdigit() else name
    try:
        Color.parse(name)
    except ColorParseError as error:
        raise PrepareError(f"{ctx.place(field)}: `{text}` is no colour",
                           hints=["Use a name (red), a number (0–255) or #rrggbb"]) from error  # fmt: skip
    return name


def sides(ctx: Context, field: str) -> tuple[int, int, int, int]:
    """One to four numbers as in CSS: top, right, bottom, left."""
    try:
        numbers = [int(word) for word in ctx.text(field).replace(",", " ").split()]
    except ValueError as error:
        raise PrepareError(f"{ctx.place(field)}: one to four whole numbers are expected") from error
    if not numbers:
        return (0, 0, 0, 0)
    if len(numbers) == 1:
        return (numbers[0],) * 4
    if len(numbers) == 2:
        return (numbers[0], numbers[1], numbers[0], numbers[1])
    if len(numbers) == 3:
        return (numbers[0], numbers[1], numbers[2], numbers[1])
    return (numbers[0], numbers[1], numbers[2], numbers[3])
