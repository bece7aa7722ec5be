"""What a kind is, and what it is given to work with.

A kind (provider, identity or integration) is one module: what it requires of its entry, its calls, its variables and
its logout. It gets its own link, the credentials of the link above, and a `Run`: the chain it stands in and the
services (environment, clock, prompter, keyring, files) of the manager. Nothing else is reached for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from auth import paths
from auth.config import Entry, Finding, Identity, Integration, Provider
from auth.credentials import Credentials
from auth.errors import AuthError, InteractionRequired

if TYPE_CHECKING:
    from auth.emulators import Emulators
    from auth.prompts import Prompter
    from auth.store import Store


@dataclass(frozen=True)
class Services:
    """What every kind may use. All of it is passed in, so that a test can replace any of it."""

    env: Mapping[str, str]
    now: Callable[[], float]
    base_dir: str
    project: str
    interactive: bool
    prompter: Prompter
    store: Store
    emulators: Emulators
    realm: str = ""
    warn: Callable[[str], None] = lambda _text: None
    notify: Callable[[str], None] = lambda _text: None
    debug: Callable[[str], None] = lambda _text: None
    progress: Callable[[str], None] = lambda _text: None
    refresh_command: tuple[str, ...] = ("atmos",)
    refreshable: Callable[[str], bool] = lambda _identity: True
    sleep: Callable[[float], None] = lambda _seconds: None
    open_browser: Callable[[str], bool] = lambda _url: False

    @property
    def config_home(self) -> str:
        return paths.config_home(self.env)

    @property
    def cache_home(self) -> str:
        return paths.cache_home(self.env)

    def path(self, text: str) -> str:
        """A path from the configuration: `~` expanded, relative ones from the configuration's folder."""
        return paths.expand(text, self.env, self.base_dir)


@dataclass(frozen=True)
class Link:
    """One step of a chain: an entry with everything in it evaluated, and its kind."""

    entry: Provider | Identity
    kind: ProviderKind | IdentityKind

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def is_provider(self) -> bool:
        return isinstance(self.entry, Provider)


@dataclass
class Run:
    """One walk along a chain, root first. `prompts` says whether this walk may ask anybody anything."""

    links: tuple[Link, ...]
    services: Services
    prompts: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    """Links whose stored credentials the cloud no longer takes, whatever their expiry says."""

    @property
    def root(self) -> Link:
        return self.links[0]

    @property
    def target(self) -> Link:
        return self.links[-1]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(link.name for link in self.links)

    def upward(self, link: Link) -> Sequence[Link]:
        """The link and those above it, nearest first."""
        return self.links[self.links.index(link) :: -1]

    def parent(self, link: Link) -> Link | None:
        index = self.links.index(link)
        return self.links[index - 1] if index else None

    def child(self, link: Link) -> Link | None:
        index = self.links.index(link) + 1
        return self.links[index] if index < len(self.links) else None

    def fingerprint(self, link: Link) -> str:
        """Whose credentials a link yields: a digest of all that leads to it (decision D6)."""
        from auth.fingerprints import of_links

        return of_links(
            [each.entry for each in self.upward(link)],
            self.services.realm,
            [each.kind.instance(each, self) for each in self.upward(link)],
        )

    def ask(self, what: str) -> Prompter:
        """The prompter, or an error that says what there was to ask."""
        if not self.prompts or not self.services.interactive:
            raise InteractionRequired(
                f"{what} has to be asked for, which requires an interactive terminal (TTY)",
                hints=["Run this in a terminal, or `atmos auth login` beforehand"],
            )
        return self.services.prompter


@dataclass
class Change:
    """What an identity or integration does to an environment."""

    set: dict[str, str] = field(default_factory=dict)
    unset: list[str] = field(default_factory=list)
    append: dict[str, str] = field(default_factory=dict)
    """Lists joined with the path separator to which a part is added once."""

    def apply(self, env: Mapping[str, str]) -> dict[str, str]:
        import os

        result = {name: value for name, value in env.items() if name not in self.unset}
        result.update(self.set)
        for name, part in self.append.items():
            present = [item for item in result.get(name, "").split(os.pathsep) if item]
            result[name] = os.pathsep.join(present if part in present else [*present, part])
        return result

    def merge(self, other: Change) -> None:
        self.set.update(other.set)
        self.unset.extend(name for name in other.unset if name not in self.unset)
        self.append.update(other.append)
        for name in other.unset:
            self.set.pop(name, None)


@dataclass(frozen=True)
class Facts:
    """What is known about credentials, for people: which account, where, as whom."""

    account: str = ""
    region: str = ""
    principal: str = ""


