"""Try everything an LMS must do for us, in the order in which it fails, and say what to click there."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from lms_ext.domain.checkups import FAILED, NAMES, Check, Finding, remedy
from lms_ext.domain.delivery_reasons import FOREIGN
from lms_ext.domain.hosts import origin
from lms_ext.domain.offers import SCOPES
from lms_ext.domain.quirks import Quirks
from lms_ext.domain.texts import Text, text
from lms_ext.lti.columns import CONTAINER
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.keyset import parse
from lms_ext.lti.pins import pinned
from lms_ext.lti.registration_answers import said
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.tokens import ask_for_token, read_json
from lms_ext.lti.tool_keys import Signer
from lms_ext.models import utcnow
from lms_ext.services.checkup import Facts

MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
_FEW = 5
"""Columns or members that a trial asks for: enough to see that the LMS answers."""
_LEEWAY = 60
_NOTICEABLE = 5
_WHY: Mapping[str, Text] = {
    "unreachable": text("tidak dapat dihubungi", "cannot be reached"),
    "timeout": text("tidak menjawab dalam 10 detik", "did not answer within 10 seconds"),
    "address": text("beralamat di jaringan dalam", "has an address in a private network"),
    "audience": text(
        "tidak boleh menerima pernyataan untuk LMS lain: periksa audience token",
        "must not get a statement made out to another LMS: check the token audience",
    ),
    "bad-url": text("beralamat yang tidak terbaca", "has an address that cannot be read"),
    "too-large": text("menjawab terlalu panjang", "answered at too great a length"),
}


class Checkup:
    """One check of one platform; `run` gives each finding as soon as it is known."""

    def __init__(self, outbound: Outbound, signer: Signer, platform: KnownPlatform, quirks: Quirks, facts: Facts) -> None:
        self._outbound = outbound
        self._signer = signer
        self._platform = platform
        self._quirks = quirks
        self._facts = facts
        self._token = ""
        self._granted: frozenset[str] = frozenset()

    def run(self) -> Iterator[Check]:
        """Check one thing after the other."""
        yield self._status()
        yield self._deployments()
        yield from self._keys()
        yield from self._services()
        yield self._cookies()

    def _made(self, name: str, finding: Finding, fact: Text, cause: str = "") -> Check:
        wrong = finding in {Finding.BAD, Finding.WARN}
        title = FAILED[name] if wrong else NAMES[name]
        return Check(name, finding, title, fact, None if finding is Finding.OK else remedy(cause or name, self._quirks.product))

    def _waits(self, name: str, indonesian: str, english: str) -> Check:
        return Check(name, Finding.SKIPPED, NAMES[name], text(indonesian, english))

    def _status(self) -> Check:
        if self._facts.status == "active":
            return self._made("status", Finding.OK, text("Pembukaan diterima", "Launches are accepted"))
        return self._made("status", Finding.BAD, text("Pembukaan ditolak sampai disetujui", "Launches are refused until it is"))

    def _deployments(self) -> Check:
        waiting = self._facts.waiting
        if not waiting:
            return self._made("deployments", Finding.OK, text("Tidak ada yang menunggu", "None is waiting"))
        return self._made("deployments", Finding.WARN, text(f"{waiting} menunggu persetujuan", f"{waiting} to be approved"))

    def _keys(self) -> Iterator[Check]:
        began = time.monotonic()
        try:
            answer = self._outbound.request("GET", self._platform.jwks_url, headers={"Accept": "application/json"})
        except OutboundError as error:
            yield self._made("keys", Finding.BAD, self._silent(self._platform.jwks_url, error))
            yield self._waits("clock", "Menunggu jawaban LMS", "Waiting for an answer of the LMS")
            return
        seconds = time.monotonic() - began
        yield self._key_set(answer, seconds)
        yield self._clock(answer.headers.get("date", ""), seconds)

    def _key_set(self, answer: Answer, seconds: float) -> Check:
        try:
            count = len(parse(read_json(answer))) if answer.status == 200 else 0
        except (KeyError, TypeError, ValueError, AttributeError):
            count = 0
        if not count:
            return self._made(
                "keys", Finding.BAD, self._answered(answer, "tanpa kunci yang dapat dipakai", "without a usable key")
            )
        took = f"{seconds:.1f}"
        return self._made("keys", Finding.OK, text(f"{count} kunci, {took.replace('.', ',')} detik", f"{count} keys, {took} s"))

    def _clock(self, date: str, seconds: float) -> Check:
        try:
            theirs = parsedate_to_datetime(date) if date else None
        except (ValueError, OverflowError):
            theirs = None
        if theirs is None or theirs.tzinfo is None:
            return self._waits("clock", "LMS tidak menyebut jamnya", "The LMS does not tell its time")
        apart = round(abs((utcnow() - theirs).total_seconds() - seconds / 2))
        fact = text(f"Selisih {apart} detik", f"{apart} seconds apart")
        finding = Finding.BAD if apart > _LEEWAY else Finding.WARN if apart > _NOTICEABLE else Finding.OK
        return self._made("clock", finding, fact)

    def _services(self) -> Iterator[Check]:
        yield self._ask_token()
        if not self._token:
            for name in ("scopes", "lineitems", "roster"):
                yield self._waits(name, "Menunggu token layanan beres", "Waiting for a service token")
            return
        yield self._scopes()
        yield self._service("lineitems", self._facts.lineitems_url, CONTAINER, "kolom nilai", "columns")
        yield self._service("roster", self._facts.nrps_url, MEMBERS, "anggota", "members")

    def _ask_token(self) -> Check:
        """Ask for all scopes, then for grades alone: some LMSs refuse a request that goes beyond what was granted."""
        wanted, needed = [one.scope for one in SCOPES], [one.scope for one in SCOPES if not one.optional]
        answer: Answer | None = None
        for scopes in (wanted, needed, [one for one in needed if "/lti-ags/" in one], [SCORE]):
            try:
                answer = ask_for_token(self._outbound, self._signer, self._platform, self._quirks, " ".join(scopes))
            except OutboundError as error:
                return self._made("token", Finding.BAD, self._silent(self._platform.auth_token_url, error))
            given = read_json(answer)
            if answer.status == 200 and isinstance(given, dict) and isinstance(given.get("access_token"), str):
                self._token = given["access_token"]
                told = given.get("scope")
                self._granted = frozenset(told.split()) if isinstance(told, str) and told else frozenset(scopes)
                return self._made("token", Finding.OK, _lifetime(given.get("expires_in")))
        assert answer is not None
        return self._made("token", Finding.BAD, self._answered(answer, "dan tidak memberi token", "and gave no token"))

    def _scopes(self) -> Check:
        missing = [
            one for one in SCOPES
            if one.scope not in self._granted and not one.optional and not one.scope.endswith("lineitem.readonly")
        ]  # fmt: skip
        if not missing:
            return self._made("scopes", Finding.OK, text(f"{len(self._granted)} izin", f"{len(self._granted)} permissions"))
        fact = text(
            "Kurang: " + "; ".join(one.why["id"] for one in missing), "Missing: " + "; ".join(one.why["en"] for one in missing)
        )
        return self._made("scopes", Finding.BAD if any(one.scope == SCORE for one in missing) else Finding.WARN, fact)

    def _service(self, name: str, url: str, accept: str, what: str, what_en: str) -> Check:
        if not url:
            return self._waits(name, "Belum dicoba: buka dahulu satu aktivitas dari kursus sebagai pengajar",
                               "Not tried yet: first open an activity from a course as a teacher")  # fmt: skip
        if not pinned(self._platform, self._quirks, url):
            return self._made(name, Finding.BAD, self._foreign(url), FOREIGN)
        joint = "&" if "?" in url else "?"
        headers = {"Accept": accept, "Authorization": f"Bearer {self._token}"}
        try:
            answer = self._outbound.request("GET", f"{url}{joint}limit={_FEW}", headers=headers, limit=2_000_000)
        except OutboundError as error:
            return self._made(name, Finding.BAD, self._silent(url, error))
        given = read_json(answer)
        listed: Any = given.get("members") if isinstance(given, dict) else given
        if answer.status != 200 or not isinstance(listed, list):
            return self._made(name, Finding.BAD, self._answered(answer, f"saat membaca {what}", f"when asked for {what_en}"))
        count = len(listed)
        if count == _FEW:  # we asked for no more: there may be others
            return self._made(name, Finding.OK, text(f"Terbaca: {count} {what} pertama", f"Read: the first {count} {what_en}"))
        return self._made(name, Finding.OK, text(f"Terbaca: {count} {what}", f"Read: {count} {what_en}"))

    def _cookies(self) -> Check:
        """What can be known from here: a launch only opens when the browser brought our cookie back."""
        blocked = self._facts.blocked
        if blocked:
            told = text(f"{blocked} pembukaan tertahan dalam 24 jam", f"{blocked} launches were held back in 24 hours")
            return self._made("cookies", Finding.WARN, told)
        if self._facts.launches:
            number = self._facts.launches
            return self._made(
                "cookies", Finding.OK, text(f"{number} pembukaan berhasil dalam 24 jam", f"{number} launches worked in 24 hours")
            )
        return self._made("cookies", Finding.SKIPPED, text("Belum ada pembukaan dalam 24 jam", "No launch within 24 hours"))

    @staticmethod
    def _foreign(url: str) -> Text:
        host = origin(url) or url[:80]
        return text(f"Ada di {host}, dan alamat itu belum diizinkan.", f"It is on {host}, and that host is not allowed yet.")

    @staticmethod
    def _silent(url: str, error: OutboundError) -> Text:
        host, why = urlsplit(url).hostname or url[:80], _WHY[error.code]
        return text(f"{host} {why['id']}.", f"{host} {why['en']}.")

    def _answered(self, answer: Answer, indonesian: str, english: str) -> Text:
        words = said(answer, self._token)[:120]
        more = f" (“{words}”)" if words and answer.status != 200 else ""
        return text(f"LMS menjawab {answer.status} {indonesian}{more}.", f"The LMS answered {answer.status} {english}{more}.")


def _lifetime(seconds: Any) -> Text:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        return text("Token diterima", "The token was given")
    minutes = max(1, seconds // 60)
    return text(f"Berlaku {minutes} menit", f"Valid for {minutes} minutes")


def finished(checks: list[Check]) -> bool:
    """Tell whether nothing is wrong; what could not be tried yet is not wrong."""
    return all(one.finding is not Finding.BAD for one in checks)


def report(platform: KnownPlatform, checks: list[dict[str, Any]], at: datetime, language: str) -> str:
    """Write a check as plain text for someone who helps: no secret is in it."""
    signs = {"ok": "[v]", "warn": "[!]", "bad": "[x]", "skipped": "[-]"}
    lines = [f"{platform.name} · {platform.product or 'LTI 1.3'} · {platform.issuer}", f"client_id {platform.client_id}",
             at.strftime("%Y-%m-%d %H:%M UTC"), ""]  # fmt: skip
    for one in checks:
        lines.append(f"{signs[one['finding']]} {one['title'][language]}: {one['fact'][language]}")
        if one["finding"] in {"warn", "bad"} and one["remedy"]:
            lines.append(f"    {one['remedy'][language]}")
    return "\n".join(lines)
