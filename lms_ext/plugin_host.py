"""Find, load, quarantine and call plugins. Isolation lives here: pluggy stops at the first raising implementation, so core
calls one implementation at a time and says in the log whose it was.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

import pluggy
import structlog

from lms_ext import hookspecs
from lms_ext.domain.activity_types import ActivityType, PackFormat
from lms_ext.domain.incoming import Answers, Incoming, NoticeHandler, Reply
from lms_ext.domain.offers import OfferedMessage
from lms_ext.domain.problems import Problem
from lms_ext.domain.texts import text

log = structlog.get_logger(__name__)

GROUP = "lms_ext.plugins"
_FAULTS = (Exception, SystemExit)
"""A plugin that calls ``sys.exit`` while it is imported or called must not end the host."""


class PluginError(Exception):
    """A plugin failed where tests run strict."""


@dataclass
class PluginHost:
    """The plugins that are enabled, and those that were set aside with the reason."""

    manager: pluggy.PluginManager
    modules: dict[str, ModuleType | object] = field(default_factory=dict)
    quarantined: dict[str, str] = field(default_factory=dict)
    activity_types: dict[str, ActivityType] = field(default_factory=dict)
    type_owner: dict[str, str] = field(default_factory=dict)
    pack_formats: dict[str, PackFormat] = field(default_factory=dict)
    offered: dict[str, list[OfferedMessage]] = field(default_factory=dict)
    """LTI messages by the plugin that declares them."""
    notice_handlers: dict[str, list[NoticeHandler]] = field(default_factory=dict)
    """Who hears notices, by plugin."""
    strict: bool = False

    def quarantine(self, name: str, reason: str) -> None:
        """Take a whole plugin out; its activities say "unavailable", stored work stays."""
        if self.strict:
            raise PluginError(f"{name}: {reason}")
        log.error("plugin.quarantined", plugin=name, reason=reason)
        self.quarantined[name] = reason
        self.modules.pop(name, None)
        if self.manager.has_plugin(name):
            self.manager.unregister(name=name)
        self.offered.pop(name, None)
        self.notice_handlers.pop(name, None)
        for kind in [kind for kind, owner in self.type_owner.items() if owner == name]:
            del self.activity_types[kind], self.type_owner[kind]
        self.pack_formats = {suffix: one for suffix, one in self.pack_formats.items() if one.type in self.activity_types}

    def add(self, name: str, plugin: object) -> None:
        """Register one plugin: its hooks must be known ones and its registrations must work."""
        if self.manager.has_plugin(name):
            self.quarantine(name, "two plugins have this name")
            return
        try:
            self.manager.register(plugin, name=name)
            self._check_hooks(name)
            self._collect(name, plugin)
        except _FAULTS as error:
            self.quarantine(name, f"{type(error).__name__}: {error}")
            return
        self.modules[name] = plugin

    def _check_hooks(self, name: str) -> None:
        known = {one for one in dir(self.manager.hook) if not one.startswith("_")}
        for caller in self.manager.get_hookcallers(self.manager.get_plugin(name)) or []:
            if caller.spec is None or caller.name not in known:
                raise ValueError(f"unknown hook {caller.name}")
            if any(one.hookwrapper or one.wrapper for one in caller.get_hookimpls() if one.plugin_name == name):
                raise ValueError(f"{caller.name}: wrappers are not allowed")

    def _collect(self, name: str, plugin: object) -> None:
        for kind in _own(self.manager, plugin, "register_activity_types"):
            if not isinstance(kind, ActivityType) or kind.name in self.activity_types:
                raise ValueError(f"activity type {getattr(kind, 'name', kind)!r} is not one or is taken")
            self.activity_types[kind.name] = kind
            self.type_owner[kind.name] = name
        for one in _own(self.manager, plugin, "register_pack_formats"):
            if not isinstance(one, PackFormat) or one.suffix in self.pack_formats:
                raise ValueError(f"pack format {getattr(one, 'suffix', one)!r} is not one or is taken")
            self.pack_formats[one.suffix] = one
        for message in _own(self.manager, plugin, "register_messages"):
            if not isinstance(message, OfferedMessage):
                raise TypeError(f"{message!r} is no OfferedMessage")
            if message.answer and message.type in {one.type for one in self.messages}:
                raise ValueError(f"message {message.type!r} is answered already")
            self.offered.setdefault(name, []).append(message)
        for handler in _own(self.manager, plugin, "register_notice_handlers"):
            if not isinstance(handler, NoticeHandler):
                raise TypeError(f"{handler!r} is no NoticeHandler")
            self.notice_handlers.setdefault(name, []).append(handler)

    @property
    def messages(self) -> list[OfferedMessage]:
        """List the LTI messages of all plugins, each once."""
        found: list[OfferedMessage] = []
        for one in (one for some in self.offered.values() for one in some):
            if one not in found:
                found.append(one)
        return found

    @property
    def answers(self) -> dict[str, tuple[str, Answers]]:
        """Give (plugin, function) by the type of message that it answers."""
        return {one.type: (name, one.answer) for name, some in self.offered.items() for one in some if one.answer}

    @property
    def notice_types(self) -> set[str]:
        """Give the types of notices that somebody wants to hear."""
        return {one.type for some in self.notice_handlers.values() for one in some}

    def call_each(self, hook: str, **arguments: object) -> list[Any]:
        """Call an ``on_`` or ``check_`` hook plugin by plugin; one that raises is logged, the others still run.

        A crashing ``check_`` becomes a Problem naming the plugin, so nothing is published unchecked.
        """
        results: list[Any] = []
        for implementation in self._implementations(hook):
            try:
                results.append(_call(implementation, arguments))
            except _FAULTS as error:
                self._report(hook, implementation.plugin_name, error)
                if hook.startswith("check_"):
                    results.append([_crash_problem(implementation.plugin_name, error)])
        return results

    def choose(self, hook: str, fallback: Any, **arguments: object) -> Any:
        """Ask a ``choose_`` hook: the first answer that is not None; `fallback` when an implementation raises or none answers."""
        for implementation in self._implementations(hook):
            try:
                answer = _call(implementation, arguments)
            except _FAULTS as error:
                self._report(hook, implementation.plugin_name, error)
                return fallback
            if answer is not None:
                return answer
        return fallback

    def hear(self, notice: Incoming) -> None:
        """Tell a notice to all who want to hear its type; one that raises is logged, the others still hear it."""
        for name, handlers in self.notice_handlers.items():
            for one in handlers:
                if one.type == notice.type:
                    try:
                        one.handle(notice)
                    except _FAULTS as error:
                        self._report("register_notice_handlers", name, error)

    def answer(self, message: Incoming) -> Reply | None:
        """Let the plugin that knows a message answer it; None when it raises or none does."""
        name, answers = self.answers.get(message.type, ("", None))
        if answers is None:
            return None
        try:
            return answers(message)
        except _FAULTS as error:
            self._report("register_messages", name, error)
            return None

    def log_failure(self, kind: str, method: str, error: Exception) -> None:
        """Note that an activity type's method raised."""
        log.error("plugin.failed", plugin=self.type_owner.get(kind, kind), method=method, error=repr(type(error)), exc_info=error)

    def _implementations(self, hook: str) -> list[pluggy.HookImpl]:
        caller: pluggy.HookCaller = getattr(self.manager.hook, hook)
        return list(reversed(caller.get_hookimpls()))  # pluggy keeps them in reverse calling order

    def _report(self, hook: str, plugin: str, error: BaseException) -> None:
        if self.strict:
            raise PluginError(f"{plugin}: {hook}: {error}") from error
        log.error("plugin.failed", plugin=plugin, hook=hook, error=type(error).__name__)


