"""The rules about uploaded archives."""

from lms_ext.packs.rules import declare

declare(
    "archive-broken",
    "Arsip zip tidak terbaca: {detail}.",
    "Cannot read the zip archive: {detail}.",
    "Buat ulang arsip zip biasa (tanpa sandi, bukan zip64) dari map paket.",
    "Make a plain zip again (no password, not zip64) from the pack folder.",
)
declare(
    "archive-too-big",
    "Arsip terlalu besar: {size}; batasnya {limit}.",
    "The archive is too big: {size}; the limit is {limit}.",
    "Perkecil gambar, lalu buat ulang arsipnya.",
    "Shrink the pictures and make the archive again.",
)
declare(
    "archive-ratio",
    "Berkas {path} di dalam arsip mengembang tidak wajar.",
    "File {path} in the archive expands beyond reason.",
    "Buat ulang arsip dari map paket yang asli.",
    "Make the archive again from the real pack folder.",
)
declare(
    "archive-name",
    "Nama {path} di dalam arsip tidak dapat dipakai.",
    "The name {path} in the archive cannot be used.",
    "Pakai nama dari huruf, angka, `-`, `_`, `.`; tanpa `..`, tanpa garis miring terbalik.",
    "Use names of letters, digits, `-`, `_`, `.`; no `..`, no backslash.",
)
declare(
    "archive-kind",
    "{path} di dalam arsip bukan berkas biasa.",
    "{path} in the archive is not a plain file.",
    "Ganti tautan simbolis dan sejenisnya dengan berkasnya.",
    "Put the real file in place of links and the like.",
)
declare(
    "archive-collision",
    "{path} dan {other} di dalam arsip berebut satu nama.",
    "{path} and {other} in the archive claim one name.",
    "Ganti nama salah satunya.",
    "Rename one of them.",
)
declare(
    "archive-overlap",
    "Isi arsip saling bertumpuk pada {path}.",
    "The contents of the archive overlap at {path}.",
    "Buat ulang arsip dari map paket yang asli.",
    "Make the archive again from the real pack folder.",
)
declare(
    "archive-nested",
    "{path} adalah arsip di dalam arsip.",
    "{path} is an archive inside the archive.",
    "Keluarkan isinya ke dalam map paket.",
    "Unpack it into the pack folder.",
)
