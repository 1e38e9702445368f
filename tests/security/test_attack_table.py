"""Which test holds each promise of the tool against attacks; a test that is renamed or dropped must be replaced here."""

import ast
from pathlib import Path

import pytest

PASS, SECRETS = "contracts/test_launches_that_pass.py", "security/test_secrets_stay_in.py"
HOSTS, CROWDS, BACKUP = "security/test_pinned_hosts.py", "security/test_crowds.py", "faults/test_restored_backup.py"
TABLE: dict[str, tuple[str, ...]] = {
    "A1 login of another browser": ("contracts/test_refusals_login.py::test_wrong_logins_and_states_are_refused",
                                    "browser/test_frame.py::test_another_site_cannot_hand_over_a_session"),
    "A2 replay": ("contracts/test_refusals_login.py::test_rows_16_and_44_a_replay_is_refused",),
    "A3 mix-up of tenants": ("security/test_crossed_platforms.py::test_only_the_diagonal_of_thirty_six_pairs_passes",),
    "A4 audience": ("contracts/test_refusals_token.py::test_wrong_tokens_are_refused",),
    "A5 algorithms and keys named by tokens": ("contracts/test_refusals_token.py::test_wrong_tokens_are_refused",
                                               "security/test_any_claim.py::test_no_claim_breaks_a_launch",
                                               "security/test_mutated_tokens.py::test_every_mutant_is_refused_and_none_breaks_anything"),
    "A6 key sets": ("security/test_crossed_platforms.py::test_a_key_of_the_same_name_at_another_platform_signs_nothing_here",),
    "A7 requests to inner networks": ("security/test_outbound.py::test_no_way_of_writing_reaches_a_private_address",
                                      "security/test_outbound_callers.py::test_a_hostile_answer_is_given_up_with_a_reason",
                                      "security/test_outbound_callers.py::test_nobody_reaches_this_machine_unless_that_is_allowed",
                                      "security/test_outbound_callers.py::test_a_name_that_changes_its_address_leads_nowhere_else",
                                      "security/test_outbound_callers.py::test_there_is_no_other_way_out"),
    "A8 tokens to other hosts": ("security/test_outbound_callers.py::test_no_next_page_takes_the_token_to_another_host",
                                 "security/test_outbound_callers.py::test_no_page_of_a_gradebook_takes_the_token_to_another_host",
                                 f"{HOSTS}::test_a_signed_launch_that_names_services_elsewhere_opens_and_no_token_leaves",
                                 f"{HOSTS}::test_one_click_lets_everything_that_waited_go_there",
                                 f"{HOSTS}::test_which_hosts_are_an_lms_s_own"),
    "A9 open redirects": ("security/test_addresses.py::test_a_choice_leads_back_to_our_own_pages",
                          "security/test_addresses.py::test_a_sign_in_leads_to_the_admin_pages",
                          "security/test_addresses.py::test_no_target_takes_a_launch_elsewhere",
                          "security/test_addresses.py::test_the_way_back_is_a_plain_https_address"),
    "A10 forged selections": ("contracts/test_refusals_selection.py::test_row_70_a_selection_is_answered_once",
                              "contracts/test_refusals_selection.py::test_row_70_what_is_not_offered_is_not_sent"),
    "A11 tampering with scores": ("contracts/test_packs.py::test_pages_render_in_both_languages_and_show_no_key",
                                  "faults/test_handing_in_twice.py::test_f15_the_same_page_handed_in_50_times_at_once_is_one_submission",
                                  "security/test_crossed_links.py::test_work_of_one_link_is_never_graded_in_the_column_of_another",
                                  "security/test_points.py::test_points_above_the_maximum_are_asked_again"),
    "A12 objects of others": ("security/test_walker.py::test_work_elsewhere_is_absent",
                              "security/test_walker.py::test_a_classmates_work_is_absent",
                              "security/test_admin_walker.py::test_a_foreign_platform_is_absent"),
    "A13 roles": ("contracts/test_launches_that_pass.py::test_roles_give_the_least_rights_that_fit",
                  "contracts/test_refusals_claims.py::test_row_65_only_course_teachers_open_teachers_pages"),
    "A14 scripts in texts": ("unit/test_richtext.py::test_nothing_that_runs_comes_through",
                             "unit/packs/test_assets.py::test_svg_that_could_run_or_call_out_is_refused",
                             "security/test_stored_markup.py::test_no_text_becomes_markup_in_an_admin_page",
                             "contracts/test_headers.py::test_every_route"),
    "A15 formulas in tables": ("security/test_tables.py::test_no_cell_begins_a_formula",),
    "A16 archives": ("unit/packs/test_archives.py::test_tricks_are_refused_and_leave_nothing",),
    "A17 bombs": ("unit/packs/test_yaml_tree.py::test_bombs_are_refused_at_once",
                  "security/test_hostile_input.py::test_no_json_breaks_a_draft",
                  "security/test_any_claim.py::test_no_json_breaks_the_notices"),
    "A18 failing plugins": ("unit/test_plugin_host.py::test_one_that_fails_is_noted_and_the_others_still_run",
                            "journeys/test_failing_type.py::test_what_is_typed_is_saved_handed_in_and_readable"),
    "A19 frames": ("security/test_headers.py::test_a_school_host_of_the_platform_may_frame_its_course",
                   "security/test_headers.py::test_no_address_adds_a_directive",
                   "security/test_admin_walker.py::test_admin_pages_are_kept_and_framed_by_nobody"),
    "A20 cookies and forged requests": ("journeys/test_admin_proving.py::test_a_browser_that_was_left_open_changes_nothing",
                                        "browser/test_cookies.py::test_a_partitioned_cookie_is_enough",
                                        "security/test_admin_walker.py::test_a_write_without_its_form_token_is_refused"),
    "A21 shared computers": (f"{PASS}::test_the_launch_session_ends_when_another_person_launches_in_the_same_browser",),
    "A22 stale rights": ("security/test_stale_rights.py::test_a_demoted_teacher_loses_the_old_tab",),
    "A23 hostile registrations": ("contracts/test_refusals_registration.py::test_a_wrong_configuration_is_refused",
                                  "contracts/test_refusals_registration.py::test_an_invitation_is_used_once_by_whoever_holds_it"),
    "A24 floods": ("security/test_floods.py::test_ten_thousand_logins_leave_nothing",
                   "security/test_floods.py::test_three_hundred_made_up_keys_are_one_call_to_the_platform",
                   "security/test_floods.py::test_refused_logins_of_made_up_platforms_leave_few_lines",
                   f"{CROWDS}::test_one_that_takes_all_leaves_the_others_their_share",
                   f"{CROWDS}::test_a_workshop_behind_one_address_begins_at_once",
                   f"{CROWDS}::test_what_is_remembered_is_bounded",
                   f"{CROWDS}::test_notices_are_counted_by_all_processes_together"),
    "A25 injection into databases and logs": ("security/test_hostile_input.py::test_no_form_field_breaks_a_page",
                                              "security/test_json_api.py::test_every_answer_is_as_described",
                                              f"{SECRETS}::test_a_line_of_the_log_is_one_json_object_whatever_is_sent"),
    "A26 secrets": ("security/test_secrets_stay_in.py::test_no_page_error_line_or_finding_tells_a_secret",
                    "security/test_secrets_in_exports.py::test_no_export_or_list_holds_a_secret",
                    "security/test_secrets_in_exports.py::test_no_report_for_helpers_repeats_a_token",
                    "unit/services/test_sealing.py::test_the_private_key_is_never_plain_in_the_database_and_moves_to_a_new_seal",
                    "faults/test_keys_and_clocks.py::test_f11_both_keys_are_published_for_more_than_a_day"),
    "A27 plugins by name": ("unit/test_plugin_host.py::test_a_plugin_that_is_not_installed_is_told",),
    "A28 uploads in journals": ("security/test_no_uploads.py::test_no_form_of_a_learner_keeps_a_byte_of_a_file",
                                "security/test_no_uploads.py::test_a_launch_with_a_file_is_refused_and_keeps_nothing"),
    "A29 replays after a restored backup": (f"{BACKUP}::test_a_launch_that_was_used_since_the_backup_is_not_used_twice",
                                            f"{BACKUP}::test_a_notice_is_not_heard_twice_either",
                                            f"{BACKUP}::test_sessions_and_one_time_addresses_of_before_are_over"),
}  # fmt: skip


def test_every_row_is_answered_once() -> None:
    numbers = [int(row.split()[0][1:]) for row in TABLE]
    assert sorted(numbers) == list(range(1, 30))


@pytest.mark.parametrize("row", TABLE)
def test_every_named_test_is_there(root: Path, row: str) -> None:
    for name in TABLE[row]:
        file, _, wanted = name.partition("::")
        tree = ast.parse((root / "tests" / file).read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert wanted in names, name
