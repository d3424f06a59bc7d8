"""The API document: what it is, whether it tells the truth, and schemathesis over every operation in it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from process import clean_environment

FOLDER = Path(__file__).resolve().parent / "openapi"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
#: Values for the parts of a path; none of them names anything.
PARTS = {"email": "nobody@example.com"}


@pytest.fixture(scope="module")
def document(issuer) -> dict:
    reply = issuer.get("/openapi.json")
    assert reply.status_code == 200 and reply.headers["Content-Type"] == "application/json"
    return reply.json()


def operations(document: dict) -> list[tuple[str, str, dict]]:
    return [
        (method.upper(), path, operation)
        for path, item in document["paths"].items() for method, operation in item.items()
    ]


def test_it_is_openapi_31(document):
    assert document["openapi"].startswith("3.1.")
    # Patterns are ECMA-262's (JSON Schema §6.4); the validator tries them with Python, which knows no classes by property.
    document = json.loads(re.sub(r"\\\\p\{[LMN]\}", "a", json.dumps(document)))
    OpenAPIV31SpecValidator(document).validate()
    broken = document | {"info": {}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors()), "the control: the validator sees a fault"


def test_it_names_this_server(issuer, document):
    assert [server["url"] for server in document["servers"]] == ["/".join(issuer.name.split("/")[:3])]
    assert document["info"]["version"] == issuer.get("/health").json()["version"]


def test_each_operation_has_an_id_of_its_own(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids)) > 20
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]+", id) for id in ids)


def test_it_is_the_same_each_time_and_cacheable(issuer):
    first = issuer.get("/openapi.json")
    again = issuer.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and "max-age" in first.headers["Cache-Control"]


def test_the_methods_of_each_path_are_those_in_the_document(issuer, document):
    """A method that is missing is 405; a method that is there is not, nor is its path unknown."""
    for path, item in document["paths"].items():
        address = re.sub(r"\{(\w+)\}", lambda part: PARTS.get(part[1], "x"), path)
        for method in METHODS:
            reply = issuer.send(method, address, stream=True)
            reply.close()
            described = method.lower() in item
            assert (reply.status_code != 405) == described, f"{method} {path}: {reply.status_code}, described: {described}"
            if not described:
                allowed = {name.strip().lower() for name in reply.headers["Allow"].split(",")}
                assert allowed == set(item), f"{path}: Allow is {reply.headers['Allow']}"
            elif reply.status_code == 404:
                assert "there is nothing at this path" not in reply.text, f"{method} {path}"


# Where people go by browser: no JSON route.
PAGES = ("authorization_endpoint", "end_session_endpoint")


def test_what_the_metadata_advertises_is_described(issuer, document):
    for name, url in issuer.metadata().items():
        if (name.endswith("_endpoint") or name == "jwks_uri") and name not in PAGES:
            assert url.removeprefix(document["servers"][0]["url"]) in document["paths"], name


@pytest.mark.timeout(1800)
def test_schemathesis_finds_nothing(request, tmp_path):
    """Every check, in every phase. OPENAPI_EXAMPLES is the number of cases of an operation in a phase of random data."""
    url = request.config.getoption("--issuer")
    environment = {}
    if not url:
        server = request.getfixturevalue("start")("--user-token-lifetime", "3600")
        client = server.add_client("client_secret_basic", scope="openid profile")
        url, environment = server.issuer.url, {
            "SCHEMATHESIS_CLIENT": f"{client.id}:{client.secret}", "SCHEMATHESIS_MARTLET": f"{server.binary}:{server.data}",
        }
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(FOLDER / "schemathesis.toml"),
            "run", f"{url}/openapi.json", "--max-examples", os.environ.get("OPENAPI_EXAMPLES", "15"),
            "--report", "junit", "--report-dir", str(tmp_path / "report"), "--no-color",
        ],
        cwd=FOLDER, env=clean_environment(PYTHONPATH=str(FOLDER), SCHEMATHESIS_ISSUER=url, **environment),
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-12_000:]
    cases = re.search(r"(\d+) generated, (\d+) passed", said)
    assert cases and int(cases[1]) > 500, said[-2000:]
    print(cases[0])
