"""Find a gradebook column again by what it was made for, when its address is gone."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lms_ext.lti.http import Answer
from lms_ext.lti.tokens import read_json
from lms_ext.services.delivering import Column

CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_PAGES = 20
# Moodle writes its Link header with typographic quotes (in either encoding) and an HTML-escaped "&".
_NEXT = re.compile(r"<([^<>]*)>[^<,]*?rel\s*=[^<,a-z]*next(?![a-z])", re.IGNORECASE)


def next_page(link_header: str, page: str) -> str:
    """Give the address of the next page; "" when there is none or it would take our token to another host."""
    found = _NEXT.search(link_header)
    if not found:
        return ""
    url = urljoin(page, found[1].replace("&amp;", "&"))
    return url if _origin(url) == _origin(page) else ""


def find_column(get: Callable[[str, str], Answer], column: Column, gone: str) -> str:
    """Give the address of the one column that was made for this link, else for its activity; "" when there is none.

    `get(url, accept)` asks the platform; `gone` is an address that no longer works.
    """
    for wanted, name in ((column.resource_link_id, "resource_link_id"), (column.activity_ref, "resource_id")):
        if not wanted:
            continue
        field = "resourceLinkId" if name == "resource_link_id" else "resourceId"
        joint = "&" if "?" in column.container else "?"
        items = _items(get, f"{column.container}{joint}{urlencode({name: wanted})}")
        # the filter is asked for and checked: some platforms ignore it
        urls = {str(one.get("id")) for one in items if str(one.get(field)) == wanted}
        fit = sorted(one for one in urls if one != gone and _origin(one) == _origin(column.container))
        if len(fit) == 1:
            return fit[0]
    return ""


def _items(get: Callable[[str, str], Answer], url: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    seen: set[str] = set()
    while url and url not in seen and len(seen) < _PAGES:
        seen.add(url)
        answer = get(url, CONTAINER)
        page = read_json(answer) if answer.status == 200 else None
        if not isinstance(page, list):
            break
        items += [one for one in page if isinstance(one, dict)]
        url = next_page(answer.headers.get("link", ""), url)
    return items


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
