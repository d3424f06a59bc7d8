"""The self identity server: every route, status and error code of its document, and what the contract adds."""

import re
import threading
import time
from contextlib import closing
from urllib.parse import quote

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from issuer import ABSENT, CHALLENGE_HEADER, UUID4, Issuer, api_error, oauth_error
from keys import ECKey, RSAKey
from process import Server

CURVES = ["P-256", "secp256k1", "P-384", "P-521"]


# Health


def test_health_says_what_is_checked(issuer):
    reply = issuer.get("/health")
    assert reply.status_code == 200
    body = reply.json()
    assert body["status"] == "healthy" and body["service"] == "self-server"
    assert isinstance(body["version"], str) and isinstance(body["uptime"], int)
    parts = ["database", "email_service", "jwt_signing", *(["redis"] if Server.redis_url else [])]
    assert body["checks"] == dict.fromkeys(parts, "healthy")


# Verification of an address


def test_a_verification_is_sent(issuer):
    reply = issuer.post("/api/send-verification", json={"email": "user@example.com"})
    assert reply.status_code == 200
    body = reply.json()
    assert body["success"] is True and body["message"] == "Verification email sent"
    assert body["verification_url"].startswith(f"{issuer.name}/api/verify/")
    assert UUID4.fullmatch(body["verification_url"].rsplit("/", 1)[1])
    assert len(body["registration_token"]) >= 32


@pytest.mark.parametrize("email", [
    "", "nobody", "@example.com", "a@", "a@b@c.example", "a b@example.com", "a@example.com\r\nBcc: b@example.com",
    "a@example.com,b@example.com", "<a@example.com>", "a" * 250 + "@example.com", "a@exa mple.com", "a@-.com", "\u0000@example.com",
])
def test_an_invalid_address_is_refused(issuer, email):
    api_error(issuer.post("/api/send-verification", json={"email": email}), 400)


@pytest.mark.parametrize("body", ['{"email": 1}', '{"email": null}', '{"email": ["a@example.com"]}', "{}", "[]", "null", "", "{"])
def test_a_malformed_verification_request_is_refused(issuer, body):
    api_error(issuer.post("/api/send-verification", data=body, headers={"Content-Type": "application/json"}), 400)


def test_the_link_verifies_once(issuer):
    asked = issuer.ask_verification("link@example.com")
    first = issuer.get(asked["verification_url"])
    assert first.status_code == 200
    assert first.headers["Content-Type"].startswith("text/html")
    assert "Email Verified" in first.text
    again = issuer.get(asked["verification_url"])
    assert again.status_code == 400 and again.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("token", ["00000000-0000-4000-8000-000000000000", "x", "%00", "..%2f..", "<script>alert(1)</script>", "a" * 3000])
def test_an_unknown_link_is_refused_as_a_page(issuer, token):
    reply = issuer.get(f"/api/verify/{quote(token, safe='%')}")
    assert reply.status_code in (400, 404)
    assert "<script>alert" not in reply.text


class Stream:
    """The status stream of an address, read line by line."""

    def __init__(self, issuer: Issuer, email: str, seconds: float = 40):
        self.reply = issuer.get(f"/api/verification-status/{quote(email, safe='')}", stream=True, timeout=seconds)

    def lines_until(self, wanted: str | None = None) -> list[str]:
        seen = []
        for line in self.reply.iter_lines(chunk_size=1, decode_unicode=True):
            seen.append(line)
            if wanted is not None and line.startswith(wanted):
                break
        return seen

    def close(self):
        self.reply.close()


def test_the_stream_tells_of_the_verification_and_ends(issuer):
    asked = issuer.ask_verification("stream@example.com")
    with closing(Stream(Issuer(issuer.url, issuer.name), "stream@example.com")) as stream:
        assert stream.reply.status_code == 200
        assert stream.reply.headers["Content-Type"].split(";")[0] == "text/event-stream"
        assert "no-store" in stream.reply.headers["Cache-Control"] or "no-cache" in stream.reply.headers["Cache-Control"]
        timer = threading.Timer(0.3, lambda: Issuer(issuer.url).get(asked["verification_url"]))
        timer.start()
        lines = stream.lines_until()  # to the end of the stream
        timer.join()
    data = [line for line in lines if line.startswith("data:")]
    assert data == ["data: verified"], lines


def test_a_stream_opened_after_the_verification_tells_at_once(issuer):
    email, _ = issuer.verified_email()
    with closing(Stream(issuer, email, seconds=5)) as stream:
        assert "data: verified" in stream.lines_until()


