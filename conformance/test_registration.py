"""Applications that register themselves: RFC 7591, RFC 7592, OIDC Registration, over HTTP."""

import concurrent.futures
import time

import pytest

from certificates import Certificate
from documents import Documents, hanging, huge, redirecting
from issuer import ASSERTION_TYPE, Issuer, oauth_error
from keys import ECKey

REDIRECTS = {"redirect_uris": ["https://app.example/callback"]}


def register(issuer, token=None, **members):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return issuer.post("/oauth/register", json=REDIRECTS | members, headers=headers)


def registered(issuer, **members) -> dict:
    reply = register(issuer, **members)
    assert reply.status_code == 201, reply.text
    assert "no-store" in reply.headers["Cache-Control"]
    return reply.json()


def manage(issuer, method, client, token=None, **options):
    headers = {"Authorization": f"Bearer {token or client['registration_access_token']}"}
    return issuer.send(method, client["registration_client_uri"], headers=headers, **options)


def proof(issuer, client, key, kid=None):
    """A request of a client that signs: whether it may ask about a token."""
    header = {"kid": kid} if kid else {}
    return issuer.post("/oauth/introspect", data={
        "token": "none", "client_id": client["client_id"], "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": issuer.assertion(key, client["client_id"], header=header),
    })


def test_a_client_registers_and_uses_its_secret(issuer):
    assert issuer.metadata()["registration_endpoint"] == f"{issuer.name}/oauth/register"
    client = registered(issuer, client_name="App", contacts=["ops@app.example"], unknown={"a": 1})
    assert client["client_secret_expires_at"] == 0 and client["registration_access_token"]
    assert client["registration_client_uri"].startswith(issuer.name) and client["contacts"] == ["ops@app.example"]
    assert client["id_token_signed_response_alg"] == "RS256" and client["response_types"] == ["code"]
    secret = (client["client_id"], client["client_secret"])
    assert issuer.post("/oauth/introspect", data={"token": "x"}, auth=secret).json() == {"active": False}
    wrong = (client["client_id"], client["client_secret"] + "x")
    oauth_error(issuer.post("/oauth/introspect", data={"token": "x"}, auth=wrong), 401, "invalid_client")


def test_it_looks_after_what_it_registered(issuer):
    client, other = registered(issuer, client_name="Old"), registered(issuer)
    read = manage(issuer, "GET", client)
    assert read.status_code == 200 and read.json()["client_name"] == "Old" and "client_secret" not in read.json()
    for token in (other["registration_access_token"], "x"):
        for method in ("GET", "PUT", "DELETE"):
            oauth_error(manage(issuer, method, client, token, json=REDIRECTS), 401, "invalid_token")
    body = REDIRECTS | {"client_id": client["client_id"], "client_name": "New", "client_secret": client["client_secret"]}
    changed = manage(issuer, "PUT", client, json=body)
    assert changed.status_code == 200 and changed.json()["client_name"] == "New"
    oauth_error(manage(issuer, "PUT", client, json=body | {"client_secret": "x"}), 400, "invalid_client_metadata")
    assert manage(issuer, "DELETE", client).status_code == 204
    oauth_error(manage(issuer, "GET", client), 401, "invalid_token")
    secret = (client["client_id"], client["client_secret"])
    oauth_error(issuer.post("/oauth/introspect", data={"token": "x"}, auth=secret), 401, "invalid_client")


