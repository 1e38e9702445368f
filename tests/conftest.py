"""Fixtures for all tests. Everything that needs a database runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from lms_ext.lti import tool_keys
from tests.support.apps import connections, entered
from tests.support.databases import Databases, test_settings
from tests.support.platform import KeyServer, key_server, register

# no timed tests: a busy machine must not turn a property red
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `--db sqlite` or `--db postgresql` narrow a run to one engine."""
    parser.addoption("--db", default="both", choices=["both", "sqlite", "postgresql"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that uses `database_url` on every chosen engine, unless it says that one proves the same."""
    if "database_url" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        both = ["sqlite"] if metafunc.definition.get_closest_marker("one_engine") else ["sqlite", "postgresql"]
        metafunc.parametrize("database_url", both if chosen == "both" else [chosen], indirect=True)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop where groups of tests would be torn apart among processes, as one pytest did: see `setup.cfg`."""
    if session.config.getoption("loadgroup", default=False):
        torn = [one.nodeid for one in session.items if one.get_closest_marker("xdist_group") and "@" not in one.nodeid]
        if torn:
            raise pytest.UsageError(f"pytest and pytest-xdist do not fit: {torn[0]} is in no group")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Give this run's (this worker's) maker of databases."""
    return Databases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session", autouse=True)
def _keys_in_turn() -> Iterator[None]:
    """Let all applications and practice LMSs share sixteen real keys: a new one takes longer than most tests."""
    generate, number = rsa.generate_private_key, count()

    @cache
    def made(_number: int, exponent: int, size: int) -> rsa.RSAPrivateKey:
        return generate(exponent, size)

    def in_turn(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
        return made(next(number) % 16, public_exponent, key_size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rsa, "generate_private_key", in_turn)
        patch.setattr(tool_keys, "generate_private_key", in_turn)
        yield


@pytest.fixture(autouse=True)
def _closes_what_it_opens(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a connection open: its end as garbage would fail a later, innocent one."""
    before = connections()
    yield
    if not {"stage", "shared_app"} & set(request.fixturenames):  # they serve all browser tests of a run, all tests of a file
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
def keys(app: Flask) -> Iterator[KeyServer]:
    """Give the key server of a platform that the tool trusts."""
    del app
    with key_server() as server:
        register(server)
        yield server


@pytest.fixture
def root() -> Path:
    """Give the top of the checkout."""
    return Path(__file__).parent.parent
