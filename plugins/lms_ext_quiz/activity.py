"""The activity type: a list of questions, shuffled by ids, graded by points."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, ClassVar

from lms_ext.api import ActivityType, Entries, Field, FieldKind, Json, Outcome, Sample, Text, Wants, Work, text
from lms_ext_quiz.kktp import bands
from lms_ext_quiz.questions import Numeric, Question, total, verdict
from lms_ext_quiz.schema import QuizConfig, QuizSchema


class Quiz(ActivityType):
    """Questions with feedback, at the end or one by one."""

    name: ClassVar[str] = "quiz"
    title: ClassVar[Text] = text("Kuis", "Quiz")
    config_schema = QuizSchema
    wants: ClassVar[Wants] = Wants(entries=Entries.ATTEMPTS)
    submit_label: ClassVar[Text | None] = text("Kumpulkan jawaban", "Hand in answers")
    attempt_template: ClassVar[str] = "quiz/attempt.html"
    review_template: ClassVar[str] = "quiz/review.html"

    def summary(self, config: QuizConfig) -> Text:
        count = len(config.questions)
        return text(f"{count} soal", f"{count} question{'s' if count > 1 else ''}")

    def start(self, config: QuizConfig, seed: int) -> dict[str, Json]:
        chance = Random(seed)  # noqa: S311 - shuffling, not a secret
        order: list[Json] = [one.id for one in config.questions]
        if config.shuffle:
            chance.shuffle(order)
        choices: dict[str, Json] = {}
        for one in config.questions:
            ids: list[Json] = [*one.ids()]
            if config.shuffle_choices and one.kind != "truefalse":
                chance.shuffle(ids)
            choices[one.id] = ids
        return {"order": order, "choices": choices}

    def fields(self, config: QuizConfig, state: Mapping[str, Json]) -> Mapping[str, Field]:
        del state
        found: dict[str, Field] = {}
        for one in config.questions:
            part = one.id if config.immediate else None
            found |= one.fields(part) | {_doubt(one): Field(FieldKind.MANY, frozenset({"1"}), part=part)}
        return found

    def view(self, config: QuizConfig, work: Work) -> dict[str, Any]:
        asked = _in_order(config, work)
        shown = []
        for one in asked:
            item = _head(one, work) | one.ask(_order(work, one))
            if isinstance(one, Numeric) and one.answered(work):
                item |= {"echo": one.echo(work.one(one.name))}
            if one.id in work.checked:
                item |= {"result": _explained(one, work)}
            shown.append(item)
        return {"wide": True, "questions": shown, "stimuli": _stimuli(config, asked), "immediate": config.immediate,
                "done": sum(one.answered(work) for one in asked)}  # fmt: skip

    def echo(self, config: QuizConfig, name: str, written: str) -> Text | None:
        return next(
            (one.echo(written) for one in config.questions if isinstance(one, Numeric) and one.name == name and written), None
        )

    def doubts(self, config: QuizConfig, work: Work) -> Text | None:
        blank = [str(number) for number, one in enumerate(_in_order(config, work), 1) if not one.answered(work)]
        if not blank:
            return None
        count, listed = len(blank), ", ".join(blank)
        return text(f"{count} soal belum dijawab: nomor {listed}.",
                    f"{count} question{'s are' if count > 1 else ' is'} not answered yet: number {listed}.")  # fmt: skip

    def grade(self, config: QuizConfig, work: Work) -> Outcome:
        fractions = {one.id: one.fraction(work) for one in config.questions}
        earned = sum(fractions[one.id] * one.points for one in config.questions)
        detail: dict[str, Json] = {"questions": {**fractions}}
        return Outcome(min(1.0, earned / total(config.questions)), detail=detail)

    def review(self, config: QuizConfig, work: Work, outcome: Outcome) -> dict[str, Any]:
        del outcome
        asked = _in_order(config, work)
        shown = [_head(one, work) | {"result": _explained(one, work)} for one in asked]
        counts = {name: sum(one["result"]["verdict"] == name for one in shown) for name in ("right", "part", "wrong", "empty")}
        earned = sum(one["result"]["earned"] for one in shown)
        most = total(config.questions)
        withheld = work.more and config.key_after_last and earned < most
        if withheld:
            shown = [one | {"result": _without_key(one["result"])} for one in shown]
        return {"wide": True, "withheld": withheld, "questions": shown, "stimuli": _stimuli(config, asked), "counts": counts,
                "earned": earned, "total": most, "percent": round(100 * earned / most),
                "bands": bands(earned / most)}  # fmt: skip

    def samples(self, config: QuizConfig, state: Mapping[str, Json]) -> Iterable[Sample]:
        del state
        answers: dict[str, tuple[str, ...]] = {}
        for one in config.questions:
            answers |= one.perfect()
        return [Sample(answers, 1.0), Sample({}, 0.0)]


def _in_order(config: QuizConfig, work: Work) -> list[Question]:
    by_id = {one.id: one for one in config.questions}
    order = work.state.get("order")
    ids = [one for one in order if isinstance(one, str) and one in by_id] if isinstance(order, list) else []
    return [by_id[one] for one in ids] + [one for one in config.questions if one.id not in ids]


def _order(work: Work, question: Question) -> list[str]:
    """Give the order that chance chose; an id it does not know goes last, so that no choice is ever missing."""
    choices = work.state.get("choices")
    kept = choices.get(question.id) if isinstance(choices, dict) else None
    known = [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else []
    return known + [one for one in question.ids() if one not in known]


def _head(question: Question, work: Work) -> dict[str, Any]:
    return {
        "id": question.id,
        "name": question.name,
        "kind": question.kind,
        "title": question.title,
        "stem": question.stem,
        "points": question.points,
        "hints": question.hints,
        "stimulus": question.stimulus,
        "answered": question.answered(work),
        "doubt": _doubt(question),
        "doubted": bool(work.one(_doubt(question))),
    }


def _doubt(question: Question) -> str:
    """Name the field of a question's doubt mark; it is kept like an answer and counts for nothing."""
    return f"ragu.{question.id}"


def _explained(question: Question, work: Work) -> dict[str, Any]:
    fraction = question.fraction(work)
    return question.explain(work, _order(work, question)) | {
        "verdict": verdict(fraction, begun=question.begun(work)),
        "earned": fraction * question.points,
        "solution": question.solution,
    }


def _without_key(result: dict[str, Any]) -> dict[str, Any]:
    """Leave the verdicts and the feedback to what was answered; take away what would give the next attempt its answers."""
    kept = {name: value for name, value in result.items() if name not in {"right", "solution"}}
    if "choices" in kept:
        kept["choices"] = [one | {"correct": one["correct"] and one["taken"]} for one in kept["choices"]]
    if "rows" in kept:
        kept["rows"] = [{name: value for name, value in row.items() if name != "right"} for row in kept["rows"]]
    return kept


def _stimuli(config: QuizConfig, asked: list[Question]) -> dict[str, Any]:
    """Give each shared text to the first question that needs it, with the numbers of all that do."""
    found: dict[str, Any] = {}
    seen: set[str] = set()
    for one in asked:
        if one.stimulus in config.stimuli and one.stimulus not in seen:
            seen.add(one.stimulus)
            numbers = [number for number, other in enumerate(asked, 1) if other.stimulus == one.stimulus]
            shared = config.stimuli[one.stimulus]
            found[one.id] = {"title": shared.title, "text": shared.text, "numbers": numbers}
    return found
