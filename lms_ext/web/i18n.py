"""Which language a page speaks: the person's own choice, then the launch's, then the browser's, then Indonesian."""

from datetime import datetime

from flask import Flask, g, request
from flask_babel import Babel, format_datetime, format_decimal, get_locale

from lms_ext.domain.texts import LOCALES, Text, nearest_locale, pick

LANGUAGE_COOKIE = "lx_lang"


def register(app: Flask) -> None:
    """Give templates their language and ways to write times, points and texts of packs."""
    Babel(app, locale_selector=choose_locale)

    @app.context_processor
    def _locale() -> dict[str, str]:
        return {"locale": str(get_locale())}

    @app.template_filter("own")
    def _own(value: Text | str) -> str:
        return pick(value, str(get_locale()))

    @app.template_filter("moment")
    def _moment(value: datetime) -> str:
        return str(format_datetime(value, "d MMMM yyyy, HH.mm")) + " WIB"

    @app.template_filter("points")
    def _points(value: float) -> str:
        return str(format_decimal(round(value, 2)))


def choose_locale() -> str:
    """Give ``id`` or ``en`` for this request."""
    chosen = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LOCALES:
        return str(chosen)
    launch_locale = g.get("launch_locale")
    if launch_locale:
        return str(launch_locale)
    return nearest_locale(request.accept_languages.best_match(["id", "en", "in"], default="id"))
