"""Which language a page speaks, how it writes times, and whether it is light or dark.

Language: the person's own choice, then the launch's, then the browser's, then Indonesian.

Texts of templates come from the catalogues of the host and of every loaded plugin; where both say a sentence the host's counts.
"""

from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from babel import Locale
from flask import Blueprint, Flask, Response, current_app, g, make_response, redirect, request
from flask_babel import Babel, format_datetime, format_decimal, get_timezone
from jinja2 import pass_environment
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from lms_ext.config_fields import RichText
from lms_ext.domain.texts import LOCALES, Text, nearest_locale, pick
from lms_ext.plugin_host import PluginHost
from lms_ext.settings import ZONES, Settings
from lms_ext.web import carrying, sessions
from lms_ext.web.sentences import Environment, spoken

LANGUAGE_COOKIE = "lx_lang"
THEME_COOKIE = "lx_theme"
NAMES = {"id": "Indonesia", "en": "English"}
THEMES = ("auto", "light", "dark")
SWITCHES = frozenset(f"language/{one}" for one in LOCALES) | {f"theme/{one}" for one in THEMES}
"""What a button of a form with unsaved text may switch, after the text was saved."""
_YEAR = 31_536_000
_PARSED = {code: Locale.parse(code) for code in LOCALES}

bp = Blueprint("language", __name__)


@bp.get("/language/<any(id, en):chosen>")
def choose(chosen: str) -> Response:
    """Keep the person's language and go back to the page they were at; any other address leads to the front page."""
    return _kept(LANGUAGE_COOKIE, chosen, carried=carrying.change_look(language=chosen))


@bp.get("/theme/<any(auto, light, dark):chosen>")
def choose_theme(chosen: str) -> Response:
    """Keep the person's light or dark; the server writes it into each page, so nothing flashes and no script is needed."""
    return _kept(THEME_COOKIE, chosen, carried=carrying.change_look(theme=chosen if chosen != "auto" else ""))


def _kept(cookie: str, chosen: str, *, carried: bool) -> Response:
    response = make_response(redirect(own_page(request.args.get("next", "")), 303))
    if not carried:
        sessions.set_cookie(response, cookie, chosen, path="/", seconds=_YEAR)
    response.headers["Cache-Control"] = "no-store"
    return response


def own_page(address: str) -> str:
    """Give `address` when it is a page of this application that GET can reach, else the front page: no open redirect."""
    path, _, query = address.partition("?")
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not address.isprintable():
        return "/"
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return "/"
    return f"{path}?{query}" if query else path


def _switch(here: str) -> list[dict[str, str]]:
    """The languages of the switch; the address of the current one is empty."""
    now = spoken()
    return [{"code": code, "name": NAMES[code], "url": "" if code == now else f"/language/{code}{here}"} for code in LOCALES]


def _theme() -> str:
    """Give ``light`` or ``dark`` when the person chose one, "" to follow the device."""
    found = carrying.carried()
    chosen = found.theme if found else request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in {"light", "dark"} else ""


def _themes(here: str) -> list[dict[str, str]]:
    now = _theme() or "auto"
    return [{"code": code, "url": "" if code == now else f"/theme/{code}{here}"} for code in THEMES]


def _here() -> str:
    """Give the query by which a choice leads back to this page."""
    here = request.path
    if request.method in {"GET", "HEAD"}:
        query = urlencode([pair for pair in parse_qsl(request.query_string.decode("utf-8", "replace")) if pair[0] != "lang"])
        here += f"?{query}" if query else ""
    elif request.path.startswith("/l/"):
        here = "/".join(request.path.split("/")[:3])  # what was posted is not asked for again: back to the launch's first page
    else:
        here = ""
    return f"?{urlencode({'next': here})}"


def _catalogues(plugins: PluginHost) -> str:
    """Folders of translations; the last one wins, so no plugin can rewrite the host's sentences."""
    modules = [getattr(plugin, "__file__", None) for plugin in plugins.modules.values()]
    folders = [Path(file).parent / "translations" for file in modules if file]
    folders.append(Path(__file__).resolve().parent.parent / "translations")
    return ";".join(str(one) for one in folders if one.is_dir())


def register(app: Flask, settings: Settings, plugins: PluginHost) -> None:
    """Give templates their language and ways to write times, points and texts of packs."""
    app.jinja_environment = Environment  # type: ignore[assignment]  # Flask's documented way to use a class of its own
    Babel(app, locale_selector=lambda: _PARSED[choose_locale()], default_translation_directories=_catalogues(plugins))
    zone = ZONES[settings.timezone]

    @app.context_processor
    def _locale() -> dict[str, object]:
        here = _here()
        return {
            "locale": spoken(),
            "languages": _switch(here),
            "theme": _theme(),
            "themes": _themes(here),
            # browsers say so themselves; ui.js says it for those that do not
            "framed": request.headers.get("Sec-Fetch-Dest") == "iframe",
        }

    @app.template_filter("own")
    @pass_environment
    def _own(page: Environment, value: Text | str) -> str:
        return pick(value, page.language)

    @app.template_filter("lang_of")
    @pass_environment
    def _lang_of(page: Environment, value: Text | RichText | str) -> Markup:
        """Give ``lang="…"`` for an element whose text is in another language than the page, so that it is read aloud right."""
        if isinstance(value, str):
            return Markup()
        there = [g.get("pack_language", "id")] if isinstance(value, RichText) else value
        if page.language in there:
            return Markup()
        return Markup(' lang="{}"').format("id" if "id" in there else next(iter(there), "id"))

    @app.template_filter("moment")
    def _moment(value: datetime) -> str:
        return f"{format_datetime(value, 'd MMMM yyyy')}, {clock(value)} {zone}"

    @app.template_filter("clock")
    def _onlyclock(value: datetime) -> str:
        return clock(value)

    @app.template_filter("points")
    def _points(value: float) -> str:
        return str(format_decimal(round(value, 2)))


def clock(value: datetime) -> str:
    """Hours and minutes as each language writes them: 10.42 and 10:42."""
    return str(value.astimezone(get_timezone()).strftime("%H:%M" if spoken() == "en" else "%H.%M"))


def choose_locale() -> str:
    """Give ``id`` or ``en`` for this request."""
    found = carrying.carried()
    chosen = request.args.get("lang") or (found.language if found else request.cookies.get(LANGUAGE_COOKIE))
    if chosen in LOCALES:
        return str(chosen)
    launch_locale = g.get("launch_locale")
    if launch_locale:
        return str(launch_locale)
    return nearest_locale(request.accept_languages.best_match(["id", "en", "in"], default="id"))
