"""The rules about files, YAML and Markdown of a pack."""

from lms_ext.packs.rules import declare

# Files of a pack
declare(
    "no-pack",
    "Tidak ada pack.yaml di map ini.",
    "There is no pack.yaml in this folder.",
    "Pilih map yang memuat pack.yaml.",
    "Choose the folder that holds pack.yaml.",
)
declare(
    "file-missing",
    "Berkas {path} tidak ditemukan.",
    "File {path} was not found.",
    "Periksa nama berkas; huruf besar dan kecil berbeda.",
    "Check the file name; capitals matter.",
)
declare(
    "bad-path",
    "Nama {path} tidak dapat dipakai di dalam paket.",
    "The name {path} cannot be used inside a pack.",
    "Pakai nama relatif dari akar paket: huruf, angka, `-`, `_`, `.`, dan `/`, tanpa `..`.",
    "Use a name relative to the top of the pack: letters, digits, `-`, `_`, `.` and `/`, without `..`.",
)
declare(
    "symlink",
    "{path} adalah tautan simbolis.",
    "{path} is a symbolic link.",
    "Salin berkas aslinya ke dalam paket.",
    "Copy the real file into the pack.",
)
declare(
    "case-collision",
    "{path} dan {other} hanya berbeda huruf besar-kecil.",
    "{path} and {other} differ only in capitals.",
    "Ganti nama salah satunya; di banyak komputer keduanya satu berkas.",
    "Rename one; on many computers they are one file.",
)
declare(
    "file-too-big",
    "{path} berukuran {size}; batasnya {limit}.",
    "{path} has {size}; the limit is {limit}.",
    "Perkecil gambar atau pecah berkas.",
    "Make the picture smaller or split the file.",
)
declare(
    "pack-too-big",
    "Gambar dan lampiran paket berjumlah {size}; batasnya {limit}.",
    "Pictures and attachments of the pack come to {size}; the limit is {limit}.",
    "Perkecil atau buang beberapa gambar.",
    "Shrink or drop some pictures.",
)
declare(
    "too-many-files",
    "Paket memuat lebih dari {limit} berkas.",
    "The pack holds more than {limit} files.",
    "Pindahkan berkas yang tidak dipakai ke luar map paket.",
    "Move unused files out of the pack folder.",
)
declare(
    "unused-file",
    "Berkas ini tidak disebut di mana pun, jadi tidak ikut terbit.",
    "Nothing names this file, so it is not published.",
    "Sebutkan di `activities` atau di teks, atau hapus.",
    "Name it in `activities` or in a text, or delete it.",
    warning=True,
)
declare(
    "not-utf8",
    "Berkas bukan teks UTF-8.",
    "The file is not UTF-8 text.",
    "Simpan ulang dengan pengodean UTF-8.",
    "Save it again as UTF-8.",
)
declare(
    "bom",
    "Berkas diawali tanda BOM.",
    "The file begins with a byte order mark.",
    "Simpan sebagai UTF-8 tanpa BOM.",
    "Save as UTF-8 without BOM.",
    warning=True,
)
declare(
    "control-character",
    "Ada karakter kendali yang tidak terlihat ({code}).",
    "There is an invisible control character ({code}).",
    "Hapus karakter itu, lalu ketik ulang bagian ini.",
    "Delete it and type this part again.",
)
# YAML
declare(
    "yaml-syntax",
    "YAML tidak terbaca: {detail}.",
    "Cannot read the YAML: {detail}.",
    "Periksa takuk, tanda kurung, dan tanda kutip di baris ini dan di atasnya.",
    "Check indentation, brackets and quotes on this line and the one above.",
)
declare(
    "yaml-colon",
    "Ada titik dua di tengah teks tanpa tanda kutip.",
    "There is a colon inside a text without quotes.",
    'Beri tanda kutip: `title: "Unit 1: Kerangka"`.',
    'Put it in quotes: `title: "Unit 1: Kerangka"`.',
)
declare(
    "yaml-quote",
    "Tanda kutip yang dibuka di sini tidak ditutup dengan benar.",
    "The quote opened here is not closed properly.",
    "Tutup tanda kutipnya; tanda ' di dalam '…' ditulis dua kali.",
    "Close the quote; a ' inside '…' is written twice.",
)
declare(
    "yaml-tab",
    "Ada karakter tab pada takuk.",
    "There is a tab in the indentation.",
    "Ganti tab dengan spasi.",
    "Use spaces instead of tabs.",
)
declare(
    "yaml-alias",
    "Jangkar dan rujukan YAML (`&`, `*`) tidak diizinkan.",
    "YAML anchors and aliases (`&`, `*`) are not allowed.",
    "Tulis isinya langsung; beri tanda kutip bila teks diawali `&` atau `*`.",
    "Write the content out; quote a text that begins with `&` or `*`.",
)
declare(
    "yaml-tag",
    "Tag YAML (`!…`) tidak diizinkan.",
    "YAML tags (`!…`) are not allowed.",
    "Hapus tag itu, atau beri tanda kutip pada teksnya.",
    "Remove the tag, or quote the text.",
)
declare(
    "yaml-too-large",
    "YAML ini terlalu besar atau terlalu dalam: batasnya {limit}.",
    "This YAML is too large or too deep: the limit is {limit}.",
    "Pecah menjadi beberapa berkas.",
    "Split it into several files.",
)
declare(
    "yaml-documents",
    "Ada lebih dari satu dokumen YAML dalam berkas ini.",
    "This file holds more than one YAML document.",
    "Hapus baris `---` di tengah.",
    "Remove the `---` line in the middle.",
)
declare(
    "yaml-key",
    "Kunci YAML harus berupa teks biasa.",
    "A YAML key must be plain text.",
    "Tulis `kunci: nilai`.",
    "Write `key: value`.",
)
declare(
    "yaml-number",
    "Angka {value} tidak dapat dipakai.",
    "The number {value} cannot be used.",
    "Tulis angka biasa, atau beri tanda kutip bila ini teks.",
    "Write a plain number, or quote it if it is a text.",
)
declare(
    "duplicate-key",
    "Kunci `{key}` sudah ditulis di baris {first}.",
    "Key `{key}` was already written on line {first}.",
    "Hapus salah satunya.",
    "Remove one of them.",
)
# Markdown
declare(
    "front-matter",
    "Berkas .md harus diawali kepala YAML di antara dua baris `---`.",
    "A .md file must begin with a YAML head between two `---` lines.",
    "Mulai dengan `---`, lalu `id:` dan `title:`, lalu `---`.",
    "Begin with `---`, then `id:` and `title:`, then `---`.",
)
declare(
    "raw-html",
    "HTML mentah {tag} tidak dipakai; pembaca akan melihatnya sebagai teks.",
    "Raw HTML {tag} is not used; readers would see it as text.",
    "Pakai Markdown, atau apit dengan tanda `` ` `` bila memang ingin menampilkannya.",
    "Use Markdown, or put it between `` ` `` if you want to show it.",
)
declare(
    "math",
    "Rumus tidak terbaca: {latex}",
    "Cannot read the formula: {latex}",
    "Periksa kurung dan nama perintah LaTeX.",
    "Check braces and LaTeX command names.",
)
declare(
    "math-too-long",
    "Rumus ini {size} karakter; batasnya {limit}.",
    "This formula has {size} characters; the limit is {limit}.",
    "Pecah menjadi beberapa rumus, atau tulis bagian yang bukan rumus di luar tanda $.",
    "Split it into several formulas, or move what is no formula out of the $ signs.",
)
declare(
    "math-too-much",
    "Rumus di berkas ini lebih dari {limit} karakter.",
    "This file holds more than {limit} characters of formulas.",
    "Pecah berkas menjadi beberapa aktivitas.",
    "Split the file into several activities.",
)
declare(
    "math-open",
    "Tanda $ ini tidak punya pasangan: {found}",
    "This $ has no partner: {found}",
    "Tutup rumusnya dengan $, atau tulis `\\$` bila yang dimaksud tanda dolar.",
    "Close the formula with $, or write `\\$` if a dollar sign is meant.",
    warning=True,
)
