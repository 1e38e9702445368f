"""Which language a page speaks: the person's own choice, then the launch's, then the browser's, then Indonesian."""

from flask import g, request

from lms_ext.domain.texts import LOCALES, nearest_locale

LANGUAGE_COOKIE = "lx_lang"


def choose_locale() -> str:
    """Give ``id`` or ``en`` for this request."""
    chosen = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LOCALES:
        return str(chosen)
    launch_locale = g.get("launch_locale")
    if launch_locale:
        return str(launch_locale)
    return nearest_locale(request.accept_languages.best_match(["id", "en", "in"], default="id"))
