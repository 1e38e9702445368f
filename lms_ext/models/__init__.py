"""Tables and nothing else."""

from lms_ext.models.admin_desk import PackOff, PackUpload, RefusedLaunch
from lms_ext.models.admins import Admin, AdminInvite, AdminRecoveryCode, AdminScope, AdminSession, AuditEntry, SignInPace
from lms_ext.models.base import Base, db, new_id, utcnow
from lms_ext.models.columns import GradeColumn, PlatformGrade
from lms_ext.models.legacy import MigrationProposal, OldConsumer
from lms_ext.models.notices import NoticeService
from lms_ext.models.outbox import DeliveryLane, GradeSlot
from lms_ext.models.packs import AssetBlob, PublishedPack, Snapshot
from lms_ext.models.people import LaunchSession, Link, Member, Person, Space, UsedState, Visit
from lms_ext.models.platforms import AskedHost, Deployment, Platform, PlatformKeySet, ServiceToken, ToolKey
from lms_ext.models.privacy import Erasure, Retention
from lms_ext.models.registering import Invitation, PlatformCheckup
from lms_ext.models.rosters import CourseGroup, GroupMember, LinkBarred, Roster
from lms_ext.models.work import Attempt, Comment, Draft, Mark, Submission

__all__ = [
    "Admin", "AdminInvite", "AdminRecoveryCode", "AdminScope", "AdminSession", "AskedHost", "AssetBlob", "Attempt", "AuditEntry",
    "Base", "Comment", "CourseGroup", "DeliveryLane", "Deployment", "Draft", "Erasure", "GradeColumn", "GradeSlot", "GroupMember",
    "Invitation", "LaunchSession", "Link", "LinkBarred", "Mark", "Member", "MigrationProposal", "NoticeService",
    "OldConsumer", "PackOff", "PackUpload", "Person", "Platform", "PlatformCheckup", "PlatformGrade", "PlatformKeySet",
    "PublishedPack", "RefusedLaunch", "Retention", "Roster", "ServiceToken", "SignInPace", "Snapshot", "Space", "Submission",
    "ToolKey", "UsedState", "Visit", "db", "new_id", "utcnow",
]  # fmt: skip
