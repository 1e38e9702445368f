"""Which of a course's columns a link's is: by the link, else by what it was made for, and never a guess."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lms_ext.lti.columns import find_column, made_url
from lms_ext.lti.http import Answer
from lms_ext.services.columns import Column

CONTAINER = "https://lms.example/items?type_id=1"


def item(number: int, **told: Any) -> dict[str, Any]:
    return {"id": f"https://lms.example/items/{number}", "resourceId": "demo/sum", "tag": "", **told}


def find(items: list[Any], *, resource_id: str = "demo/sum", gone: str = "", own: bool = True) -> tuple[str, list[str]]:
    """Look in a course of an LMS that ignores filters; gives the column's number and by what was looked."""
    asked: list[str] = []

    def get(url: str, _accept: str) -> Answer:
        asked.extend(name for name in parse_qs(urlsplit(url).query) if name != "type_id")
        return Answer(200, {}, json.dumps(items).encode())

    found = find_column(get, Column("", CONTAINER, (), "L1", resource_id, own=own), gone)
    return found.rpartition("/")[2], asked


def test_the_column_of_the_link_comes_first() -> None:
    assert find([item(1, resourceLinkId="L2"), item(2, resourceLinkId="L1")]) == ("2", ["resource_link_id"])
    assert find([item(1, resourceLinkId="L1", resourceId="")])[0] == "1", "the LMS's own, made for whatever"
    assert find([item(1, resourceLinkId="L1", resourceId="")], own=False)[0] == ""


def test_a_column_that_lost_its_link_is_known_by_what_it_is_for() -> None:
    assert find([item(1, resourceLinkId="L2"), item(2)]) == ("2", ["resource_link_id", "resource_id"])
    assert find([item(1), item(2)])[0] == "", "of two nobody knows which"
    assert find([item(1)], gone="https://lms.example/items/1")[0] == ""
    assert find([{**item(1), "id": "https://lain.example/items/1"}, "teks"])[0] == ""


def test_without_an_activity_nothing_is_looked_for_by_it() -> None:
    assert find([item(1, resourceId="")], resource_id="") == ("", ["resource_link_id"])


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": 5}', b'{"id": "https://lain.example/items/1"}'])
def test_a_new_column_is_where_the_same_host_says(body: bytes) -> None:
    assert made_url(Answer(201, {}, body), CONTAINER) == ""
    assert made_url(Answer(201, {}, json.dumps(item(7)).encode()), CONTAINER) == "https://lms.example/items/7"
