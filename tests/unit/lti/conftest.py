"""What tests of the talk with LMSs share."""

from collections.abc import Iterator

import pytest

from tests.support.apps import entered
from tests.support.databases import Databases, test_settings


@pytest.fixture(scope="module")
def shared_app(databases: Databases) -> Iterator[None]:
    """Make the application once for a file of tests: of the database only access tokens are read and written."""
    with entered(test_settings(databases.sqlite())):
        yield
