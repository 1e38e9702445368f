"""Which of several times counts, and what is no time at all."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms_ext.models import Link, db
from tests.journeys.test_activity import app  # noqa: F401 - fixtures
from tests.support.platform import KeyServer, launch

NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
WRITTEN = {"ends": "2026-12-01T05:00:00Z", "dates_for": "7"}


@pytest.mark.parametrize(
    ("custom", "ends"),
    [
        ({}, None),
        (WRITTEN, NOON),
        (WRITTEN | {"submission_end": "$ResourceLink.submission.endDateTime"}, NOON),
        (WRITTEN | {"submission_end": ""}, NOON),
        (WRITTEN | {"submission_end": "2026-12-03T12:00:00+07:00"}, datetime(2026, 12, 3, 5, 0, tzinfo=UTC)),
        (WRITTEN | {"dates_for": "6"}, None),  # the course was copied: its times were another year's
        ({"ends": "besok"}, None),
        ({"ends": "9999-12-31T23:59:59-23:00"}, None),
    ],
)
def test_the_platforms_time_counts_before_the_one_written_when_choosing(
    client: FlaskClient,
    keys: KeyServer,
    custom: dict[str, str],
    ends: datetime | None,
) -> None:
    assert launch(client, custom=custom).status_code == 303
    assert db.session.execute(select(Link.ends_at)).scalar_one() == ends


def test_a_launch_that_says_nothing_of_times_leaves_them(client: FlaskClient, keys: KeyServer) -> None:
    for custom in (WRITTEN, {}):
        assert launch(client, custom=custom).status_code == 303
        assert db.session.execute(select(Link.ends_at)).scalar_one() == NOON
        db.session.rollback()
