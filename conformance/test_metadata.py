"""Discovery (OpenID Connect Discovery 1.0), RFC 8414, RFC 9728 and the JWKS: what they say is what the server does."""

from urllib.parse import urlsplit

import pytest

from issuer import Issuer, oauth_error

OPENID, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"


@pytest.mark.parametrize("path", [OPENID, OAUTH])
def test_the_documents_describe_the_server(issuer, path):
    reply = issuer.get(path)
    assert reply.status_code == 200 and reply.headers["Content-Type"].split(";")[0] == "application/json"
    body = reply.json()
    assert body["issuer"] == issuer.name
    for name, route in {
        "token_endpoint": "/oauth/token", "jwks_uri": "/oauth/jwks", "introspection_endpoint": "/oauth/introspect",
        "revocation_endpoint": "/oauth/revoke", "challenge_endpoint": "/oauth/challenge", "userinfo_endpoint": "/oauth/userinfo",
    }.items():
        assert body[name] == issuer.name + route
    methods = {"private_key_jwt", "client_secret_basic", "client_secret_post", "client_secret_jwt"}
    for endpoint in ("token", "introspection", "revocation"):
        assert methods <= set(body[f"{endpoint}_endpoint_auth_methods_supported"])
        algorithms = body[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert {"ES256", "ES256K"} <= set(algorithms) and "none" not in algorithms
    assert "openid" in body["scopes_supported"] and "client_credentials" in body["grant_types_supported"]


def test_discovery_has_what_openid_requires(issuer):
    body = issuer.get(OPENID).json()
    for name in ("response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"):
        assert isinstance(body[name], list), name
    assert "public" in body["subject_types_supported"]


def test_every_advertised_endpoint_answers(issuer):
    body = issuer.metadata()
    endpoints = {name: url for name, url in body.items() if name.endswith("_endpoint") or name == "jwks_uri"}
    assert len(endpoints) >= 6
    for name, url in endpoints.items():
        answers = {issuer.send(method, url).status_code for method in ("GET", "POST")}
        assert 404 not in answers, f"{name} {url}"


def test_every_advertised_grant_is_known_and_no_other(issuer, account):
    for grant in issuer.metadata()["grant_types_supported"]:
        reply = issuer.token(issuer.key_form(account.key, grant_type=grant))
        assert reply.status_code == 200 or reply.json()["error"] != "unsupported_grant_type", grant
    others = {
        "authorization_code", "refresh_token", "password", "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    } - set(issuer.metadata()["grant_types_supported"])
    for grant in others:
        oauth_error(issuer.token(issuer.key_form(account.key, grant_type=grant)), 400, "unsupported_grant_type", "unauthorized_client")


def test_the_protected_resource_names_its_authorization_server(issuer):
    reply = issuer.get(RESOURCE)
    assert reply.status_code == 200
    body = reply.json()
    assert body["authorization_servers"] == [issuer.name] and body["resource"].startswith(issuer.name)
    assert body["bearer_methods_supported"] == ["header"]


def test_a_refused_token_points_to_the_metadata(issuer):
    assert "resource_metadata=" in issuer.userinfo("x").headers["WWW-Authenticate"], "RFC 9728 §5.1"


def test_the_keys_are_public_and_usable(issuer):
    reply = issuer.get("/oauth/jwks")
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].split(";")[0] in ("application/json", "application/jwk-set+json")
    keys = reply.json()["keys"]
    assert any(key["kty"] == "EC" and key["crv"] == "P-256" and key["alg"] == "ES256" for key in keys)
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key), "a private member"
        assert key["use"] == ("enc" if key["alg"] in ("RSA-OAEP-256", "ECDH-ES") else "sig") and key["kty"] in ("EC", "RSA", "OKP")
        assert key.get("crv") != "secp256k1", "never used to sign tokens"


def test_there_is_a_key_for_each_algorithm_that_id_tokens_may_be_signed_with(issuer):
    """RS256 is the default of OIDC Core §15.1; the others are offered. Each key serves one algorithm."""
    kinds = {key["alg"]: (key["kty"], key.get("crv")) for key in issuer.get("/oauth/jwks").json()["keys"]}
    assert {name: kinds[name] for name in ("RS256", "PS256", "ES256", "ES384", "EdDSA")} == {
        "RS256": ("RSA", None), "PS256": ("RSA", None), "ES256": ("EC", "P-256"), "ES384": ("EC", "P-384"),
        "EdDSA": ("OKP", "Ed25519"),
    }


@pytest.mark.parametrize("path", ["/oauth/jwks", OPENID, OAUTH, RESOURCE])
def test_documents_may_be_cached_and_validated(issuer, path):
    first = issuer.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    tag = first.headers["ETag"]
    for condition in (tag, f'"other", {tag}', "*", f"W/{tag.removeprefix('W/')}"):
        again = issuer.get(path, headers={"If-None-Match": condition})
        assert again.status_code == 304 and again.content == b"" and again.headers["ETag"] == tag, condition
    assert issuer.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/oauth/jwks?x=1", OPENID + "?x"])
def test_a_query_changes_no_document(issuer, path):
    assert issuer.get(path).text == issuer.get(path.split("?")[0]).text


def test_an_issuer_with_a_path(start):
    server = start(path="/tenant")
    issuer, origin = server.issuer, Issuer(server.origin)
    assert issuer.name.endswith("/tenant")
    inserted = origin.get(OAUTH + "/tenant")
    appended = origin.get("/tenant" + OPENID)
    for reply in (inserted, appended):
        assert reply.status_code == 200 and reply.json()["issuer"] == issuer.name
    resource = origin.get(RESOURCE + "/tenant")
    assert resource.status_code == 200 and resource.json()["authorization_servers"] == [issuer.name]

    body = inserted.json()
    for name, url in body.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert url.startswith(issuer.name + "/"), name
    assert origin.get(body["jwks_uri"]).status_code == 200
    account = issuer.register()
    challenge = origin.post(body["challenge_endpoint"]).json()["challenge"]
    form = issuer.form(account.key.client_id, issuer.assertion(account.key, challenge=challenge))
    token = origin.post(body["token_endpoint"], data=form)
    assert token.status_code == 200, token.text
    info = origin.get(body["userinfo_endpoint"], headers={"Authorization": f"Bearer {token.json()['access_token']}"})
    assert info.json()["sub"] == account.id
    wrong = issuer.form(account.key.client_id, issuer.assertion(account.key, challenge=issuer.challenge(), aud=server.origin))
    assert origin.post(body["token_endpoint"], data=wrong).status_code in (400, 401), "the issuer without its path is another"
    assert urlsplit(body["token_endpoint"]).path == "/tenant/oauth/token"
