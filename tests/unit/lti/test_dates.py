"""Which of several times counts, and what is no time at all."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms_ext.domain.launches import Dates
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


LATER = NOON + timedelta(days=1)
NEVER_TOLD = Dates(chosen_ends_at=NOON)
"""A platform that keeps no times, of a link that was chosen with a due time."""
TOLD = Dates(ends_at=NOON, chosen_ends_at=NOON)


@pytest.mark.parametrize(
    ("before", "now", "news"),
    [
        (None, NEVER_TOLD, {"starts_at": None, "ends_at": NOON}),
        (None, TOLD, {"starts_at": None, "ends_at": NOON}),
        (NEVER_TOLD, NEVER_TOLD, {}),  # a teacher may have changed it here meanwhile
        (TOLD, TOLD, {}),
        (TOLD, Dates(ends_at=LATER, chosen_ends_at=NOON), {"ends_at": LATER}),
        (TOLD, Dates(chosen_ends_at=NOON), {"ends_at": None}),  # taken away in the LMS, which keeps times
        (NEVER_TOLD, Dates(chosen_ends_at=LATER), {"ends_at": LATER}),  # chosen anew in the LMS
        (NEVER_TOLD, Dates(NOON, None, None, NOON), {"starts_at": NOON}),
    ],
)
def test_only_what_is_news_changes_a_links_times(before: Dates | None, now: Dates, news: dict[str, datetime | None]) -> None:
    assert now.new_since(before.told if before else "") == news
