"""How each LMS is told of the tool and tells of itself, in that LMS's own words and order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lms_ext.domain.texts import Text, text


def same(words: str) -> Text:
    """Give words that an LMS writes in English whatever the language."""
    return text(words, words)


@dataclass(frozen=True, slots=True)
class Given:
    """A field of the LMS's form, and which of our addresses (`lms_ext.lti.tool_configuration.Addresses`) goes into it."""

    label: Text
    what: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What we need from the LMS: the schema's field, and what it is called there."""

    name: str
    label: Text
    example: str = ""
    usual: str = ""
    """Used when the field is left empty; ``{issuer}`` stands for the platform id."""


@dataclass(frozen=True, slots=True)
class Guide:
    key: str
    name: str
    paste: Text | None
    """Where the registration address is pasted; None when this LMS has no such place."""
    manual: Text
    """Where the addresses are typed in instead."""
    given: tuple[Given, ...]
    asked: tuple[Asked, ...]
    notes: tuple[Text, ...] = ()
    canvas_json: bool = False
    hidden: Mapping[str, str] = field(default_factory=dict)
    """Fields that nobody needs to type."""


_CLIENT = same("Client ID")
_DEPLOYMENT = same("Deployment ID")
_WINDOW = text("Pilih pembukaan di jendela baru bila dapat: itu bekerja di semua peramban.",
               "Choose a new window where you can: that works in every browser.")  # fmt: skip