def _call(implementation: pluggy.HookImpl, arguments: Mapping[str, object]) -> Any:
    function: Callable[..., Any] = implementation.function
    return function(*(arguments[name] for name in implementation.argnames))


def _own(manager: pluggy.PluginManager, plugin: object, hook: str) -> list[Any]:
    caller: pluggy.HookCaller = getattr(manager.hook, hook)
    found: list[Any] = []
    for implementation in caller.get_hookimpls():
        if implementation.plugin is plugin:
            found.extend(_call(implementation, {}))
    return found


def _crash_problem(plugin: str, error: BaseException) -> Problem:
    return Problem(
        rule="plugin-crashed",
        message=text(
            f"Plugin {plugin} gagal memeriksa paket ini ({type(error).__name__}).",
            f"Plugin {plugin} crashed while it checked this pack ({type(error).__name__}).",
        ),
        fix=text("Laporkan kepada pembuat plugin.", "Tell the plugin's author."),
    )


def load_plugins(enabled: Iterable[str], *, builtin: Mapping[str, object], strict: bool = False) -> PluginHost:
    """Load built-in plugins, then the enabled ones among those installed. Installed is not enabled."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    host = PluginHost(manager, strict=strict)
    for name, plugin in builtin.items():
        host.add(name, plugin)
    installed = {entry.name: entry for entry in entry_points(group=GROUP)}
    for name in enabled:
        _load(host, name, installed.get(name))
    return host


def _load(host: PluginHost, name: str, entry: EntryPoint | None) -> None:
    if entry is None:
        host.quarantine(name, "not installed")
        return
    try:
        plugin = entry.load()
    except _FAULTS as error:
        host.quarantine(name, f"{type(error).__name__}: {error}")
        return
    host.add(name, plugin)