@pytest.mark.parametrize("members, error", [
    ({"redirect_uris": ["https://app.example/cb#x"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["http://app.example/cb"]}, "invalid_redirect_uri"),
    ({"redirect_uris": []}, "invalid_redirect_uri"),
    ({"initiate_login_uri": "http://app.example/login"}, "invalid_client_metadata"),
    ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ({"jwks_uri": "https://127.0.0.1/jwks", "token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ({"subject_type": "pairwise", "redirect_uris": ["https://a.example/", "https://b.example/"]}, "invalid_client_metadata"),
    ({"software_statement": "a.b.c"}, "unapproved_software_statement"),
])
def test_what_cannot_be_registered_is_named(issuer, members, error):
    body = oauth_error(register(issuer, **members), 400, error)
    assert any(body["error_description"].startswith(name) for name in [*members, "jwks", "sector_identifier_uri"])


def test_a_login_that_begins_elsewhere(issuer):
    """The module oidcc-3rd_party-init-login."""
    client = registered(issuer, initiate_login_uri="https://app.example/login")
    assert client["initiate_login_uri"] == "https://app.example/login"
    assert manage(issuer, "GET", client).json()["initiate_login_uri"] == "https://app.example/login"


def test_a_network_registers_three_an_hour(start):
    issuer = start(rate_limits="on").issuer
    assert [register(issuer).status_code for _ in range(4)] == [201, 201, 201, 429]
    assert 3500 <= int(register(issuer).headers["Retry-After"]) <= 3600


def test_registration_can_be_off(start):
    issuer = start("--registration", "off").issuer
    assert register(issuer).status_code == 404 and "registration_endpoint" not in issuer.metadata()


def test_an_initial_access_token_lets_in(start, tmp_path):
    path, token = tmp_path / "token", "t" * 40
    path.touch(0o600)
    path.write_text(token + "\n")
    server = start("--registration", "token", "--registration-token-file", str(path))
    for wrong in (None, "t" * 41):
        oauth_error(register(server.issuer, wrong), 401, "invalid_token")
    assert register(server.issuer, token).status_code == 201
    path.chmod(0o644)
    code, said = server.run_in_vain()
    assert code != 0 and "chmod 600" in said and token not in said


@pytest.fixture
def peer(start, tmp_path):
    """A host of documents, and a server that may reach it."""
    certificate = Certificate(tmp_path / "peer")
    documents = Documents(certificate.certificate, certificate.key_file)
    server = start("--outbound-ca", str(certificate.certificate), "--outbound-allow", "127.0.0.0/8,::1")
    yield documents, server.issuer
    documents.close()


def published(issuer, url) -> dict:
    return registered(issuer, token_endpoint_auth_method="private_key_jwt", jwks_uri=url)


def test_published_keys_are_fetched(peer):
    documents, issuer = peer
    key = ECKey()
    client = published(issuer, documents.put("/jwks", {"keys": [key.jwk | {"kid": "one"}]}))
    for _ in range(3):
        assert proof(issuer, client, key, "one").status_code == 200
    oauth_error(proof(issuer, client, ECKey(), "two"), 401, "invalid_client")
    assert documents.asked == ["/jwks"], "once, and for the unknown key not again within a minute"


@pytest.mark.parametrize("answer, limit", [(hanging, 6.5), (huge, 5), (redirecting("/jwks"), 5), ({"keys": 1}, 5), (None, 5)])
def test_a_bad_host_costs_its_own_client(peer, answer, limit):
    documents, issuer = peer
    key = ECKey()
    good = published(issuer, documents.put("/jwks", {"keys": [key.jwk]}))
    bad = published(issuer, documents.put("/bad", answer))
    began = time.monotonic()
    oauth_error(proof(issuer, bad, key), 401, "invalid_client")
    assert time.monotonic() - began < limit
    assert documents.asked == ["/bad"], "no redirect is followed"
    assert proof(issuer, good, key).status_code == 200
    began = time.monotonic()
    oauth_error(proof(issuer, bad, key), 401, "invalid_client")
    assert time.monotonic() - began < 1


def test_hosts_that_hang_do_not_hold_up_others(peer):
    documents, issuer = peer
    key = ECKey()
    good = published(issuer, documents.put("/jwks", {"keys": [key.jwk]}))
    bad = [published(issuer, documents.put(f"/bad{number}", hanging)) for number in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(proof, Issuer(issuer.url), client, key) for client in bad]
        while len(documents.asked) < 8:
            time.sleep(0.02)
        began = time.monotonic()
        assert proof(issuer, good, key).status_code == 200
        assert time.monotonic() - began < 2
        for reply in waiting:
            oauth_error(reply.result(), 401, "invalid_client")


def test_a_private_address_is_never_called(start, tmp_path):
    certificate = Certificate(tmp_path / "peer")
    documents = Documents(certificate.certificate, certificate.key_file)
    issuer = start("--outbound-ca", str(certificate.certificate)).issuer
    url = documents.put("/jwks", {"keys": [ECKey().jwk]})
    for address in (url, url.replace("localhost", "127.0.0.1")):
        reply = register(issuer, token_endpoint_auth_method="private_key_jwt", jwks_uri=address)
        oauth_error(reply, 400, "invalid_client_metadata")
    assert documents.asked == []
    documents.close()


def test_a_sector_lists_its_redirect_uris(peer):
    documents, issuer = peer
    url = documents.put("/sector", REDIRECTS["redirect_uris"])
    client = registered(issuer, subject_type="pairwise", sector_identifier_uri=url)
    assert client["subject_type"] == "pairwise" and client["sector_identifier_uri"] == url
    for answer in (["https://other.example/"], {}, None):
        documents.put("/sector", answer)
        reply = register(issuer, subject_type="pairwise", sector_identifier_uri=url)
        oauth_error(reply, 400, "invalid_client_metadata")
    assert issuer.metadata()["subject_types_supported"] == ["public", "pairwise"]
