"""The language of the practice LMS's pages: the person's choice, then the browser's, then Indonesian."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_babel import Babel, format_datetime, format_decimal, get_locale, gettext

LANGUAGE_COOKIE = "lx_practice_lang"


def locale() -> str:
    """Give ``id`` or ``en``."""
    chosen = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in {"id", "en"}:
        return str(chosen)
    found = request.accept_languages.best_match(["id", "en", "in"], default="id")
    return "en" if found == "en" else "id"


def register(app: Flask) -> None:
    """Give the templates their language."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(__file__).parent / "translations")
    Babel(app, default_locale="id", default_timezone="Asia/Jakarta", locale_selector=locale)

    @app.context_processor
    def _locale() -> dict[str, str]:
        return {"locale": str(get_locale())}

    @app.template_filter("clock")
    def _clock(value: datetime) -> str:
        return str(format_datetime(value, "HH.mm.ss"))

    @app.template_filter("moment")
    def _moment(value: datetime | str) -> str:
        when = datetime.fromisoformat(value) if isinstance(value, str) else value
        return str(format_datetime(when, "d MMMM yyyy, HH.mm.ss")) + " WIB"

    @app.template_filter("points")
    def _points(value: float) -> str:
        return str(format_decimal(round(value, 2)))

    @app.template_filter("pretty")
    def _pretty(value: object) -> str:
        return json.dumps(value, indent=2, ensure_ascii=False)

    @app.template_filter("in_words")
    def _in_words(message: dict[str, Any]) -> str:
        sentence = message["words"]
        return str(gettext(sentence, **message["args"]))
