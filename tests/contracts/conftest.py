"""The platforms that the contracts of launches use."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.contracts.refusing import registrations
from tests.support.platform import KeyServer, key_server


@pytest.fixture
def keys(app: Flask) -> Iterator[KeyServer]:
    """Run a key server and register its platforms."""
    del app
    with key_server() as server:
        registrations(server)
        yield server
