"""Texts in Indonesian and English."""

from collections.abc import Mapping

Text = Mapping[str, str]
"""A text by language code, Indonesian first: ``{"id": "Kuis", "en": "Quiz"}``. Never empty."""

LOCALES = ("id", "en")


def text(indonesian: str, english: str) -> Text:
    """Make a text of both languages."""
    return {"id": indonesian, "en": english}


def pick(value: Text | str, locale: str) -> str:
    """Give the text in `locale`, else in Indonesian, else in whatever language it has."""
    if isinstance(value, str):
        return value
    return value.get(locale) or value.get("id") or next(iter(value.values()), "")


def nearest_locale(tag: str | None) -> str:
    """Map a BCP 47 tag (``en-US``, ``id_ID``, the old ``in``) to a language the tool speaks; Indonesian by default."""
    primary = (tag or "").replace("_", "-").split("-", 1)[0].lower()
    return "en" if primary == "en" else "id"


def storable(written: str) -> str:
    """Give a text as every database keeps it: without NUL, and a character that was cut in half (an emoji) marked as such."""
    return written.replace("\x00", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
