"""What an LMS's pages keep for tools in browsers that keep no cookies: the platform's side of LTI postMessage Storage."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, render_template

from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.services import practice

bp = Blueprint("browser_storage", __name__, url_prefix="/lti")


@dataclass(frozen=True, slots=True)
class Keeper:
    """How an LMS keeps things for tools: in which frame, and under which names of the messages."""

    frame: str = "_parent"
    names: tuple[str, ...] = ("lti.",)


_KEEPERS: Mapping[str, Keeper] = {
    "generic": Keeper(names=("lti.", "org.imsglobal.lti.")),
    # a frame beside the tool's, at the host of the authorisation endpoint: Canvas docs, PostMessage and launch overview
    "canvas": Keeper("post_message_forwarding"),
    # the draft's longer names only: d2l-lti-launch of Brightspace's own components
    "brightspace": Keeper(names=("org.imsglobal.lti.",)),
    # sent with the login by Sakai's lti-admin tool
    "sakai": Keeper(),
}
"""By profile. Moodle 4.5.6 keeps nothing (seen), and neither Blackboard nor Open edX announce a target in what could be read."""


def _keeper(lms: Practice) -> Keeper | None:
    return None if lms.faults.storage == "off" else _KEEPERS.get(lms.profile.name)


def announced(lms: Practice) -> dict[str, str]:
    """Give what login and launch say of the storage."""
    keeper = _keeper(lms)
    return {"lti_storage_target": keeper.frame} if keeper else {}


def _rules(keeper: Keeper, *, page: bool) -> str:
    """Write for the script: for which tool it keeps, how it is called, and what this window does (or does wrong)."""
    lms = practice()
    tool = urlsplit(lms.tool.launch_url)
    beside = keeper.frame != "_parent"
    return json.dumps({
        "tool": f"{tool.scheme}://{tool.netloc}", "names": keeper.names, "frame": keeper.frame, "tells": page,
        "keeps": page != beside, "mode": lms.faults.storage,
    })  # fmt: skip


@bp.app_context_processor
def _storage() -> dict[str, object]:
    keeper = _keeper(practice())
    if keeper is None:
        return {"storage_rules": "", "storage_frame": ""}
    beside = keeper.frame if keeper.frame != "_parent" else ""
    return {"storage_rules": _rules(keeper, page=True), "storage_frame": beside}


@bp.get("/storage")
def beside() -> str:
    """Show the empty frame that keeps, where it stands beside the tool's."""
    keeper = _keeper(practice())
    return render_template("storage.html", rules=_rules(keeper, page=False) if keeper else "")
