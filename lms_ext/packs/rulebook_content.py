"""The rules about keys, values, activities and pictures of a pack."""

from lms_ext.packs.rules import declare

# Keys and values
declare(
    "unknown-key",
    "Kunci `{key}` tidak dikenal di {where}.",
    "Key `{key}` is not known in {where}.",
    "Kunci yang ada: {known}.",
    "The keys are: {known}.",
)
declare(
    "missing-key",
    "Kunci `{key}` wajib ada di {where}.",
    "Key `{key}` is required in {where}.",
    "Tambahkan `{key}:`.",
    "Add `{key}:`.",
)
declare(
    "wrong-kind",
    "`{key}` harus berupa {kind_id}.",
    "`{key}` must be {kind_en}.",
    "Perbaiki nilainya; teks yang mirip angka perlu tanda kutip.",
    "Correct the value; a text that looks like a number needs quotes.",
)
declare(
    "empty-value",
    "`{key}` tidak boleh kosong.",
    "`{key}` must not be empty.",
    "Isi nilainya atau hapus kuncinya.",
    "Give a value or remove the key.",
)
declare(
    "bad-choice",
    "`{key}: {value}` bukan pilihan yang ada.",
    "`{key}: {value}` is not one of the choices.",
    "Pilih salah satu: {known}.",
    "Choose one of: {known}.",
)
declare(
    "bad-range",
    "Nilai atau panjang `{key}` di luar batas: {detail_id}.",
    "The value or length of `{key}` is out of range: {detail_en}.",
    "Pakai nilai di dalam batas.",
    "Use a value within the limits.",
)
declare(
    "bad-value",
    "`{key}`: {detail_id}",
    "`{key}`: {detail_en}",
    "Ubah `{key}` di baris ini sesuai keterangan itu.",
    "Change `{key}` on this line to meet that.",
)
declare(
    "bad-id",
    "`{key}: {value}` bukan id yang sah.",
    "`{key}: {value}` is not a valid id.",
    "Pakai 1-64 huruf kecil, angka, dan `-`, diawali huruf atau angka.",
    "Use 1-64 lower-case letters, digits and `-`, beginning with a letter or digit.",
)
declare(
    "bad-text",
    "`{key}` harus berupa teks, atau teks per bahasa `{{id: …, en: …}}`.",
    "`{key}` must be a text, or texts by language `{{id: …, en: …}}`.",
    "Tulis teksnya; beri tanda kutip bila mirip angka.",
    "Write the text; quote it if it looks like a number.",
)
declare(
    "too-long",
    "`{key}` terlalu panjang.",
    "`{key}` is too long.",
    "Pecah menjadi beberapa bagian.",
    "Split it into parts.",
)
declare(
    "bad-version",
    "Versi `{value}` tidak sah.",
    "Version `{value}` is not valid.",
    "Tulis tiga angka: `1.0.0`.",
    "Write three numbers: `1.0.0`.",
)
declare(
    "bad-format",
    "Format paket `{value}` tidak dikenal alat ini.",
    "Pack format `{value}` is not known to this tool.",
    "Tulis `format: 1`, atau perbarui alatnya.",
    "Write `format: 1`, or update the tool.",
)
declare(
    "bad-attempts",
    "Jumlah percobaan `{value}` tidak sah.",
    "Number of attempts `{value}` is not valid.",
    "Tulis 1 sampai 100, atau `unlimited`.",
    "Write 1 to 100, or `unlimited`.",
)
declare(
    "bad-date",
    "Tanggal `{value}` tidak sah.",
    "Date `{value}` is not valid.",
    "Tulis `2026-11-24`.",
    "Write `2026-11-24`.",
)
declare(
    "bad-url",
    "Alamat `{value}` tidak sah.",
    "Address `{value}` is not valid.",
    "Tulis alamat lengkap yang diawali https://.",
    "Write a full address that begins with https://.",
)
declare(
    "unknown-tag",
    "Label `{value}` bukan label kerangka Pembelajaran Mendalam.",
    "Tag `{value}` is not a tag of the framework.",
    "Pakai nama persis dari daftar label, atau `topik:<kata>` untuk label sendiri.",
    "Use an exact name from the list of tags, or `topik:<word>` for your own.",
)
declare(
    "one-of-two",
    "Aspek rubrik perlu `indicators` atau `levels`, salah satu saja.",
    "A rubric aspect needs `indicators` or `levels`, just one of them.",
    "Hapus salah satunya, atau tambahkan.",
    "Remove one, or add one.",
)
declare(
    "bad-level-name",
    "Kata untuk jenjang `{key}` tidak dapat dicapai rubrik ini.",
    "This rubric cannot reach the level `{key}`.",
    "Beri kata hanya untuk 0 sampai jumlah indikator.",
    "Name only levels from 0 to the number of indicators.",
)
declare(
    "duplicate-id",
    "Id `{value}` sudah dipakai di {other}.",
    "Id `{value}` is already used in {other}.",
    "Beri id lain; jangan mengubah id yang sudah terbit.",
    "Give another id; never change one that was published.",
)
declare(
    "duplicate-here",
    "`{key}: {value}` sudah dipakai di atasnya.",
    "`{key}: {value}` is already used above.",
    "Beri nilai lain.",
    "Give another value.",
)
declare(
    "listed-twice",
    "{path} disebut dua kali.",
    "{path} is named twice.",
    "Hapus salah satunya.",
    "Remove one.",
)
# Activities
declare(
    "unknown-type",
    "Jenis aktivitas `{value}` tidak tersedia.",
    "Activity type `{value}` is not available.",
    "Jenis yang aktif: {known}. Pengelola dapat mengaktifkan plugin lain dengan LMS_EXT_PLUGINS.",
    "Types switched on: {known}. The operator can enable more plugins with LMS_EXT_PLUGINS.",
)
declare(
    "unknown-format",
    "Tidak ada pembaca untuk berkas {path}.",
    "Nothing reads files like {path}.",
    "Akhiran yang dikenal: {known}.",
    "Known endings: {known}.",
)
declare(
    "type-mismatch",
    "Berkas ini selalu berjenis `{expected}`, bukan `{value}`.",
    "This file is always of type `{expected}`, not `{value}`.",
    "Hapus `type:` atau ganti akhiran nama berkas.",
    "Remove `type:` or change the file's ending.",
)
declare(
    "rubric-unused",
    "Jenis `{value}` tidak dinilai guru, jadi rubriknya tidak dipakai.",
    "Type `{value}` is not marked by a teacher, so its rubric is not used.",
    "Hapus `rubric`.",
    "Remove `rubric`.",
    warning=True,
)
declare(
    "plugin-crashed",
    "Plugin jenis `{value}` gagal membaca berkas ini ({error}).",
    "The plugin of type `{value}` crashed on this file ({error}).",
    "Laporkan kepada pembuat plugin.",
    "Tell the plugin's author.",
)
declare(
    "sources-missing",
    "Paket tidak menyebut sumber.",
    "The pack names no sources.",
    "Tambahkan `sources:` dengan judul dan alamat.",
    "Add `sources:` with titles and addresses.",
    warning=True,
)
# Pictures and attachments
declare(
    "asset-external",
    "Gambar {path} berada di luar paket.",
    "Picture {path} is outside the pack.",
    "Simpan gambarnya di map assets/ dan sebut dari sana.",
    "Put the picture in assets/ and name it there.",
)
declare(
    "asset-kind",
    "Jenis berkas {path} tidak diizinkan.",
    "Files like {path} are not allowed.",
    "Pakai png, jpg, webp, gif, svg, atau pdf.",
    "Use png, jpg, webp, gif, svg or pdf.",
)
declare(
    "asset-mismatch",
    "Isi {path} bukan {suffix}.",
    "The content of {path} is not {suffix}.",
    "Simpan ulang dalam format itu, jangan hanya mengganti nama.",
    "Save it again in that format; renaming is not enough.",
)
declare(
    "asset-svg",
    "SVG {path} memuat {what}.",
    "SVG {path} holds {what}.",
    "Ekspor ulang sebagai SVG polos tanpa skrip dan tanpa rujukan ke luar.",
    "Export it again as plain SVG without scripts and outside references.",
)
declare(
    "alt-missing",
    "Gambar {path} tanpa teks alternatif.",
    "Picture {path} has no alternative text.",
    "Tulis apa yang penting dari gambar: `![Tiga lingkaran yang beririsan](…)`.",
    "Say what matters in the picture: `![Three overlapping circles](…)`.",
    warning=True,
)
