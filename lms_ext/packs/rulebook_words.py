"""The rules about words: the exact terms of Pembelajaran Mendalam. All warn; a line may opt out with ``lint: ok <word>``."""

from lms_ext.packs.rules import declare

declare(
    "term-murid",
    "Tertulis «{found}»; peraturan terbaru memakai kata murid.",
    'The text says "{found}"; present regulations say murid.',
    "Ganti dengan murid.",
    "Write murid.",
    warning=True,
)
declare(
    "term-old",
    "Istilah «{found}» sudah tidak dipakai.",
    'The term "{found}" is no longer used.',
    "Pakai {use}. Bila memang dikutip, tandai baris ini dengan `lint: ok`.",
    "Use {use}. If it is quoted on purpose, mark the line with `lint: ok`.",
    warning=True,
)
declare(
    "regulation-replaced",
    "{found} sudah diganti.",
    "{found} has been replaced.",
    "Rujuk {use}.",
    "Refer to {use}.",
    warning=True,
)
declare(
    "principle-name",
    "Prinsip ketiga bernama menggembirakan, bukan «{found}».",
    'The third principle is called menggembirakan, not "{found}".',
    "Ganti dengan menggembirakan, atau tandai baris ini dengan `lint: ok menyenangkan`.",
    "Write menggembirakan, or mark the line with `lint: ok menyenangkan`.",
    warning=True,
)
declare(
    "experience-name",
    "Pengalaman belajar bernama {use}, bukan «{found}».",
    'The learning experience is called {use}, not "{found}".',
    "Tulis memahami, mengaplikasi, merefleksi.",
    "Write memahami, mengaplikasi, merefleksi.",
    warning=True,
)
declare(
    "dimension-name",
    "«{found}» bukan nama dimensi profil lulusan yang tepat.",
    '"{found}" is not the exact name of a graduate profile dimension.',
    "Tulis {use}.",
    "Write {use}.",
    warning=True,
)
declare(
    "dimension-missing",
    "Bagian ini menyebut delapan dimensi, tetapi tidak memuat: {missing}.",
    "This section speaks of eight dimensions but leaves out: {missing}.",
    "Lengkapi daftarnya.",
    "Complete the list.",
    warning=True,
)
declare(
    "unit-without-reflection",
    "Unit `{value}` tidak punya aktivitas merefleksi.",
    "Unit `{value}` has no activity for reflecting.",
    "Tambahkan jurnal atau aktivitas lain dengan `experience: merefleksi`.",
    "Add a journal or another activity with `experience: merefleksi`.",
    warning=True,
)
