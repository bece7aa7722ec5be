"""terraform without a component: `version`, `-help`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App


def run(app: App, words: list[str]) -> int:
    """Run the configured program with these words in the working directory; its code."""
    from runner.terraform import environment, execute

    command = app.config.get("components", "terraform", "command") or "terraform"
    env = dict(app.env)
    environment.lay(env, app.config.env_section())
    return execute.launch([str(command), *words], env=env, cwd=app.cwd).code
