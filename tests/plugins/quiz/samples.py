"""One quiz with every kind of question, in shorthand and in the full form."""

from typing import Any

from lms_ext_quiz.activity import Quiz
from lms_ext_quiz.schema import QuizConfig, QuizSchema
from lms_ext_quiz.shorthand import read

SHORTHAND = """\
# Bubur kacang hijau {#resep}

Resep untuk 8 orang.

| Bahan | Takaran |
| --- | ---: |
| Gula aren | 150 gram |

## Gula aren {#gula points=2 stimulus=resep}

Berapa gram gula aren untuk 40 orang? Hitung $150 \\times 5$.

- [ ] 190 gram ::: KUNCI-SALAH Anda menambah, bukan mengali. {misconception=menambah}
- [x] 750 gram {#tujuh} ::: KUNCI-TEPAT Resep diulang lima kali.
- [ ] 600 gram

? Resepnya diulang berapa kali?
! KUNCI-BAHAS $150 \\times 5 = 750$.
  Satuannya gram.

## Dimensi {#dimensi type=multiple points=3 stimulus=resep}

Mana yang termasuk dimensi profil lulusan?

- [x] Kreativitas
- [x] Kolaborasi
- [ ] Memahami
- [ ] Layak

## Nama prinsip {#nama}

Prinsip ketiga bernama menggembirakan.

= benar ::: KUNCI-BENAR
= salah {fraction=0} ::: KUNCI-LAIN

## Keliling {#keliling unit=cm}

= 3,125 ± 0,005 ::: KUNCI-ANGKA
= 3 {fraction=0,5} ::: KUNCI-BULAT

## Kata yang hilang {#kata}

Pengalaman belajar mana yang belum ada?

= KUNCIREFLEKSI*
= cafe {fraction=50%}

## Pasangkan {#pasang points=2}

Pasangkan kegiatan dan pengalaman.

- Melipat kertas => Memahami
- Menakar resep => Mengaplikasi
- Menghitung cangkir => Mengaplikasi
- => Menghafal
"""

FULL: dict[str, Any] = {
    "stimuli": [
        {
            "id": "resep",
            "title": "Bubur kacang hijau",
            "text": "Resep untuk 8 orang.\n\n| Bahan | Takaran |\n| --- | ---: |\n| Gula aren | 150 gram |",
        }
    ],
    "questions": [
        {
            "id": "gula", "type": "single", "title": "Gula aren", "points": 2, "stimulus": "resep",
            "stem": "Berapa gram gula aren untuk 40 orang? Hitung $150 \\times 5$.",
            "choices": [
                {"id": "190-gram-bf366df2", "text": "190 gram", "feedback": "KUNCI-SALAH Anda menambah, bukan mengali.",
                 "misconception": "menambah"},
                {"id": "tujuh", "text": "750 gram", "correct": True, "feedback": "KUNCI-TEPAT Resep diulang lima kali."},
                {"id": "600-gram-b8057d99", "text": "600 gram"},
            ],
            "hints": ["Resepnya diulang berapa kali?"],
            "solution": "KUNCI-BAHAS $150 \\times 5 = 750$.\nSatuannya gram.",
        },
        {
            "id": "dimensi", "type": "multiple", "title": "Dimensi", "points": 3, "stimulus": "resep",
            "stem": "Mana yang termasuk dimensi profil lulusan?",
            "choices": [
                {"id": "kreativitas-286b9eba", "text": "Kreativitas", "correct": True},
                {"id": "kolaborasi-41e600b1", "text": "Kolaborasi", "correct": True},
                {"id": "memahami-0d9e0f6a", "text": "Memahami"}, {"id": "layak-b3505ce4", "text": "Layak"},
            ],
        },
        {
            "id": "nama", "type": "truefalse", "title": "Nama prinsip", "stem": "Prinsip ketiga bernama menggembirakan.",
            "answers": [{"value": True, "feedback": "KUNCI-BENAR"}, {"value": False, "fraction": 0, "feedback": "KUNCI-LAIN"}],
        },
        {
            "id": "keliling", "type": "numeric", "stem": "Keliling", "unit": "cm",
            "answers": [{"value": 3.125, "tolerance": 0.005, "feedback": "KUNCI-ANGKA"},
                        {"value": 3, "fraction": 0.5, "feedback": "KUNCI-BULAT"}],
        },
        {
            "id": "kata", "type": "text", "title": "Kata yang hilang", "stem": "Pengalaman belajar mana yang belum ada?",
            "answers": [{"value": "KUNCIREFLEKSI*"}, {"value": "cafe", "fraction": 0.5}],
        },
        {
            "id": "pasang", "type": "matching", "title": "Pasangkan", "points": 2, "stem": "Pasangkan kegiatan dan pengalaman.",
            "pairs": [
                {"id": "melipat-kertas-8e4de6b5", "left": "Melipat kertas", "right": "Memahami"},
                {"id": "menakar-resep-b4b01869", "left": "Menakar resep", "right": "Mengaplikasi"},
                {"id": "menghitung-cangkir-043875b3", "left": "Menghitung cangkir", "right": "Mengaplikasi"},
            ],
            "extra": ["Menghafal"],
        },
    ],
}  # fmt: skip

QUIZ = Quiz()


def plain(**more: Any) -> dict[str, Any]:
    """Give the plain config of the shorthand sample."""
    reading = read(SHORTHAND, "a.quiz.md", 1)
    assert not reading.problems
    return {**reading.config, **more}


def config(**more: Any) -> QuizConfig:
    """Give the sample as the plugin reads it."""
    loaded: QuizConfig = QuizSchema().load(plain(**more))
    return loaded


def question(body: str) -> Any:
    """Give the only question of a shorthand quiz."""
    reading = read(body, "a.quiz.md", 1)
    assert not reading.problems, reading.problems
    return QuizSchema().load(dict(reading.config)).questions[0]
