"""Pushed authorization requests (RFC 9126) over HTTP, by a client that proves itself with a key and must push."""

import json
import os
import time
from urllib.parse import parse_qsl, urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey as SigningKey

from code_flow import REDIRECT, Asker
from issuer import ASSERTION_TYPE, oauth_error
from keys import ECKey
from pages import PASSWORD, Page, Person, Visitor
from wire import Race, request

PREFIX = "urn:ietf:params:oauth:request_uri:"
ROUNDS = int(os.environ.get("RACE_ROUNDS", "5"))
CALLERS = 50


class Pusher(Asker):
    """Registered by itself with `members`; nobody has signed in there yet."""

    def __init__(self, server, **members):
        self.redirect, self.visitor, self.person = REDIRECT, Visitor(server.issuer), Person(server)
        self.issuer, self.key = server.issuer, ECKey()
        wish = {
            "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [self.key.jwk]},
            "require_pushed_authorization_requests": True,
        } | members
        reply = self.issuer.post("/oauth/register", json=wish)
        assert reply.status_code == 201, reply.text
        self.client = reply.json()
        required = self.client.get("require_pushed_authorization_requests", False)
        assert required is wish["require_pushed_authorization_requests"]

    def proof(self) -> dict:
        id = self.client["client_id"]
        return {
            "client_id": id, "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.issuer.assertion(self.key, id),
        }

    def push(self, verifier: str | None = None, **changes: str | None):
        form = dict(parse_qsl(self.query(verifier or self._verifier(), **changes)))
        return self.issuer.post("/oauth/par", data=form | self.proof())

    def path(self, pushed, **more: str) -> str:
        assert pushed.status_code == 201, pushed.text
        uri = pushed.json()["request_uri"]
        return "/authorize?" + urlencode({"client_id": self.client["client_id"], "request_uri": uri} | more)

    def allow(self, path: str, choice: str = "allow"):
        """The reply to a person who signs in, if need be, and is asked."""
        page = self.visitor.get(path)
        if any("sign-in" in form.buttons for form in page.forms):
            page = self.visitor.submit(page.form("sign-in"), username=self.person.username, password=PASSWORD)
        return self.visitor.post(page.form("allow"), choice=choice)

    def refused(self, path: str) -> None:
        """The browser is shown a page, and sent nowhere."""
        reply = self.visitor.send("GET", path)
        assert reply.status_code == 400 and "Location" not in reply.headers, reply.text
        assert "request_uri" in Page(reply).text

    def answered(self, path: str) -> dict:
        return self.answer(self.visitor.send("GET", path))


@pytest.fixture(scope="module")
def pusher(server):
    """One that its person allowed."""
    pusher = Pusher(server)
    assert pusher.answer(pusher.allow(pusher.path(pusher.push())))["code"]
    return pusher


def test_the_metadata_says_so(issuer):
    for path in ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"):
        metadata = issuer.get(path).json()
        assert metadata["pushed_authorization_request_endpoint"] == issuer.name + "/oauth/par"
        assert metadata["require_pushed_authorization_requests"] is False


def test_a_person_signs_in_by_a_pushed_request(server):
    pusher, verifier = Pusher(server), Pusher._verifier()
    pushed = pusher.push(verifier, state="pushed", nonce="n", scope="openid email")
    assert pushed.status_code == 201 and pushed.headers["Cache-Control"] == "no-store"
    body = pushed.json()
    assert body.keys() == {"request_uri", "expires_in"} and body["expires_in"] == 60
    assert body["request_uri"].startswith(PREFIX) and len(body["request_uri"]) == len(PREFIX) + 43
    answer = pusher.answer(pusher.allow(pusher.path(pushed)))
    assert answer["state"] == "pushed" and answer["iss"] == server.issuer.name
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": REDIRECT, "code_verifier": verifier}
    tokens = server.issuer.token(form | pusher.proof())
    assert tokens.status_code == 200 and tokens.json()["scope"] == "openid email", tokens.text
    assert server.issuer.userinfo(tokens.json()["access_token"]).json()["email"] == pusher.person.email


def test_PR_02_of_another_client(server, pusher):
    other = Pusher(server)
    path = pusher.path(pusher.push())
    pusher.refused(path.replace(pusher.client["client_id"], other.client["client_id"]))
    assert pusher.answered(path)["code"]


def test_PR_03_again_until_it_is_answered_and_not_after(server):
    pusher = Pusher(server)
    path = pusher.path(pusher.push())
    for _ in range(3):
        assert pusher.visitor.get(path).form("sign-in")
    assert pusher.answer(pusher.allow(path))["code"]
    pusher.refused(path)
    denied = pusher.path(pusher.push(prompt="consent"))
    assert pusher.answer(pusher.allow(denied, choice="deny"))["error"] == "access_denied"
    pusher.refused(denied)


@pytest.mark.timeout(150)
def test_PR_04_opened_within_a_minute_and_answered_later(server):
    """The one real wait of this file: what was opened goes on, what was not is over."""
    slow, late = Pusher(server), Pusher(server)
    opened, path = slow.path(slow.push()), late.path(late.push())
    page = slow.visitor.get(opened)
    time.sleep(61)
    late.refused(path)
    reply = slow.visitor.submit(page.form("sign-in"), username=slow.person.username, password=PASSWORD)
    assert slow.answer(slow.visitor.post(reply.form("allow"), choice="allow"))["code"]


def test_PR_06_nothing_beside_it_counts(pusher):
    beside = {"redirect_uri": "https://evil.example/", "state": "beside", "response_mode": "form_post", "prompt": "login", "scope": "all"}
    assert pusher.answered(pusher.path(pusher.push(), **beside))["state"] == "s"


