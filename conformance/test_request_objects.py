"""Request objects (RFC 9101, OIDC Core §6), and tokens that are encrypted for their client, over HTTP. The other side of every token is
joserfc."""

import hmac
import json
import time

import pytest
from joserfc import jwe, jws, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from certificates import Certificate
from code_flow import REDIRECT, Asker
from documents import Documents, hanging, huge, redirecting
from issuer import oauth_error
from keys import b64
from process import Server

ENCRYPTION = ["A128GCM", "A256GCM", "A128CBC-HS256"]


class Signer(Asker):
    """A client that registered itself with keys, which somebody allowed."""

    def __init__(self, server, **members):
        self.keys = {
            "ES256": ECKey.generate_key("P-256", {"use": "sig", "kid": "signs"}),
            "RS256": RSAKey.generate_key(2048, {"use": "sig", "kid": "signs too"}),
            "ECDH-ES": ECKey.generate_key("P-256", {"use": "enc", "kid": "reads"}),
            "RSA-OAEP-256": RSAKey.generate_key(2048, {"use": "enc", "kid": "reads too"}),
        }
        self.members = {
            "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "client_secret_post",
            "jwks": {"keys": [key.as_dict(private=False) for key in self.keys.values()]},
        } | members
        super().__init__(server)

    def registered(self, server):
        reply = server.issuer.post("/oauth/register", json=self.members)
        assert reply.status_code == 201, reply.text
        assert reply.json().items() >= self.members.items()
        return reply.json()

    def object(self, alg: str = "ES256", key=None, header=None, **claims) -> str:
        now, name = int(time.time()), self.client["client_id"]
        claims = {"iss": name, "aud": self.visitor.issuer.name, "iat": now, "exp": now + 60, "client_id": name} | claims
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": alg} | (header or {}), claims, key or self.keys[alg], algorithms=[alg])

    def state(self, **parameters) -> str:
        """The state of the answer; that of the request beside the object is `s`."""
        answer = self.answer(self.authorize(**parameters))
        assert answer["code"], answer
        return answer["state"]

    def error(self, **parameters) -> str:
        return self.answer(self.authorize(**parameters))["error"]

    def opened(self, token: str, alg: str, enc: str, kid: str) -> bytes:
        content = jwe.decrypt_compact(token, self.keys[alg], algorithms=[alg, enc])
        assert content.protected["alg"] == alg and content.protected["enc"] == enc and content.protected["kid"] == kid
        return content.plaintext


def verified(issuer, token: str, alg: str) -> dict:
    keys = issuer.get("/oauth/jwks").json()["keys"]
    return json.loads(jws.deserialize_compact(token, KeySet.import_key_set({"keys": keys}), algorithms=[alg]).payload)


@pytest.fixture(scope="module")
def signer(server):
    return Signer(server)


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_a_signed_object_says_what_is_asked_for(signer, alg):
    assert alg in signer.visitor.issuer.metadata()["request_object_signing_alg_values_supported"]
    assert signer.state(request=signer.object(alg, state="inside")) == "inside"
    assert signer.state(request=signer.object(alg)) == "s", "what it leaves out is taken from beside it"


@pytest.mark.parametrize("claims", [
    {"aud": "https://other.example"}, {"aud": None}, {"exp": 1}, {"iss": "other"}, {"client_id": "other"}, {"request": "x"},
    {"response_type": "token"}, {"nbf": 9999999999},
])
def test_a_claim_that_is_wrong(signer, claims):
    assert signer.error(request=signer.object(**claims)) == "invalid_request_object"


def test_another_key_and_a_public_one_as_a_secret(signer):
    stranger = ECKey.generate_key("P-256")
    assert signer.error(request=signer.object(key=stranger)) == "invalid_request_object"
    assert signer.error(request=signer.object(header={"typ": "dpop+jwt"})) == "invalid_request_object"
    text = b64(b'{"alg":"HS256"}') + "." + signer.object().split(".")[1]
    for secret in (signer.keys["ES256"].as_pem(private=False), signer.client["client_secret"].encode()):
        code = b64(hmac.new(secret, text.encode(), "sha256").digest())
        assert signer.error(request=f"{text}.{code}") == "invalid_request_object"


def test_both_at_once(signer):
    assert signer.error(request=signer.object(), request_uri="https://app.example/r") == "invalid_request"


def test_who_requires_signed_ones_is_asked_for_by_nothing_else(server):
    careful = Signer(server, request_object_signing_alg="ES256")
    members = careful.client | {"require_signed_request_object": True}
    for name in ("registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"):
        members.pop(name, None)
    headers = {"Authorization": f"Bearer {careful.client['registration_access_token']}"}
    reply = server.issuer.send("PUT", careful.client["registration_client_uri"], json=members, headers=headers)
    assert reply.status_code == 200 and reply.json()["require_signed_request_object"] is True, reply.text
    assert careful.error() == "invalid_request"
    inside = {"redirect_uri": REDIRECT, "response_type": "code", "scope": "openid", "state": "inside"}
    assert careful.state(request=careful.object(**inside), prompt="login") == "inside", "what is beside it does not count"


