"""The server under test, as its visitors see it: accounts, challenges, assertions, tokens."""

import re
import secrets
import time

import requests

from keys import ECKey, compact

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CHALLENGE_HEADER = "OAuth-Client-Attestation-Challenge"
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{8,128}")
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 §5.2

#: Passed where a claim or parameter is to be left out.
ABSENT = object()


class Issuer:
    """An issuer URL and the requests one makes to it. No answer may be a 500, and each carries a request id."""

    def __init__(self, url: str, issuer: str | None = None, source: str | None = None):
        self.url = url.rstrip("/")
        self.name = issuer or self.url
        self.session = requests.Session()
        self.session.trust_env = False
        if source:
            self.session.mount("http://", _From(source))

    def send(self, method: str, path: str, **options) -> requests.Response:
        address = path if path.startswith("http") else self.url + path
        options.setdefault("timeout", 20)
        options.setdefault("allow_redirects", False)
        reply = self.session.request(method, address, **options)
        assert reply.status_code != 500, f"{method} {path} got a 500: {reply.text[:500]}"
        request_id = reply.headers.get("X-Request-Id", "")
        assert REQUEST_ID.fullmatch(request_id), f"{method} {path}: X-Request-Id is {request_id!r}"
        return reply

    def get(self, path: str, **options) -> requests.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, **options) -> requests.Response:
        return self.send("POST", path, **options)

    def healthy(self) -> bool:
        return self.get("/health").status_code == 200

    # Registration

    def ask_verification(self, email: str) -> dict:
        reply = self.post("/api/send-verification", json={"email": email})
        assert reply.status_code == 200, reply.text
        return reply.json()

    def verified_email(self, email: str | None = None) -> tuple[str, str]:
        """An address that was verified in development mode, and its registration token."""
        email = email or f"{secrets.token_hex(8)}@example.com"
        asked = self.ask_verification(email)
        reply = self.get(asked["verification_url"])
        assert reply.status_code == 200, reply.text
        return email, asked["registration_token"]

    def register(self, key=None, public_key=None, name: str = "Ada Lovelace", email: str | None = None) -> "Account":
        key = key or ECKey()
        email, token = self.verified_email(email)
        body = {"email": email, "name": name, "public_key": public_key or key.hex(), "registration_token": token}
        reply = self.post("/api/register", json=body)
        assert reply.status_code == 200, reply.text
        return Account(key, email, name, reply.json()["user_id"])

    # Tokens

    def challenge(self) -> str:
        reply = self.post("/oauth/challenge")
        assert reply.status_code == 200, reply.text
        return reply.json()["challenge"]

    def claims(self, client_id: str, **changes) -> dict:
        """Good claims of an assertion, with changes; `ABSENT` leaves one out."""
        now = int(time.time())
        claims = {
            "iss": client_id, "sub": client_id, "aud": self.name, "iat": now, "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
        } | changes
        return {name: value for name, value in claims.items() if value is not ABSENT}

    def assertion(self, key, client_id: str | None = None, header: dict | None = None, **changes) -> str:
        head = {"alg": key.algorithm, "typ": "JWT"} | (header or {})
        head = {name: value for name, value in head.items() if value is not ABSENT}
        return compact(head, self.claims(client_id or key.client_id, **changes), key.sign)

    def form(self, client_id, assertion: str, **changes) -> dict:
        form = {
            "grant_type": "client_credentials", "client_id": client_id, "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion, "scope": "openid profile",
        } | changes
        return {name: value for name, value in form.items() if value is not ABSENT}

    def key_form(self, key, challenge: str | None = None, **changes) -> dict:
        """The request of an account's own key: a fresh challenge, signed."""
        challenge = challenge or self.challenge()
        return self.form(key.client_id, self.assertion(key, challenge=challenge), challenge=challenge) | changes

    def token(self, form: dict, **options) -> requests.Response:
        return self.post("/oauth/token", data=form, **options)

    def key_token(self, key, **changes) -> str:
        reply = self.token(self.key_form(key, **changes))
        assert reply.status_code == 200, reply.text
        return reply.json()["access_token"]

    def userinfo(self, token: str | None, method: str = "GET", **options) -> requests.Response:
        headers = options.pop("headers", {})
        if token is not None:
            headers = {"Authorization": f"Bearer {token}"} | headers
        return self.send(method, "/oauth/userinfo", headers=headers, **options)

    def metadata(self) -> dict:
        reply = self.get("/.well-known/oauth-authorization-server")
        assert reply.status_code == 200, reply.text
        return reply.json()


class _From(requests.adapters.HTTPAdapter):
    """Sends from one address of this host, as another visitor would."""

    def __init__(self, address: str):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **options)


class Account:
    def __init__(self, key, email: str, name: str, id: str):
        self.key, self.email, self.name, self.id = key, email, name, id


class RegisteredClient:
    """A client that `martlet clients add` made."""

    def __init__(self, id: str, method: str, secret: str | None = None, key=None):
        self.id, self.method, self.secret, self.key = id, method, secret, key

    def credentials(self, issuer: Issuer, **claims) -> dict:
        """What `requests` needs to send to authenticate: `data` and perhaps `auth`."""
        if self.method == "client_secret_basic":
            return {"data": {}, "auth": (self.id, self.secret)}
        if self.method == "client_secret_post":
            return {"data": {"client_id": self.id, "client_secret": self.secret}}
        assertion = issuer.assertion(self.key, self.id, **claims)
        return {"data": {"client_id": self.id, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}}

    def send(self, issuer: Issuer, path: str, **form) -> requests.Response:
        options = self.credentials(issuer)
        options["data"] = options["data"] | form
        return issuer.post(path, **options)

    def token(self, issuer: Issuer, **form) -> requests.Response:
        return self.send(issuer, "/oauth/token", grant_type="client_credentials", **form)


def oauth_error(reply: requests.Response, status: int, *errors: str) -> dict:
    """Asserts an RFC 6749 §5.2 answer with one of the codes and returns it."""
    assert reply.status_code == status, f"{reply.status_code} instead of {status}: {reply.text[:500]}"
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    assert "no-store" in reply.headers.get("Cache-Control", "")
    body = reply.json()
    assert body["error"] in errors, body
    assert DESCRIPTION.fullmatch(body["error_description"]), body
    assert body["error_uri"].startswith(("http://", "https://")), body
    return body


def api_error(reply: requests.Response, status: int) -> dict:
    """Asserts the seed's own error shape on `/api`: `{"success": false, "message": "…"}`."""
    assert reply.status_code == status, f"{reply.status_code} instead of {status}: {reply.text[:500]}"
    body = reply.json()
    assert body["success"] is False and body["message"], body
    return body
