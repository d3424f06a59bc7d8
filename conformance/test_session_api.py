"""The session API over HTTP: health, login, verification, logout."""

import json

import pytest

from session_face import COOKIE, PASETO, PASSWORD, Visitor, cleared, cookies, good, new, refused, send, visitor  # noqa: F401 - the fixtures are used by name


def test_health_check(issuer):
    assert issuer.get("/health-check").json() == {"message": "Application is safe and healthy. :)"}
    assert issuer.send("HEAD", "/health-check").status_code == 200


# Login


def test_login(visitor):
    reply = visitor.login()
    assert good(reply) == visitor.person
    cookie = cookies(reply)[COOKIE]
    assert PASETO.fullmatch(cookie.value)
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"].lower() == "lax"
    assert (cookie["path"], cookie["domain"], cookie["max-age"], cookie["expires"]) == ("/", "", "", "")


def test_who_asks_to_be_remembered_gets_a_lasting_cookie(visitor):
    cookie = cookies(visitor.login(rememberMe=True))[COOKIE]
    assert int(cookie["max-age"]) == 90 * 86_400
    assert good(visitor.verify()) == visitor.person


@pytest.mark.parametrize("value", [False, None])
def test_who_does_not_ask_is_not_remembered(visitor, value):
    assert cookies(visitor.login(rememberMe=value))[COOKIE]["max-age"] == ""


def test_the_cookie_tells_nothing_of_the_account(visitor):
    reply = visitor.login(rememberMe=True)
    for secret in (visitor.id, visitor.email, PASSWORD):
        assert secret not in reply.headers["Set-Cookie"]


def test_a_second_login_with_a_good_cookie_says_so(visitor):
    visitor.login()
    reply = visitor.login(password="anything", cookie=visitor.cookie)
    assert good(reply) == {"message": "You are already logged in."} and not cookies(reply)
    assert good(visitor.verify()) == visitor.person


def test_each_login_is_a_session_of_its_own(visitor):
    visitor.login()
    first = visitor.cookie
    visitor.login()
    assert visitor.cookie != first
    good(visitor.logout())
    visitor.cookie = first
    assert good(visitor.verify()) == visitor.person


def test_a_cookie_of_an_attacker_is_not_taken_over(visitor, new):
    """Session fixation: a login gives a cookie of its own, whatever dead or made-up one came with it."""
    visitor.login()
    dead = visitor.cookie
    good(visitor.logout())
    for cookie in (dead, "v4.local.AAAA"):
        assert good(visitor.login(cookie=cookie)) == visitor.person and visitor.cookie != cookie
        good(visitor.logout())


def test_a_wrong_password_and_an_unknown_address_look_alike(visitor):
    wrong = visitor.login(PASSWORD + "r")
    unknown = send(visitor.issuer, "POST", "/users/login", {"email": f"no-{visitor.email}", "password": PASSWORD})
    refused(wrong, 404)
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    assert good(visitor.login()) == visitor.person, "the control"


@pytest.mark.parametrize("name, value", [
    ("email", ...), ("email", None), ("email", 1), ("email", ["x"]), ("email", "no address"), ("password", ...), ("password", None),
    ("password", 1), ("password", {}), ("rememberMe", "true"), ("rememberMe", 1), ("rememberMe", []),
])
def test_a_malformed_login_names_the_member(visitor, name, value):
    body = {"email": visitor.email, "password": PASSWORD} | {name: value}
    refused(send(visitor.issuer, "POST", "/users/login", {k: v for k, v in body.items() if v is not ...}), 400, name)


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"'])
def test_a_login_that_is_no_json_object_is_refused(issuer, body):
    refused(issuer.post("/users/login", data=body, headers={"Content-Type": "application/json"}), 400)


def test_login_takes_json_only(visitor):
    body = json.dumps({"email": visitor.email, "password": PASSWORD})
    for form in ("application/x-www-form-urlencoded", "text/plain"):
        refused(visitor.issuer.post("/users/login", data=body, headers={"Content-Type": form}), 400)
    refused(visitor.issuer.post("/users/login", data=body, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}), 415)


def test_a_body_that_is_too_large_is_refused(visitor):
    refused(send(visitor.issuer, "POST", "/users/login", {"email": visitor.email, "password": "x" * 70_000}), 413)


def test_too_many_failures_wait(start):
    visitor = Visitor(start(rate_limits="on"))
    for _ in range(10):
        refused(visitor.login(PASSWORD + "r"), 404)
    reply = visitor.login()
    refused(reply, 429)
    assert 1 <= int(reply.headers["Retry-After"]) <= 60


# Verification


