"""Masked secrets."""

import pytest

from lms_ext.web.masks import masked, unmasked


def test_a_secret_looks_different_each_time_and_comes_back() -> None:
    written = {masked(b"sixteen letters.") for _ in range(20)}
    assert len(written) == 20
    assert {unmasked(one) for one in written} == {b"sixteen letters."}


@pytest.mark.parametrize("nonsense", ["", "a", "?", "abcd", "é", "====", "A" * 4000])
def test_nonsense_is_no_secret(nonsense: str) -> None:
    assert unmasked(nonsense) != b"sixteen letters."