_ALL = (
    Guide(
        "moodle", "Moodle",
        text("Buka Administrasi situs › Plugin › Modul aktivitas › Alat eksternal › Kelola alat, tempel alamat pendaftaran pada "
             "“URL alat”, tekan “Tambah LTI Advantage”, lalu aktifkan alatnya.",
             "Open Site administration › Plugins › Activity modules › External tool › Manage tools, paste the address "
             "into “Tool URL”, press “Add LTI Advantage”, then activate the tool."),
        text("Kelola alat › konfigurasi alat secara manual.", "Manage tools › configure a tool manually."),
        (
            Given(text("URL alat (Tool URL)", "Tool URL"), "launch"),
            Given(text("Set kunci publik (Public keyset)", "Public keyset"), "jwks"),
            Given(text("URL inisiasi login (Initiate login URL)", "Initiate login URL"), "login"),
            Given(text("URI pengalihan (Redirection URI)", "Redirection URI(s)"), "launch"),
            Given(text("URL pemilihan konten (Content selection URL)", "Content selection URL"), "launch"),
        ),
        (
            Asked("issuer", text("ID platform (Platform ID)", "Platform ID"), "https://moodle.sekolah.sch.id"),
            Asked("client_id", _CLIENT, "aB3kP9wQ2xL7mNs"),
            Asked("deployment_ids", _DEPLOYMENT, "1"),
            Asked("jwks_url", text("URL set kunci publik", "Public keyset URL"), usual="{issuer}/mod/lti/certs.php"),
            Asked("auth_token_url", text("URL token akses", "Access token URL"), usual="{issuer}/mod/lti/token.php"),
            Asked("auth_login_url", text("URL permintaan autentikasi", "Authentication request URL"),
                  usual="{issuer}/mod/lti/auth.php"),
        ),
        (
            text("Versi LTI: LTI 1.3. Jenis kunci publik: Keyset URL. Centang “Mendukung Deep Linking”.",
                 "LTI version: LTI 1.3. Public key type: Keyset URL. Tick “Supports Deep Linking”."),
            text("Layanan: sinkronisasi nilai dan pengelolaan kolom; ambil informasi anggota. Privasi: bagikan nama.",
                 "Services: grade sync and column management; retrieve members' information. Privacy: share names."),
            text("Wadah peluncuran: Jendela baru. Tampilkan di pemilih aktivitas.",
                 "Launch container: New window. Show in the activity chooser."),
        ),
    ),
    Guide(
        "canvas", "Canvas",
        text("Buka Admin › Apps › Manage › Install a New App › Dynamic Registration (di Canvas lama: Developer Keys › + LTI "
             "Registration), tempel alamat pendaftaran, lalu nyalakan kuncinya.",
             "Open Admin › Apps › Manage › Install a New App › Dynamic Registration (older Canvas: Developer Keys › + LTI "
             "Registration), paste the registration address, then turn the key on."),
        text("Admin › Developer Keys › + LTI Key › Method: Enter URL, atau tempel JSON.",
             "Admin › Developer Keys › + LTI Key › Method: Enter URL, or paste the JSON."),
        (
            Given(same("JSON URL"), "canvas"),
            Given(same("Redirect URIs"), "launch"),
            Given(same("Target Link URI"), "launch"),
            Given(same("OpenID Connect Initiation Url"), "login"),
            Given(same("Public JWK URL"), "jwks"),
        ),
        (
            Asked("client_id", text("Client ID (angka panjang di kolom Details)", "Client ID (the long number under Details)"),
                  "10000000000012"),
            Asked("deployment_ids", text("Deployment ID (Settings › Apps › roda gigi)", "Deployment ID (Settings › Apps › gear)"),
                  "12:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"),
            Asked("issuer", same("Issuer"), usual="https://canvas.instructure.com"),
            Asked("auth_login_url", text("Alamat autentikasi", "Authentication address"),
                  usual="https://sso.canvaslms.com/api/lti/authorize_redirect"),
            Asked("auth_token_url", text("Alamat token", "Token address"), usual="https://sso.canvaslms.com/login/oauth2/token"),
            Asked("jwks_url", text("Alamat kunci", "Key set address"), usual="https://sso.canvaslms.com/api/lti/security/jwks"),
        ),
        (text("Sesudah kunci ON, pasang di akun atau kursus: Settings › Apps › + App › By Client ID.",
              "When the key is ON, install it in an account or course: Settings › Apps › + App › By Client ID."),),
        canvas_json=True,
    ),
    Guide(
        "brightspace", "Brightspace",
        text("Buka Admin Tools › Manage Extensibility › LTI Advantage › Register Tool › Dynamic, tempel alamat pendaftaran, lalu "
             "aktifkan pendaftaran dan buat deployment.",
             "Open Admin Tools › Manage Extensibility › LTI Advantage › Register Tool › Dynamic, paste the registration address, "
             "then enable the registration and make a deployment."),
        same("Register Tool › Standard."),
        (
            Given(same("Domain"), "base"),
            Given(same("Redirect URLs"), "launch"),
            Given(same("OpenID Connect Login URL"), "login"),
            Given(same("Target Link URI"), "launch"),
            Given(same("Keyset URL"), "jwks"),
        ),
        (
            Asked("client_id", same("Client Id"), "f3a1c2d4-…"),
            Asked("jwks_url", same("Brightspace Keyset URL"), usual="{issuer}/d2l/.well-known/jwks"),
            Asked("auth_token_url", same("Brightspace OAuth2 Access Token URL"),
                  usual="https://auth.brightspace.com/core/connect/token"),
            Asked("auth_login_url", same("OpenID Connect Authentication Endpoint"),
                  usual="{issuer}/d2l/lti/authenticate"),
            Asked("token_audience", same("Brightspace OAuth2 Audience"),
                  usual="https://api.brightspace.com/auth/token"),
            Asked("issuer", same("Issuer"), "https://sekolah.brightspace.com"),
            Asked("deployment_ids", same("Deployment Id"), "f8a6d0a5-…"),
        ),
        (text("Extensions: centang Assignment and Grade Services, Deep Linking, Names and Role Provisioning Services.",
              "Extensions: tick Assignment and Grade Services, Deep Linking, Names and Role Provisioning Services."),
         text("Sesudah pendaftaran masih perlu deployment, lalu link: External Learning Tools › LTI Advantage › New Deployment.",
              "After the registration you still need a deployment: External Learning Tools › LTI Advantage › New Deployment.")),
    ),
    Guide(
        "blackboard", "Blackboard",
        None,
        text("Daftarkan di developer.blackboard.com (My Apps › Register LTI), lalu di Blackboard: Administrator Panel › LTI Tool "
             "Providers › Register LTI 1.3/Advantage Tool dengan Client ID.",
             "Register at developer.blackboard.com (My Apps › Register LTI), then in Blackboard: Administrator Panel › LTI Tool "
             "Providers › Register LTI 1.3/Advantage Tool with the client id."),
        (
            Given(same("Domain(s)"), "domain"),
            Given(same("Login Initiation URL"), "login"),
            Given(same("Tool Redirect URL(s)"), "launch"),
            Given(same("Tool JWKS URL"), "jwks"),
        ),
        (
            Asked("client_id", same("Application ID (Client ID)"), "fe3ebd13-39a4-42c4-…"),
            Asked("deployment_ids", _DEPLOYMENT, "ea4e4459-2363-348e-…"),
            Asked("jwks_url", same("Public keyset URL"),
                  usual="https://developer.blackboard.com/api/v1/management/applications/{client_id}/jwks.json"),
            Asked("auth_token_url", same("Auth token endpoint"),
                  usual="https://developer.blackboard.com/api/v1/gateway/oauth2/jwttoken"),
            Asked("auth_login_url", same("OIDC auth request endpoint"),
                  usual="https://developer.blackboard.com/api/v1/gateway/oidcauth"),
            Asked("issuer", same("Issuer"), usual="https://blackboard.com"),
        ),
        (text("Izinkan Role, Name, Grade dan Membership Service Access; buat placement “Deep Linking content tool”.",
              "Allow role, name, grade service and membership service access; make a placement “Deep Linking content tool”."),),
    ),
    Guide(
        "sakai", "Sakai",
        text("Buka Administration Workspace › External Tools › Auto Provision / LTI Advantage, tempel alamat pendaftaran.",
             "Open Administration Workspace › External Tools › Auto Provision / LTI Advantage and paste the address."),
        same("External Tools › Install LTI 1.x Tool › LTI 1.3."),
        (
            Given(same("Launch URL"), "launch"),
            Given(same("LTI 1.3 Tool Keyset URL"), "jwks"),
            Given(same("LTI 1.3 Tool OpenID Connect/Initialization Endpoint"),
                  "login"),
            Given(same("LTI 1.3 Tool Redirect Endpoint(s)"), "launch"),
        ),
        (
            Asked("issuer", same("LTI 1.3 Platform Issuer"), "https://sakai.kampus.ac.id"),
            Asked("client_id", same("LTI 1.3 Client ID"), "3f6d…"),
            Asked("deployment_ids", same("LTI 1.3 Deployment ID"), "1"),
            Asked("jwks_url", same("Platform OAuth2 Well-Known/KeySet URL"),
                  usual="{issuer}/imsblis/lti13/keyset"),
            Asked("auth_token_url", same("Platform OAuth2 Bearer Token Retrieval URL"),
                  "https://sakai.kampus.ac.id/imsblis/lti13/token/1"),
            Asked("auth_login_url", same("Platform OIDC Authentication Endpoint"),
                  usual="{issuer}/imsoidc/lti13/oidc_auth"),
        ),
        (text("Izinkan: nilai (Line Items), daftar anggota (Roster), dan pemilihan konten.",
              "Allow: grades (line items), roster, and content selection."), _WINDOW),
    ),
    Guide(
        "openedx", "Open edX",
        None,
        text("Di Studio: tambah blok LTI Consumer, versi LTI 1.3, jenis konfigurasi “Configuration on block”.",
             "In Studio: add an LTI Consumer block, LTI version 1.3, configuration type “Configuration on block”."),
        (
            Given(same("Tool Launch URL"), "launch"),
            Given(same("Registered Redirect URIs"), "launch"),
            Given(same("Tool Initiate Login URL"), "login"),
            Given(same("Tool Keyset URL"), "jwks"),
            Given(same("Deep Linking Launch URL"), "launch"),
        ),
        (
            Asked("client_id", same("Client ID"), "0b1c…"),
            Asked("deployment_ids", _DEPLOYMENT, usual="1"),
            Asked("jwks_url", same("Keyset URL"), "https://lms.kampus.ac.id/api/lti_consumer/v1/public_keysets/…"),
            Asked("auth_token_url", same("Access Token URL"),
                  "https://lms.kampus.ac.id/api/lti_consumer/v1/token/…"),
            Asked("auth_login_url", same("OIDC Callback URL"),
                  usual="{issuer}/api/lti_consumer/v1/launch/"),
            Asked("issuer", text("Alamat LMS (issuer)", "LMS address (issuer)"), "https://lms.kampus.ac.id"),
        ),
        (text("LTI Assignment and Grades Service: Programmatic. Tiap blok adalah satu pendaftaran.",
              "LTI Assignment and Grades Service: Programmatic. Each block is one registration."), _WINDOW),
    ),
    Guide(
        "generic", "LTI 1.3",
        text("Tempel alamat pendaftaran di tempat LMS menerima “Dynamic Registration” atau “Registration URL”.",
             "Paste the registration address where the LMS takes a “dynamic registration” or “registration URL”."),
        text("Isi alamat berikut di halaman alat LTI 1.3.", "Enter these addresses on the page for LTI 1.3 tools."),
        (
            Given(text("Alamat pembukaan (target link, redirect URI)", "Launch address (target link, redirect URI)"), "launch"),
            Given(text("Alamat login (OIDC login initiation)", "Login address (OIDC login initiation)"), "login"),
            Given(text("Alamat kunci publik (JWKS)", "Public key set (JWKS)"), "jwks"),
        ),
        (
            Asked("issuer", same("Issuer (platform ID)"), "https://lms.sekolah.sch.id"),
            Asked("client_id", _CLIENT, "abc123"),
            Asked("deployment_ids", _DEPLOYMENT, "1"),
            Asked("auth_login_url", text("Alamat autentikasi (OIDC auth)", "Authentication address (OIDC auth)"),
                  "https://lms.sekolah.sch.id/lti/auth"),
            Asked("auth_token_url", text("Alamat token (OAuth 2)", "Token address (OAuth 2)"),
                  "https://lms.sekolah.sch.id/lti/token"),
            Asked("jwks_url", text("Alamat kunci (JWKS)", "Key set address (JWKS)"), "https://lms.sekolah.sch.id/lti/jwks"),
            Asked("token_audience", text("Audience token, bila LMS menyebutnya", "Token audience, if the LMS names one"),
                  usual=" "),
        ),
        (_WINDOW,),
    ),
)  # fmt: skip
GUIDES: Mapping[str, Guide] = {one.key: one for one in _ALL}
_FAMILIES = {"desire2learn": "brightspace", "blackboardlearn": "blackboard", "": "generic"}


