"""What blueprints need of the composition: settings, plugins, the catalog and LTI."""

from dataclasses import dataclass, field
from threading import Event

from flask import Flask, current_app
from sqlalchemy.orm import Session

from lms_ext.lti.gateway import Gateway
from lms_ext.lti.openid import Provider
from lms_ext.models import db
from lms_ext.plugin_host import PluginHost
from lms_ext.services.catalog import Catalog
from lms_ext.services.sealing import Sealer
from lms_ext.settings import Settings
from lms_ext.web.sessions import hashed
from lms_ext.web.throttle import Crowd


@dataclass(frozen=True, slots=True)
class Tool:
    settings: Settings
    plugins: PluginHost
    catalog: Catalog
    lti: Gateway
    openid: Provider | None = None
    """Where admins may sign in with an outside account."""
    logins: Crowd = field(default_factory=Crowd)
    launches: Crowd = field(default_factory=Crowd)
    work_waits: Event = field(default_factory=Event)
    """Set when a grade was queued, so that an embedded worker starts at once."""

    @property
    def sealer(self) -> Sealer:
        """What seals and opens secrets in the database."""
        return self.lti.sealer

    def wake_worker(self) -> None:
        """Tell an embedded worker that a grade waits."""
        self.work_waits.set()


def new_session() -> Session:
    """Open a session of its own: key sets are kept whatever becomes of the request."""
    return Session(db.engine, expire_on_commit=False)


def install(app: Flask, settings: Settings, plugins: PluginHost) -> None:
    """Keep the parts where `tool()` finds them."""
    gateway = Gateway(settings, new_session, hashed, lambda: plugins.answers)
    provider = Provider(settings, gateway.outbound) if settings.oidc_issuer else None
    app.extensions["lms_ext"] = Tool(settings, plugins, Catalog(plugins.activity_types), gateway, provider)


def tool() -> Tool:
    """Give the parts of the running application."""
    found: Tool = current_app.extensions["lms_ext"]
    return found
