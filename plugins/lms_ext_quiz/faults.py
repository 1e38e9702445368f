"""What can be wrong with a ``.quiz.md``, under stable names."""

from collections.abc import Mapping

from lms_ext.api import Problem, Text, text

_LONGEST = 80

RULES: Mapping[str, tuple[Text, Text]] = {
    "quiz-no-question": (
        text("Kuis ini tidak memuat soal.", "This quiz has no question."),
        text("Mulai tiap soal dengan judul: `## Judul {{#id}}`.", "Begin each question with a heading: `## Title {{#id}}`."),
    ),
    "quiz-before-first": (
        text("Ada tulisan sebelum judul pertama.", "There is text before the first heading."),
        text(
            "Pindahkan ke bawah judul soal, atau jadikan bacaan bersama dengan `# Judul {{#id}}` dan `stimulus=id` pada soalnya.",
            "Move it under a heading, or make it a shared text: `# Title {{#id}}`, with `stimulus=id` on its questions.",
        ),
    ),
    "quiz-no-id": (
        text("`{value}` belum memiliki id.", "`{value}` has no id."),
        text("Tambahkan id yang tidak akan berubah pada judulnya, misalnya `{{#{near}}}`.",
             "Add an id that will never change to its heading, for example `{{#{near}}}`."),
    ),
    "quiz-stray": (
        text("Baris ini bukan jawaban, petunjuk, atau pembahasan: `{value}`.",
             "This line is no answer, hint or solution: `{value}`."),
        text("Isi soal ditulis sebelum jawaban. Lanjutan baris di atasnya diawali dua spasi.",
             "The question's text comes before the answers. To continue the line above, begin with two spaces."),
    ),
    "quiz-box": (
        text("Kotak pilihan tidak terbaca: `{value}`.", "This choice's box cannot be read: `{value}`."),
        text("Tulis `- [x] ` untuk pilihan benar dan `- [ ] ` untuk yang lain, dengan spasi.",
             "Write `- [x] ` for a right choice and `- [ ] ` for the others, with the spaces."),
    ),
    "quiz-attribute": (
        text("`{value}` tidak dikenal di sini.", "`{value}` is not known here."),
        text("Yang dapat dipakai: {known}.{near_id}", "What can be used: {known}.{near_en}"),
    ),
    "quiz-attribute-twice": (
        text("`{value}` ditulis dua kali.", "`{value}` is written twice."),
        text("Hapus salah satunya.", "Delete one of the two."),
    ),
    "quiz-empty-feedback": (
        text("Tidak ada umpan balik setelah `:::`.", "There is no feedback after `:::`."),
        text("Tulis umpan baliknya, atau hapus `:::`.", "Write the feedback, or delete `:::`."),
    ),
    "quiz-second-solution": (
        text("Soal ini memiliki dua pembahasan.", "This question has two solutions."),
        text("Gabungkan menjadi satu `!`; baris lanjutannya diawali dua spasi.",
             "Make them one `!`; lines that continue it begin with two spaces."),
    ),
}  # fmt: skip


def problem(rule: str, file: str, line: int, **values: object) -> Problem:
    """Make the problem of a rule; values are clipped to one short line."""
    plain = {name: _clipped(value) for name, value in values.items()}
    near = plain.get("near", "")
    plain |= {"near_id": f" Maksudnya `{near}`?" if near else "", "near_en": f" Did you mean `{near}`?" if near else ""}
    message, fix = ({language: one.format(**plain) for language, one in said.items()} for said in RULES[rule])
    return Problem(rule, message, fix, file, line)


def _clipped(value: object) -> str:
    plain = "".join(one if one.isprintable() else " " for one in str(value)).strip()
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