def test_a_waiting_stream_is_kept_alive_by_comments(issuer):
    issuer.ask_verification("patient@example.com")
    with closing(Stream(Issuer(issuer.url), "patient@example.com")) as stream:
        lines = stream.lines_until(":")
    assert lines[-1].replace(" ", "") == ":keep-alive"
    assert not any(line.startswith("data:") for line in lines)


def test_many_open_streams_disturb_nobody(issuer):
    asked = issuer.ask_verification("crowd@example.com")
    streams = [Stream(Issuer(issuer.url), "crowd@example.com") for _ in range(50)]
    assert issuer.healthy()
    issuer.get(asked["verification_url"])
    for stream in streams:
        with closing(stream):
            assert "data: verified" in stream.lines_until()


# Registration


def register(issuer, **changes):
    email, token = issuer.verified_email() if "email" not in changes else (changes["email"], None)
    body = {"email": email, "name": "Ada", "public_key": ECKey().hex(), "registration_token": token} | changes
    return issuer.post("/api/register", json={name: value for name, value in body.items() if value is not ABSENT})


def test_a_verified_address_registers_a_key(issuer):
    reply = register(issuer)
    assert reply.status_code == 200
    body = reply.json()
    assert body["success"] is True and body["message"] == "Registration completed successfully"
    assert UUID4.fullmatch(body["user_id"])


def test_an_unverified_address_is_refused(issuer):
    asked = issuer.ask_verification("hasty@example.com")
    reply = register(issuer, email="hasty@example.com", registration_token=asked["registration_token"])
    assert api_error(reply, 400) == {"success": False, "message": "Email not verified", "user_id": None}
    api_error(register(issuer, email="never-asked@example.com", registration_token=ABSENT), 400)


def test_without_the_registration_token_only_the_address_that_asked_may_register(issuer):
    email, _ = issuer.verified_email()
    body = {"email": email, "name": "Ada", "public_key": ECKey().hex()}
    elsewhere = Issuer(issuer.url, source="127.0.0.2")
    assert api_error(elsewhere.post("/api/register", json=body), 400)["message"] == "Email not verified"
    forged = elsewhere.post("/api/register", json=body, headers={"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"})
    api_error(forged, 400)
    assert issuer.post("/api/register", json=body).status_code == 200


def test_with_the_registration_token_any_address_may_register(issuer):
    email, token = issuer.verified_email()
    body = {"email": email, "name": "Ada", "public_key": ECKey().hex(), "registration_token": token}
    assert Issuer(issuer.url, source="127.0.0.2").post("/api/register", json=body).status_code == 200


def test_the_registration_token_of_another_address_is_refused(issuer):
    _, token = issuer.verified_email()
    email, _ = issuer.verified_email()
    body = {"email": email, "name": "Ada", "public_key": ECKey().hex(), "registration_token": token}
    api_error(Issuer(issuer.url, source="127.0.0.2").post("/api/register", json=body), 400)


def test_a_taken_address_or_key_is_a_conflict(issuer):
    account = issuer.register(ECKey())
    api_error(register(issuer, public_key=account.key.hex()), 409)
    api_error(register(issuer, public_key=account.key.hex(compressed=True)), 409)
    api_error(register(issuer, public_key=account.key.jwk), 409)
    email, token = issuer.verified_email(account.email)
    api_error(register(issuer, email=email, registration_token=token), 409)