def test_without_a_cookie_there_is_nothing_to_verify(issuer):
    refused(send(issuer, "GET", "/users/verify-session"), 400, COOKIE)
    refused(send(issuer, "GET", "/users/verify-session", cookie=""), 400, COOKIE)


def test_another_cookie_is_not_the_session(visitor):
    visitor.login()
    reply = visitor.issuer.get("/users/verify-session", headers={"Cookie": f"session={visitor.cookie}"})
    refused(reply, 400, COOKIE)
    both = f"theme=dark; {COOKIE}={visitor.cookie}; lang=en"
    assert good(visitor.issuer.get("/users/verify-session", headers={"Cookie": both})) == visitor.person


@pytest.mark.parametrize("cookie", ["x", "v4.local.", "v4.local.AAAA", "v4.public." + "A" * 90, "v3.local." + "A" * 90, "%00", "A" * 4000])
def test_a_made_up_cookie_is_over_and_is_taken_away(issuer, cookie):
    reply = send(issuer, "GET", "/users/verify-session", cookie=cookie)
    refused(reply, 401)
    cleared(reply)


def test_a_changed_cookie_is_over(visitor):
    visitor.login()
    cookie = visitor.cookie
    for index in (len("v4.local."), len(cookie) // 2, len(cookie) - 1):
        changed = "A" if cookie[index] != "A" else "B"
        refused(send(visitor.issuer, "GET", "/users/verify-session", cookie=cookie[:index] + changed + cookie[index + 1:]), 401)
    assert good(visitor.verify()) == visitor.person, "the control"


def test_a_session_survives_a_restart(start):
    server = start()
    visitor = Visitor(server)
    visitor.login()
    server.stop()
    server.start()
    assert good(visitor.verify()) == visitor.person


@pytest.mark.parametrize("remember", [False, True])
def test_a_blocked_account_is_signed_out_and_stays_out(visitor, remember):
    visitor.login(rememberMe=remember)
    visitor.command("block")
    reply = visitor.verify()
    refused(reply, 401)
    cleared(reply)
    refused(visitor.login(), 404)
    visitor.command("unblock")
    refused(visitor.verify(), 401)
    assert good(visitor.login()) == visitor.person


# Logout


def test_logout_ends_the_session(visitor):
    visitor.login(rememberMe=True)
    reply = visitor.logout()
    good(reply)
    cleared(reply)
    reply = visitor.verify()
    refused(reply, 401)
    cleared(reply)


def test_a_session_that_is_over_is_logged_out_again(visitor):
    visitor.login()
    good(visitor.logout())
    reply = visitor.logout()
    good(reply)
    cleared(reply)


def test_logout_leaves_the_other_sessions(visitor, new):
    other = new()
    other.login()
    visitor.login()
    good(visitor.logout())
    assert good(other.verify()) == other.person


def test_without_a_cookie_there_is_nothing_to_end(issuer):
    refused(send(issuer, "POST", "/users/logout"), 400, COOKIE)


# Other sites, other methods, other faces


FOREIGN = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_pages_of_other_sites_change_nothing(visitor, headers):
    visitor.login()
    refused(send(visitor.issuer, "POST", "/users/logout", cookie=visitor.cookie, headers=headers), 403)
    body = {"email": visitor.email, "password": PASSWORD}
    refused(send(visitor.issuer, "POST", "/users/login", body, headers=headers), 403)
    assert good(visitor.verify()) == visitor.person
    good(send(visitor.issuer, "POST", "/users/logout", cookie=visitor.cookie, headers={"Origin": visitor.server.origin}))


@pytest.mark.parametrize("path", ["/users/verify-session", "/users/login", "/users/logout"])
def test_scripts_of_other_sites_cannot_read(visitor, path):
    reply = visitor.issuer.send("OPTIONS", path, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
    assert "Access-Control-Allow-Origin" not in reply.headers
    visitor.login()
    reply = send(visitor.issuer, "GET", "/users/verify-session", cookie=visitor.cookie, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in reply.headers and "Access-Control-Allow-Credentials" not in reply.headers


@pytest.mark.parametrize("method, path", [
    ("POST", "/health-check"), ("GET", "/users/login"), ("POST", "/users/verify-session"), ("GET", "/users/logout"), ("DELETE", "/users/logout"),
])
def test_other_methods_are_not_allowed(issuer, method, path):
    assert issuer.send(method, path).status_code == 405


def test_the_cookie_opens_no_other_face(visitor):
    visitor.login()
    for path in ("/oauth/userinfo", "/api/users/profile"):
        assert send(visitor.issuer, "GET", path, cookie=visitor.cookie).status_code == 401
        reply = visitor.issuer.get(path, headers={"Authorization": f"Bearer {visitor.cookie}"})
        assert reply.status_code == 401
