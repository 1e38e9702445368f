"""What an LMS means when it refuses a registration: plain text, a page of HTML, or JSON of several shapes."""

import html
import re
from typing import Any

from lms_ext.domain.texts import storable
from lms_ext.lti.http import Answer
from lms_ext.lti.tokens import read_json

_LONGEST = 200
_KEYS = ("error_description", "errorMessage", "message", "error", "title", "detail", "errors", "reason")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_SIGNED = re.compile(r"eyJ[\w-]*(\.[\w-]*){1,4}")
_MEANINGS = (
    # Moodle: mod/lti/openid-registration.php says these words as plain text; seen with 4.5.6
    ("token_already_used", "registration-token-used"),
    ("missing_domain", "registration-domain"),
    ("domain", "registration-domain"),
    # RFC 7591, 3.2.2, and RFC 6750, 3.1
    ("invalid_token", "registration-token-refused"),
    ("expired", "registration-token-refused"),
    ("insufficient_scope", "registration-forbidden"),
    ("invalid_redirect_uri", "registration-data"),
    ("invalid_client_metadata", "registration-data"),
    ("unapproved_software_statement", "registration-forbidden"),
    ("missing_", "registration-data"),
    ("invalid_", "registration-data"),
)


def answer_code(answer: Answer) -> str:
    """Give the refusal that an answer of the registration endpoint stands for."""
    if 300 <= answer.status < 400:
        return "registration-redirect"
    if _is_page(answer):
        # Moodle answers a bad token and bad JSON with its page "not found"; seen with 4.5.6
        return "registration-token-refused" if answer.status in {401, 404} else _by_status(answer.status)
    words = said(answer).lower()
    known = next((code for word, code in _MEANINGS if word in words), "")
    return known or _by_status(answer.status)


def _by_status(status: int) -> str:
    if status >= 500:
        return "registration-lms-fault"
    known = {401: "registration-token-refused", 403: "registration-forbidden", 400: "registration-data", 422: "registration-data"}
    return known.get(status, "registration-refused")


def said(answer: Answer, secret: str = "") -> str:
    """Give the LMS's own words for people: one line of plain text, "" when there are none.

    Some repeat what they were sent: `secret`, a token of that request, and all that looks like a signed token is left out.
    """
    document = read_json(answer)
    text = _words(document) if isinstance(document, (dict, list)) else answer.body[:20_000].decode("utf-8", "replace")
    if _is_page(answer):
        title = _TITLE.search(text)
        text = html.unescape(_TAGS.sub(" ", title[1] if title else text))
    text = _SIGNED.sub("…", text.replace(secret, "…") if secret else text)
    line = " ".join("".join(one if one.isprintable() else " " for one in storable(text)).split())
    return line if len(line) <= _LONGEST else line[:_LONGEST].rstrip() + " …"


def _is_page(answer: Answer) -> bool:
    start = answer.body[:200].lstrip().lower()
    return start.startswith((b"<!doctype", b"<html")) or (
        "html" in answer.headers.get("content-type", "").lower() and b"<" in answer.body[:2000]
    )


def _words(document: Any, depth: int = 0) -> str:
    if depth > 3:
        return ""
    if isinstance(document, str):
        return document
    if isinstance(document, list):
        return "; ".join(word for one in document[:5] if (word := _words(one, depth + 1)))
    if isinstance(document, dict):
        found = [word for key in _KEYS if (word := _words(document.get(key), depth + 1))]
        return ": ".join(dict.fromkeys(reversed(found[:2])))
    return ""
