"""The registered platform of all plugin journeys."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.platform import KeyServer, key_server, register


@pytest.fixture
def keys(app: Flask) -> Iterator[KeyServer]:
    """Give a platform that the tool trusts."""
    with key_server() as server:
        register(server)
        yield server
