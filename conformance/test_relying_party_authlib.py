"""Flask and Authlib, in the words of README.md: somebody else's library signs people in here."""

import time

import pytest
from flask import request
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from applications import Listener, module
from certificates import Certificate
from process import free_port
from provider import Provider

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(scope="module")
def provider(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("authlib")
    certificate = Certificate(folder / "application")
    provider = Provider(binary, folder, authority=certificate.certificate)
    provider.certificate = certificate
    yield provider
    provider.close()


class Shop:
    """The application of README.md at http://localhost, and at https for the server's own calls."""

    def __init__(self, provider: Provider, monkeypatch):
        self.provider, port, quiet = provider, free_port(), free_port()
        self.url = f"http://localhost:{port}"
        made = provider.add_application(
            "--redirect-uri", self.url + "/callback", "--post-logout-redirect-uri", self.url + "/signed-out",
            "--backchannel-logout-uri", f"https://localhost:{quiet}/backchannel-logout",
        )
        settings = {"ISSUER": provider.url, "CLIENT_ID": made["client_id"], "CLIENT_SECRET": made["client_secret"]}
        for name, value in (settings | {"REQUESTS_CA_BUNDLE": str(provider.ca)}).items():
            monkeypatch.setenv(name, value)
        self.client, self.module = made["client_id"], module("Flask with Authlib", "app")
        #: What was posted behind the browser's back, and what the application answered.
        self.heard: list[tuple[dict, int]] = []
        self.module.app.after_request(self._hear)
        self.listeners = Listener(port, self.module.app), Listener(quiet, self.module.app, provider.certificate)

    def _hear(self, response):
        if request.path == "/backchannel-logout":
            self.heard.append((request.form.to_dict(), response.status_code))
        return response

    def wait_for_notice(self) -> dict:
        limit = time.monotonic() + 30
        while not self.heard:
            assert time.monotonic() < limit, self.provider.server.log_text()[-3000:]
            time.sleep(0.05)
        (form, status), = self.heard
        assert status == 200 and list(form) == ["logout_token"]
        return form


@pytest.fixture
def shop(provider, monkeypatch):
    provider.browser.forget()
    shop = Shop(provider, monkeypatch)
    with shop.listeners[0], shop.listeners[1]:
        yield shop


def enter(shop: Shop) -> dict:
    """A person signs in; the tokens that the application has then."""
    browser = shop.provider.browser
    browser.open(shop.url)
    browser.click("enter")
    shop.provider.enter()
    browser.arrive(shop.url + "/")
    assert browser.complaints() == []
    (tokens,) = shop.module.signed_in.values()
    return tokens


def spoilt(token: str) -> str:
    """The same with another signature."""
    head, payload, signature = token.split(".")
    return f"{head}.{payload}.{signature[:10]}{'B' if signature[10] == 'A' else 'A'}{signature[11:]}"


def test_a_person_signs_in(shop):
    person, browser = shop.provider.person, shop.provider.browser
    tokens = enter(shop)
    # What the page says is of userinfo; what the library checked is the ID token.
    assert "Ada Lovelace" in browser.text and person.email in browser.text
    claims = tokens["userinfo"]
    assert claims["sub"] == person.id and claims["iss"] == shop.provider.url and claims["aud"] == shop.client
    assert claims["nonce"] and claims["sid"] and claims["at_hash"]


def test_what_is_signed_by_another_is_refused_by_the_library(shop):
    """The control of the test above: the library looks at the signature, the audience, the nonce and the hash of the access token."""
    tokens = enter(shop)
    martlet, nonce = shop.module.martlet, tokens["userinfo"]["nonce"]
    with shop.module.app.test_request_context():
        assert martlet.parse_id_token(tokens, nonce=nonce)["sub"]
        with pytest.raises(JoseError):
            martlet.parse_id_token(tokens, nonce="another")
        with pytest.raises(JoseError):
            martlet.parse_id_token(tokens | {"access_token": "another"}, nonce=nonce)
        with pytest.raises(BadSignatureError):
            martlet.parse_id_token(tokens | {"id_token": spoilt(tokens["id_token"])}, nonce=nonce)
        martlet.client_id = "another"
        with pytest.raises(JoseError):
            martlet.parse_id_token(tokens, nonce=nonce)


def test_tokens_are_refreshed(shop):
    before = dict(enter(shop))
    browser = shop.provider.browser
    browser.open(shop.url + "/refresh")
    browser.arrive(shop.url + "/")
    assert "Ada Lovelace" in browser.text, "the new access token opens userinfo"
    (after,) = shop.module.signed_in.values()
    assert after["access_token"] != before["access_token"]
    assert after["expires_at"] >= before["expires_at"]


def test_the_application_signs_out_at_the_provider(shop):
    enter(shop)
    browser = shop.provider.browser
    browser.open(shop.url + "/sign-out")
    browser.arrive(shop.url + "/signed-out")
    assert browser.text == "Signed out", "the library found its state again"
    browser.open(shop.url + "/sign-in")
    assert browser.url.startswith(shop.provider.url + "/sign-in?"), "the provider asks for the password again"
    shop.provider.enter(is_asked=False)
    browser.arrive(shop.url + "/")


def test_the_application_hears_of_a_sign_out_elsewhere(shop):
    tokens = enter(shop)
    sid, browser = tokens["userinfo"]["sid"], shop.provider.browser
    browser.open(shop.provider.url + "/account")
    browser.click("sign-out")
    notice = shop.wait_for_notice()["logout_token"]
    # The application of README.md verified it with joserfc and the published keys, and forgot the session.
    assert shop.module.signed_in == {}
    browser.open(shop.url)
    assert browser.has("enter")

    with shop.module.app.test_request_context():
        keys = KeySet.import_key_set(shop.module.martlet.fetch_jwk_set())
    token = jwt.decode(notice, keys, algorithms=["RS256"])
    assert token.header["typ"] == "logout+jwt"
    assert token.claims["events"] == {EVENT: {}} and token.claims["sid"] == sid and "nonce" not in token.claims
    assert token.claims["iss"] == shop.provider.url and token.claims["aud"] == shop.client

    # The control: the application signs nobody out for less.
    shop.module.app.config["PROPAGATE_EXCEPTIONS"] = False
    shop.module.signed_in[sid] = tokens
    visitor = shop.module.app.test_client()
    for false in (spoilt(notice), tokens["id_token"], spoilt(tokens["id_token"])):
        assert visitor.post("/backchannel-logout", data={"logout_token": false}).status_code >= 400
        assert sid in shop.module.signed_in
    assert visitor.post("/backchannel-logout", data={"logout_token": notice}).status_code == 200
    assert sid not in shop.module.signed_in
