"""A plugin that answers messages of the Asset Processor and EULA specifications and hears their notices."""

from lms_ext.api import Incoming, NoticeHandler, OfferedMessage, Reply, hookimpl, text

EULA = "https://purl.imsglobal.org/spec/lti/claim/eulaservice"
heard: list[Incoming] = []


def _agreement(message: Incoming) -> Reply:
    service = message.claims.get(EULA)
    return Reply("messages/page.html", {"first": str(service), "second": message.role})


def _settings(message: Incoming) -> Reply:
    return Reply("messages/page.html", {"first": message.context.title if message.context else "", "second": message.type})


def _broken(message: Incoming) -> Reply:
    raise RuntimeError(message.type)


def _submitted(notice: Incoming) -> None:
    heard.append(notice)
    raise RuntimeError("the plugin's own fault")


@hookimpl
def register_messages() -> list[OfferedMessage]:
    return [
        OfferedMessage("LtiEulaRequest", text("Menyetujui ketentuan", "Agree to terms"), answer=_agreement),
        OfferedMessage("LtiAssetProcessorSettingsRequest", text("Mengatur pemeriksa", "Set up"), answer=_settings),
        OfferedMessage("LtiReportReviewRequest", text("Melihat laporan", "See a report"), answer=_broken),
    ]


@hookimpl
def register_notice_handlers() -> list[NoticeHandler]:
    return [NoticeHandler("LtiAssetProcessorSubmissionNotice", _submitted)]
