"""Registrations as PyLTI1p3 wants them, read from our tables and kept for a few seconds."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pylti1p3.deployment import Deployment as LtiDeployment
from pylti1p3.registration import Registration
from pylti1p3.tool_config.abstract import ToolConfAbstract
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms_ext.models import Deployment, Platform, engine

_AGAIN = 0.5
_KEEP = 10.0
"""Seconds a process may act on what it read: an admin's change works everywhere within them."""


@dataclass(frozen=True, slots=True)
class KnownPlatform:
    """A registration and its deployments by status."""

    id: int
    issuer: str
    client_id: str
    name: str
    product: str
    status: str
    auth_login_url: str
    auth_token_url: str
    token_audience: str
    jwks_url: str
    other_hosts: str
    deployments: dict[str, str]
    takes_deployments: bool = False
    not_before: datetime | None = None


class Registry(ToolConfAbstract[Any]):
    """Finds platforms. It never uses the library's ``issuers_relation_types``, a dict that all configurations share."""

    def __init__(self, sessions: Callable[[], Session]) -> None:
        self._sessions = sessions
        self._lock = threading.Lock()
        self._kept: dict[int, KnownPlatform] = {}
        self._until = 0.0

    def all(self) -> dict[int, KnownPlatform]:
        """Give all platforms by id."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._kept = self._read()
                self._until = time.monotonic() + _KEEP
            return self._kept

    def forget(self) -> None:
        """Read again at the next look-up."""
        self._until = 0.0

    def look_again(self) -> bool:
        """Read again at the next look-up, since an admin may just have approved something in another process.

        False when what is known is half a second old at most: refused logins must not become a flood of queries.
        """
        if time.monotonic() < self._until - _KEEP + _AGAIN:
            return False
        self.forget()
        return True

    def by_issuer(self, issuer: str) -> list[KnownPlatform]:
        """List an issuer's registrations; when there is none, look once more, if that was not done just now: it may be new."""
        found = [one for one in self.all().values() if one.issuer == issuer]
        if not found and self.look_again():
            found = [one for one in self.all().values() if one.issuer == issuer]
        return found

    def _read(self) -> dict[int, KnownPlatform]:
        with engine.reading(), self._sessions() as session:
            deployments: dict[int, dict[str, str]] = {}
            for one in session.execute(select(Deployment)).scalars():
                deployments.setdefault(one.platform_id, {})[one.deployment_id] = one.status
            return {
                one.id: KnownPlatform(
                    one.id, one.issuer, one.client_id, one.name, one.product, one.status, one.auth_login_url,
                    one.auth_token_url, one.token_audience, one.jwks_url, one.other_hosts, deployments.get(one.id, {}),
                    one.takes_deployments, one.not_before,
                )
                for one in session.execute(select(Platform)).scalars()
            }  # fmt: skip

    def check_iss_has_one_client(self, iss: str) -> bool:  # pragma: no cover - the library's interface asks for it
        """Say no: every issuer may have several clients."""
        del iss
        return False

    def known(self, issuer: str, client_id: str) -> KnownPlatform | None:
        """Find a registration by issuer and client id."""
        return next((one for one in self.by_issuer(issuer) if one.client_id == client_id), None)

    def find_registration_by_issuer(
        self, iss: str, *args: Any, **kwargs: Any
    ) -> Registration:  # pragma: no cover - the library asks for it
        """Refuse: see `check_iss_has_one_client`, which keeps the library from asking."""
        raise LookupError(iss, args, kwargs)

    def find_registration_by_params(
        self, iss: str, client_id: str, *args: Any, **kwargs: Any
    ) -> Registration:  # pragma: no cover - the library's interface asks for it
        """Refuse: a message uses the registration that its state names."""
        raise LookupError(iss, client_id, args, kwargs)

    def find_deployment(self, iss: str, deployment_id: str) -> LtiDeployment | None:  # pragma: no cover - as above, never called
        """Refuse: see `check_iss_has_one_client`."""
        raise LookupError(f"{iss} {deployment_id}")

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: Any, **kwargs: Any
    ) -> LtiDeployment | None:
        """Find an accepted deployment."""
        del args, kwargs
        known = self.known(iss, client_id)
        if known is None or known.deployments.get(deployment_id) != "active":
            return None
        return LtiDeployment().set_deployment_id(deployment_id)
