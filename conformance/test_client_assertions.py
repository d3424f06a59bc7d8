"""Forged and malformed assertions (security catalogue 1.4 and 1.6) at the token endpoint, and access tokens at userinfo."""

import http.server
import json
import threading
import time
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from assertion_rows import ACCEPTED, REFUSED, Signer
from issuer import ABSENT, ASSERTION_TYPE, oauth_error
from keys import ECKey, SecretKey, b64, canonical, compact, peek, unb64


def name_of(row) -> str:
    return f"{row[0]} {row[1]}"


def redeem(signer: Signer, assertion: str):
    began = time.monotonic()
    reply = signer.issuer.token({
        "grant_type": "client_credentials", "client_id": signer.client_id, "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    })
    assert time.monotonic() - began < 1, "the refusal took longer than a second"
    return reply


@pytest.fixture
def client(issuer, key_client) -> Signer:
    """A registered client that signs without a challenge."""
    return Signer(issuer, key_client.key, key_client.id, challenged=False)


@pytest.fixture
def holder(issuer, account) -> Signer:
    """An account that signs with its own key and a challenge."""
    return Signer(issuer, account.key, account.key.client_id, challenged=True)


@pytest.mark.parametrize("row", REFUSED, ids=name_of)
def test_a_registered_client_is_refused(client, row):
    reply = redeem(client, row[2](client))
    if reply.status_code == 400:  # what does not even parse may be called an invalid request
        assert row[0] in ("JW-18", "JW-20"), reply.text
        oauth_error(reply, 400, "invalid_request")
    else:
        oauth_error(reply, 401, "invalid_client")


@pytest.mark.parametrize("row", REFUSED, ids=name_of)
def test_an_account_is_refused(holder, row):
    reply = redeem(holder, row[2](holder))
    assert reply.status_code in (400, 401), reply.text
    oauth_error(reply, reply.status_code, *({400: ("invalid_grant", "invalid_request"), 401: ("invalid_client",)}[reply.status_code]))


@pytest.mark.parametrize("row", ACCEPTED, ids=name_of)
@pytest.mark.parametrize("who", ["client", "holder"])
def test_a_good_assertion_is_accepted(request, who, row):
    signer = request.getfixturevalue(who)
    reply = redeem(signer, row[2](signer))
    assert reply.status_code == 200, reply.text


def test_ca_18_a_jti_works_once(client, holder):
    assertion = client.good()
    assert redeem(client, assertion).status_code == 200
    oauth_error(redeem(client, assertion), 401, "invalid_client")
    same = {"jti": "one-and-the-same"}
    assert redeem(holder, holder.with_claims(**same)).status_code == 200
    reply = redeem(holder, holder.with_claims(**same))
    oauth_error(reply, reply.status_code, "invalid_client" if reply.status_code == 401 else "invalid_grant")


def test_a_refused_assertion_does_not_spend_the_jti(client):
    good = client.good()
    claims = peek(good)
    forged = compact(client.header(), claims, ECKey().sign)
    oauth_error(redeem(client, forged), 401, "invalid_client")
    assert redeem(client, good).status_code == 200


@pytest.mark.parametrize("kind", ["wrong", "missing", "empty", "twice", "assertion twice", "assertion missing", "saml"])
def test_ca_24_the_assertion_type(client, kind):
    good = client.good()
    fields = [("grant_type", "client_credentials"), ("client_id", client.client_id)]
    fields += {
        "wrong": [("client_assertion_type", "jwt"), ("client_assertion", good)],
        "missing": [("client_assertion", good)],
        "empty": [("client_assertion_type", ""), ("client_assertion", good)],
        "twice": [("client_assertion_type", ASSERTION_TYPE)] * 2 + [("client_assertion", good)],
        "assertion twice": [("client_assertion_type", ASSERTION_TYPE)] + [("client_assertion", good)] * 2,
        "assertion missing": [("client_assertion_type", ASSERTION_TYPE)],
        "saml": [("client_assertion_type", ASSERTION_TYPE.replace("jwt", "saml2")), ("client_assertion", good)],
    }[kind]
    reply = client.issuer.post("/oauth/token", data=urlencode(fields), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert reply.status_code in (400, 401)
    oauth_error(reply, reply.status_code, "invalid_request" if reply.status_code == 400 else "invalid_client")


def test_jw_04_no_key_is_fetched(client, holder):
    visits = []

    class Visited(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            visits.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    attacker = ECKey()
    with http.server.HTTPServer(("127.0.0.1", 0), Visited) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{listener.server_port}/keys"
        for header in ({"jku": url}, {"x5u": url}, {"jku": url, "kid": "1"}, {"x5c": [b64(attacker.der())]}, {"x5t": "AAAA", "x5u": url}):
            for signer in (client, holder):
                assertion = compact(signer.header(**header), signer.claims(), attacker.sign)
                assert redeem(signer, assertion).status_code in (400, 401), header
        time.sleep(0.2)
        listener.shutdown()
    assert visits == []


def test_jw_24_other_tokens_are_no_assertions(client, holder):
    access_token = holder.issuer.key_token(holder.key)
    oauth_error(redeem(client, access_token), 401, "invalid_client")
    assert redeem(holder, access_token).status_code in (400, 401)
    for assertion in (client.good(), holder.good()):
        reply = client.issuer.userinfo(assertion)
        assert reply.status_code == 401 and 'error="invalid_token"' in reply.headers["WWW-Authenticate"]


def test_the_assertion_of_one_is_not_the_assertion_of_another(client, holder):
    other = client.issuer.register(ECKey())
    oauth = client.issuer.form(other.key.client_id, holder.good())
    assert client.issuer.token(oauth).status_code in (400, 401)


# Access tokens


class ServerKey:
    """The key that the server signs with, read from its folder, and a token of an account."""

    def __init__(self, server, token: str):
        self.header, self.claims = peek(token, 0), peek(token)
        public = next(k for k in server.issuer.get("/oauth/jwks").json()["keys"] if k["kid"] == self.header["kid"])
        for file in server.keys.glob("**/*.pem"):
            private = load_pem_private_key(file.read_bytes(), None)
            if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
                key = ECKey()
                key.private, key.numbers = private, private.public_key().public_numbers()
                if key.jwk["x"] == public["x"]:
                    self.key, self.public = key, public
                    return
        raise AssertionError(f"no PEM file in {server.keys} holds the key {self.header['kid']}")

    def sign(self, header: dict | None = None, **claims) -> str:
        head = {name: value for name, value in (self.header | (header or {})).items() if value is not ABSENT}
        body = {name: value for name, value in (self.claims | claims).items() if value is not ABSENT}
        return compact(head, body, self.key.sign)

    def resigned(self, change) -> str:
        head, body, signature = self.sign().split(".")
        return f"{head}.{body}.{b64(change(unb64(signature)))}"


@pytest.fixture(scope="module")
def minted(issuer, server, account) -> ServerKey:
    return ServerKey(server, issuer.key_token(account.key))


def past(seconds: int) -> int:
    return int(time.time()) - seconds


TOKENS = {
    "JW-02 HS256 by the public JWK": lambda m: compact(m.header | {"alg": "HS256"}, m.claims, SecretKey(canonical(m.public)).sign),
    "JW-02 HS256 by the PEM": lambda m: compact(m.header | {"alg": "HS256"}, m.claims, SecretKey(m.key.pem()).sign),
    "CA-10 alg none": lambda m: compact(m.header | {"alg": "none"}, m.claims, lambda _: b""),
    "CA-10 alg None": lambda m: compact(m.header | {"alg": "None"}, m.claims, lambda _: b""),
    "JW-03 another key in jwk": lambda m: compact(m.header | {"jwk": (k := ECKey()).jwk}, m.claims, k.sign),
    "JW-03 another key": lambda m: compact(m.header, m.claims, ECKey().sign),
    "JW-04 jku": lambda m: compact(m.header | {"jku": "http://127.0.0.1:1/"}, m.claims, ECKey().sign),
    "JW-06 crit": lambda m: m.sign({"crit": ["exp"]}), "JW-06 empty crit": lambda m: m.sign({"crit": []}),
    "JW-07 b64": lambda m: m.sign({"b64": False, "crit": ["b64"]}),
    "JW-08 sub twice": lambda m: compact(m.header, json.dumps(m.claims)[:-1].encode() + b',"sub":"x"}', m.key.sign),
    "JW-10 63 bytes": lambda m: m.resigned(lambda x: x[:-1]), "JW-10 zeros": lambda m: m.resigned(lambda x: bytes(64)),
    "JW-10 one bit": lambda m: m.resigned(lambda x: x[:-1] + bytes([x[-1] ^ 1])),
    "JW-18 two segments": lambda m: ".".join(m.sign().split(".")[:2]), "JW-18 four": lambda m: m.sign() + ".AA",
    "JW-18 padded": lambda m: m.sign() + "=", "JW-18 no claims": lambda m: compact(m.header, b"", m.key.sign),
    "JW-19 invalid UTF-8": lambda m: compact(m.header, json.dumps(m.claims)[:-1].encode() + b',"x":"\xff"}', m.key.sign),
    "JW-20 depth": lambda m: compact(m.header, json.dumps(m.claims)[:-1].encode() + b',"x":' + b"[" * 1000 + b"]" * 1000 + b"}", m.key.sign),
    "JW-22 exp text": lambda m: m.sign(exp="9999999999"), "JW-22 exp negative": lambda m: m.sign(exp=-1),
    "JW-22 exp missing": lambda m: m.sign(exp=ABSENT), "JW-22 exp beyond": lambda m: m.sign(exp=2**64),
    "JW-23 expired": lambda m: m.sign(exp=past(30)), "JW-23 5 minutes expired": lambda m: m.sign(exp=past(300), iat=past(600)),
    "JW-24 typ JWT": lambda m: m.sign({"typ": "JWT"}), "JW-24 no typ": lambda m: m.sign({"typ": ABSENT}),
    "JW-24 typ logout": lambda m: m.sign({"typ": "logout+jwt"}), "JW-32 unknown kid": lambda m: m.sign({"kid": "no-such-key"}),
    "iss of another": lambda m: m.sign(iss="https://other.example"), "aud of another": lambda m: m.sign(aud="https://other.example"),
    "iss missing": lambda m: m.sign(iss=ABSENT), "aud missing": lambda m: m.sign(aud=ABSENT), "sub missing": lambda m: m.sign(sub=ABSENT),
    "sub unknown": lambda m: m.sign(sub="00000000-0000-4000-8000-000000000000"), "sub a key": lambda m: m.sign(sub=m.key.hex()),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_forged_access_token_is_refused(issuer, minted, name):
    reply = issuer.userinfo(TOKENS[name](minted))
    assert reply.status_code == 401, reply.text
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    assert reply.json()["error"] == "invalid_token"


def test_the_same_claims_signed_again_are_accepted(issuer, minted):
    """The control of the table above: what refuses its rows is the change, not the signing."""
    assert issuer.userinfo(minted.sign()).status_code == 200
