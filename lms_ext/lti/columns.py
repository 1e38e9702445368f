"""Find a gradebook column again by what it was made for, when its address is gone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from lms_ext.lti.http import Answer
from lms_ext.lti.paging import next_page, origin
from lms_ext.lti.tokens import read_json
from lms_ext.services.delivering import Column

CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_PAGES = 20


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
        fit = sorted(one for one in urls if one != gone and origin(one) == origin(column.container))
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
