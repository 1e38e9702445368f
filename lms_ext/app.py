"""`create_app`: the one place where parts are joined, read top to bottom."""

import os
from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from lms_ext import logs, plugin_host, worker
from lms_ext.defaults import builtin_plugins
from lms_ext.lti import quirks
from lms_ext.models import db, engine
from lms_ext.services import copy_notices
from lms_ext.settings import Settings
from lms_ext.web import (
    activities,
    admin,
    assets,
    carrying,
    choosing,
    compression,
    copies,
    errors,
    front,
    health,
    i18n,
    landing,
    lti,
    messages,
    packs,
    privacy,
    refused_launches,
    registration,
    roster,
    sessions,
    tabs,
    teaching,
    times,
    tool,
)


def create_app(settings: Settings | None = None, extra_plugins: Mapping[str, object] | None = None) -> Flask:
    """Build the application from settings, by default those of the environment; raise SettingsError when they are unsafe.

    `extra_plugins` are loaded without being installed: for the tests of plugin authors.
    """
    is_served = settings is None  # commands and tests bring theirs
    settings = settings or Settings.from_env(os.environ)
    settings.check()
    logs.configure(settings.log_level)
    app = Flask("lms_ext.web", root_path=str(Path(__file__).parent / "web"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine.engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=512 * 1024,
        BABEL_DEFAULT_LOCALE="id",
        BABEL_DEFAULT_TIMEZONE=settings.timezone,
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies)  # type: ignore[method-assign]  # Flask's documented way to add a middleware

    db.init_app(app)
    with app.app_context():
        engine.prepare(db.engine)

    @app.before_request
    def _afresh() -> None:
        """Forget what an earlier request promised or left open: a thread remembers it, and so does an application context."""
        engine.may_write()
        db.session.remove()

    plugins = plugin_host.load_plugins(
        settings.plugins,
        builtin={**builtin_plugins(), "default-quirks": quirks, "course-copies": copy_notices},
        strict=settings.strict_plugins,
    )
    for name, plugin in (extra_plugins or {}).items():
        plugins.add(name, plugin)
    tool.install(app, settings, plugins)

    i18n.register(app, settings, plugins)
    compression.register(app)  # first, so that it runs after what else changes answers
    assets.register(app, plugins)
    sessions.register(app)
    tabs.register(app)
    carrying.register(app)
    errors.register(app)
    refused_launches.register(app)
    for blueprint in (
        front.bp, health.bp, i18n.bp, lti.bp, messages.bp, registration.bp, packs.bp,
        landing.bp, copies.bp, choosing.bp, tabs.bp, activities.bp, teaching.bp, times.bp, roster.bp, privacy.bp,
    ):  # fmt: skip
        app.register_blueprint(blueprint)
    admin.register(app)
    if is_served:
        admin.tell_when_ownerless(app)
    if settings.embedded_worker:
        worker.start_embedded(app)
    return app