def test_PR_07_who_must_push_is_not_served_otherwise(server, pusher):
    plain = "/authorize?" + pusher.query(pusher._verifier())
    assert pusher.answered(plain)["error"] == "invalid_request"
    free = Pusher(server, require_pushed_authorization_requests=False)
    assert free.visitor.get("/authorize?" + free.query(free._verifier())).form("sign-in")


def test_PR_08_it_is_posted(issuer):
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        reply = issuer.send(method, "/oauth/par")
        assert reply.status_code == 405 and reply.headers["Allow"] == "POST"


def test_PR_10_a_flood_is_stopped(start):
    pusher = Pusher(start("--registration", "open", rate_limits="on"))
    replies = [pusher.push() for _ in range(103)]
    assert [reply.status_code for reply in replies] == [201] * 100 + [429] * 3
    oauth_error(replies[-1], 429, "temporarily_unavailable")
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 60


@pytest.mark.parametrize("changes,error", [
    ({"redirect_uri": "https://evil.example/"}, "invalid_request"), ({"scope": "everything"}, "invalid_scope"),
    ({"response_type": "token"}, "unsupported_response_type"), ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"request_uri": "https://app.example/r"}, "invalid_request"), ({"request": "x"}, "invalid_request_object"),
    ({"prompt": "none login"}, "invalid_request"), ({"resource": "https://nobody.example"}, "invalid_target"),
])
def test_what_is_wrong_is_told_as_json(pusher, changes, error):
    oauth_error(pusher.push(**changes), 400, error)


def test_only_in_its_own_name(pusher):
    form = dict(parse_qsl(pusher.query(pusher._verifier())))
    oauth_error(pusher.issuer.post("/oauth/par", data=form), 401, "invalid_client")
    proof = pusher.proof()
    assert pusher.issuer.post("/oauth/par", data=form | proof).status_code == 201
    oauth_error(pusher.issuer.post("/oauth/par", data=form | proof), 401, "invalid_client")


def test_a_request_object_stands_alone(server):
    key = SigningKey.generate_key("P-256", {"use": "sig", "kid": "signs"})
    keys = ECKey()
    pusher = Pusher(server, jwks={"keys": [keys.jwk, key.as_dict(private=False)]}, require_signed_request_object=True)
    pusher.key = keys
    now, id = int(time.time()), pusher.client["client_id"]
    inside = dict(parse_qsl(pusher.query(pusher._verifier(), state="inside")))
    claims = {"iss": id, "aud": server.issuer.name, "exp": now + 60, "nbf": now} | inside
    signed = jwt.encode({"alg": "ES256", "typ": "oauth-authz-req+jwt"}, claims, key)
    pushed = server.issuer.post("/oauth/par", data={"request": signed, "state": "beside"} | pusher.proof())
    assert pusher.answer(pusher.allow(pusher.path(pushed)))["state"] == "inside"
    oauth_error(pusher.push(), 400, "invalid_request")


def test_it_outlives_a_crash(start):
    server = start("--registration", "open")
    pusher = Pusher(server)
    path = pusher.path(pusher.push())
    server.kill()
    server.start()
    assert pusher.answer(pusher.allow(path))["code"]
    server.kill()
    server.start()
    pusher.refused(path)


@pytest.mark.timeout(600)
def test_one_pushed_request_gets_one_answer(pusher):
    """The control is the same race of plain requests, each of which is answered."""
    cookie = "; ".join(f"{name}={value}" for name, value in pusher.visitor.cookies.items())
    fields = {"Cookie": cookie, "Accept": "text/html"}
    url = pusher.issuer.url
    with Race(url, CALLERS) as race:
        for _ in range(ROUNDS):
            path = pusher.path(pusher.push())
            answers = race.run([request(url, "GET", path, fields)] * CALLERS)
            codes = [head for head in race.heads if "code=" in head]
            assert len(codes) == 1, f"{len(codes)} codes"
            assert sorted(status for status, _ in answers) == [303] + [400] * (CALLERS - 1)


def test_control_plain_requests_are_answered_each(server):
    free = Pusher(server, require_pushed_authorization_requests=False)
    plain = "/authorize?" + free.query(free._verifier())
    assert free.answer(free.allow(plain))["code"]
    cookie = "; ".join(f"{name}={value}" for name, value in free.visitor.cookies.items())
    with Race(free.issuer.url, CALLERS) as race:
        race.run([request(free.issuer.url, "GET", plain, {"Cookie": cookie, "Accept": "text/html"})] * CALLERS)
        assert len({head for head in race.heads if "code=" in head}) == CALLERS


def test_the_command_line_and_a_file_require_it_too(start, tmp_path):
    server = start()
    data = ["--data", str(server.data), "--keys", str(server.keys)]
    made = json.loads(server.run(
        "clients", "add", *data, "--name", "careful", "--auth", "none", "--redirect-uri", REDIRECT, "--require-pushed-requests", "--json"
    ))
    file = tmp_path / "clients.json"
    client = {"client_id": "filed", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"}
    file.write_text(json.dumps({"name": "shops", "clients": [client | {"require_pushed_authorization_requests": True}]}))
    server.run("apply", str(file), *data)
    server.run("drift", str(file), *data)
    visitor = Visitor(server.issuer)
    for id in (made["client_id"], "filed"):
        asker = Asker.__new__(Asker)
        asker.client, asker.redirect = {"client_id": id}, REDIRECT
        plain = "/authorize?" + asker.query(asker._verifier())
        assert asker.answer(visitor.send("GET", plain))["error"] == "invalid_request"
