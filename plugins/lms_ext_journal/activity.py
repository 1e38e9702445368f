"""A journal at work: boxes to write in, a word goal that blocks nothing, and what changed since the version before."""

from collections.abc import Iterable, Mapping
from typing import Any

from lms_ext.api import ActivityType, Entries, Field, FieldKind, Json, Outcome, Sample, Text, Wants, Work, text
from lms_ext_journal.changes import compare
from lms_ext_journal.reflection_models import Step
from lms_ext_journal.schema import JournalConfig, JournalSchema


class Journal(ActivityType):
    """A reflection in steps; a teacher reads and marks it."""

    name = "journal"
    title = text("Jurnal refleksi", "Reflection journal")
    config_schema = JournalSchema
    wants = Wants(entries=Entries.ONE, marking=True, private_drafts=True)
    submit_label = text("Kirim refleksi", "Send reflection")
    attempt_template = "journal/attempt.html"
    review_template = "journal/review.html"

    def fields(self, config: JournalConfig, state: Mapping[str, Json]) -> Mapping[str, Field]:
        """Declare a text for each step."""
        del state
        return {one.id: Field(FieldKind.TEXT) for one in config.steps}

    def view(self, config: JournalConfig, work: Work) -> dict[str, Any]:
        """Give the boxes with what stands in them."""
        return {
            "wide": True,
            "steps": config.steps,
            "written": {one.id: work.one(one.id) for one in config.steps},
            "model": config.model,
            "intro": config.intro,
            "words": _words(config, work),
            "goal": config.words,
        }

    def ready(self, config: JournalConfig, work: Work) -> Text | None:
        """Name the steps that must not stay empty."""
        missing = [one.title for one in _empty(config, work)]
        if missing:
            names = [", ".join(one.get(language) or one["id"] for one in missing) for language in ("id", "en")]
            return text(
                f"Belum diisi: {names[0]}. Tulisan Anda sudah tersimpan.", f"Still empty: {names[1]}. Your text is saved."
            )
        if not any(work.one(one.id).strip() for one in config.steps):
            return text("Refleksi ini masih kosong.", "This reflection is still empty.")
        return None

    def gap(self, config: JournalConfig, work: Work) -> str:
        """Name the first step that must not stay empty."""
        return next((one.id for one in [*_empty(config, work), *config.steps]), "")

    def grade(self, config: JournalConfig, work: Work) -> Outcome:
        """Leave the score to the teacher."""
        return Outcome(None, needs_marking=True, detail={"words": _words(config, work)})

    def review(self, config: JournalConfig, work: Work, outcome: Outcome) -> dict[str, Any]:
        """Give the text, with the changes since the version before."""
        del outcome
        before = work.previous
        steps: list[dict[str, Any]] = []
        for one in config.steps:
            written = work.one(one.id)
            pieces = compare("".join(before.get(one.id, ())), written) if before is not None else []
            steps.append({"step": one, "text": written, "pieces": pieces})
        changed = any(piece.kind != "same" for one in steps for piece in one["pieces"])
        return {
            "steps": steps,
            "model": config.model,
            "words": _words(config, work),
            "revised": before is not None,
            "changed": changed,
        }

    def samples(self, config: JournalConfig, state: Mapping[str, Json]) -> Iterable[Sample]:
        """Give a written one: no machine scores it."""
        del state
        return [Sample({one.id: ("Saya mencoba.",) for one in config.steps}, None)]

    def summary(self, config: JournalConfig) -> Text:
        """Say the steps and the word goal."""
        steps = len(config.steps)
        noun = "step" if steps == 1 else "steps"
        if not config.words:
            return text(f"{steps} langkah", f"{steps} {noun}")
        return text(f"{steps} langkah, sasaran {config.words} kata", f"{steps} {noun}, aim for {config.words} words")


def _empty(config: JournalConfig, work: Work) -> list[Step]:
    return [one for one in config.steps if one.required and not work.one(one.id).strip()]


def _words(config: JournalConfig, work: Work) -> int:
    return sum(len(work.one(one.id).split()) for one in config.steps)
