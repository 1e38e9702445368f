"""What became of a link's times in the LMS, in one word."""

from datetime import UTC, datetime, timedelta

import pytest

from lms_ext.services.column_changes import Kept, Told
from lms_ext.services.seats import LinkInfo

NOW = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
DUE = datetime(2026, 12, 20, 9, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kept", "options", "releases_at", "verdict"),
    [
        (Kept(None, DUE), "", None, "same"),
        (Kept(None, DUE.replace(second=0), released=True), "", None, "same"),  # many keep no seconds
        (Kept(None, DUE, released=False), "", None, "release"),  # held though nobody asked for it
        (Kept(None, DUE, released=False), "hold", None, "same"),
        (Kept(None, DUE, released=False), "hold", NOW + timedelta(days=1), "same"),
        (Kept(None, DUE, released=True), "hold", NOW - timedelta(days=1), "same"),
        (Kept(None, DUE), "hold", None, "release"),  # who does not say whether grades are held does not hold them
        (Kept(DUE, DUE), "", None, "other"),
        (Kept(), "", None, "none"),
        (None, "", None, "none"),
    ],
)
def test_the_lms_answer_in_a_word(kept: Kept | None, options: str, releases_at: datetime | None, verdict: str) -> None:
    link = LinkInfo(1, "", "demo/sum", None, has_column=True, ends_at=DUE, options=options, releases_at=releases_at)
    assert Told("", None, "", kept, NOW).verdict(link, NOW) == verdict
