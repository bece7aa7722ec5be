"""Jinja2 syntax for those who prefer it: that library's sandbox, our data, policy and errors."""

from __future__ import annotations

from .errors import Failure, TemplateError, explain_missing
from .policy import DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .policy import Policy


def _environment(rules: Policy, missing: str, name: str) -> Any:
    """The sandbox; operators that make large values from small ones ask the limits first."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    limit = rules.limits.output

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset(("*", "**", "%"))

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if operator == "*":
                for one, count in ((left, right), (right, left)):
                    if isinstance(one, str | list | tuple) and isinstance(count, int) and len(one) * count > limit:
                        raise TemplateError(f"template: {name}: the value would be larger than {limit}", name=name)
            elif operator == "**" and isinstance(left, int) and isinstance(right, int) and right > 0:
                if left.bit_length() * right > limit:
                    raise TemplateError(f"template: {name}: the number would be larger than {limit} bits", name=name)
            elif operator == "%" and isinstance(left, str):
                import re

                if any(int(digits) > limit for digits in re.findall(r"\d+", left)):
                    raise TemplateError(f"template: {name}: the text would be longer than {limit}", name=name)
            return super().call_binop(context, operator, left, right)

    return Sandbox(
        undefined=jinja2.StrictUndefined if missing == "error" else jinja2.Undefined,
        keep_trailing_newline=True,
        autoescape=False,
    )


def _counted(rules: Policy) -> Callable[..., range]:
    """`range`, with all rounds of a rendering counted together."""
    rounds = 0

    def counted(*bounds: int) -> range:
        nonlocal rounds
        found = range(*bounds)
        rounds += len(found)
        if rounds > rules.limits.steps:
            raise Failure(f"the loops of this template take more than {rules.limits.steps} rounds")
        return found

    return counted


def render_jinja(
    text: str,
    data: Mapping[str, Any],
    *,
    name: str,
    missing: str,
    policy: Policy | None,
    functions: Mapping[str, Any] | None,
    engine: str = "jinja2",
) -> str:
    """The roots of the data are the template's variables; `env` reads the policy's environment."""
    if engine != "jinja2":
        raise TemplateError(
            f"template: {name}: unknown engine {engine!r}", name=name, hints=["The engines are `go` and `jinja2`."]
        )
    try:
        import jinja2
    except ImportError:
        raise TemplateError(
            f"template: {name}: the engine jinja2 is not installed",
            name=name,
            hints=["Install it: `pip install 'atmos-runner[jinja2]'`"],
        ) from None
    rules = policy or DENY

    def env(variable: str, default: str = "") -> str:
        if rules.env is None:
            raise TemplateError(f"template: {name}: templates may not read the environment here", name=name)
        return rules.env.get(variable, default)

    environment = _environment(rules, missing, name)
    environment.globals.update(functions or {})
    environment.globals["env"] = env
    environment.globals["range"] = _counted(rules)
    try:
        template = environment.from_string(text)
        pieces: list[str] = []
        size = 0
        for piece in template.generate(dict(data)):
            size += len(piece)
            if size > rules.limits.output:
                raise TemplateError(
                    f"template: {name}: the output is longer than {rules.limits.output} characters", name=name
                )
            pieces.append(piece)
        return "".join(pieces)
    except jinja2.TemplateSyntaxError as problem:
        raise TemplateError(
            f"template: {name}:{problem.lineno}: {problem.message}", name=name, line=problem.lineno
        ) from None
    except jinja2.UndefinedError as problem:
        missing = str(problem.message).partition("'")[2].partition("'")[0]
        explanation, hints = explain_missing(missing, list(map(str, data)))
        raise TemplateError(
            f"template: {name}: {problem.message}",
            name=name,
            explanation=explanation,
            hints=hints,
            known_keys=list(map(str, data)),
        ) from None
    except TemplateError:
        raise
    except Exception as problem:
        raise TemplateError(f"template: {name}: {problem}", name=name) from problem
