"""Clients whose id is the https address of a document that describes them (OAuth Client ID Metadata Document)."""

import base64
import concurrent.futures
import hashlib
import secrets
import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from certificates import Certificate
from documents import Documents, hanging, huge, redirecting
from issuer import ASSERTION_TYPE, oauth_error
from keys import ECKey
from pages import PASSWORD, Person, Visitor

REDIRECT = "https://agent.example/callback"


class Agent:
    """A host with a document, and a server that may reach it."""

    def __init__(self, server, documents: Documents):
        self.server, self.documents, self.id = server, documents, documents.url + "/client.json"
        self.verifier = secrets.token_urlsafe(48)

    def describe(self, **members) -> None:
        self.documents.put("/client.json", {"client_id": self.id, "client_name": "The Agent", "redirect_uris": [REDIRECT]} | members)

    def request(self, client: str | None = None, redirect: str = REDIRECT) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        return "/authorize?" + urlencode({
            "response_type": "code", "client_id": client or self.id, "redirect_uri": redirect, "scope": "openid", "state": "s",
            "code_challenge": challenge, "code_challenge_method": "S256",
        })

    def ask(self, client: str | None = None):
        """The reply to a browser that nobody is signed in with."""
        return requests.get(self.server.issuer.url + self.request(client), allow_redirects=False, timeout=15)

    def code(self) -> str:
        """Of a person who signs in and allows it."""
        person, visitor = Person(self.server), Visitor(self.server.issuer)
        page = visitor.get(self.request())
        assert "localhost:" in page.text
        reply = visitor.post(page.form("sign-in"), username=person.username, password=PASSWORD)
        consent = visitor.get(reply.headers["Location"])
        assert f"Allow {urlsplit(self.id).netloc}?" in consent.text and "The Agent" in consent.text
        answer = visitor.post(consent.form("allow"), choice="allow")
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))["code"]

    def redeem(self, **proof):
        return self.server.issuer.post("/oauth/token", data={
            "grant_type": "authorization_code", "code": self.code(), "redirect_uri": REDIRECT, "code_verifier": self.verifier,
        } | proof)


@pytest.fixture
def agent(start, tmp_path):
    certificate = Certificate(tmp_path / "peer")
    documents = Documents(certificate.certificate, certificate.key_file)
    calls = ["--outbound-ca", str(certificate.certificate), "--outbound-allow", "127.0.0.0/8,::1"]
    yield Agent(start("--client-documents", "on", *calls), documents)
    documents.close()


def test_a_public_client_signs_somebody_in(agent):
    assert agent.server.issuer.metadata()["client_id_metadata_document_supported"] is True
    agent.describe()
    tokens = agent.redeem(client_id=agent.id)
    assert tokens.status_code == 200, tokens.text
    info = agent.server.issuer.get("/oauth/userinfo", headers={"Authorization": f"Bearer {tokens.json()['access_token']}"})
    assert info.status_code == 200
    assert agent.documents.asked == ["/client.json"]


def test_a_client_with_keys_proves_itself(agent):
    key = ECKey()
    jwks = agent.documents.put("/jwks", {"keys": [key.jwk]})
    agent.describe(token_endpoint_auth_method="private_key_jwt", jwks_uri=jwks)

    def proof(signer):
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": agent.server.issuer.assertion(signer, agent.id)}

    assert agent.redeem(**proof(key)).status_code == 200
    oauth_error(agent.redeem(**proof(ECKey())), 401, "invalid_client")
    oauth_error(agent.redeem(client_id=agent.id), 401, "invalid_client")


def test_off_unless_said(start):
    server = start()
    assert "client_id_metadata_document_supported" not in server.issuer.metadata()
    assert Agent(server, type("None", (), {"url": "https://agent.example"})).ask().status_code == 400


def bomb(handler) -> None:
    handler.reply(200, b'{"client_id":' + b"[" * 30_000)


def drop(handler) -> None:
    handler.connection.close()


@pytest.mark.parametrize("answer, limit", [
    (hanging, 6.5), (huge, 5), (redirecting("/client.json"), 5), (bomb, 5), (drop, 5), ([], 5), (None, 5),
    ({"client_id": "https://other.example/", "redirect_uris": [REDIRECT]}, 5),
])
def test_a_bad_host_costs_its_own_client(agent, answer, limit):
    agent.describe()
    bad = agent.documents.put("/bad", answer)
    began = time.monotonic()
    assert agent.ask(bad).status_code == 400
    assert time.monotonic() - began < limit
    assert agent.documents.asked == ["/bad"], "no redirect is followed"
    assert agent.ask().status_code == 303
    began = time.monotonic()
    assert agent.ask(bad).status_code == 400
    assert time.monotonic() - began < 1 and agent.documents.asked.count("/bad") == 1


def test_hosts_that_hang_hold_up_nobody_else(agent):
    """SECURITY F32: four fetches of a host at one time; a client that is known, and a key set, wait for none of them."""
    agent.describe()
    assert agent.ask().status_code == 303
    key = ECKey()
    registered = agent.server.issuer.post("/oauth/register", json={
        "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": agent.documents.put("/jwks", {"keys": [key.jwk]}),
    }).json()
    bad = [agent.documents.put(f"/bad{number}", hanging) for number in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(agent.ask, client) for client in bad]
        time.sleep(1)
        assert sum(path.startswith("/bad") for path in agent.documents.asked) == 4
        began = time.monotonic()
        assert agent.ask().status_code == 303
        proven = agent.server.issuer.post("/oauth/introspect", data={
            "token": "none", "client_id": registered["client_id"], "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": agent.server.issuer.assertion(key, registered["client_id"]),
        })
        assert proven.status_code == 200 and time.monotonic() - began < 2
        assert [reply.result().status_code for reply in waiting] == [400] * 8


def test_other_certificates_and_private_addresses_are_not_reached(start, tmp_path):
    certificate, other = Certificate(tmp_path / "peer"), Certificate(tmp_path / "other")
    documents = Documents(certificate.certificate, certificate.key_file)
    trust = ["--client-documents", "on", "--outbound-ca"]
    for options in (
        [*trust, str(other.certificate), "--outbound-allow", "127.0.0.0/8,::1"], [*trust, str(certificate.certificate)],
    ):
        agent = Agent(start(*options), documents)
        agent.describe()
        began = time.monotonic()
        assert agent.ask().status_code == 400 and time.monotonic() - began < 5
    assert documents.asked == []
    documents.close()


def test_a_network_has_ten_fetched_in_a_minute(start, tmp_path):
    certificate = Certificate(tmp_path / "peer")
    documents = Documents(certificate.certificate, certificate.key_file)
    agent = Agent(start(
        "--client-documents", "on", "--outbound-ca", str(certificate.certificate), "--outbound-allow", "127.0.0.0/8,::1",
        rate_limits="on",
    ), documents)
    for number in range(12):
        assert agent.ask(documents.url + f"/{number}").status_code in (400, 429)
    assert len(documents.asked) == 10
    documents.close()
