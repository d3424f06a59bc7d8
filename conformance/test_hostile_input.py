"""The hostile set: what no honest client sends. Every answer is a refusal, none is a 500, and the process lives on.

The fixture `alive` of conftest.py asserts after the file that the process is the one it was before.
"""

import gzip
import json
import socket
import time
from urllib.parse import urlencode

import pytest

from issuer import ASSERTION_TYPE, oauth_error
from keys import ECKey
from wire import address_of, exchange, form_request, request, statuses

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
API = ["/api/send-verification", "/api/register"]


def refused(reply, *statuses):
    assert reply.status_code in statuses, f"{reply.status_code}: {reply.text[:300]}"
    return reply


# Size


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/introspect", "/oauth/revoke"])
def test_a_form_over_64_kib_is_413(issuer, path):
    refused(issuer.post(path, data={"grant_type": "a" * 70_000}), 413)


@pytest.mark.parametrize("path", ["/oauth/token", *API])
def test_json_over_64_kib_is_413(issuer, path):
    refused(issuer.post(path, json={"email": "a" * 70_000}), 413)


def test_a_form_of_60_kib_is_read(issuer, account):
    assert issuer.token(issuer.key_form(account.key, padding="a" * 60_000)).status_code == 200, "the control"


def test_an_endless_chunked_body_is_cut(issuer):
    chunk = b"1000\r\n" + b"a" * 4096 + b"\r\n"
    head = request(issuer.url, "POST", "/oauth/token", FORM | {"Transfer-Encoding": "chunked"})
    sent = 0
    with socket.create_connection(address_of(issuer.url), timeout=5) as connection:
        connection.sendall(head)
        try:
            for _ in range(4096):  # 16 MiB
                connection.sendall(chunk)
                sent += 4096
            answer = connection.recv(4096)
        except OSError:
            answer = b""
            try:
                answer = connection.recv(4096)
            except OSError:
                pass
    assert not answer or statuses(answer)[0] == 413
    assert answer or sent < 4096 * 4096, "16 MiB were read without an answer"


def test_a_declared_gigabyte_is_413_before_it_is_sent(issuer):
    answer = exchange(issuer.url, request(issuer.url, "POST", "/oauth/token", FORM | {"Content-Length": str(2**30)}) + b"a=b&" * 20_000, 8)
    assert statuses(answer)[:1] == [413]


# Headers (CVE-2026-28980: the flood is 500,000 fields, sent until the peer closes)


@pytest.mark.parametrize("fields,field", [(500_000, b"a: b\r\n"), (200, b"X-Field: value\r\n"), (1, b"X: " + b"a" * 100_000 + b"\r\n"),
                                          (1, b"a" * 100_000 + b": x\r\n")], ids=["flood", "200 fields", "long value", "long name"])
def test_too_many_or_too_long_headers_are_refused(issuer, request, fields, field):
    server = request.getfixturevalue("server") if not request.config.getoption("--issuer") else None
    before = server.resident_bytes() if server else 0
    data = b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + field * fields + b"\r\n"
    answer = exchange(issuer.url, data, 5)
    assert statuses(answer) in ([], [400], [431]), answer[:200]
    assert issuer.healthy()
    if server:
        assert server.resident_bytes() - before < 16 * 2**20


@pytest.mark.parametrize("target", ["/" + "a" * 100_000, "/health?" + "a=b&" * 20_000])
def test_a_long_target_is_refused(issuer, target):
    answer = exchange(issuer.url, request(issuer.url, "GET", target))
    assert statuses(answer) in ([], [400], [404], [414], [431]), answer[:200]


# Parameters


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_assertion", "client_assertion_type", "scope", "challenge", "public_key"])
def test_a_repeated_parameter_is_refused(issuer, account, name):
    form = issuer.key_form(account.key, public_key=account.key.hex())
    body = urlencode([*form.items(), (name, form[name])])
    oauth_error(issuer.post("/oauth/token", data=body, headers=FORM), 400, "invalid_request")


def test_a_repeated_json_member_is_refused(issuer, account):
    body = json.dumps(issuer.key_form(account.key))[:-1] + ',"scope":"openid"}'
    oauth_error(issuer.post("/oauth/token", data=body, headers=JSON), 400, "invalid_request")


@pytest.mark.parametrize("body", [
    b"grant_type=\xff\xfe", b"grant_type=%ff%fe", b"grant_type=%c0%80", b"grant_type=%", b"grant_type=%2", b"grant_type=%zz", b"=", b"&&&&",
    b"%ff=x&grant_type=client_credentials", b"grant_type=%00", b"grant_type", b"\x00\x01\x02", b"grant_type=%ed%a0%80", b"a" * 60_000,
    b"&".join(b"p%d=1" % n for n in range(6000)),
], ids=lambda body: repr(body[:24]))
def test_a_malformed_form_is_refused(issuer, body):
    for path in ("/oauth/token", "/oauth/introspect", "/oauth/revoke"):
        refused(issuer.post(path, data=body, headers=FORM), 400, 401)
    reply = issuer.post("/oauth/token", data=body, headers=FORM)
    oauth_error(reply, reply.status_code, "invalid_request", "unsupported_grant_type", "invalid_client")


