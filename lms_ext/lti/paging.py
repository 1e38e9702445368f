"""From page to page of a platform's lists, never with our token to another host."""

import re
from functools import cache
from urllib.parse import urljoin

from lms_ext.domain.hosts import origin


@cache
def _link(relation: str) -> re.Pattern[str]:
    # Moodle writes its Link header with typographic quotes (in either encoding) and an HTML-escaped "&".
    return re.compile(rf"<([^<>]*)>[^<,]*?rel\s*=[^<,a-z]*{relation}(?![a-z])", re.IGNORECASE)


def linked(link_header: str, page: str, relation: str) -> str:
    """Give the address that a page names in its ``Link`` header, on whatever host; "" when it names none."""
    found = _link(relation).search(link_header)
    if not found:
        return ""
    named: str = found[1].replace("&amp;", "&")
    try:
        return urljoin(page, named)
    except ValueError:
        return named


def next_page(link_header: str, page: str) -> str:
    """Give the address of the next page; "" when there is none or it would take our token to another host."""
    url = linked(link_header, page, "next")
    return url if url and origin(url) == origin(page) else ""
