"""A relying party as the OpenID Foundation's suite is one: registers itself, sends a person to sign in, looks at every answer."""

import base64
import hashlib
import json
import secrets
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

import verdicts
from issuer import ASSERTION_TYPE
from keys import b64
from pages import PASSWORD, Page, Person, Visitor
from party_site import Site
from process import Server

CLAIMS = {
    "given_name": "Ada", "family_name": "King", "middle_name": "Augusta", "nickname": "ada", "profile": "https://ada.example/",
    "picture": "https://ada.example/p.png", "website": "https://ada.example/", "gender": "female", "birthdate": "1815-12-10",
    "zoneinfo": "Europe/London", "locale": "en-GB", "phone_number": "+441632960000",
    "address": {"formatted": "St James's Square, London", "country": "UK"},
}
UNSIGNED = b64(b'{"alg":"none"}')


class Provider:
    """The provider under test over TLS, as the plans ask for it, a person with every claim, and the host of the relying parties."""

    def __init__(self, binary: str, folder: Path, *options: str):
        self.site = Site(folder / "site").__enter__()
        ca = folder / "server" / "data" / "tls-self-signed.pem"
        calls = ["--outbound-allow", "127.0.0.0/8,::1/128", "--outbound-ca", str(self.site.certificate.certificate)]
        self.server = Server(
            binary, folder / "server", "--tls", "self-signed", "--registration-policy", "openid-core", *calls, *options,
            scheme="https", ca=str(ca),
        ).start()
        self.issuer = self.server.issuer
        self.issuer.session.verify = str(ca)
        self.person = Person(self.server, "--claims", json.dumps(CLAIMS))
        self.key = RSAKey.generate_key(2048, {"use": "sig", "kid": "party", "alg": "RS256"})
        reply = self.issuer.get("/.well-known/openid-configuration")
        assert reply.status_code == 200 and reply.headers["Content-Type"].split(";")[0] == "application/json"
        self.metadata = reply.json()
        self.parties: list[RelyingParty] = []

    def close(self) -> None:
        running = self.server.process.poll() is None
        self.server.kill()
        self.site.__exit__()
        assert running, self.server.log_text()[-2000:]

    def browser(self) -> Visitor:
        """One without cookies."""
        visitor = Visitor(self.issuer)
        visitor.issuer.session.verify = self.issuer.session.verify
        return visitor

    def party(self, mode: str | None = None, **members) -> "RelyingParty":
        self.parties.append(RelyingParty(self, mode, **members))
        return self.parties[-1]

    def end_of_module(self) -> None:
        """Every module ends with the end of its clients."""
        while self.parties:
            assert self.parties.pop().manage("DELETE").status_code == 204

    def keys(self) -> list[dict]:
        return verdicts.keys(self.issuer.get(self.metadata["jwks_uri"]))


