"""What blueprints need of the composition: settings, plugins and the catalog."""

from dataclasses import dataclass, field
from threading import Event

from flask import Flask, current_app

from lms_ext.plugin_host import PluginHost
from lms_ext.services.catalog import Catalog
from lms_ext.settings import Settings


@dataclass(frozen=True, slots=True)
class Tool:
    settings: Settings
    plugins: PluginHost
    catalog: Catalog
    work_waits: Event = field(default_factory=Event)
    """Set when a grade was queued, so that an embedded worker starts at once."""

    def wake_worker(self) -> None:
        """Tell an embedded worker that a grade waits."""
        self.work_waits.set()


def install(app: Flask, settings: Settings, plugins: PluginHost) -> None:
    """Keep the parts where `tool()` finds them."""
    app.extensions["lms_ext"] = Tool(settings, plugins, Catalog(plugins.activity_types))


def tool() -> Tool:
    """Give the parts of the running application."""
    found: Tool = current_app.extensions["lms_ext"]
    return found