@pytest.mark.parametrize("alg", ["RSA-OAEP-256", "ECDH-ES"])
@pytest.mark.parametrize("enc", ENCRYPTION)
def test_an_object_that_is_encrypted_for_the_server(server, alg, enc):
    secret = Signer(server, request_object_encryption_alg=alg, request_object_encryption_enc=enc)
    published = [key for key in server.issuer.get("/oauth/jwks").json()["keys"] if key.get("alg") == alg]
    assert [key["use"] for key in published] == ["enc"]
    key = (ECKey if alg == "ECDH-ES" else RSAKey).import_key(published[0])
    header = {"alg": alg, "enc": enc, "cty": "JWT", "kid": published[0]["kid"]}
    sealed = jwe.encrypt_compact(header, secret.object(state="inside"), key, algorithms=[alg, enc])
    assert secret.state(request=sealed) == "inside"
    start, _, rest = sealed.partition(".")
    assert secret.error(request=f"{start}.{rest[:-1]}{'A' if rest[-1] != 'A' else 'Q'}") == "invalid_request_object"
    bare = jwe.encrypt_compact(header, json.dumps({"state": "inside"}), key, algorithms=[alg, enc])
    assert secret.error(request=bare) == "invalid_request_object"


def test_the_keys_that_sign_are_told_from_those_that_do_not(server):
    keys = server.issuer.get("/oauth/jwks").json()["keys"]
    assert {key["alg"] for key in keys if key["use"] == "enc"} == {"RSA-OAEP-256", "ECDH-ES"}
    assert {"ES256", "RS256"} <= {key["alg"] for key in keys if key["use"] == "sig"}
    assert len({key["kid"] for key in keys}) == len(keys)


@pytest.mark.parametrize("alg,kid", [("RSA-OAEP-256", "reads too"), ("ECDH-ES", "reads")])
@pytest.mark.parametrize("enc", ENCRYPTION)
def test_tokens_that_are_encrypted_for_the_client(server, alg, kid, enc):
    encryption = {f"{what}_encrypted_response_{name}": value for what in ("id_token", "userinfo") for name, value in (("alg", alg), ("enc", enc))}
    for signing in ({}, {"userinfo_signed_response_alg": "RS256"}):
        reader = Signer(server, **encryption, **signing)
        reply = server.issuer.token(reader.form())
        assert reply.status_code == 200, reply.text
        tokens = reply.json()
        claims = verified(server.issuer, reader.opened(tokens["id_token"], alg, enc, kid).decode(), "RS256")
        assert claims["aud"] == reader.client["client_id"]
        info = server.issuer.userinfo(tokens["access_token"])
        assert info.status_code == 200 and info.headers["Content-Type"] == "application/jwt"
        content = reader.opened(info.text, alg, enc, kid).decode()
        assert (verified(server.issuer, content, "RS256") if signing else json.loads(content))["sub"] == claims["sub"]


def test_encryption_without_a_key_for_it_is_not_registered(issuer):
    wish = {"redirect_uris": [REDIRECT], "id_token_encrypted_response_alg": "RSA-OAEP-256"}
    only = ECKey.generate_key("P-256").as_dict(private=False)
    for more in ({}, {"jwks": {"keys": [only]}}, {"id_token_encrypted_response_alg": "RSA1_5"}):
        body = oauth_error(issuer.post("/oauth/register", json=wish | more), 400, "invalid_client_metadata")
        assert body["error_description"].startswith("id_token_encrypted_response_alg ")


@pytest.fixture(scope="module")
def peer(binary, tmp_path_factory):
    """A host of documents, and a server that may reach it."""
    folder = tmp_path_factory.mktemp("peer")
    certificate = Certificate(folder / "certificate")
    documents = Documents(certificate.certificate, certificate.key_file)
    server = Server(binary, folder, "--outbound-ca", str(certificate.certificate), "--outbound-allow", "127.0.0.0/8,::1").start()
    yield documents, server
    server.stop()
    documents.close()


def as_text(object: str):
    return lambda handler: handler.reply(200, object.encode(), **{"Content-Type": "application/oauth-authz-req+jwt"})


def test_oidcc_request_uri_signed_rs256_and_unsigned(peer):
    documents, server = peer
    url = documents.url + "/object"
    client = Signer(server, request_uris=[url + "#4Rk2yx0aX2vWB5vTxB4w3cS1"])
    documents.put("/object", as_text(client.object("RS256", state="inside")))
    assert client.state(request_uri=url + "#4Rk2yx0aX2vWB5vTxB4w3cS1") == "inside"
    unsigned = "eyJhbGciOiJub25lIn0." + client.object(state="unsigned").split(".")[1] + "."
    documents.put("/object", as_text(unsigned))
    assert client.state(request_uri=url) == "unsigned"


def test_an_address_that_is_not_registered_is_not_asked(peer):
    documents, server = peer
    client = Signer(server, request_uris=[documents.url + "/mine"])
    documents.put("/other", as_text(client.object()))
    documents.asked.clear()
    for uri in (documents.url + "/other", "urn:example:x", "http://localhost/mine"):
        assert client.error(request_uri=uri) == "invalid_request_uri"
    assert documents.asked == []


def test_a_hostile_host_costs_its_own_client_five_seconds(peer):
    documents, server = peer
    urls = {name: documents.url + "/" + name for name in ("hanging", "huge", "redirecting", "missing", "good")}
    client = Signer(server, request_uris=list(urls.values()))
    documents.put("/hanging", hanging)
    documents.put("/huge", huge)
    documents.put("/good", as_text(client.object(state="inside")))
    documents.put("/redirecting", redirecting(urls["good"]))
    for name in ("hanging", "huge", "redirecting", "missing"):
        start = time.monotonic()
        assert client.error(request_uri=urls[name]) == "invalid_request_uri"
        assert time.monotonic() - start < 6.5
    assert client.state(request_uri=urls["good"]) == "inside"
