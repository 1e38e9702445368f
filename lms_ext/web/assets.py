"""Static files under hashed addresses, page templates of core and plugins, and the security headers of every answer."""

import hashlib
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from flask import Flask, Request, Response, g, request
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from markupsafe import Markup

from lms_ext.config_fields import RichText
from lms_ext.domain.activities import Activity
from lms_ext.plugin_host import PluginHost
from lms_ext.richtext import PACK_PREFIX

_STATIC = Path(__file__).parent / "static"
_YEAR = 31_536_000


@lru_cache(maxsize=256)
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """Give the address of a static file with its hash, so that browsers may keep it for a year."""
    return f"/static/{name}?v={_digest(name)}"


def _is_current(request: Request) -> bool:
    """Tell whether an address names the very file that is here: while versions change, another process's address may not."""
    return request.args.get("v") == _digest((request.view_args or {})["filename"])


def content_policy(*, form_action: str = "'self'") -> str:
    """Give the content security policy of this answer; forms may be sent to `form_action` only.

    Who may frame a page is known by then: a launch's own platform, or anyone for pages that hold no data.
    """
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"base-uri 'none'; form-action {form_action}; frame-ancestors " + str(g.get("frame_ancestors", "'none'"))
    )


def _plugin_templates(plugins: PluginHost) -> dict[str, BaseLoader]:
    """A plugin's templates are found under its own name only, so that none can shadow the host's."""
    found: dict[str, BaseLoader] = {}
    for name, plugin in plugins.modules.items():
        if isinstance(plugin, ModuleType) and plugin.__file__ and (Path(plugin.__file__).parent / "templates").is_dir():
            found[name] = PackageLoader(plugin.__name__)
    return found


def show_inside(snapshot: str, activity: Activity) -> None:
    """Let rich texts on this page be those of an activity: their pictures have its pack's address, and they have its language."""
    g.pack_base, g.pack_language = f"/p/{snapshot}/", activity.language


def _coded(words: str) -> Markup:
    """What stands between backticks, as in messages of the pack checks, is code."""
    parts = words.split("`")
    return Markup().join(Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts))


def register(app: Flask, plugins: PluginHost) -> None:
    """Join template folders, add `asset` to templates, and set headers."""
    own = FileSystemLoader(str(Path(__file__).parent / "templates"))
    app.jinja_loader = ChoiceLoader([own, PrefixLoader(_plugin_templates(plugins))])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters["coded"] = _coded

    @app.template_filter("rich")
    def _rich(value: RichText) -> Markup:
        """Rendered, sanitised text whose pictures point to the pack's address."""
        base = g.get("pack_base", "")
        return Markup(value.html.replace(f'src="{PACK_PREFIX}', f'src="{base}'))  # noqa: S704 - nh3 made it safe

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Content-Security-Policy", content_policy())
        sent = request.method in {"GET", "HEAD"} and response.status_code in {200, 304}  # OPTIONS is answered for any name
        if request.endpoint == "static" and sent and _is_current(request):
            headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        headers.setdefault("Cache-Control", "no-store")
        return response
