"""Reflection models as data: the exact names of their steps, and a question for each."""

from dataclasses import dataclass

from lms_ext.api import Text, text


@dataclass(frozen=True, slots=True)
class Step:
    """One box of a journal."""

    id: str
    title: Text
    question: Text
    required: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    title: Text
    steps: tuple[Step, ...]


def _step(key: str, title: str, english: str, question: str, question_en: str) -> Step:
    return Step(key, text(title, english), text(question, question_en))


_FACTS = ("Apa yang terjadi? Ceritakan satu bagian saja.", "What happened? Tell one part only.")
_FEELINGS = ("Apa yang Anda rasakan, dan mengapa?", "What did you feel, and why?")
_FINDINGS = ("Apa yang Anda pelajari dari peristiwa itu?", "What did you learn from it?")
_FUTURE = ("Apa yang akan Anda lakukan berikutnya?", "What will you do next?")

MODELS: dict[str, Model] = {
    "4f": Model(
        text("4F: Facts, Feelings, Findings, Future", "4F: Facts, Feelings, Findings, Future"),
        (
            _step("facts", "Facts", "Facts", *_FACTS),
            _step("feelings", "Feelings", "Feelings", *_FEELINGS),
            _step("findings", "Findings", "Findings", *_FINDINGS),
            _step("future", "Future", "Future", *_FUTURE),
        ),
    ),
    "4p": Model(
        text("4P: Peristiwa, Perasaan, Pembelajaran, Penerapan", "4P: Event, Feelings, Learning, Application"),
        (
            _step("peristiwa", "Peristiwa", "Event", *_FACTS),
            _step("perasaan", "Perasaan", "Feelings", *_FEELINGS),
            _step("pembelajaran", "Pembelajaran", "Learning", *_FINDINGS),
            _step("penerapan", "Penerapan", "Application", *_FUTURE),
        ),
    ),
    "gibbs": Model(
        text("Siklus Gibbs", "Gibbs' cycle"),
        (
            _step(
                "deskripsi",
                "Deskripsi",
                "Description",
                "Apa yang terjadi, di mana, dan siapa yang terlibat?",
                "What happened, where, and who took part?",
            ),
            _step(
                "perasaan",
                "Perasaan",
                "Feelings",
                "Apa yang Anda pikirkan dan rasakan saat itu?",
                "What did you think and feel then?",
            ),
            _step(
                "evaluasi",
                "Evaluasi",
                "Evaluation",
                "Apa yang berjalan baik, dan apa yang belum?",
                "What went well, and what did not?",
            ),
            _step("analisis", "Analisis", "Analysis", "Mengapa hal itu terjadi?", "Why did it happen?"),
            _step(
                "kesimpulan",
                "Kesimpulan",
                "Conclusion",
                "Apa yang dapat Anda lakukan secara berbeda?",
                "What could you have done differently?",
            ),
            _step(
                "rencana-tindakan",
                "Rencana Tindakan",
                "Action plan",
                "Apa yang akan Anda lakukan bila hal serupa terjadi?",
                "What will you do when something like it happens again?",
            ),
        ),
    ),
    "deal": Model(
        text("DEAL", "DEAL"),
        (
            _step(
                "description",
                "Description",
                "Description",
                "Gambarkan pengalaman itu: apa, kapan, di mana, bersama siapa?",
                "Describe the experience: what, when, where, with whom?",
            ),
            _step(
                "examination",
                "Examination",
                "Examination",
                "Bagaimana pengalaman itu terkait dengan tujuan belajar Anda?",
                "How does the experience relate to what you set out to learn?",
            ),
            _step(
                "articulation",
                "Articulation of Learning",
                "Articulation of Learning",
                "Apa yang Anda pelajari, bagaimana, mengapa penting, dan apa yang akan Anda lakukan karenanya?",
                "What did you learn, how, why does it matter, and what will you do because of it?",
            ),
        ),
    ),
    "driscoll": Model(
        text("Driscoll: What, So What, Now What", "Driscoll: What, So What, Now What"),
        (
            _step("what", "What", "What", "Apa yang terjadi?", "What happened?"),
            _step(
                "so-what",
                "So What",
                "So What",
                "Apa artinya bagi Anda dan bagi murid?",
                "What does it mean for you and for your students?",
            ),
            _step("now-what", "Now What", "Now What", "Apa yang akan Anda lakukan sekarang?", "What will you do now?"),
        ),
    ),
    "4c": Model(
        text("4C: Connection, Challenge, Concept, Change", "4C: Connection, Challenge, Concept, Change"),
        (
            _step(
                "connection",
                "Connection",
                "Connection",
                "Apa kaitan materi ini dengan pengalaman Anda?",
                "How does this connect with your own experience?",
            ),
            _step(
                "challenge",
                "Challenge",
                "Challenge",
                "Gagasan mana yang menantang pendapat Anda?",
                "Which idea challenges your view?",
            ),
            _step(
                "concept", "Concept", "Concept", "Konsep utama apa yang perlu Anda simpan?", "Which key concept is worth keeping?"
            ),
            _step(
                "change",
                "Change",
                "Change",
                "Apa yang berubah pada sikap atau tindakan Anda?",
                "What changes in how you think or act?",
            ),
        ),
    ),
    "5m": Model(
        text("5M: Mendeskripsikan sampai Merancang ulang", "5R: Reporting to Reconstructing"),
        (
            _step("mendeskripsikan", "Mendeskripsikan", "Reporting", "Apa yang terjadi?", "What happened?"),
            _step("merespon", "Merespon", "Responding", "Apa tanggapan dan perasaan Anda?", "How did you respond and feel?"),
            _step(
                "mengaitkan",
                "Mengaitkan",
                "Relating",
                "Apa kaitannya dengan pengetahuan atau pengalaman Anda?",
                "How does it relate to what you know or have lived?",
            ),
            _step(
                "menganalisis",
                "Menganalisis",
                "Reasoning",
                "Mengapa itu terjadi, dilihat secara rinci?",
                "Why did it happen, in detail?",
            ),
            _step(
                "merancang-ulang",
                "Merancang ulang",
                "Reconstructing",
                "Bagaimana Anda akan merancangnya lain kali?",
                "How will you redesign it next time?",
            ),
        ),
    ),
    "kolb": Model(
        text("Siklus Kolb", "Kolb's cycle"),
        (
            _step(
                "pengalaman-konkret",
                "Pengalaman Konkret",
                "Concrete experience",
                "Apa yang Anda lakukan atau alami?",
                "What did you do or live through?",
            ),
            _step("refleksi", "Refleksi", "Reflection", "Apa yang Anda amati dari pengalaman itu?", "What did you notice in it?"),
            _step(
                "konsep-abstrak",
                "Konsep Abstrak",
                "Abstract concept",
                "Prinsip apa yang dapat Anda tarik?",
                "Which principle can you draw from it?",
            ),
            _step(
                "eksperimen-aktif",
                "Eksperimen Aktif",
                "Active experiment",
                "Bagaimana Anda akan mencobanya?",
                "How will you try it out?",
            ),
        ),
    ),
    "6-topi": Model(
        text("Teknik 6 Topi", "Six Thinking Hats"),
        (
            _step("putih", "Topi putih: fakta", "White hat: facts", "Apa fakta dan datanya?", "What are the facts and data?"),
            _step("merah", "Topi merah: perasaan", "Red hat: feelings", "Apa yang Anda rasakan?", "What do you feel?"),
            _step("kuning", "Topi kuning: manfaat", "Yellow hat: benefits", "Apa manfaatnya?", "What is good about it?"),
            _step(
                "hitam",
                "Topi hitam: kendala",
                "Black hat: obstacles",
                "Apa kendala dan risikonya?",
                "What are the obstacles and risks?",
            ),
            _step("hijau", "Topi hijau: ide", "Green hat: ideas", "Ide baru apa yang muncul?", "Which new ideas come up?"),
            _step(
                "biru",
                "Topi biru: proses",
                "Blue hat: process",
                "Bagaimana langkah selanjutnya diatur?",
                "How will the next steps be organised?",
            ),
        ),
    ),
}
