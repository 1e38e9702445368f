"""What changed between two snapshots, in words, and what people with work under way will notice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms_ext.domain.texts import Text, pick, text

_PINNED = text(
    "Yang sedang mengerjakan menyelesaikan versi lama; percobaan baru memakai versi baru.",
    "People at work finish the old version; new attempts begin with the new one.",
)
_KEYED = text(
    "Kunci atau bobot berubah: pekerjaan yang sudah dikumpulkan tetap memakai nilai lama sampai dinilai ulang.",
    "Key or weight changed: work already handed in keeps its score until it is regraded.",
)
_GONE = text(
    "Tautan LMS ke aktivitas ini tidak dapat dibuka lagi; pekerjaan dan nilai yang sudah ada tetap tersimpan.",
    "Links from the LMS to this activity no longer open; work and scores already there are kept.",
)
_POINTS = text(
    "Periksa skor maksimum kolom nilai di LMS; kolom yang sudah ada tidak ikut berubah sendiri.",
    "Check the maximum score of the gradebook column in the LMS; a column that exists does not change by itself.",
)
_HEADS = {
    "title": text("judul", "title"),
    "summary": text("ringkasan", "summary"),
    "minutes": text("perkiraan menit", "minutes"),
    "experience": text("pengalaman belajar", "learning experience"),
    "tags": text("label", "tags"),
    "attempts": text("jumlah percobaan", "number of attempts"),
    "keep": text("percobaan yang dihitung", "attempt that counts"),
    "rubric": text("rubrik", "rubric"),
    "type": text("jenis", "type"),
}
_PACK_WORDS = {
    "title": _HEADS["title"],
    "summary": _HEADS["summary"],
    "language": text("bahasa", "language"),
    "licence": text("lisensi", "licence"),
    "authors": text("penulis", "authors"),
    "audience": text("sasaran", "audience"),
    "sources": text("sumber", "sources"),
}
_PART_WORDS = {
    "questions": text("soal", "question"),
    "sections": text("bagian", "section"),
    "stimuli": text("stimulus", "stimulus text"),
    "prompts": text("pertanyaan", "prompt"),
}
"""What a teacher calls the parts that types keep in lists."""
_QUIET = frozenset({"title", "summary", "minutes", "experience", "tags"})
_KEYS = frozenset({"correct", "fraction", "answer", "answers", "pairs", "points", "scoring", "tolerance", "pass", "bands"})
"""Names of config keys that decide a score, in any type."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `place` is the activity's id, "" for the pack itself."""

    kind: str
    """``added``, ``removed``, ``moved``, ``changed``, ``key``, ``points``, ``pack`` or ``version``."""
    place: str
    message: Text
    notice: Text | None = None


def diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Compare two snapshots of one pack, the pack first, then activities in their new order, then those taken out."""
    before, after = _activities(old), _activities(new)
    changes = [*_pack(old, new)]
    for place, (unit, activity) in after.items():
        if place not in before:
            changes.append(Change("added", place, _said("Aktivitas baru: {}.", "New activity: {}.", _name(activity))))
        else:
            changes += _moved(place, before[place][0], unit, activity)
            changes += _activity(place, before[place][1], activity)
    for place, (_, activity) in before.items():
        if place not in after:
            changes.append(Change("removed", place, _removed(activity, before, after), _GONE))
    return changes + _order(list(before), list(after)) + _version(old, new, changed=bool(changes))


def _activities(document: Mapping[str, Any]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    return {one["id"]: (unit["id"], one) for unit in document.get("units", ()) for one in unit["activities"]}


def _name(activity: Mapping[str, Any]) -> str:
    return f"{pick(activity['title'], 'id')} ({activity['id']})"


def _said(indonesian: str, english: str, *values: object) -> Text:
    return text(indonesian.format(*values), english.format(*values))


def _pack(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    keys = sorted((old.keys() | new.keys()) - {"units", "assets", "version", "format", "updated"})
    different = [key for key in keys if old.get(key) != new.get(key)]
    if different:
        words = [_PACK_WORDS.get(key, text(key, key)) for key in different]
        said = text(f"Keterangan paket berubah: {', '.join(one['id'] for one in words)}.",
                    f"The pack's details changed: {', '.join(one['en'] for one in words)}.")  # fmt: skip
        yield Change("pack", "", said)
    before, after = old.get("assets", {}), new.get("assets", {})
    pictures = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    if pictures:
        yield Change(
            "pack", "", _said("Gambar atau lampiran berubah: {}.", "Pictures or attachments changed: {}.", ", ".join(pictures))
        )
    units = {one["id"]: one for one in old.get("units", ())}
    for unit in new.get("units", ()):
        was = units.get(unit["id"])
        if was and (was["title"], was.get("summary")) != (unit["title"], unit.get("summary")):
            yield Change(
                "pack", "", _said("Judul atau ringkasan unit {} berubah.", "Title or summary of unit {} changed.", unit["id"])
            )


def _version(old: Mapping[str, Any], new: Mapping[str, Any], *, changed: bool) -> list[Change]:
    before, after = (tuple(int(part) for part in one["version"].split(".")) for one in (old, new))
    if after < before:
        said = _said("Versi turun dari {} ke {}.", "The version goes down from {} to {}.", old["version"], new["version"])
        return [Change("version", "", said)]
    if after == before and changed:
        return [
            Change(
                "version",
                "",
                _said("Isi berubah tetapi versi tetap {}.", "Content changed but the version stays {}.", new["version"]),
            )
        ]
    return []


def _removed(activity: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Text:
    renamed = [one for place, (_, one) in after.items() if place not in before and one["title"] == activity["title"]]
    if not renamed:
        return _said("Aktivitas dihapus: {}.", "Activity removed: {}.", _name(activity))
    return _said(
        "Aktivitas dihapus: {}. Mungkin id-nya diganti menjadi {}: kembalikan id lama agar pekerjaan ikut.",
        "Activity removed: {}. Its id may have become {}: restore the old id to keep the work.",
        _name(activity), renamed[0]["id"],
    )  # fmt: skip


def _moved(place: str, old_unit: str, unit: str, activity: Mapping[str, Any]) -> list[Change]:
    if old_unit == unit:
        return []
    return [Change("moved", place, _said("{} pindah ke unit {}.", "{} moved to unit {}.", _name(activity), unit))]


def _order(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    stayed = [one for one in before if one in after]
    if stayed == [one for one in after if one in before]:
        return []
    return [Change("moved", "", text("Urutan aktivitas berubah.", "The order of activities changed."))]


def _activity(place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    name = _name(new)
    for key, word in _HEADS.items():
        if old.get(key) != new.get(key):
            said = text(f"{name}: {word['id']} berubah.", f"{name}: {word['en']} changed.")
            yield Change("changed", place, said, None if key in _QUIET else _PINNED)
    if old["points"] != new["points"]:
        said = _said("{}: skor maksimum {} menjadi {}.", "{}: maximum score {} becomes {}.", name, old["points"], new["points"])
        yield Change("points", place, said, _POINTS)
    yield from _config(place, name, old["config"], new["config"])


def _config(place: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if _by_id(before) and _by_id(after):
            yield from _parts(place, name, _PART_WORDS.get(key, text(key, key)), before or [], after or [])
        else:
            said = _said("{}: pengaturan `{}` berubah.", "{}: setting `{}` changed.", name, key)
            yield Change("key" if key in _KEYS else "changed", place, said, _KEYED if key in _KEYS else _PINNED)


def _by_id(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) and "id" in one for one in value))


def _parts(place: str, name: str, word: Text, old: list[Any], new: list[Any]) -> Iterator[Change]:
    before, after = {one["id"]: one for one in old}, {one["id"]: one for one in new}

    def about(indonesian: str, english: str, part: str = "") -> Text:
        return text(f"{name}: {indonesian.format(word['id'], part)}", f"{name}: {english.format(word['en'], part)}")

    for part, now in after.items():
        if part not in before:
            yield Change("changed", place, about("{} baru, {}.", "new {}, {}.", part), _PINNED)
        elif _differs_in_key(before[part], now):
            yield Change("key", place, about("kunci atau bobot {} {} berubah.", "key or weight of {} {} changed.", part), _KEYED)
        elif before[part] != now:
            yield Change("changed", place, about("teks {} {} berubah.", "text of {} {} changed.", part), _PINNED)
    for part in [one for one in before if one not in after]:
        yield Change("key", place, about("{} {} dihapus.", "{} {} was removed.", part), _KEYED)
    if list(before) != list(after) and before.keys() == after.keys():
        yield Change("changed", place, about("urutan {} berubah.", "the order of {}s changed."), _PINNED)


def _differs_in_key(old: Any, new: Any) -> bool:
    """Tell whether two parts score differently: a scoring key differs, or a choice that carries one came or went."""
    return bool(_scoring(old) != _scoring(new))


def _scoring(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: one if key in _KEYS else _scoring(one) for key, one in value.items() if key in _KEYS or _scoring(one)}
        return {"id": value["id"], **kept} if kept and "id" in value else kept
    return [one for one in map(_scoring, value) if one] if isinstance(value, list) else None
