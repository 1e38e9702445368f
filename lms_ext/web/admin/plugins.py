"""Plugins: what is on, what it brings, and what was set aside and why."""

from importlib.metadata import packages_distributions, version

from flask import Blueprint, Response

from lms_ext.plugin_host import GROUP
from lms_ext.web.admin import guard
from lms_ext.web.tool import tool

bp = Blueprint("admin_plugins", __name__, url_prefix="/admin/plugins")


@bp.get("")
def index() -> Response:
    """List the enabled plugins with their activity types, and those in quarantine."""
    plugins = tool().plugins
    brings: dict[str, list[object]] = {name: [] for name in plugins.modules}
    for kind, owner in sorted(plugins.type_owner.items()):
        brings[owner].append(plugins.activity_types[kind].title)
    shown = [
        (name, _release(getattr(module, "__name__", "")), brings[name])
        for name, module in sorted(plugins.modules.items())
        if name in tool().settings.plugins or brings[name]
    ]
    return guard.page("admin/plugins.html", plugins=shown, quarantined=sorted(plugins.quarantined.items()), group=GROUP)


def _release(module: str) -> str:
    """Give the package and version a module came with, "" when it was not installed as one."""
    names = packages_distributions().get(module.partition(".")[0], [])
    return f"{names[0]} {version(names[0])}" if names else ""