class Report:
    """Collects what a kind finds wrong with an entry."""

    def __init__(self, entry: Entry, place: Callable[[tuple[str, ...]], object | None]) -> None:
        self.entry = entry
        self._place = place
        self.findings: list[Finding] = []

    def add(self, message: str, *path: str, hint: str = "", severity: str = "error") -> None:
        """A problem at a place of the entry, such as `("principal", "name")`."""
        full = (self.entry.section, self.entry.name, *path)
        where = next((found for end in range(len(full), 1, -1) if (found := self._place(full[:end]))), None)
        text = f'{self.entry.noun} "{self.entry.name}" validation failed: {message}'
        self.findings.append(Finding(text, full, where, hint, severity))

    def config(self, message: str, *path: str, hint: str = "") -> None:
        """A problem of configuration, in the usual words."""
        self.add(f"invalid {self.entry.noun} config: {message}", *path, hint=hint)

    def require(self, dotted: str, message: str) -> bool:
        if self.entry.given(dotted):
            return True
        self.config(message, *dotted.split("."))
        return False

    def duration(self, dotted: str, *, low: int = 0, high: int = 0, what: str = "") -> None:
        """A duration that parses and, where limits are given, keeps within them (decision D54)."""
        from auth.durations import seconds

        value = self.entry.get(dotted)
        if value is None or isinstance(value, tuple):
            return
        try:
            found = seconds(value)
        except AuthError as error:
            self.config(f"`{dotted}`: {error.message}", *dotted.split("."))
            return
        if high and found > high:
            self.config(f"`{dotted}` is {value}, {what or 'the limit'} is {high} seconds", *dotted.split("."))
        elif low and found < low:
            self.config(f"`{dotted}` is {value}, at least {low} seconds are required", *dotted.split("."))


class Kind:
    """What all kinds have in common."""

    name = ""
    ambient = False
    """Its credentials come from the surroundings each time; they are never stored."""
    keyring = False
    """Its credentials rest in the keyring, not in files."""
    console = False
    """A browser can be signed in with what a chain that starts here yields."""

    def check(self, entry: Any, report: Report) -> None:
        """Report what is wrong with an entry, without evaluating, asking or reaching for anything."""

    def instance(self, link: Link, run: Run) -> str:
        """What tells this thing from another of the same configuration (an emulator's run); part of fingerprints."""
        return ""

    def lock_name(self, link: Link, run: Run) -> str:
        """Names the lock of its authentication: links that share what they obtain share it."""
        return run.fingerprint(link)

    def keyring_fingerprint(self, link: Link, run: Run) -> str:
        """The fingerprint under which its keyring entry is kept."""
        return run.fingerprint(link)

    def cached(self, link: Link, run: Run) -> Credentials | None:
        """Stored credentials, valid or not, without asking anybody. Wrong fingerprint: none."""
        if self.keyring and not self.ambient:
            return run.services.store.get(link.name, self.keyring_fingerprint(link, run))
        return None

    def save(self, link: Link, credentials: Credentials, run: Run) -> None:
        """Store what a step yielded. Failing to store never fails the login; failing to write files does."""
        if self.keyring and not self.ambient and credentials.storable:
            run.services.store.put(link.name, self.keyring_fingerprint(link, run), credentials)

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        """Remove what logins left outside the keyring; gives the paths."""
        return []


class ProviderKind(Kind):
    """A source of first credentials."""

    def authenticate(self, link: Link, run: Run) -> Credentials:
        raise NotImplementedError

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        return {}


class IdentityKind(Kind):
    """Who somebody is, from other credentials or (standalone) from its own."""

    standalone = False
    label = ""
    """Shown as the provider of a standalone identity."""

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        raise NotImplementedError

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        """What `auth env` prints: pure, no credentials needed."""
        return {}

    def change(self, link: Link, run: Run) -> Change:
        """What a process under this identity gets and loses."""
        return Change(set=self.environment(link, run))

    def for_long_runs(self, link: Link, run: Run) -> dict[str, str]:
        """Variables that differ for a process that may outlive its session and fetches a new one by itself."""
        return {}

    def raw_variables(self, credentials: Credentials) -> dict[str, str]:
        """Secrets as variables, for `auth env --login`."""
        return {}

    def facts(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        return Facts()

    def verify(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        """Ask the cloud who this is; raises when it does not know."""
        return self.facts(link, credentials, run)

    def files(self, link: Link, run: Run) -> list[str]:
        """The files that the variables of `change` name and that must exist for them to be of use."""
        return []

    def reference(self, link: Link, run: Run) -> str:
        """Where the credentials rest, in words for `whoami`."""
        return f"keyring:{run.services.store.key(link.name)}" if self.keyring else ""


class IntegrationKind:
    """Something made of an identity's credentials for another client: a docker login, a kubeconfig."""

    name = ""

    def check(self, entry: Integration, report: Report) -> None:
        """Report what is wrong with an entry."""

    def target(self, entry: Integration) -> str:
        """What it writes to; two entries with one target run once per process."""
        return entry.name

    def execute(self, entry: Integration, credentials: Credentials, run: Run) -> str:
        """Do it; gives a status line."""
        raise NotImplementedError

    def change(self, entry: Integration, run: Run) -> Change:
        return Change()

    def cleanup(self, entry: Integration, run: Run, *, dry_run: bool = False) -> list[str]:
        return []
