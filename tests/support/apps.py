"""Applications for tests: made in one place, which always gives their connections back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import event
from sqlalchemy.pool import Pool
from werkzeug.routing import Rule

from lms_ext.app import create_app
from lms_ext.models import db
from lms_ext.settings import Settings


class _Compiled(BytecodeCache):
    """Keeps compiled templates from one test's application to the next; a page in each language is one of its own."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def get_bucket(self, environment: Any, name: str, filename: str | None, source: str) -> Bucket:
        return super().get_bucket(environment, f"{getattr(environment, 'language', '')}/{name}", filename or "", source)

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self.kept[bucket.key, bucket.checksum] = bucket.code


@cache
def _compiled(_plugins: tuple[Any, ...]) -> _Compiled:
    return _Compiled()


def _keep_templates(app: Flask, enabled: tuple[str, ...], plugins: Mapping[str, object]) -> None:
    """Let an application find its templates compiled, if there was one before with the same plugins.

    Sentences of all catalogues, which lie beside the plugins' files, stand in compiled pages as constants.
    """
    beside = ((name, getattr(plugin, "__file__", None)) for name, plugin in plugins.items())
    app.jinja_env.bytecode_cache = _compiled((*enabled, *beside))


def _keep_builders() -> None:
    """Let werkzeug compile each rule of our addresses once: by rule it takes longer than all else that makes an application.

    What it compiles is made of the rule's text alone (unless there are defaults) and learns its rule when it is called.
    """
    compiled: Any = getattr(Rule, "_compile_builder", None)
    kept: dict[tuple[Any, ...], Any] = {}

    def compile_once(rule: Any, append_unknown: bool = True) -> Any:
        key = (rule.rule, *rule._trace, append_unknown)
        if rule.defaults:
            return compiled(rule, append_unknown)
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    if compiled:
        Rule._compile_builder = compile_once  # type: ignore[method-assign]  # a memory before it, with the same answers


_keep_builders()


@contextmanager
def application(settings: Settings, **plugins: object) -> Iterator[Flask]:
    """Make the whole application, with plugins that are not installed by their names."""
    app = create_app(settings, extra_plugins=plugins)
    _keep_templates(app, settings.plugins, plugins)
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def entered(settings: Settings, **plugins: object) -> Iterator[Flask]:
    """Make the application and stand in its context, where a test may use `db` and `tool()`."""
    with application(settings, **plugins) as app, app.app_context():
        yield app


_open: set[int] = set()
event.listen(Pool, "connect", lambda connection, _record: _open.add(id(connection)))
event.listen(Pool, "close", lambda connection, _record: _open.discard(id(connection)))
event.listen(Pool, "close_detached", lambda connection: _open.discard(id(connection)))


def connections() -> frozenset[int]:
    """Give the connections that pools of this process hold open; one that is only lost to the garbage counts as open."""
    return frozenset(_open)
