"""A score in the words of KKTP, as bands of the score."""

from typing import Any

from lms_ext.api import text

_BANDS = (
    (0.40, "80", text("Baru berkembang", "Emerging"),
     text("Beberapa gagasan dasar masih perlu dipelajari lagi. Baca penjelasan di bawah, lalu kembali ke modulnya.",
          "Some basic ideas need another look. Read the explanations below, then go back to the module.")),
    (0.65, "50", text("Layak", "Adequate"),
     text("Gagasan dasar sudah dikuasai; sebagian soal masih keliru. Pelajari lagi soal yang belum tepat.",
          "The basic ideas are there; some questions went wrong. Look again at those.")),
    (0.85, "40", text("Cakap", "Proficient"),
     text("Sebagian besar soal terjawab tepat. Periksa yang belum tepat, lalu lanjutkan.",
          "Most questions are right. Check those that are not, then go on.")),
    (1.0, "30", text("Mahir", "Advanced"),
     text("Hampir semua atau semua soal terjawab tepat. Anda siap memakainya dalam keadaan baru.",
          "All or nearly all questions are right. You are ready to use this in new situations.")),
)  # fmt: skip
"""Upper end, width (twice the share in per cent), word, what it means. The intervals of the ministry's assessment guide."""


def bands(fraction: float) -> list[dict[str, Any]]:
    """List the bands, lowest first; ``now`` marks the one a score in 0..1 falls in, ``at`` how far into it, in per cent."""
    # Both sides are rounded as the page shows them, so that the word always agrees with the percentage beside it.
    place = next(index for index, one in enumerate(_BANDS) if round(fraction * 100) <= round(one[0] * 100))
    floors = [0.0, *(one[0] for one in _BANDS)]
    return [
        {"width": width, "word": word, "meaning": meaning, "now": index == place,
         "at": round(100 * min(1.0, max(0.0, (fraction - floors[index]) / (end - floors[index]))))}
        for index, (end, width, word, meaning) in enumerate(_BANDS)
    ]  # fmt: skip
