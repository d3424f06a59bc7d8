"""What every reply carries: security headers, CORS where browsers call, methods that a route has."""

import json

import pytest

from issuer import CHALLENGE_HEADER
from wire import exchange, request, statuses

PUBLIC = [
    ("POST", "/api/send-verification"), ("POST", "/api/register"), ("POST", "/oauth/challenge"), ("POST", "/oauth/token"),
    ("GET", "/oauth/userinfo"), ("GET", "/oauth/jwks"), ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/oauth-authorization-server"), ("GET", "/.well-known/oauth-protected-resource"),
]
EVERYWHERE = [*PUBLIC, ("GET", "/health"), ("GET", "/api/verify/x"), ("GET", "/no-such-route"), ("PUT", "/oauth/token")]


@pytest.mark.parametrize("method,path", EVERYWHERE)
def test_security_headers(issuer, method, path):
    headers = issuer.send(method, path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-XSS-Protection"] == "0"
    assert "default-src" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "Server" not in headers and "X-Powered-By" not in headers


@pytest.mark.parametrize("method,path", EVERYWHERE)
def test_each_reply_has_a_request_id_of_its_own(issuer, method, path):
    seen = {issuer.send(method, path).headers["X-Request-Id"] for _ in range(3)}
    assert len(seen) == 3


def test_a_hostile_request_id_is_not_echoed(issuer):
    hostile = "x" * 500 + '"};<script>'
    assert issuer.get("/health", headers={"X-Request-Id": hostile}).headers["X-Request-Id"] != hostile


@pytest.mark.parametrize("method,path", PUBLIC)
def test_browsers_may_call(issuer, method, path):
    preflight = issuer.send("OPTIONS", path, headers={
        "Origin": "https://app.example", "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    })
    assert preflight.status_code in (200, 204)
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert method in preflight.headers["Access-Control-Allow-Methods"]
    allowed = preflight.headers["Access-Control-Allow-Headers"].lower()
    assert "content-type" in allowed and ("authorization" in allowed or path != "/oauth/userinfo")
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    actual = issuer.send(method, path, headers={"Origin": "https://app.example"})
    assert actual.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in actual.headers


def test_scripts_may_read_the_fresh_challenge(issuer):
    exposed = issuer.post("/oauth/token", headers={"Origin": "https://app.example"}).headers["Access-Control-Expose-Headers"]
    assert CHALLENGE_HEADER.lower() in exposed.lower()


METHODS = {
    "/health": {"GET"}, "/api/send-verification": {"POST"}, "/api/verification-status/a@example.com": {"GET"},
    "/api/verify/x": {"GET"}, "/api/register": {"POST"}, "/oauth/challenge": {"POST"}, "/oauth/token": {"POST"},
    "/oauth/userinfo": {"GET", "POST"}, "/oauth/introspect": {"POST"}, "/oauth/revoke": {"POST"}, "/oauth/jwks": {"GET"},
    "/.well-known/openid-configuration": {"GET"},
}


@pytest.mark.parametrize("path", METHODS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_are_405_with_allow(issuer, method, path):
    if method in METHODS[path]:
        pytest.skip("a method of the route")
    reply = issuer.send(method, path)
    assert reply.status_code == 405
    allowed = {name.strip() for name in reply.headers["Allow"].split(",")}
    assert METHODS[path] <= allowed and method not in allowed


DOCUMENTS = ["/oauth/jwks", "/health", "/assets/martlet.css", "/.well-known/openid-configuration",
             "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_head_of_a_document_is_get_without_a_body(issuer, path):
    get, head = issuer.get(path), issuer.send("HEAD", path)
    assert head.status_code == 200 and head.content == b"" and get.content
    names = [name for name in get.headers if name not in ("X-Request-Id", "Date")]
    assert head.headers["Content-Length"] == str(len(get.content)) or path == "/health"  # the uptime grows
    assert {name: get.headers[name] for name in names if name != "Content-Length"} == \
        {name: head.headers[name] for name in names if name != "Content-Length"}
    answer = exchange(issuer.url, request(issuer.url, "HEAD", path, {"Connection": "close"}))
    assert answer.endswith(b"\r\n\r\n"), "not one byte of a body"


def test_head_has_no_effects(issuer):
    asked = issuer.ask_verification("head@example.com")
    assert issuer.send("HEAD", asked["verification_url"]).status_code == 405
    assert issuer.send("HEAD", "/api/verification-status/head%40example.com").status_code == 405
    assert issuer.get(asked["verification_url"]).status_code == 200, "the link was not used up"


@pytest.mark.parametrize("verb", ["BREW", "get", "GETT", "P%4fST", "G" * 5000])
def test_an_unknown_verb_is_refused(issuer, verb):
    """The parser below may refuse it before there is a request, and then without a request id."""
    answer = exchange(issuer.url, request(issuer.url, verb, "/health", {"Connection": "close"}))
    assert statuses(answer) in ([400], [405], [501]), answer[:200]
    assert issuer.healthy()


def test_method_override_headers_do_nothing(issuer):
    assert issuer.get("/oauth/token", headers={"X-HTTP-Method-Override": "POST"}).status_code == 405


def test_forwarded_headers_of_strangers_are_ignored(issuer):
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example;proto=https"}
    body = issuer.get("/.well-known/openid-configuration", headers=headers).text
    assert "evil.example" not in body and json.loads(body)["issuer"] == issuer.name
    assert issuer.get("/.well-known/openid-configuration", headers={"Host": "evil.example"}).text == body


@pytest.mark.parametrize("value", ["", "00-", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "ff-x-y-z", "00-" + "a" * 5000, "é", "-" * 55])
def test_malformed_trace_context_is_ignored(issuer, value):
    headers = {"traceparent": value.encode("latin-1"), "tracestate": value.encode("latin-1"), "baggage": value.encode("latin-1")}
    assert issuer.get("/health", headers=headers).status_code == 200


def test_an_unknown_route_is_404(issuer):
    for path in ("/no-such-route", "/api", "/oauth", "/metrics", "/oauth/userinfo/x.css", "/admin", "/.env", "/.git/config"):
        assert issuer.get(path).status_code == 404, path
