"""A module at work: which section is open, which are done, what was noted on the way."""

from collections.abc import Iterable, Mapping
from typing import Any

from lms_ext.api import (
    ActivityType,
    Answer,
    Entries,
    Field,
    FieldKind,
    Json,
    Outcome,
    Sample,
    ScoredUnit,
    Text,
    Wants,
    Work,
    text,
)
from lms_ext_module.schema import ModuleConfig, ModuleSchema, Section

DONE = "done"
OPEN = "open"
FINISH = "finish"
"""Button: this section is done, go on."""
GO = "go"
"""Button: look at another section."""


class Module(ActivityType):
    """A text in sections; each is marked done, the last one hands in."""

    name = "module"
    title = text("Modul", "Module")
    config_schema = ModuleSchema
    wants = Wants(entries=Entries.ONGOING)
    buttons = frozenset({FINISH, GO})
    submitting = frozenset({FINISH})
    submit_label = None
    attempt_template = "module/attempt.html"
    review_template = "module/review.html"

    def fields(self, config: ModuleConfig, state: Mapping[str, Json]) -> Mapping[str, Field]:
        """Declare the marks and a note for each pause."""
        del state
        ids = frozenset(one.id for one in config.sections)
        own = {DONE: Field(FieldKind.MANY, ids, by_button=True), OPEN: Field(FieldKind.ONE, ids, by_button=True)}
        return own | {name: Field(FieldKind.TEXT, limit=5_000) for one in config.sections for name in one.notes}

    def apply(self, config: ModuleConfig, work: Work, name: str, value: str) -> Answer:
        """Mark a section done and open the next undone one, or open a section."""
        ids = [one.id for one in config.sections]
        if value not in ids:
            return work.answer
        if name == GO:
            return {**work.answer, OPEN: (value,)}
        done = {*work.answer.get(DONE, ()), value}
        after = ids.index(value) + 1
        upcoming = next((one for one in ids[after:] + ids[:after] if one not in done), value)
        return {**work.answer, DONE: tuple(one for one in ids if one in done), OPEN: (upcoming,)}

    def view(self, config: ModuleConfig, work: Work) -> dict[str, Any]:
        """Give the open section and the list of all."""
        done = set(work.answer.get(DONE, ()))
        current = _current(config, work, done)
        index = config.sections.index(current)
        left = [one for one in config.sections if one.id not in done]
        others = [one for one in left if one is not current]
        ahead = [one for one in others if config.sections.index(one) > index] or others
        return {
            "wide": len(config.sections) > 1,
            "parts": True,
            "sections": _listed(config, done, current),
            "section": current,
            "number": index + 1,
            "total": len(config.sections),
            "done": len(config.sections) - len(left),
            "current_done": current.id in done,
            "minutes_left": sum(one.minutes or 0 for one in left),
            "next": ahead[0] if ahead else None,
            "notes": {name: work.one(name) for name in current.notes},
        }

    def grade(self, config: ModuleConfig, work: Work) -> Outcome:
        """Give the share of sections done; with ``score: all`` there is no score before the last."""
        total = len(config.sections)
        marked = [one.id for one in config.sections if one.id in work.answer.get(DONE, ())]
        complete = len(marked) == total
        if not complete and not config.share:
            return Outcome(None, complete=False, detail={"done": len(marked)})
        return Outcome(len(marked) / total, complete=complete, detail={"done": len(marked)}, units=dict.fromkeys(marked, 1.0))

    def units(self, config: ModuleConfig) -> tuple[ScoredUnit, ...]:
        """Give the sections, where there are several: nothing in one is asked, so each counts as done or has no score."""
        return tuple(ScoredUnit(one.id, one.title) for one in config.sections) if len(config.sections) > 1 else ()

    def review(self, config: ModuleConfig, work: Work, outcome: Outcome) -> dict[str, Any]:
        """Give the whole text, for reading again and for print."""
        del outcome
        done = set(work.answer.get(DONE, ()))
        notes = {name: work.one(name) for one in config.sections for name in one.notes}
        return {
            "wide": len(config.sections) > 1,
            "sections": _listed(config, done, None),
            "done": sum(one.id in done for one in config.sections),
            "total": len(config.sections),
            "notes": notes,
        }

    def samples(self, config: ModuleConfig, state: Mapping[str, Json]) -> Iterable[Sample]:
        """Give all done, none done, and one done."""
        del state
        ids = tuple(one.id for one in config.sections)
        samples = [Sample({DONE: ids}, 1.0), Sample({}, 0.0 if config.share else None)]
        if len(ids) > 1:
            samples.append(Sample({DONE: ids[:1]}, 1 / len(ids) if config.share else None))
        return samples

    def summary(self, config: ModuleConfig) -> Text:
        """Say how many sections; lists show the minutes of the activity beside it."""
        total = len(config.sections)
        return text(f"{total} bagian", f"{total} section{'s' if total > 1 else ''}")


def _current(config: ModuleConfig, work: Work, done: set[str]) -> Section:
    """Give the section that was opened last, else the first undone one."""
    opened = work.one(OPEN)
    chosen = next((one for one in config.sections if one.id == opened), None)
    return chosen or next((one for one in config.sections if one.id not in done), config.sections[0])


def _listed(config: ModuleConfig, done: set[str], current: Section | None) -> list[dict[str, Any]]:
    return [{"section": one, "done": one.id in done, "current": one is current} for one in config.sections]
