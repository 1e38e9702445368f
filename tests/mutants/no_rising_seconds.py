"""Scores keep the second they were made in, and a refused timestamp counts as delivered."""

from typing import Any

from lms_ext.lti import ags
from lms_ext.services import delivering
from lms_ext.services.delivering import Verdict


def apply() -> None:
    """Drop both defences; either alone would do."""
    patched: Any = delivering
    patched._next_stamp = lambda slot: slot.queued_at.replace(microsecond=0)
    sending: Any = ags._Sending
    sending._compare = lambda _self, _lineitem: Verdict("sent")
