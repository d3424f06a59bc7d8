"""Clients made on the command line: each way to authenticate, introspection (RFC 7662), revocation (RFC 7009)."""

import itertools

import pytest

from issuer import ABSENT, ASSERTION_TYPE, RegisteredClient, oauth_error
from keys import ECKey, Ed25519Key, RSAKey, SecretKey, peek

METHODS = ["private_key_jwt", "client_secret_basic", "client_secret_post", "client_secret_jwt"]


@pytest.fixture(scope="module")
def clients(server):
    return {method: server.add_client(method) for method in METHODS}


@pytest.fixture(scope="module")
def resource_server(server):
    return server.add_client("client_secret_basic", name="resource server", resource_server=True)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_gets_a_token(issuer, clients, method):
    client = clients[method]
    reply = client.token(issuer, scope="read")
    assert reply.status_code == 200, reply.text
    body = reply.json()
    claims = peek(body["access_token"])
    assert body["token_type"] == "Bearer" and peek(body["access_token"], 0)["typ"] == "at+jwt"
    assert claims["client_id"] == client.id and claims["sub"] == client.id and claims["scope"] == "read"
    assert "refresh_token" not in body, "RFC 6749 §4.4.3"


@pytest.mark.parametrize("key", [
    ECKey("P-256"), ECKey("secp256k1"), ECKey("P-384"), ECKey("P-521"), RSAKey(), Ed25519Key(),
], ids=lambda key: key.algorithm)
def test_each_algorithm_gets_a_token(issuer, server, key):
    reply = server.add_client("private_key_jwt", key=key).token(issuer)
    assert reply.status_code == 200, reply.text


def test_json_works_too(issuer, clients):
    client = clients["client_secret_post"]
    body = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret}
    assert issuer.post("/oauth/token", json=body).status_code == 200


@pytest.mark.parametrize("method", METHODS)
def test_scope_is_narrowed(issuer, clients, method):
    client = clients[method]
    assert set(client.token(issuer, scope="read admin").json()["scope"].split()) == {"read"}
    assert set(client.token(issuer).json()["scope"].split()) <= {"read", "write"}
    oauth_error(client.token(issuer, scope="admin"), 400, "invalid_scope")


def basic(client, secret=None):
    return {"auth": (client.id, secret or client.secret)}


def with_assertion(issuer, client):
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": issuer.assertion(client.key, client.id)}


GRANT = {"grant_type": "client_credentials"}


def test_ca_02_a_client_id_alone_is_refused(issuer, clients):
    for client in clients.values():
        oauth_error(issuer.token(GRANT | {"client_id": client.id}), 401, "invalid_client")
    oauth_error(issuer.token(GRANT), 401, "invalid_client")


def test_ca_03_two_methods_at_once_are_refused(issuer, clients):
    by_basic, by_post, by_key = (clients[m] for m in ("client_secret_basic", "client_secret_post", "private_key_jwt"))
    secret = {"client_id": by_basic.id, "client_secret": by_basic.secret}
    oauth_error(issuer.token(GRANT | secret, **basic(by_basic)), 400, "invalid_request")
    oauth_error(issuer.token(GRANT | with_assertion(issuer, by_key), **basic(by_basic)), 400, "invalid_request")
    post = {"client_id": by_post.id, "client_secret": by_post.secret}
    oauth_error(issuer.token(GRANT | post | with_assertion(issuer, by_key)), 400, "invalid_request")


@pytest.mark.parametrize("registered,used", list(itertools.permutations(["client_secret_basic", "client_secret_post", "client_secret_jwt"], 2)))
def test_ca_04_a_method_that_was_not_registered_is_refused(issuer, clients, registered, used):

    client = clients[registered]
    other = RegisteredClient(client.id, used, client.secret, SecretKey(client.secret.encode()))
    oauth_error(other.token(issuer), 401, "invalid_client")
    assert client.token(issuer).status_code == 200, "the control"


