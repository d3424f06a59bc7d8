"""The suite's own tools, without a server: what it signs is right to others' eyes, and its race driver sees a race."""

import http.server
import socketserver
import threading
import time

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey as JoseECKey
from joserfc.jwk import OctKey, OKPKey, RSAKey as JoseRSAKey

from assertion_rows import ACCEPTED, REFUSED, Signer
from issuer import Issuer
from keys import ECKey, Ed25519Key, RSAKey, SecretKey, b64, unb64
from wire import Race, request


@pytest.mark.parametrize("key", [ECKey("P-256"), ECKey("secp256k1"), ECKey("P-384"), ECKey("P-521"), RSAKey(), Ed25519Key()],
                         ids=lambda key: key.algorithm)
def test_assertions_verify_elsewhere(key):
    kind = {"EC": JoseECKey, "RSA": JoseRSAKey, "OKP": OKPKey}[key.jwk["kty"]]
    public = kind.import_key(key.jwk)
    assert public.thumbprint() == key.thumbprint
    token = jwt.decode(Issuer("http://127.0.0.1:9").assertion(key, "someone"), public, algorithms=[key.algorithm])
    assert token.claims["aud"] == "http://127.0.0.1:9" and token.claims["iss"] == token.claims["sub"] == "someone"


def test_shared_secrets_verify_elsewhere():
    key = SecretKey(b"a secret of more than thirty-two bytes")
    assertion = Issuer("http://127.0.0.1:9").assertion(key, "someone")
    assert jwt.decode(assertion, OctKey.import_key(key.secret), algorithms=["HS256"]).claims["sub"] == "someone"


def test_the_thumbprint_of_rfc_7638_and_the_name_of_rfc_9278():
    key = RSAKey.__new__(RSAKey)
    n = ("0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W"
         "-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08q"
         "NLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw")
    jwk = JoseRSAKey.import_key({"kty": "RSA", "n": n, "e": "AQAB"})
    key.private = type("Private", (), {"public_key": lambda self: jwk.public_key})()
    assert key.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert ECKey().client_id.startswith("urn:ietf:params:oauth:jwk-thumbprint:sha-256:")


class Offline(Issuer):
    """An issuer that needs no network: challenges are made here, the JWKS has one key."""

    server_key = ECKey()

    def challenge(self):
        return "a-challenge"

    def get(self, path, **_):
        return type("Reply", (), {"json": lambda _: {"keys": [{**self.server_key.jwk, "kid": "1"}]}})()


@pytest.fixture
def signer():
    key = ECKey()
    return Signer(Offline("http://127.0.0.1:9"), key, key.client_id, challenged=True)


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row[0]} {row[1]}")
def test_every_row_makes_something(signer, row):
    assert isinstance(row[2](signer), str)


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: f"{row[0]} {row[1]}")
def test_good_rows_verify_elsewhere(signer, row):
    public = JoseECKey.import_key(signer.key.jwk)
    claims = jwt.decode(row[2](signer), public, algorithms=["ES256"]).claims
    assert claims["challenge"] == "a-challenge" and claims["sub"] == signer.client_id


def test_unpadded_base64url():
    assert b64(b"\xfb\xff") == "-_8" and unb64("-_8") == b"\xfb\xff"


class Store(http.server.BaseHTTPRequestHandler):
    """Redeems one thing, once: in one step, or reading first and writing later, as the mistake M1 of the catalogue does."""

    protocol_version = "HTTP/1.1"
    atomic, fresh, lock = True, True, threading.Lock()

    def do_GET(self):
        kind = type(self)
        if kind.atomic:
            with kind.lock:
                won, kind.fresh = kind.fresh, False
        else:
            won = kind.fresh
            time.sleep(0.002)
            kind.fresh = False
        self.send_response(200 if won else 400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Threaded(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256


@pytest.mark.parametrize("atomic", [True, False])
def test_the_race_driver_tells_one_step_from_read_then_write(atomic):
    """The control of test_races.py: against a store that reads and then writes, the same driver counts more than one success."""
    store = type("OneStore", (Store,), {"atomic": atomic, "fresh": True})
    with Threaded(("127.0.0.1", 0), store) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{listener.server_address[1]}"
        with Race(url, 50) as race:
            rounds = []
            while len(rounds) < (3 if atomic else 50) and (atomic or max(rounds, default=0) <= 1):
                store.fresh = True
                answers = race.run([request(url, "GET", "/")] * 50)
                rounds.append([status for status, _ in answers].count(200))
                assert len(answers) == 50 and all(status in (200, 400) for status, _ in answers)
            # A busy machine may let one round pass in single file; not fifty.
            assert rounds == [1, 1, 1] if atomic else max(rounds) > 1
        listener.shutdown()