JSON_BODIES = [
    b"", b"[]", b"1", b"null", b'"x"', b"true", b"{", b"{}}", b'{"a":1,}', b"{'a':1}", b'{"a":\xff}', b'{"a":"\xff"}', b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00", b'{"email":"\\ud800"}', b'{"email":1e400}', b'{"email":' + b"[" * 30_000, b'{"email":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    b'{"email":' * 6000 + b"1" + b"}" * 6000, b"{" + b",".join(b'"k%d":1' % n for n in range(4000)) + b"}", b'{"email":"a\x00b"}', b"{} {}", b"NaN",
    b'{"email":"a@example.com","email":"b@example.com"}', b'{"email":{"a":1}}', b'{"email":123456789012345678901234567890}',
]


@pytest.mark.parametrize("body", JSON_BODIES, ids=lambda body: repr(body[:24]))
@pytest.mark.parametrize("path", ["/oauth/token", *API])
def test_malformed_json_is_refused(issuer, path, body):
    began = time.monotonic()
    reply = refused(issuer.post(path, data=body, headers=JSON), 400, *([401] if path == "/oauth/token" and body.startswith(b"{") else []))
    assert time.monotonic() - began < 1
    assert isinstance(reply.json(), dict)


@pytest.mark.parametrize("value", [1, True, None, [], {}, ["client_credentials"], 1.5])
@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_assertion", "scope", "public_key", "challenge"])
def test_a_wrongly_typed_member_is_refused(issuer, account, name, value):
    if value is None and name in ("scope", "public_key", "challenge", "client_id"):
        pytest.skip("null may stand for absent")
    form = issuer.key_form(account.key, public_key=account.key.hex()) | {name: value}
    oauth_error(issuer.post("/oauth/token", json=form), 400, "invalid_request", "invalid_grant" if name == "challenge" else "invalid_request")


@pytest.mark.parametrize("kind", [
    "text/plain", "multipart/form-data; boundary=x", "application/xml", "application/x-www-form-urlencoded; charset=utf-16", "",
    "application/json; charset=utf-16", "application/jwt", "text/json", "application/x-www-form-urlencodedx", "image/png", "x",
    "application/json, application/x-www-form-urlencoded",
])
def test_another_content_type_is_refused(issuer, account, kind):
    form = issuer.key_form(account.key)
    body = json.dumps(form) if "json" in kind else urlencode(form)
    oauth_error(issuer.post("/oauth/token", data=body, headers={"Content-Type": kind}), 400, "invalid_request")
    for path in API:
        if not kind.startswith("application/json;"):
            refused(issuer.post(path, data='{"email":"a@example.com"}', headers={"Content-Type": kind}), 400, 415)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded;charset=UTF-8", "Application/X-WWW-Form-Urlencoded"])
def test_the_content_type_is_read_as_http_says(issuer, account, kind):
    reply = issuer.post("/oauth/token", data=urlencode(issuer.key_form(account.key)), headers={"Content-Type": kind})
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "x-gzip", "zstd"])
@pytest.mark.parametrize("path", ["/oauth/token", *API])
def test_a_compressed_body_is_415(issuer, path, encoding):
    bomb = gzip.compress(b"a" * 10_000_000)
    refused(issuer.post(path, data=bomb, headers=FORM | {"Content-Encoding": encoding}), 415)


def test_parameters_in_the_query_do_nothing(issuer, account):
    refused(issuer.post("/oauth/token", params=issuer.key_form(account.key)), 400)
    assert issuer.get("/oauth/token", params=issuer.key_form(account.key)).status_code == 405


@pytest.mark.parametrize("target", [
    "//oauth/token", "/oauth/token/", "/OAUTH/TOKEN", "/oauth%2ftoken", "/./oauth/token", "/oauth/./token", "/oauth/../oauth/token",
    "/oauth/token;x", "/oauth//token", "/oauth/token%00", "/oauth/token%20", "/oauth/token.json", "/%6fauth/token", "\\oauth\\token",
    "/oauth/%2e%2e/oauth/token", "/oauth/token/..", "oauth/token",
])
def test_a_route_has_one_spelling(issuer, account, target):
    answer = exchange(issuer.url, form_request(issuer.url, target, issuer.key_form(account.key)).replace(b"\r\n", b"\r\nConnection: close\r\n", 1), 3)
    assert statuses(answer) in ([404], [400]), answer[:200]


# Requests that two readers would read differently. `SECOND` is hidden in the body of the first and must never be answered.

