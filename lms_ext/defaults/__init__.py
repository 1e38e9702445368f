"""Built-in behaviour, written as plugins."""

from lms_ext.defaults import access, audit, messages


def builtin_plugins() -> dict[str, object]:
    """Give the built-in plugins by name."""
    return {"default-access": access, "default-audit": audit, "default-messages": messages}
