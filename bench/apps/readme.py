"""PyLTI1p3 as its README shows it for Flask: configuration and keys read at each request, its cookie check, its cache storage."""

import json
import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from flask import Flask, render_template
from flask_caching import Cache
from pylti1p3.contrib.flask import FlaskCacheDataStorage, FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.tool_config import ToolConfJsonFile

from bench.platform import CLIENT, DEPLOYMENT, LTI
from lms_ext.lti.tool_keys import make_key

_FOLDER = Path(os.environ["BENCH_FOLDER"])
_ISSUER = os.environ["BENCH_ISSUER"]
_CONFIG = _FOLDER / "readme.json"
_QUESTIONS = int(os.environ.get("BENCH_QUESTIONS", "10"))


def _configure() -> None:
    pem = make_key().private_pem
    (_FOLDER / "private.key").write_text(pem)
    public = load_pem_private_key(pem.encode(), None).public_key()
    (_FOLDER / "public.key").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    one = {"default": True, "client_id": CLIENT, "auth_login_url": f"{_ISSUER}/auth", "auth_token_url": f"{_ISSUER}/token",
           "auth_audience": None, "key_set_url": f"{_ISSUER}/jwks", "key_set": None, "private_key_file": "private.key",
           "public_key_file": "public.key", "deployment_ids": [DEPLOYMENT]}  # fmt: skip
    _CONFIG.write_text(json.dumps({_ISSUER: [one]}))


_configure()
app = Flask(__name__)
app.config.from_mapping(SECRET_KEY="only-for-the-benchmark", CACHE_TYPE="SimpleCache", CACHE_DEFAULT_TIMEOUT=600)
app.config["CACHE_THRESHOLD"] = 1_000_000  # its usual 500 forget logins of the first hundred before their launches come
cache = Cache(app)


@app.get("/hello")
def hello() -> str:
    return "hello"


@app.route("/lti/login", methods=["GET", "POST"])
def login() -> Any:
    flask_request = FlaskRequest()
    oidc = FlaskOIDCLogin(flask_request, ToolConfJsonFile(str(_CONFIG)), launch_data_storage=FlaskCacheDataStorage(cache))
    return oidc.enable_check_cookies().redirect(flask_request.get_param("target_link_uri"))


@app.post("/lti/launch")
def launch() -> str:
    message = FlaskMessageLaunch(FlaskRequest(), ToolConfJsonFile(str(_CONFIG)), launch_data_storage=FlaskCacheDataStorage(cache))
    told = message.get_launch_data()
    return render_template(
        "page.html", title=told[LTI + "resource_link"]["title"], name=told["name"], course=told[LTI + "context"]["title"],
        sid=message.get_launch_id(), questions=_QUESTIONS,
    )  # fmt: skip
