"""Who is in the practice course. All of them are invented."""

from dataclasses import dataclass

_MEMBER = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
_SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
_ROLES = {
    "learner": ("Learner",),
    "test": ("Learner",),
    "teacher": ("Instructor",),
    "admin": ("Administrator",),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One account; `role` is ``learner``, ``teacher``, ``admin`` or ``test`` (the LMS's own test student)."""

    id: str
    name: str
    given: str = ""
    family: str = ""
    email: str = ""
    role: str = "learner"

    @property
    def is_gradable(self) -> bool:
        """Tell whether the gradebook has a row for this person."""
        return self.role in {"learner", "test"}

    def short_roles(self) -> list[str]:
        """Give the roles in the course as short names."""
        return list(_ROLES[self.role])

    def roles(self, *, institution: bool) -> list[str]:
        """Give the roles as launches name them."""
        found = [_MEMBER + one for one in _ROLES[self.role]]
        if self.role == "test":
            found.append("http://purl.imsglobal.org/vocab/lti/system/person#TestUser")
        if self.role == "admin":
            found += [_INSTITUTION + "Administrator", _SYSTEM + "Administrator"]
        elif institution:
            found.append(_INSTITUTION + ("Instructor" if self.role == "teacher" else "Student"))
        return found


def _learner(number: int, given: str, family: str = "", *, mail: bool = True) -> Person:
    email = f"{given.lower()}{number}@murid.contoh.sch.id" if mail else ""
    return Person(str(number), f"{given} {family}".strip(), given, family, email)


PEOPLE = (
    Person("3", "Wulan Prameswari", "Wulan", "Prameswari", "wulan@guru.contoh.sch.id", "teacher"),
    Person("2", "Hendra Gunadi", "Hendra", "Gunadi", "hendra@admin.contoh.sch.id", "admin"),
    _learner(11, "Agustina", "Wenda"),
    _learner(12, "Bayu", "Segara"),
    _learner(13, "Gerson", "Felle"),
    _learner(14, "Kartini"),
    _learner(15, "Lalu", "Ahmad Fauzan"),
    _learner(16, "Made", "Ayu Lestari"),
    _learner(17, "Nurhaliza", "Daeng Tika"),
    _learner(18, "Sugiarto"),
    _learner(19, "Sri", "Wahyuni"),
    _learner(20, "Teuku", "Rizal", mail=False),
    _learner(21, "Yohana", "Tambunan"),
    _learner(22, "Yuliana", "Eluay"),
    Person("90", "Murid Uji", "Murid", "Uji", "", "test"),
)
