"""Modules of the OpenID Foundation's plans that the unit tests do not have, in our own words, each a test of its name."""

import base64
import json
from urllib.parse import urlencode

import pytest

from code_flow import REDIRECT, Asker
from pages import Visitor


@pytest.fixture(scope="module")
def asker(server):
    return Asker(server)


@pytest.fixture(scope="module")
def asker_with_query(server):
    return Asker(server, REDIRECT + "?bar=foo")


def tokens_of(issuer, asker) -> dict:
    reply = issuer.token(asker.form())
    assert reply.status_code == 200, reply.text
    return reply.json()


def shows_a_page(reply) -> bool:
    return reply.status_code == 400 and "Location" not in reply.headers and "This sign-in request cannot be served" in reply.text


def test_oidcc_idtoken_signature(issuer, asker):
    """A client that says nothing of an algorithm gets RS256, and the id of a published key."""
    header = tokens_of(issuer, asker)["id_token"].partition(".")[0]
    fields = json.loads(base64.urlsafe_b64decode(header + "=="))
    keys = {key["kid"]: key["kty"] for key in issuer.get("/oauth/jwks").json()["keys"]}
    assert fields["alg"] == "RS256" and keys[fields["kid"]] == "RSA"


def test_oidcc_userinfo_post_body(issuer, asker):
    """A token in the body is refused, which the module takes with a warning; in the header of the same request it is good."""
    token = tokens_of(issuer, asker)["access_token"]
    assert issuer.send("POST", "/oauth/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert issuer.send("POST", "/oauth/userinfo", data={"access_token": token}).status_code in (400, 401)


def unsigned(**claims) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{body}."


def test_oidcc_ensure_request_object_with_redirect_uri(asker):
    """The good address is in the request object alone, and is taken; a bad one there is a page, whatever is beside it."""
    good = asker.authorize(request=unsigned(redirect_uri=REDIRECT), redirect_uri="https://other.example/")
    assert asker.answer(good)["code"]
    assert shows_a_page(asker.authorize(request=unsigned(redirect_uri="https://other.example/")))


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(asker):
    """What the object says is processed: its state is the one of the answer."""
    answer = asker.answer(asker.authorize(request=unsigned(state="inside", nonce="n")))
    assert answer["code"] and answer["state"] == "inside"
    assert "none" in asker.visitor.issuer.metadata()["request_object_signing_alg_values_supported"]


@pytest.fixture(scope="module")
def registered(issuer):
    """A client that registered itself, with addresses for people to look at."""
    about = {f"{name}_uri": f"https://app.example/{name}" for name in ("logo", "policy", "tos")}
    wish = {"redirect_uris": ["https://app.example/callback"], "initiate_login_uri": "https://app.example/login", **about}
    reply = issuer.post("/oauth/register", json=wish)
    assert reply.status_code == 201 and reply.json().items() >= wish.items(), reply.text
    return reply.json()


@pytest.mark.parametrize("tag,attribute,name", [("img", "src", "logo"), ("a", "href", "policy"), ("a", "href", "tos")])
def test_oidcc_registration_logo_policy_and_tos_uri(issuer, registered, tag, attribute, name):
    """They are on the sign-in page; the picture comes by way of the server, so that its host hears of no visitor."""
    request = {"response_type": "code", "client_id": registered["client_id"], "scope": "openid"}
    page = Visitor(issuer).get("/authorize?" + urlencode(request | {"redirect_uri": registered["redirect_uris"][0]}))
    assert "password" in page.ids
    own = "/logo?" + urlencode({"client_id": registered["client_id"]})
    address = own if name == "logo" else f"https://app.example/{name}"
    assert [found for found in page.tags if found[0] == tag and found[1].get(attribute) == address]
    assert "app.example" not in page.reply.headers["Content-Security-Policy"]


def test_oidcc_3rd_party_init_login(issuer, registered):
    """The address is told again when the client reads its registration; one without TLS is refused (test_registration.py)."""
    headers = {"Authorization": f"Bearer {registered['registration_access_token']}"}
    read = issuer.send("GET", registered["registration_client_uri"], headers=headers)
    assert read.status_code == 200 and read.json()["initiate_login_uri"] == "https://app.example/login"


def test_oidcc_redirect_uri_query_ok(asker_with_query):
    answer = asker_with_query.answer(asker_with_query.authorize())
    assert answer["bar"] == "foo" and answer["code"] and answer["state"] == "s"


@pytest.mark.parametrize("query", ["?bar=baz", "", "?bar=foo&foo=bar"])
def test_oidcc_redirect_uri_query_mismatch(asker_with_query, query):
    assert shows_a_page(asker_with_query.authorize(redirect_uri=REDIRECT + query))


def test_oidcc_redirect_uri_query_added(asker):
    assert shows_a_page(asker.authorize(redirect_uri=REDIRECT + "?foo=bar"))