def test_ca_06_another_client_id_in_the_body_is_refused(issuer, clients):
    client, other = clients["client_secret_basic"], clients["client_secret_post"]
    reply = issuer.token(GRANT | {"client_id": other.id}, **basic(client))
    assert reply.status_code in (400, 401) and reply.json()["error"] in ("invalid_request", "invalid_client")


def test_ca_08_a_wrong_secret_looks_like_an_unknown_client(issuer, clients):
    client = clients["client_secret_basic"]
    wrong = issuer.token(GRANT, auth=(client.id, "x" * len(client.secret)))
    unknown = issuer.token(GRANT, auth=("no-such-client", client.secret))
    for reply in (wrong, unknown):
        oauth_error(reply, 401, "invalid_client")
        assert reply.headers["WWW-Authenticate"].startswith("Basic")
    assert wrong.json() == unknown.json()


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Basic //79/w==", "Basic " + "A" * 7000, "Basic Og==", "Digest x"])
def test_a_malformed_basic_header_is_refused(issuer, header):
    reply = issuer.token(GRANT, headers={"Authorization": header})
    assert reply.status_code in (400, 401) and reply.json()["error"] in ("invalid_request", "invalid_client")


@pytest.mark.parametrize("secret", ["", "prefix", "suffix", "nul"])
def test_a_changed_secret_is_refused(issuer, clients, secret):
    client = clients["client_secret_post"]
    changed = {"": "", "prefix": client.secret[:-1], "suffix": client.secret + "A", "nul": client.secret + "\0"}[secret]
    reply = issuer.token(GRANT | {"client_id": client.id, "client_secret": changed})
    oauth_error(reply, reply.status_code if changed == "" and reply.status_code == 400 else 401, "invalid_client", "invalid_request")


def test_ca_20_the_jti_of_one_client_is_free_to_another(issuer, server):
    first, second = server.add_client("private_key_jwt"), server.add_client("private_key_jwt")
    for client in (first, second):
        options = client.credentials(issuer, jti="the-same")
        assert issuer.token(GRANT | options["data"]).status_code == 200
        assert issuer.token(GRANT | options["data"]).status_code == 401


def test_a_removed_client_is_refused(issuer, server):
    client = server.add_client("client_secret_basic")
    token = client.token(issuer).json()["access_token"]
    server.run("clients", "remove", client.id, "--data", str(server.data))
    oauth_error(client.token(issuer), 401, "invalid_client")
    assert client.id not in server.run("clients", "list", "--data", str(server.data), "--json")
    assert issuer.userinfo(token).status_code in (401, 403)


# Introspection


def introspect(issuer, client, token, **more):
    reply = client.send(issuer, "/oauth/introspect", token=token, **more)
    assert reply.status_code == 200, reply.text
    assert "no-store" in reply.headers["Cache-Control"]
    return reply.json()


@pytest.mark.parametrize("method", METHODS)
def test_a_client_introspects_its_own_token(issuer, clients, method):
    client = clients[method]
    token = client.token(issuer, scope="read").json()["access_token"]
    body, claims = introspect(issuer, client, token), peek(token)
    assert body["active"] is True
    for name in ("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"):
        assert body[name] == claims[name], name
    assert body["token_type"] == "Bearer"


def test_a_resource_server_introspects_the_token_of_an_account(issuer, account, resource_server):
    body = introspect(issuer, resource_server, issuer.key_token(account.key))
    assert body["active"] is True and body["sub"] == account.id and body["cnf"] == {"jkt": account.key.thumbprint}


@pytest.mark.parametrize("accept", ["application/json", "application/token-introspection+jwt"])
def test_in_02_the_token_of_another_client_is_inactive_and_nothing_else(issuer, clients, accept):
    token = clients["client_secret_basic"].token(issuer).json()["access_token"]
    other = clients["client_secret_post"]
    reply = issuer.post("/oauth/introspect", data={"client_id": other.id, "client_secret": other.secret, "token": token},
                        headers={"Accept": accept})
    if reply.headers["Content-Type"].startswith("application/token-introspection+jwt"):
        assert peek(reply.text)["token_introspection"] == {"active": False}
    else:
        assert reply.status_code == 200 and reply.json() == {"active": False}


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a" * 9000, "ünï"])
def test_what_is_no_token_is_inactive(issuer, resource_server, token):
    reply = resource_server.send(issuer, "/oauth/introspect", token=token)
    assert reply.status_code in (200, 400)
    assert reply.json() == {"active": False} if reply.status_code == 200 else reply.json()["error"] == "invalid_request"


