"""Cheap must not mean unchecked: what a server lets through that it must refuse."""

import secrets
import time
from collections.abc import Callable

from bench import browser
from bench.browser import Failed, Login, Way
from bench.platform import LTI, Key, b64

VALID = "valid launch"


def accepted(way: Way, key: Key) -> dict[str, bool]:
    """Try each attack once; True where the first page was reached."""
    return {name: _reached(attempt, way, key) for name, attempt in _ATTEMPTS.items()}


def _reached(attempt: Callable[[Way, Key], Login], way: Way, key: Key) -> bool:
    try:
        browser.finish(attempt(way, key))
    except Failed:
        return False
    return True


def _fresh(way: Way, key: Key) -> Login:
    return browser.sign(way, key, browser.begin(way, 1))


def _replay(way: Way, key: Key) -> Login:
    login = _fresh(way, key)
    browser.finish(login)
    return login


def _foreign_nonce(way: Way, key: Key) -> Login:
    return browser.sign(way, key, browser.begin(way, 1), nonce=browser.begin(way, 2).nonce)


def _invented_nonce(way: Way, key: Key) -> Login:
    return browser.sign(way, key, browser.begin(way, 1), nonce=secrets.token_hex(16))


def _signature(way: Way, key: Key) -> Login:
    login = _fresh(way, key)
    head, body, signature = login.token.split(".")
    login.token = f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    return login


def _unsigned(way: Way, key: Key) -> Login:
    login = _fresh(way, key)
    head = b64(b'{"alg":"none","kid":"bench-key"}')
    login.token = f"{head}.{login.token.split('.')[1]}."
    return login


def _no_cookie(way: Way, key: Key) -> Login:
    login = _fresh(way, key)
    login.browser.cookies.clear()
    return login


def _other_audience(way: Way, key: Key) -> Login:
    return browser.sign(way, key, browser.begin(way, 1), aud="someone-else", azp="someone-else")


def _expired(way: Way, key: Key) -> Login:
    past = int(time.time()) - 900
    return browser.sign(way, key, browser.begin(way, 1), iat=past, exp=past + 300)


def _deployment(way: Way, key: Key) -> Login:
    return browser.sign(way, key, browser.begin(way, 1), **{LTI + "deployment_id": "9"})


_ATTEMPTS: dict[str, Callable[[Way, Key], Login]] = {
    VALID: _fresh,
    "same token and state again": _replay,
    "nonce of another browser's login": _foreign_nonce,
    "nonce never issued": _invented_nonce,
    "bad signature": _signature,
    "alg none": _unsigned,
    "no cookie": _no_cookie,
    "other audience": _other_audience,
    "expired": _expired,
    "unknown deployment": _deployment,
}
