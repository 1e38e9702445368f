"""Tables and nothing else."""

from lms_ext.models.base import Base, db, new_id, utcnow
from lms_ext.models.columns import GradeColumn, PlatformGrade
from lms_ext.models.outbox import DeliveryLane, GradeSlot
from lms_ext.models.packs import AssetBlob, PublishedPack, Snapshot
from lms_ext.models.people import LaunchSession, Link, Member, Person, Space, UsedState, Visit
from lms_ext.models.platforms import Deployment, Platform, PlatformKeySet, ServiceToken, ToolKey
from lms_ext.models.work import Attempt, Comment, Draft, Mark, Submission

__all__ = [
    "AssetBlob", "Attempt", "Base", "Comment", "DeliveryLane", "Deployment", "Draft", "GradeColumn", "GradeSlot",
    "LaunchSession", "Link", "Mark", "Member", "Person", "Platform", "PlatformGrade", "PlatformKeySet", "PublishedPack",
    "ServiceToken", "Snapshot", "Space", "Submission", "ToolKey", "UsedState", "Visit", "db", "new_id", "utcnow",
]  # fmt: skip