def test_an_altered_token_is_inactive(issuer, account, resource_server):
    token = issuer.key_token(account.key)
    head, body, signature = token.split(".")
    middle = len(signature) // 2
    altered = signature[:middle] + ("A" if signature[middle] != "A" else "B") + signature[middle + 1:]
    assert introspect(issuer, resource_server, token)["active"] is True, "the control"
    assert introspect(issuer, resource_server, f"{head}.{body}.{altered}") == {"active": False}


def test_in_01_introspection_asks_who_is_there(issuer, account):
    token = issuer.key_token(account.key)
    oauth_error(issuer.post("/oauth/introspect", data={"token": token}), 401, "invalid_client")
    oauth_error(issuer.post("/oauth/introspect", data={"token": token}, auth=("no-such-client", "x")), 401, "invalid_client")


def test_introspection_wants_a_token(issuer, resource_server):
    oauth_error(resource_server.send(issuer, "/oauth/introspect"), 400, "invalid_request")
    oauth_error(resource_server.send(issuer, "/oauth/introspect", token=["a", "b"]), 400, "invalid_request")


# Revocation


@pytest.mark.parametrize("hint", [ABSENT, "access_token", "refresh_token", "no-such-type"], ids=str)
@pytest.mark.parametrize("method", METHODS)
def test_a_revoked_token_is_inactive_at_once(issuer, clients, method, hint):
    client = clients[method]
    token = client.token(issuer).json()["access_token"]
    assert introspect(issuer, client, token)["active"] is True, "the control"
    more = {} if hint is ABSENT else {"token_type_hint": hint}
    assert client.send(issuer, "/oauth/revoke", token=token, **more).status_code == 200
    assert introspect(issuer, client, token) == {"active": False}


def test_an_account_revokes_its_own_token(issuer, account, resource_server):
    token = issuer.key_token(account.key)
    assert issuer.userinfo(token).status_code == 200, "the control"
    form = issuer.key_form(account.key, token=token)
    for name in ("grant_type", "scope"):
        del form[name]
    assert issuer.post("/oauth/revoke", data=form).status_code == 200
    reply = issuer.userinfo(token)
    assert reply.status_code == 401 and 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    assert introspect(issuer, resource_server, token) == {"active": False}


def test_rv_01_the_token_of_another_client_stays_active(issuer, clients):
    owner, other = clients["client_secret_basic"], clients["client_secret_post"]
    token = owner.token(issuer).json()["access_token"]
    other.send(issuer, "/oauth/revoke", token=token)
    assert introspect(issuer, owner, token)["active"] is True


def test_revoking_what_is_no_token_succeeds(issuer, clients):
    for token in ("x", "a.b.c", "a" * 5000):
        assert clients["client_secret_basic"].send(issuer, "/oauth/revoke", token=token).status_code == 200


def test_revocation_asks_who_is_there_and_wants_a_token(issuer, clients):
    oauth_error(issuer.post("/oauth/revoke", data={"token": "x"}), 401, "invalid_client")
    oauth_error(clients["client_secret_basic"].send(issuer, "/oauth/revoke"), 400, "invalid_request")


def test_ui_03_a_client_of_its_own_has_no_userinfo(issuer, clients):
    reply = issuer.userinfo(clients["private_key_jwt"].token(issuer).json()["access_token"])
    assert reply.status_code in (401, 403)
    assert any(f'error="{code}"' in reply.headers["WWW-Authenticate"] for code in ("insufficient_scope", "invalid_token"))
