"""Which tables hold something of a person: a new table is told and erased with them, or is named here as holding nothing."""

from lms_ext.models import Base
from lms_ext.services import personal_data

NOTHING = {
    "admin", "admin_invite", "admin_recovery_code", "admin_scope", "admin_session", "asked_host", "asset_blob", "audit_entry",
    "course_group", "delivery_lane", "deployment", "erasure", "grade_column", "invitation", "link", "notice_service",
    "old_consumer", "pack_off", "pack_upload", "platform", "platform_checkup", "platform_key_set", "published_pack",
    "refused_launch", "retention", "roster", "service_token", "sign_in_pace", "snapshot", "space", "tool_key", "used_state",
}  # fmt: skip
"""Tables of the tool, its admins, platforms and packs: no person of a course stands in them."""
KEYS_OF_PEOPLE = {"person_id", "attempt_id", *personal_data.AUTHORS.values()}
IDENTITY = {"sub", "name", "email"}


def test_every_table_is_told_and_erased_or_holds_nothing_of_a_person() -> None:
    reached = {one.name for one in (*personal_data.own_tables(), *personal_data.work_tables())} | {"person"}
    assert reached | NOTHING == set(Base.metadata.tables)
    assert not reached & NOTHING


def test_what_is_reached_can_be_found_by_platform_and_every_author_is_known() -> None:
    for table in (*personal_data.own_tables(), *personal_data.work_tables()):
        assert "platform_id" in table.c, table
        people = {one.name for one in table.c if one.name.endswith(("er_id", "or_id", "person_id"))}
        assert people <= KEYS_OF_PEOPLE | {"submission_id"}, f"{table}: who is {people}?"


def test_identity_stands_in_one_table_of_courses() -> None:
    for table in (*personal_data.own_tables(), *personal_data.work_tables()):
        assert not IDENTITY & set(table.c.keys()), table
