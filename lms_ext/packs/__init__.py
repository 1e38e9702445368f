"""Course packs: folders of text that become activities."""

from lms_ext.packs import rulebook, rulebook_content

__all__ = ["rulebook", "rulebook_content"]
"""Imported so that the table of rules is complete whichever module is used first."""