SECOND = b"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SMUGGLED = {
    "length and chunked": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunked and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n0\r\n\r\n" % (5 + len(SECOND)) + SECOND,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SECOND) + SECOND,
    "a list of lengths": POST + b"Content-Length: 0, %d\r\n\r\n" % len(SECOND) + SECOND,
    "a signed length": POST + b"Content-Length: +0\r\n\r\n" + SECOND,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + SECOND,
    "a hexadecimal length": POST + b"Content-Length: 0x0\r\n\r\n" + SECOND,
    "a huge length": POST + b"Content-Length: 18446744073709551616\r\n\r\n" + SECOND,
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunked, then identity": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SECOND,
    "a folded header": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "bare line feeds": POST.replace(b"\r\n", b"\n") + b"Content-Length: 0\n\n" + SECOND,
    "a bare carriage return": POST + b"X: a\rContent-Length: 5\r\n\r\n" + SECOND,
    "a null in a header": POST + b"X: a\0b\r\nContent-Length: 0\r\n\r\n" + SECOND,
    "a bad chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + SECOND,
    "an overflowing chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\n1000000000000000000\r\n" + SECOND,
    "no host": b"GET /health HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no version": b"GET /health\r\nHost: a\r\n\r\n", "version 3": b"GET /health HTTP/3.0\r\nHost: a\r\n\r\n", "nothing but bytes": bytes(range(256)) * 20,
    "TLS": bytes.fromhex("160301020001") + b"\0" * 200, "an empty method": b" /health HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_an_ambiguous_request_ends_the_connection(issuer, name):
    answer = exchange(issuer.url, SMUGGLED[name], 2)
    assert b"jwks_uri" not in answer, "the hidden request was answered"
    assert statuses(answer) in ([], [400], [501], [505]), answer[:300]


def test_pipelined_requests_are_answered_in_order(issuer):
    one = request(issuer.url, "GET", "/health")
    last = request(issuer.url, "GET", "/oauth/jwks", {"Connection": "close"})
    answer = exchange(issuer.url, one * 100 + last, 10)
    assert statuses(answer) == [200] * 101 and b'"keys"' in answer.rsplit(b"HTTP/1.1 200", 1)[1]


def test_half_a_request_and_a_reset_harm_nobody(issuer):
    for part in (b"", b"G", b"POST /oauth/token HTTP/1.1\r\nHost: a\r\n", POST + b"Content-Length: 500\r\n\r\ngrant_"):
        for _ in range(20):
            connection = socket.create_connection(address_of(issuer.url), timeout=5)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(part)
            connection.close()
    assert issuer.healthy()


def test_a_slow_body_is_cut_at_the_deadline(issuer):
    with socket.create_connection(address_of(issuer.url)) as connection:
        connection.sendall(POST + b"Content-Length: 1000\r\n\r\n")
        connection.settimeout(1)
        began = time.monotonic()
        while time.monotonic() - began < 25:
            try:
                connection.sendall(b"a")
                connection.recv(4096)
                break  # an answer, or the end of the connection
            except TimeoutError:
                continue
            except OSError:
                break
    assert 5 < time.monotonic() - began < 20, "a request has 15 s"


# Text that wants to be a command, a header, a page or a log line

NASTY = ["'; DROP TABLE accounts; --", "\r\nSet-Cookie: a=b", '\n{"level":"error","message":"forged-log-line"}', "<script>alert(1)</script>",
         "{{7*7}}", "${jndi:ldap://127.0.0.1/x}", "\x1b[31mred", "%0d%0aX-Injected: 1", "../../etc/passwd", "\u202egnp", "a" * 5000, "\x00"]


@pytest.mark.parametrize("text", NASTY, ids=lambda text: repr(text[:20]))
def test_nasty_text_stays_text(issuer, account, text):
    good = issuer.key_form(account.key)
    for name in ("grant_type", "client_id", "scope", "challenge", "client_assertion", "public_key", "client_assertion_type"):
        reply = issuer.token(good | {name: text})
        assert 400 <= reply.status_code < 500 and "X-Injected" not in reply.headers and "Set-Cookie" not in reply.headers
        body = oauth_error(reply, reply.status_code, *_CODES)
        assert text not in body["error_description"]
    refused(issuer.get("/api/verify/" + "".join(f"%{byte:02x}" for byte in text.encode())), 400, 404)
    email, token = issuer.verified_email()
    reply = issuer.post("/api/register", json={"email": email, "name": text, "public_key": ECKey().hex(), "registration_token": token})
    assert reply.status_code in (200, 400)


_CODES = ("invalid_request", "invalid_client", "invalid_grant", "invalid_scope", "unsupported_grant_type", "unauthorized_client")


def test_no_line_of_the_log_was_written_by_a_visitor(issuer, server):
    issuer.token({"grant_type": '\n{"level":"error","message":"forged-log-line"}\n', "client_assertion_type": ASSERTION_TYPE})
    issuer.get("/no-such%0a%7b%22level%22%3a%22error%22%7d", headers={"User-Agent": '"}forged'})
    time.sleep(0.5)
    lines = server.log_text().splitlines()
    assert lines
    for line in lines:
        record = json.loads(line)  # not on a terminal, each line is one JSON object
        assert isinstance(record, dict) and record.get("message") != "forged-log-line"
        assert "\x1b" not in line and len(line) < 4096
