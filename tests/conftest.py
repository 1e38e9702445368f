"""Fixtures for all tests. Everything that needs a database runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.support.apps import connections, entered
from tests.support.databases import Databases, test_settings

# no timed tests: a busy machine must not turn a property red
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `--db sqlite` or `--db postgresql` narrow a run to one engine."""
    parser.addoption("--db", default="both", choices=["both", "sqlite", "postgresql"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that uses `database_url` on every chosen engine."""
    if "database_url" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        metafunc.parametrize("database_url", ["sqlite", "postgresql"] if chosen == "both" else [chosen], indirect=True)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Give this run's (this worker's) maker of databases."""
    return Databases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(autouse=True)
def _closes_what_it_opens(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a connection open: its end as garbage would fail a later, innocent one."""
    before = connections()
    yield
    if "stage" not in request.fixturenames:  # it serves all browser tests of a run
        assert connections() <= before, "an application was not disposed of: make it by tests.support.apps"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """Give the address of an empty, migrated database."""
    made = databases.sqlite() if request.param == "sqlite" else databases.postgresql()
    yield made
    databases.discard(made)


@pytest.fixture
def settings(database_url: str) -> Any:
    """Give the settings of the application under test."""
    return test_settings(database_url)


@pytest.fixture
def app(settings: Any) -> Iterator[Flask]:
    """Give the whole application, as it runs."""
    with entered(settings) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser without scripts; its cookies are sent over https only, as they are marked."""
    return app.test_client()


@pytest.fixture
def root() -> Path:
    """Give the top of the checkout."""
    return Path(__file__).parent.parent