P256, K1 = ECKey("P-256"), ECKey("secp256k1")
BAD_KEYS = {
    "empty": "", "not hex": "04zz", "odd hex": P256.hex()[:-1], "short": P256.hex()[:-2], "long": P256.hex() + "00",
    "without prefix": P256.hex()[2:], "infinity": "00", "hybrid form": "06" + P256.hex()[2:],
    "on no curve": "04" + "11" * 64, "zero point": "04" + "00" * 64, "y of another": P256.hex()[:66] + K1.hex()[66:],
    "compressed on no curve": "02" + "ff" * 32, "PEM": P256.pem().decode(), "number": 4, "null": None, "list": [P256.hex()],
    "private JWK": P256.private_jwk, "symmetric JWK": {"kty": "oct", "k": "AAAA"}, "empty JWK": {},
    "JWK off curve": {**P256.jwk, "y": P256.jwk["x"]}, "JWK of another curve": {**P256.jwk, "crv": "secp256k1"},
    "JWK short coordinate": {**P256.jwk, "x": P256.jwk["x"][:-4]}, "JWK RSA": RSAKey(1024).jwk,
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_bad_key_is_refused(issuer, name):
    api_error(register(issuer, public_key=BAD_KEYS[name]), 400)


@pytest.mark.parametrize("name", ["", "   ", None, 1, ["Ada"], ABSENT], ids=repr)
def test_a_missing_name_is_refused(issuer, name):
    api_error(register(issuer, name=name), 400)


@pytest.mark.parametrize("form", ["hex", "compressed", "jwk"])
@pytest.mark.parametrize("curve", CURVES)
def test_each_form_of_a_key_registers_and_signs_in(issuer, curve, form):
    key = ECKey(curve)
    while form == "compressed" and key.ambiguous():  # such an x names a key on either curve
        key = ECKey(curve)
    if curve in ("P-384", "P-521") and form != "jwk":
        pytest.skip("the larger curves register as JWKs")
    public = {"hex": key.hex(), "compressed": key.hex(compressed=True), "jwk": key.jwk}[form]
    account = issuer.register(key, public_key=public)
    info = issuer.userinfo(issuer.key_token(key)).json()
    assert info["sub"] == account.id
    if form == "hex":
        assert info["public_key"] == key.hex()


# Challenges and tokens


def test_a_challenge_is_fresh_and_not_stored(issuer):
    first, second = issuer.post("/oauth/challenge"), issuer.post("/oauth/challenge", json={})
    for reply in (first, second):
        assert reply.status_code == 200 and "no-store" in reply.headers["Cache-Control"]
        body = reply.json()
        assert body["challenge"] == body["attestation_challenge"] and body["expires_in"] == 300
        assert len(body["challenge"]) >= 22
    assert first.json()["challenge"] != second.json()["challenge"]


@pytest.mark.parametrize("content", ["form", "json"])
@pytest.mark.parametrize("naming", ["client_id", "public_key", "both"])
@pytest.mark.parametrize("curve", ["P-256", "secp256k1"])
def test_a_signed_challenge_gets_a_token(issuer, curve, naming, content):
    account = issuer.register(ECKey(curve))
    form = issuer.key_form(account.key, public_key=account.key.hex())
    if naming != "both":
        form.pop("public_key" if naming == "client_id" else "client_id")
    reply = issuer.post("/oauth/token", **({"data": form} if content == "form" else {"json": form}))
    assert reply.status_code == 200, reply.text
    assert "no-store" in reply.headers["Cache-Control"]
    body = reply.json()
    assert body["token_type"] == "Bearer" and isinstance(body["expires_in"], int)
    assert set(body.get("scope", "openid profile").split()) <= {"openid", "profile"}

    keys = KeySet.import_key_set(issuer.get("/oauth/jwks").json())
    token = jwt.decode(body["access_token"], keys, algorithms=["ES256"])
    claims = token.claims
    assert token.header["typ"] == "at+jwt" and token.header["alg"] == "ES256" and token.header["kid"]
    assert claims["iss"] == issuer.name and claims["sub"] == account.id and claims["aud"]
    assert claims["exp"] - claims["iat"] == body["expires_in"] and abs(claims["iat"] - time.time()) < 10
    assert re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", claims["jti"])
    assert claims["client_id"] == account.key.client_id and claims["cnf"] == {"jkt": account.key.thumbprint}
    assert set(claims["scope"].split()) <= {"openid", "profile"}


def test_the_challenge_may_be_in_the_assertion_alone(issuer, account):
    form = issuer.key_form(account.key)
    del form["challenge"]
    assert issuer.token(form).status_code == 200


def refused_challenge(issuer, form) -> str:
    reply = issuer.token(form)
    body = oauth_error(reply, 400, "invalid_grant")
    assert "challenge" in body["error_description"].lower(), body
    assert reply.headers[CHALLENGE_HEADER]
    return reply.headers[CHALLENGE_HEADER]


def foreign(challenge: str) -> str:
    return challenge[:-8] + ("A" if challenge[-8] != "A" else "B") + challenge[-7:]


@pytest.mark.parametrize("kind", ["missing", "only in the body", "empty", "invented", "altered", "another in the body", "huge"])
def test_a_wrong_challenge_is_refused_and_a_fresh_one_handed_back(issuer, account, kind):
    key, good = account.key, issuer.challenge()
    signed, sent = {
        "missing": (ABSENT, ABSENT), "only in the body": (ABSENT, good), "empty": ("", ""), "invented": ("invented", "invented"),
        "altered": (foreign(good),) * 2, "another in the body": (good, issuer.challenge()),
        "huge": ("A" * 8000, ABSENT),
    }[kind]
    form = issuer.form(key.client_id, issuer.assertion(key, challenge=signed), challenge=sent)
    fresh = refused_challenge(issuer, form)
    assert issuer.token(issuer.key_form(key, fresh)).status_code == 200, "the fresh one works"


@pytest.mark.parametrize("value", [12345, None, True, ["x"], {}], ids=repr)
def test_a_challenge_that_is_no_text_is_refused(issuer, account, value):
    reply = issuer.token(issuer.form(account.key.client_id, issuer.assertion(account.key, challenge=value)))
    oauth_error(reply, 401 if reply.status_code == 401 else 400, "invalid_grant" if reply.status_code == 400 else "invalid_client")


def test_a_challenge_works_once(issuer, account):
    challenge = issuer.challenge()
    assert issuer.token(issuer.key_form(account.key, challenge)).status_code == 200
    refused_challenge(issuer, issuer.key_form(account.key, challenge))


def test_an_unknown_key_is_an_unknown_client(issuer):
    stranger = ECKey()
    body = oauth_error(issuer.token(issuer.key_form(stranger)), 401, "invalid_client")
    assert body["error_description"] == "User not found"
    form = issuer.key_form(stranger, public_key=stranger.hex())
    del form["client_id"]
    assert oauth_error(issuer.token(form), 401, "invalid_client")["error_description"] == "User not found"


@pytest.mark.parametrize("curve", ["P-256", "secp256k1"])
def test_a_bad_signature_is_refused(issuer, curve):
    account, other = issuer.register(ECKey(curve)), ECKey(curve)
    challenge = issuer.challenge()
    form = issuer.form(account.key.client_id, issuer.assertion(other, account.key.client_id, challenge=challenge))
    oauth_error(issuer.token(form), 400, "invalid_grant")


def test_the_public_key_of_another_does_not_match(issuer, account):
    form = issuer.key_form(account.key, public_key=issuer.register(ECKey()).key.hex())
    reply = issuer.token(form)
    oauth_error(reply, reply.status_code if reply.status_code in (400, 401) else 400, "invalid_grant", "invalid_request", "invalid_client")


@pytest.mark.parametrize("grant,error", [
    ("urn:example:no-such-grant", "unsupported_grant_type"), ("", "invalid_request"), (ABSENT, "invalid_request"),
], ids=repr)
def test_an_unknown_grant_is_refused(issuer, account, grant, error):
    form = issuer.key_form(account.key, grant_type=grant)
    oauth_error(issuer.token({name: value for name, value in form.items() if value is not ABSENT}), 400, error)


def test_scope_is_narrowed_to_what_the_client_may_have(issuer, account):
    reply = issuer.token(issuer.key_form(account.key, scope="openid no-such-scope"))
    assert reply.status_code == 200 and reply.json()["scope"] == "openid"
    oauth_error(issuer.token(issuer.key_form(account.key, scope="no-such-scope")), 400, "invalid_scope")
    oauth_error(issuer.token(issuer.key_form(account.key, scope='open"id')), 400, "invalid_scope")


def test_unknown_parameters_are_ignored(issuer, account):
    assert issuer.token(issuer.key_form(account.key, no_such_parameter="1")).status_code == 200


# Userinfo


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_userinfo_has_the_members_of_the_document(issuer, account, method):
    reply = issuer.userinfo(issuer.key_token(account.key), method)
    assert reply.status_code == 200 and "no-store" in reply.headers["Cache-Control"]
    body = reply.json()
    assert body["sub"] == account.id and body["email"] == account.email and body["name"] == account.name
    assert body["public_key"] == account.key.hex()
    assert re.fullmatch(r"[0-9]{10}", body["created_at"]) and abs(int(body["created_at"]) - time.time()) < 3600


def test_userinfo_without_a_token(issuer):
    reply = issuer.userinfo(None)
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].startswith("Bearer") and "error" not in reply.headers["WWW-Authenticate"]
    assert reply.json() == reply.json() | {"error": "invalid_token", "error_description": "Missing Authorization header"}


@pytest.mark.parametrize("header", [
    "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer  two  spaces", "Basic dXNlcjpwYXNz", "Token x", "bearer x y", "Bearer " + "a" * 7000,
])
def test_userinfo_with_a_bad_header(issuer, header):
    reply = issuer.userinfo(None, headers={"Authorization": header})
    assert reply.status_code in (400, 401)
    assert "Bearer" in reply.headers["WWW-Authenticate"]
    assert reply.json()["error"] in ("invalid_token", "invalid_request")


def test_a_token_in_form_or_query_is_refused(issuer, account):
    token = issuer.key_token(account.key)
    assert issuer.userinfo(token).status_code == 200, "the control"
    assert issuer.userinfo(None, params={"access_token": token}).status_code in (400, 401)
    assert issuer.userinfo(None, "POST", data={"access_token": token}).status_code in (400, 401)
    for reply in (issuer.userinfo(token, "POST", data={"access_token": token}), issuer.userinfo(token, params={"access_token": token})):
        assert reply.status_code == 400 and reply.json()["error"] == "invalid_request"
