"""A plugin that is broken in any way is set aside with its reason; the others go on. A strict run stops."""

from types import SimpleNamespace
from typing import Any

import pytest

from lms_ext.api import ActivityType, PackFormat, hookimpl
from lms_ext.defaults import builtin_plugins
from lms_ext.domain.incoming import Incoming, NoticeHandler, Reply
from lms_ext.domain.offers import OfferedMessage
from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.domain.texts import text
from lms_ext.plugin_host import PluginError, PluginHost, load_plugins
from tests.support.sum_plugin import Sum


class Good:
    """Brings sums, and hears of what happens."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    @hookimpl
    def register_activity_types(self) -> list[ActivityType]:
        return [Sum()]

    @hookimpl
    def on_pack_published(self, event: object) -> None:
        self.heard.append(event)


class Formats:
    @hookimpl
    def register_pack_formats(self) -> list[PackFormat]:
        return [PackFormat(".sum.md", "sum", lambda *_: None)]  # type: ignore[arg-type,return-value]  # never read with


class Raising:
    @hookimpl
    def register_activity_types(self) -> list[ActivityType]:
        raise SystemExit("no")


class NotTypes:
    @hookimpl
    def register_activity_types(self) -> list[Any]:
        return ["sum"]


class NotFormats:
    @hookimpl
    def register_pack_formats(self) -> list[Any]:
        return [object()]


class Misspelt:
    @hookimpl
    def on_pack_publised(self, event: object) -> None: ...


class Wrapping:
    @hookimpl(wrapper=True)
    def on_pack_published(self, event: object) -> Any:
        return (yield)


class Failing:
    """Fails whenever it is asked something."""

    @hookimpl
    def on_pack_published(self, event: object) -> None:
        raise ValueError(event)

    @hookimpl
    def check_pack(self, pack: object) -> list[Any]:
        raise ValueError(pack)

    @hookimpl
    def choose_quirks(self, platform: PlatformInfo) -> Quirks | None:
        raise ValueError(platform)


def host(*, strict: bool = False, **plugins: object) -> PluginHost:
    return load_plugins((), builtin=plugins, strict=strict)


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (Raising(), "SystemExit"),
        (NotTypes(), "is not one or is taken"),
        (NotFormats(), "is not one or is taken"),
        (Misspelt(), "unknown hook on_pack_publised"),
        (Wrapping(), "wrappers are not allowed"),
        (Good(), "is taken"),
    ],
)
def test_a_broken_plugin_is_set_aside_with_its_reason(plugin: object, reason: str) -> None:
    good = Good()
    made = host(good=good, bad=plugin)
    assert reason in made.quarantined["bad"]
    assert set(made.modules) == {"good"}
    assert set(made.activity_types) == {"sum"}
    assert made.type_owner == {"sum": "good"}
    made.call_each("on_pack_published", event="terbit")
    assert good.heard == ["terbit"]


def test_a_strict_run_stops_at_it() -> None:
    with pytest.raises(PluginError, match="bad: "):
        host(strict=True, bad=Misspelt())


def test_a_plugin_that_is_not_installed_is_told() -> None:
    made = load_plugins(["tidak-ada"], builtin={})
    assert made.quarantined == {"tidak-ada": "not installed"}


def test_a_plugin_that_cannot_be_loaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> object:
        raise ImportError("no such library")

    found = [SimpleNamespace(name="rusak", load=load)]
    monkeypatch.setattr("lms_ext.plugin_host.entry_points", lambda group: found)
    assert load_plugins(["rusak"], builtin={}).quarantined == {"rusak": "ImportError: no such library"}


def test_of_two_plugins_with_one_name_none_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [SimpleNamespace(name="good", load=Good)]
    monkeypatch.setattr("lms_ext.plugin_host.entry_points", lambda group: found)
    made = load_plugins(["good"], builtin={"good": Good()})
    assert made.quarantined == {"good": "two plugins have this name"}
    assert made.activity_types == {}


def test_taking_a_plugin_out_takes_its_types_and_their_formats() -> None:
    made = host(good=Good(), formats=Formats())
    assert set(made.pack_formats) == {".sum.md"}
    made.quarantine("good", "it misbehaved")
    assert (made.activity_types, made.type_owner, made.pack_formats) == ({}, {}, {})


def test_one_that_fails_is_noted_and_the_others_still_run() -> None:
    good = Good()
    made = host(failing=Failing(), good=good)
    made.call_each("on_pack_published", event="terbit")
    assert good.heard == ["terbit"]
    ((problem,),) = made.call_each("check_pack", pack="paket")
    assert problem.rule == "plugin-crashed"
    assert "failing" in problem.message["id"]
    fallback = Quirks()
    assert made.choose("choose_quirks", fallback, platform=PlatformInfo("https://lms.example", "")) is fallback
    strict = host(strict=True, failing=Failing())
    with pytest.raises(PluginError, match="failing: on_pack_published"):
        strict.call_each("on_pack_published", event="terbit")


def test_nobody_answering_leaves_the_fallback() -> None:
    fallback = Quirks()
    assert host(good=Good()).choose("choose_quirks", fallback, platform=PlatformInfo("https://lms.example", "")) is fallback


def test_the_built_in_quirks_are_loaded() -> None:
    made = load_plugins((), builtin=builtin_plugins(), strict=True)
    assert not made.quarantined


class Messages:
    """Offers what it is given, and hears of copied courses."""

    def __init__(self, *offered: object, handlers: tuple[object, ...] = ()) -> None:
        self.offered, self.handlers = offered, handlers

    @hookimpl
    def register_messages(self) -> list[Any]:
        return [*self.offered]

    @hookimpl
    def register_notice_handlers(self) -> list[Any]:
        return [*self.handlers]


def _answered(message: Incoming) -> Reply:
    return Reply("page.html", {"type": message.type})


EULA = OfferedMessage("LtiEulaRequest", text("Ketentuan", "Terms"), answer=_answered)


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (Messages("LtiEulaRequest"), "is no OfferedMessage"),
        (Messages(EULA), "message 'LtiEulaRequest' is answered already"),
        (Messages(handlers=("LtiContextCopyNotice",)), "is no NoticeHandler"),
    ],
)
def test_messages_that_are_none_or_answered_already_set_a_plugin_aside(plugin: object, reason: str) -> None:
    made = host(first=Messages(EULA), bad=plugin)
    assert reason in made.quarantined["bad"]
    answer = made.answer(Incoming("LtiEulaRequest", 1, "1", {}))
    assert answer is not None
    assert answer.values == {"type": "LtiEulaRequest"}
    assert made.answer(Incoming("LtiReportReviewRequest", 1, "1", {})) is None, "nobody knows this one"


def test_a_notice_is_heard_by_those_who_want_its_type() -> None:
    heard: list[str] = []
    types = ("LtiHelloWorldNotice", "LtiContextCopyNotice")
    handlers = [NoticeHandler(one, lambda notice: heard.append(notice.type)) for one in types]
    made = host(first=Messages(handlers=tuple(handlers)))
    made.hear(Incoming("LtiContextCopyNotice", 1, "1", {}))
    assert heard == ["LtiContextCopyNotice"]


def test_a_message_that_two_plugins_offer_is_listed_once() -> None:
    shared = OfferedMessage("LtiResourceLinkRequest", text("Membuka", "Open"), ("ContentArea",))
    made = host(first=Messages(shared), second=Messages(shared, EULA))
    assert made.messages == [shared, EULA]