def guide_for(product: str) -> Guide:
    """Give the guide of a registered product family; the general one when it has none."""
    plain = "".join(one for one in product.casefold() if one.isalnum())
    return GUIDES.get(_FAMILIES.get(plain, plain), GUIDES["generic"])


def filled(guide: Guide, given: Mapping[str, str]) -> dict[str, str]:
    """Fill fields that were left empty with what this LMS usually has."""
    values = {one.name: given.get(one.name, "").strip() for one in guide.asked}
    parts = {"issuer": "", "client_id": values.get("client_id", "")}
    issuer = next((one for one in guide.asked if one.name == "issuer"), None)
    parts["issuer"] = (values.get("issuer") or (issuer.usual if issuer else "")).rstrip("/")
    if "issuer" in values and guide.key != "generic":
        values["issuer"] = values["issuer"].rstrip("/")  # as these LMSs write it, whatever was copied from the address bar
    for one in guide.asked:
        if not values[one.name] and one.usual and ("{issuer}" not in one.usual or parts["issuer"]):
            values[one.name] = one.usual.replace("{issuer}", parts["issuer"]).replace("{client_id}", parts["client_id"]).strip()
    return values


def fault(guide: Guide, name: str, value: str) -> Text:
    """Say what is wrong with a field and where in the LMS its value stands."""
    asked = next(one for one in guide.asked if one.name == name)
    if value:
        if name.endswith("url") or name == "issuer":
            return text("Tulis alamat lengkap, diawali https://", "Write the whole address, beginning with https://")
        return text("Paling panjang 255 huruf; salin lagi dari LMS.", "At most 255 letters; copy it from the LMS again.")
    example = (f", misalnya {asked.example}", f", e.g. {asked.example}") if asked.example else ("", "")
    return text(
        f"Isi dari kolom “{asked.label['id']}” di {guide.name}{example[0]}.",
        f"Copy it from “{asked.label['en']}” in {guide.name}{example[1]}.",
    )
