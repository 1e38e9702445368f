"""The admin pages: one module a topic, each with a blueprint of its own that is attached here, behind one door."""

from flask import Flask

from lms_ext.web.admin import grades, guard, health, launches, nav, packs, platforms, plugins, signing_in, start

_BLUEPRINTS = (
    signing_in.bp,
    start.bp,
    platforms.bp,
    grades.bp,
    packs.bp,
    launches.bp,
    plugins.bp,
    health.bp,
)


def register(app: Flask) -> None:
    """Attach every admin page behind the door."""
    guard.register(app)
    app.context_processor(nav.known_to_pages)
    for bp in _BLUEPRINTS:
        app.register_blueprint(bp)
