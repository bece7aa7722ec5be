"""The manager: names in, sessions and environments out.

Built from the merged `auth:` section of one project. It resolves names, walks chains, keeps sessions (in memory, in
files, in the keyring), lets one process at a time authenticate one identity, and composes environments. Everything
that talks to people or machines is passed in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auth import chain as chains
from auth import kinds, session_index, walking
from auth.config import AuthConfig, Identity, Integration, Provider, resolved
from auth.credentials import Credentials, NoCredentials
from auth.errors import (
    AuthError,
    CredentialsExpired,
    CredentialsUnavailable,
    KeyringError,
    UnsupportedOperation,
)
from auth.kind import Change, IdentityKind, Link, ProviderKind, Run, Services
from auth.names import Names
from auth.session import Session

if TYPE_CHECKING:
    from auth.config import Finding
    from auth.credentials import AwsCredentials
    from auth.listing import Listing
    from auth.logout import LogoutResult
    from auth.whoami import Whoami


class Manager(Names):
    """See the package's documentation. Safe to use from several threads; close it when a run ends."""

    def __init__(
        self,
        config: AuthConfig,
        services: Services,
        *,
        evaluate: Callable[[tuple[Any, ...]], object],
        place: Callable[[tuple[str, ...]], object | None],
        realm_source: str = "",
        realm_error: AuthError | None = None,
    ) -> None:
        self.config = config
        self.services = services
        self.realm_source = realm_source
        self._realm_error = realm_error
        self._evaluate = evaluate
        self._place = place
        self._resolved: dict[tuple[str, str], Provider | Identity | Integration] = {}
        self._sessions: dict[str, Session] = {}
        self._runs: dict[tuple[str, bool], Run] = {}
        self._guard = threading.RLock()
        self._provisioned: set[str] = set()

    def __enter__(self) -> Manager:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End what this run started (emulators). A run that exits without it leaves them to end by themselves."""
        self.services.emulators.close()

    @property
    def must_close(self) -> bool:
        """Whether `close` has something to do; a process that replaces itself must not, then."""
        return self.services.emulators.owns

    # --- sessions ----------------------------------------------------------------------------------------------

    def cached(self, name: str) -> Session | None:
        """The stored session of an identity while it holds. Nobody is asked, nothing is called."""
        run = self.run(name, prompts=False)
        try:
            credentials = walking.stored(run.target, run)
        except KeyringError:
            return None
        if credentials is None or not credentials.valid_at(self.services.now()):
            return None
        return self._session(run, credentials)

    def stored(self, name: str) -> Session:
        """The stored session of an identity, or an error that says what is wrong with it."""
        run = self.run(name, prompts=False)
        credentials = walking.stored(run.target, run)
        if credentials is None:
            raise CredentialsUnavailable(
                f"no credentials found for identity: identity={run.target.name}, "
                f"provider={self.provider_label(name)}, credential_store={self.services.store.type}",
                hints=[f"Run `atmos auth login --identity {run.target.name}`"],
            )
        if not credentials.valid_at(self.services.now()):
            raise CredentialsExpired(
                f"credentials for identity are expired or invalid: `{run.target.name}`",
                hints=[f"Run `atmos auth login --identity {run.target.name}`"],
            )
        return self._session(run, credentials)

    def expires_at(self, name: str) -> datetime | None:
        """When the stored session of an identity ends (or ended), without unlocking anything; None: not known."""
        try:
            run = self.run(name, prompts=False)
            if run.target.kind.keyring:
                return self.indexed_expiry(run.target.name)
            credentials = run.target.kind.cached(run.target, run)
        except AuthError:
            return None
        return credentials.expires_at if credentials is not None else None

    def indexed_expiry(self, name: str) -> datetime | None:
        """The end of the last session of an identity in this project, from the index alone."""
        found = self.resolve(name)
        seconds = session_index.expires_at(self._index_key(found), self._index_mark(found), self.services.env)
        return None if seconds in (None, session_index.FOREVER) else datetime.fromtimestamp(seconds or 0, UTC)

    def authenticate(
        self, name: str, *, force: bool = False, prompts: bool = True, options: Mapping[str, Any] | None = None
    ) -> Session:
        """A session of an identity: the stored one while it holds, else a new one from the nearest link that does.

        `force` (what `auth login` does) makes the last call again even if the stored session holds. Of several
        processes and threads that want one identity at once, one authenticates and the others take its session.
        """
        run = self.run(name, prompts=prompts, options=options)
        if not force:
            with self._guard:
                memo = self._sessions.get(run.target.name)
            if memo is not None and memo.credentials.valid_at(self.services.now()):
                return memo
        credentials, fresh = walking.authenticate(run, force=force)
        session = self._session(run, credentials, fresh=fresh)
        with self._guard:
            self._sessions[run.target.name] = session
        if fresh:
            self._after(run, session)
        self._remember(run, session)
        return session

    def authenticate_provider(self, name: str) -> Session:
        """Authenticate a provider alone."""
        run = self.provider_run(name)
        link, found = run.target, run.target.name
        credentials = walking.provider(link, run)
        walking.audit(self, run, credentials, "login")
        return Session(
            identity="",
            provider=found,
            kind=link.entry.kind,
            chain=(found,),
            root_kind=link.entry.kind,
            region=link.entry.text("region") or str(getattr(credentials, "region", "")),
            expires_at=credentials.expires_at,
            fresh=True,
            credentials=credentials,
            manager=self,
        )

    def renew(self, name: str) -> float | None:
        """A new session in the place of one that nears its end, without asking anybody: when it ends, in seconds since
        1970; None where it does not end, or `session.refresh: false` wants it left alone."""
        if not self.run(name, prompts=False).target.entry.flag("session.refresh", True):
            return None
        session = self.authenticate(name, force=True, prompts=False, options={"skip_integrations": True})
        return session.expires_at.timestamp() if session.expires_at else None

    # --- environments ------------------------------------------------------------------------------------------

    def environment(self, name: str) -> dict[str, str]:
        """What `auth env` prints: the variables an identity uses, whether or not anybody is logged in."""
        run = self.run(name, prompts=False)
        assert isinstance(run.target.kind, IdentityKind)
        change = Change(set=run.target.kind.environment(run.target, run))
        self._add_own(run, change)
        return (
            change.apply({key: value for key, value in self.services.env.items() if key in change.append})
            if change.append
            else dict(change.set)
        )

    def change(self, name: str, *, long_run: bool = False) -> Change:
        """What a process under an identity gets and loses. long_run: it may outlive its session and can renew it."""
        run = self.run(name, prompts=False)
        assert isinstance(run.target.kind, IdentityKind)
        change = run.target.kind.change(run.target, run)
        if long_run:
            change.set.update(run.target.kind.for_long_runs(run.target, run))
        self._add_own(run, change)
        change.set.update(self.services.emulators.variables())
        return change

    def prepare(self, name: str, env: Mapping[str, str], *, long_run: bool = False) -> dict[str, str]:
        """The exact environment for a process: what contradicts the identity removed, the identity's own set."""
        return self.change(name, long_run=long_run).apply(env)

    def raw_variables(self, session: Session) -> dict[str, str]:
        """The credentials of a session as variables (decision D7)."""
        kind = self.run(session.identity, prompts=False).target.kind
        assert isinstance(kind, IdentityKind)
        return kind.raw_variables(session.credentials)

    def secret_values(self) -> list[str]:
        """The secret texts of the sessions at hand, for whoever masks output."""
        with self._guard:
            found = [session.credentials for session in self._sessions.values()]
        return sorted({text for credentials in found for text in credentials.secret_texts() if len(text) >= 8})

    def _add_own(self, run: Run, change: Change) -> None:
        assert isinstance(run.target.entry, Identity)
        from auth.integrations import change_of

        for key, value in run.target.entry.environment_entries().items():
            if value is None:
                change.set.pop(key, None)
                change.unset.append(key)
            else:
                change.set[key] = value
        change.merge(change_of(self, run))

    # --- more, each in its own module -----------------------------------------------------------------------------

    def whoami(self, name: str) -> Whoami:
        """Who an identity is just now: stored credentials, else new ones without asking anybody; then the cloud."""
        from auth.whoami import whoami

        return whoami(self, name)

    def logout(
        self,
        identity: str = "",
        *,
        provider: str = "",
        everything: bool = False,
        keychain: bool = False,
        dry_run: bool = False,
    ) -> LogoutResult:
        """Remove what logins left: of an identity, of a provider and all that stand on it, or of everything."""
        from auth.logout import logout

        return logout(
            self, identity=identity, provider=provider, everything=everything, keychain=keychain, dry_run=dry_run
        )

    def keep_user_keys(self, name: str, keys: AwsCredentials) -> None:
        """Store an AWS user's long-lived keys in the keyring; what a login made of others is dropped."""
        from auth.aws.user import AwsUser

        run = self.run(name)
        if not isinstance(run.target.kind, AwsUser):
            raise UnsupportedOperation(
                f'identity "{run.target.name}" has kind "{run.target.entry.kind}": only aws/user '
                "identities have keys of their own"
            )
        run.target.kind.keep(run.target, keys, run)
        self.forget(run.target.name)

    def validate(self) -> list[Finding]:
        """Everything that is wrong with the section, in a stable order. Nothing is evaluated, asked or called."""
        from auth.validate import validate

        return validate(self)

    def listing(self) -> Listing:
        """What is configured and what is logged in, for `auth list`."""
        from auth.listing import listing

        return listing(self)

    # --- within ---------------------------------------------------------------------------------------------------

    def run(self, name: str, *, prompts: bool = True, options: Mapping[str, Any] | None = None) -> Run:
        """The walk to an identity: its links, each evaluated and checked."""
        _ = self.realm
        found = self.resolve(name)
        with self._guard:
            known = self._runs.get((found, prompts))
        if known is not None and not options:
            return known
        identity = self.identities[found]
        if not identity.kind:
            identity.usable()
        names = chains.build(self.config, found, walking.standalone, self.via_of)
        first: Provider | Identity = (self.providers if self._rooted_at_provider(found) else self.identities)[names[0]]
        links = tuple(self._link(entry) for entry in (first, *(self.identities[link] for link in names[1:])))
        run = Run(links, self.services, prompts, dict(options or {}))
        if not options:
            with self._guard:
                self._runs[(found, prompts)] = run
        return run

    def provider_run(self, name: str) -> Run:
        """The walk that is a provider alone."""
        _ = self.realm
        return Run((self._link(self.providers[self.resolve_provider(name)]),), self.services)

    def _link(self, entry: Provider | Identity) -> Link:
        entry.usable()
        kind = kinds.of(entry)
        assert isinstance(kind, (ProviderKind, IdentityKind))
        with self._guard:
            known = self._resolved.get((entry.section, entry.name))
        if known is None:
            from auth.validate import checked

            known = resolved(entry, self._evaluate)
            checked(known, kind, self._place).usable()
            with self._guard:
                known = self._resolved.setdefault((entry.section, entry.name), known)
        assert isinstance(known, (Provider, Identity))
        return Link(known, kind)

    def evaluated(self, entry: Integration) -> Integration:
        """An integration with everything in it evaluated."""
        with self._guard:
            known = self._resolved.get((entry.section, entry.name))
            if known is None:
                known = self._resolved[(entry.section, entry.name)] = resolved(entry, self._evaluate)
        assert isinstance(known, Integration)
        return known

    def place(self, path: tuple[str, ...]) -> object | None:
        """Where something of the section stands in a file."""
        return self._place(path)

    def _session(self, run: Run, credentials: Credentials, *, fresh: bool = False) -> Session:
        target = run.target
        assert isinstance(target.kind, IdentityKind)
        facts = target.kind.facts(target, credentials, run)
        return Session(
            identity=target.name,
            provider=self.provider_label(target.name),
            kind=target.entry.kind,
            chain=run.names,
            root_kind=run.root.entry.kind,
            account=facts.account,
            region=facts.region,
            principal=facts.principal,
            expires_at=credentials.expires_at,
            realm=self.services.realm,
            realm_source=self.realm_source,
            fresh=fresh,
            credentials=credentials,
            manager=self,
        )

    def _after(self, run: Run, session: Session) -> None:
        """Integrations and the audit log: neither makes a login fail."""
        from auth.integrations import provision

        if not run.options.get("skip_integrations"):
            provision(self, run, session, self._provisioned)
        walking.audit(self, run, session.credentials, "login")

    def _index_key(self, name: str) -> str:
        return session_index.key(name, self.services.project)

    def _index_mark(self, name: str) -> str:
        """The fingerprint under which the variables of an identity's session are remembered; empty: they are not."""
        raw, env = self.config.raw, self.services.env
        try:
            links = session_index.chain_of(raw, name)
        except session_index.Unknown:
            return ""
        return session_index.fingerprint(links, env, session_index.realm_text(raw, env), raw.get("integrations"))

    def _remember(self, run: Run, session: Session) -> None:
        """Write the session's variables where a later run finds them the short way."""
        mark = self._index_mark(run.target.name)
        if not mark or isinstance(session.credentials, NoCredentials):
            return
        try:
            change = self.change(run.target.name)
        except AuthError:
            return
        if change.append or self.services.emulators.variables():
            return  # depends on the environment it is applied to
        assert isinstance(run.target.kind, IdentityKind)
        expires = session.expires_at.timestamp() if session.expires_at else None
        files = run.target.kind.files(run.target, run)
        key = self._index_key(run.target.name)
        session_index.write(key, mark, expires, change.set, change.unset, files, self.services.env)

    def forget(self, name: str) -> None:
        """Drop what is remembered of an identity, in memory and in the index."""
        with self._guard:
            self._sessions.pop(name, None)
        session_index.forget(self._index_key(name), self.services.env)
