"""Find a gradebook column by what it was made for, or make it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from lms_ext.domain.columns import is_part, whole
from lms_ext.domain.hosts import origin
from lms_ext.lti.http import Answer
from lms_ext.lti.line_items import LineItem, line_item, period
from lms_ext.lti.paging import next_page
from lms_ext.lti.tokens import read_json
from lms_ext.services.columns import Column, Wanted

CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
PAGES = 100
"""Most pages of one list: a gradebook that never ends is left at that."""


def find_column(get: Callable[[str, str], Answer], column: Column, gone: str) -> str:
    """Give the address of the one column that was made for this link, else for its activity; "" when there is none.

    `get(url, accept)` asks the platform; `gone` is an address that no longer works.
    """
    taken = column.wanted.taken if column.wanted else frozenset()

    def fit(name: str, wanted: str) -> list[dict[str, Any]]:
        joint = "&" if "?" in column.container else "?"
        found, _ = read_pages(get, f"{column.container}{joint}{urlencode({name: wanted})}", CONTAINER)
        known = {str(one.get("id")): one for one in found}
        return [
            one for url, one in sorted(known.items()) if url != gone and url not in taken and same_origin(url, column.container)
        ]

    # the filter is asked for and checked: some platforms ignore it
    of_link = [
        one
        for one in fit("resource_link_id", column.resource_link_id)
        if str(one.get("resourceLinkId")) == column.resource_link_id
    ]
    exact = [one for one in of_link if _is_for(one, column)]
    rest = [] if is_part(column.resource_id) else [one for one in of_link if not is_part(str(one.get("resourceId") or ""))]
    # of several made for the very same thing any will do, if only it is always the same
    found = exact[:1] or (rest if column.own else [])
    if len(found) == 1:
        return str(found[0]["id"])
    if column.resource_id:
        # a copied column may have lost its link; one that names another link is that one's
        lost = [
            one
            for one in fit("resource_id", column.resource_id)
            if _is_for(one, column) and str(one.get("resourceLinkId") or column.resource_link_id) == column.resource_link_id
        ]
        if len(lost) == 1:
            return str(lost[0]["id"])
    return ""


def _is_for(item: dict[str, Any], column: Column) -> bool:
    tag = str(item.get("tag") or "")
    return str(item.get("resourceId")) == column.resource_id and (not tag or not column.tag or tag == column.tag)


def make_column(post: Callable[[str, dict[str, str], bytes], Answer], column: Column, wanted: Wanted, launch_url: str) -> Answer:
    """Ask the platform for a column of the link; nothing is read of the answer."""
    item = LineItem(wanted.label, wanted.maximum, wanted.resource_id, wanted.tag, whole(wanted.resource_id), wanted.released)
    body = line_item(item, launch_url) | period(wanted.starts_at, wanted.ends_at)
    body["resourceLinkId"] = column.resource_link_id
    return post(column.container, {"Content-Type": ITEM, "Accept": ITEM}, json.dumps(body).encode())


def made_url(answer: Answer, container: str) -> str:
    """Read the address of a column that was just made; "" when the answer does not tell, or tells another host's."""
    body = read_json(answer)
    url = body.get("id") if isinstance(body, dict) else None
    return url if isinstance(url, str) and len(url) <= 2000 and same_origin(url, container) else ""


def read_pages(get: Callable[[str, str], Answer], url: str, accept: str) -> tuple[list[dict[str, Any]], bool]:
    """Read a list to its end: the objects in it, and whether every page could be read and none was left."""
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    while url and url not in seen and len(seen) < PAGES:
        seen.add(url)
        answer = get(url, accept)
        page = read_json(answer) if answer.status == 200 else None
        if not isinstance(page, list):
            return rows, False
        rows += [one for one in page if isinstance(one, dict)]
        url = next_page(answer.headers.get("link", ""), url)
    return rows, not url


def same_origin(url: str, other: str) -> bool:
    """Tell whether two addresses have one scheme, host and port: only there may our token go."""
    return origin(url) == origin(other) != ""
