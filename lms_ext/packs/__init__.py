"""Course packs: folders of text that become activities."""

from lms_ext.packs import rulebook, rulebook_archives, rulebook_content, rulebook_words

__all__ = ["rulebook", "rulebook_archives", "rulebook_content", "rulebook_words"]
"""Imported so that the table of rules is complete whichever module is used first."""