class RelyingParty:
    """One client, and a browser of its own in which nobody is signed in. `mode` is the `response_mode` of its requests."""

    def __init__(self, provider: Provider, mode: str | None = None, browser: Visitor | None = None, key: RSAKey | None = None, **members):
        self.provider, self.mode, self.browser = provider, mode, browser or provider.browser()
        self.key = key or provider.key
        self.wish = {
            "client_name": "Suite", "grant_types": ["authorization_code"], "response_types": ["code"],
            "redirect_uris": [provider.site.url + "/callback"], "contacts": ["certification@oidf.example"],
            "token_endpoint_auth_method": "client_secret_basic", "jwks": {"keys": [self.key.as_dict(private=False)]},
        } | members
        self.wish = {name: value for name, value in self.wish.items() if value is not None}
        self.redirect = self.wish["redirect_uris"][0]
        self.client = self._registered()
        self.id = self.client["client_id"]
        #: The names of the pages that the person saw since the last request: `sign-in`, `allow`.
        self.seen: list[str] = []
        self.asked: dict = {}
        self.verifier: str | None = None

    # Registration

    def _registered(self) -> dict:
        reply = self.provider.issuer.post(self.provider.metadata["registration_endpoint"], json=self.wish)
        assert reply.status_code == 201, reply.text
        assert reply.headers["Content-Type"].split(";")[0] == "application/json"
        client = reply.json()
        assert "error" not in client and client.items() >= self.wish.items(), client
        assert "client_secret" not in client or "client_secret_expires_at" in client
        uri = client["registration_client_uri"]
        assert uri.startswith("https://") and client["registration_access_token"]
        method = client["token_endpoint_auth_method"]
        assert method in self.provider.metadata["token_endpoint_auth_methods_supported"]
        return client

    def manage(self, method: str):
        headers = {"Authorization": f"Bearer {self.client['registration_access_token']}"}
        return self.provider.issuer.send(method, self.client["registration_client_uri"], headers=headers)

    # The authorization request and its answer

    def query(self, **changes: str | None) -> str:
        mode = {"response_mode": self.mode} if self.mode else {}
        parameters = {
            "response_type": "code", "client_id": self.id, "redirect_uri": self.redirect, "scope": "openid",
            "state": secrets.token_hex(64), "nonce": secrets.token_urlsafe(24),
        } | mode | changes
        self.asked = {name: value for name, value in parameters.items() if value is not None}
        self.seen, self.verifier = [], None
        return urlencode(self.asked)

    @staticmethod
    def challenge() -> tuple[dict, str]:
        """The parameters of a code challenge (RFC 7636), and what opens it."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        return {"code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="), "code_challenge_method": "S256"}, verifier

    def open(self, **changes: str | None):
        """The reply that the browser shows first: a page, or the answer."""
        return self.follow(self.browser.send("GET", self.provider.metadata["authorization_endpoint"] + "?" + self.query(**changes)))

    def authorize(self, **changes: str | None) -> dict:
        """What the relying party gets in the end."""
        return self.finish(self.open(**changes))

    def follow(self, reply):
        for _ in range(5):
            if reply.status_code != 303 or not reply.headers["Location"].startswith("/"):
                return reply
            reply = self.browser.send("GET", reply.headers["Location"])
        raise AssertionError(f"too many redirects, the last to {reply.url}")

    def finish(self, reply) -> dict:
        """Signs in and allows, where that is asked for, until the answer is there; delivers it."""
        for _ in range(4):
            if reply.status_code == 303:
                return self._by_redirect(reply.headers["Location"])
            page = Page(reply)
            if any(form.action == self.redirect for form in page.forms):
                return self._by_form(page)
            buttons = [button for form in page.forms for button in form.buttons]
            if "sign-in" in buttons:
                self.seen.append("sign-in")
                reply = self.browser.post(page.form("sign-in"), username=self.provider.person.username, password=PASSWORD)
            else:
                assert "allow" in buttons, page.text
                self.seen.append("allow")
                reply = self.browser.post(page.form("allow"), choice="allow")
            reply = self.follow(reply)
        raise AssertionError(f"no answer: {page.text}")

    def _by_redirect(self, location: str) -> dict:
        assert self.mode != "form_post", location
        mark = "&" if "?" in self.redirect else "?"
        assert location.startswith(self.redirect + mark) and "#" not in location, location
        self._go("GET", location)
        (*_, arrival) = self.provider.site.at(urlsplit(self.redirect).path)
        assert arrival.method == "GET" and arrival.query == urlsplit(location).query
        own = parse_qsl(urlsplit(self.redirect).query)
        assert arrival.pairs[: len(own)] == own, "what the address was registered with comes first, as it was"
        return self.answer(arrival.pairs[len(own):])

    def _by_form(self, page: Page) -> dict:
        """OAuth 2.0 Form Post Response Mode §2: the form, its script, and what the browser sends."""
        assert self.mode == "form_post" and page.status == 200
        (form,) = page.forms
        assert form.method == "post" and form.action == self.redirect
        assert [about for tag, about in page.tags if tag == "script" and "src" in about], "nothing sends it"
        assert "no-store" in page.reply.headers["Cache-Control"]
        self._go("POST", form.action, data=form.values)
        (*_, arrival) = self.provider.site.at(urlsplit(self.redirect).path)
        assert arrival.method == "POST" and arrival.content_type.split(";")[0] == "application/x-www-form-urlencoded"
        assert arrival.query == urlsplit(self.redirect).query, "nothing of the answer is in the address"
        return self.answer(arrival.pairs)

    def _go(self, method: str, url: str, **options) -> None:
        with requests.Session() as session:
            session.trust_env = False
            certificate = str(self.provider.site.certificate.certificate)
            assert session.request(method, url, verify=certificate, timeout=20, **options).status_code == 200

    def answer(self, pairs: list[tuple[str, str]]) -> dict:
        """The answer in the parameters that came."""
        answer = dict(pairs)
        assert len(answer) == len(pairs), f"a parameter twice: {pairs}"
        assert answer.get("state") == self.asked.get("state")
        assert answer.get("iss", self.provider.metadata["issuer"]) == self.provider.metadata["issuer"]
        assert ("code" in answer) != ("error" in answer), answer
        assert not {"id_token", "access_token"} & set(answer)
        return answer

    # Tokens

    def credentials(self, **claims) -> dict:
        """What `requests` needs to prove who asks: `data` and perhaps `auth`."""
        match self.client["token_endpoint_auth_method"]:
            case "client_secret_basic":
                return {"data": {}, "auth": (self.id, self.client["client_secret"])}
            case "client_secret_post":
                return {"data": {"client_id": self.id, "client_secret": self.client["client_secret"]}}
            case "private_key_jwt":
                return {"data": {"client_id": self.id, "client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion(**claims)}}

    def assertion(self, **changes) -> str:
        """The suite names the token endpoint (OIDC Core §9)."""
        now = int(time.time())
        claims = {
            "iss": self.id, "sub": self.id, "aud": self.provider.metadata["token_endpoint"], "iat": now, "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
        } | changes
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key, algorithms=["RS256"])

    def post(self, form: dict, **claims):
        options = self.credentials(**claims)
        options["data"] = options["data"] | form
        return self.provider.issuer.post(self.provider.metadata["token_endpoint"], **options)

    def redeem(self, answer: dict, **changes: str):
        verifier = {"code_verifier": self.verifier} if self.verifier else {}
        form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": self.redirect}
        return self.post(form | verifier | changes)

    def tokens(self, answer: dict, alg: str = "RS256") -> dict:
        """The answer of the token endpoint, and under `claims` what its ID token says."""
        assert "code" in answer, answer
        found = self.judged(self.redeem(answer))
        claims = verdicts.signed(found["id_token"], self.provider.keys(), alg)
        verdicts.id_token(
            claims, issuer=self.provider.metadata["issuer"], client=self.id, nonce=self.asked.get("nonce"),
            access_token=found["access_token"], code=answer["code"],
        )
        return found | {"claims": claims}

    def judged(self, reply) -> dict:
        """RFC 6749 §5.1."""
        assert reply.status_code == 200, reply.text
        assert reply.headers["Content-Type"].split(";")[0] == "application/json" and "no-store" in reply.headers["Cache-Control"]
        found = reply.json()
        assert found["token_type"].lower() == "bearer" and verdicts.is_hard_to_guess(found["access_token"])
        assert type(found["expires_in"]) is int and 0 < found["expires_in"] <= verdicts.YEAR
        return found

    def sign_in(self, **changes: str | None) -> dict:
        """The whole way: the tokens."""
        return self.tokens(self.authorize(**changes))

    def refresh(self, token: str, **changes: str):
        return self.post({"grant_type": "refresh_token", "refresh_token": token} | changes)

    # Who it is

    def ask_userinfo(self, token: str, method: str = "GET", **options):
        headers = {"Authorization": f"Bearer {token}"} if "data" not in options else {}
        return self.provider.issuer.send(method, self.provider.metadata["userinfo_endpoint"], headers=headers, **options)

    def userinfo(self, tokens: dict, method: str = "GET") -> dict:
        reply = self.ask_userinfo(tokens["access_token"], method)
        assert reply.status_code == 200 and reply.headers["Content-Type"].split(";")[0] == "application/json", reply.text
        found = reply.json()
        assert found["sub"] == tokens["claims"]["sub"]
        verdicts.claims_of_person(found)
        return found


def unsigned(**claims: str) -> str:
    """A request object without a signature."""
    return f"{UNSIGNED}.{b64(json.dumps(claims).encode())}."


def keeps_to_the_address_inside(party, bad: str) -> None:
    """The module oidcc-ensure-request-object-with-redirect-uri: the good address inside is gone to, beside a bad one; a bad one inside is a
    page, beside a good one."""
    inside = {"redirect_uri": party.redirect, "state": "inside"}
    reply = party.open(request=unsigned(**inside), redirect_uri=bad, state=None)
    party.asked |= inside
    party.tokens(party.finish(reply))
    verdicts.error_page(party.open(request=unsigned(redirect_uri=bad)), bad)


def refreshes(party, **changes: str) -> str:
    """The module oidcc-refresh-token for one client; gives the refresh token that is good in the end."""
    assert "offline_access" in party.provider.metadata["scopes_supported"]
    tokens = party.sign_in(scope="openid offline_access", prompt="consent")
    assert verdicts.is_hard_to_guess(tokens["refresh_token"])
    time.sleep(1.1)
    found = party.judged(party.refresh(tokens["refresh_token"], **changes))
    claims = verdicts.signed(found["id_token"], party.provider.keys(), "RS256")
    verdicts.id_token(claims, issuer=party.provider.metadata["issuer"], client=party.id, nonce=None, access_token=found["access_token"])
    for name in ("iss", "sub", "aud", "azp", "auth_time"):
        assert claims.get(name) == tokens["claims"].get(name), name
    assert claims["iat"] != tokens["claims"]["iat"] and found["access_token"] != tokens["access_token"]
    party.userinfo(found | {"claims": claims})
    return found.get("refresh_token", tokens["refresh_token"])
