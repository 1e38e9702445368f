"""lms_ext plugin: module, a text read section by section."""

from lms_ext.api import ActivityType, PackFormat, hookimpl
from lms_ext_module.activity import Module
from lms_ext_module.reader import read


@hookimpl
def register_activity_types() -> list[ActivityType]:
    """Give the type."""
    return [Module()]


@hookimpl
def register_pack_formats() -> list[PackFormat]:
    """Give its Markdown form."""
    return [PackFormat(".module.md", "module", read)]
