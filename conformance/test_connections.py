"""Connections: how many one peer may have, streams whose reader went away, proxies, `Expect`, and stopping with a stream open."""

import json
import os
import socket
import time

import pytest
import requests

from issuer import Issuer, api_error, oauth_error
from keys import ECKey
from wire import address_of, exchange, request, statuses

STREAM = "/api/verification-status/a%40example.com"


def connect(url: str, source: str | None = None) -> socket.socket:
    return socket.create_connection(address_of(url), timeout=5, source_address=(source, 0) if source else None)


def open_files(server) -> int:
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def wait_for(condition, seconds: float = 5) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


# Streams


def test_sigterm_with_an_open_stream_takes_a_second(start):
    server = start()
    stream = requests.get(server.origin + STREAM, stream=True, timeout=30)
    assert stream.status_code == 200
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 3, "about a second, on a busy machine too"
    stream.close()
    lines = [json.loads(line) for line in server.log_text().splitlines()]
    assert lines, "the control: there is a log"
    assert not [line for line in lines if line["level"] in ("warning", "error", "critical")]


def test_a_stream_ends_when_its_reader_goes_away(start):
    server = start()
    before = open_files(server)
    streams = [connect(server.origin) for _ in range(50)]
    for stream in streams:
        stream.sendall(request(server.origin, "GET", STREAM))
        heard = b""
        while b"keep-alive" not in heard:
            heard += stream.recv(4096)
    assert open_files(server) >= before + 45, "the control: while the readers are there, so are the streams"
    for stream in streams:
        stream.close()
    assert wait_for(lambda: open_files(server) < before + 5, 3), "well before the next sign of life, which is 15 s away"


def test_thousands_of_streams_leave_nothing_behind(start):
    server = start()

    def flood(rounds: int) -> None:
        for number in range(rounds):
            streams = [connect(server.origin) for _ in range(500)]
            for index, stream in enumerate(streams):
                target = f"/api/verification-status/{number}-{index}%40example.com"
                stream.sendall(request(server.origin, "GET", target))
            for stream in streams:
                assert stream.recv(1)
                stream.close()

    files = open_files(server)
    flood(12)  # what the process keeps for itself, it has after these
    assert wait_for(lambda: open_files(server) < files + 5)
    before = server.resident_bytes()
    flood(12)  # 6,000
    assert wait_for(lambda: open_files(server) < files + 5)
    assert server.resident_bytes() - before < 6000 * 1024, "less than a KiB each"


# Connections of one peer


def test_one_peer_has_1024_connections_and_others_have_theirs(start):
    server = start()
    held = [connect(server.origin, "127.0.0.9") for _ in range(1034)]
    try:
        wait_for(lambda: sum(map(was_closed, held)) >= 10, 8)
        assert sum(map(was_closed, held)) == 10, "ten too many, whichever came last"
        assert Issuer(server.origin).healthy()
        assert Issuer(server.origin, source="127.0.0.8").healthy()
        assert not served(server.origin, "127.0.0.9")
        next(connection for connection in held if not was_closed(connection)).close()
        assert wait_for(lambda: served(server.origin, "127.0.0.9"))
    finally:
        for connection in held:
            connection.close()


def was_closed(connection: socket.socket) -> bool:
    if connection.fileno() < 0:
        return True
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def served(url: str, source: str) -> bool:
    with connect(url, source) as connection:
        try:
            connection.sendall(request(url, "GET", "/health", {"Connection": "close"}))
            return connection.recv(12) == b"HTTP/1.1 200"
        except OSError:
            return False


def test_a_trusted_proxy_has_more(start):
    server = start("--trusted-proxies", "127.0.0.9/32")
    held = [connect(server.origin, "127.0.0.9") for _ in range(1100)]
    assert served(server.origin, "127.0.0.9")
    for connection in held:
        connection.close()


# Trusted proxies


def ask(server, source: str, **headers) -> requests.Response:
    email = f"{time.monotonic_ns()}@example.com"
    return Issuer(server.origin, source=source).post("/api/send-verification", json={"email": email}, headers=headers)


def asked_until_limited(server, source: str, forwarded) -> int:
    for count in range(25):
        if ask(server, source, **{"X-Forwarded-For": forwarded(count)}).status_code == 429:
            return count
    return 25


def test_limits_count_the_client_behind_a_trusted_proxy(start):
    server = start("--trusted-proxies", "127.0.0.2,10.0.0.0/8", rate_limits="on")
    # Each request names another client: the limit of an asker, 20 mails an hour, is not reached.
    assert asked_until_limited(server, "127.0.0.2", lambda n: f"198.51.100.{n}") == 25
    # One client, whatever it writes to the left of what the proxy writes.
    assert asked_until_limited(server, "127.0.0.2", lambda n: f"203.0.113.{n}, 192.0.2.1, 10.0.0.7") == 20
    # One subscriber of IPv6 has 64 bits to play with.
    assert asked_until_limited(server, "127.0.0.2", lambda n: f"2001:db8::{n:x}") == 20
    # A stranger is not believed.
    assert asked_until_limited(server, "127.0.0.3", lambda n: f"198.51.100.{100 + n}") == 20


@pytest.mark.parametrize("value", ["10.0.0.0/33", "0.0.0.0/0", "proxy.example", "10.0.0.0/8;10.0.0.1"])
def test_a_wrong_network_refuses_to_start(start, value):
    server = start()
    server.stop()
    code, said = server.run_in_vain(options=["--trusted-proxies", value])
    assert code == 1 and "--trusted-proxies" in said and value in said, said


def test_in_development_the_own_address_is_somebody(start):
    """Outside development it is nobody: tested within the server's own tests, for there http is no issuer."""
    issuer = start().issuer
    email, _ = issuer.verified_email()
    body = {"email": email, "name": "Ada", "public_key": ECKey().hex()}
    assert issuer.post("/api/register", json=body).status_code == 200
    other = Issuer(issuer.url, source="127.0.0.2")
    body["email"], _ = issuer.verified_email()
    api_error(other.post("/api/register", json=body | {"public_key": ECKey().hex()}), 400)


# Expect (RFC 9110 §10.1.1)

BODY = b'{"email":"expect@example.com"}'
EXPECT = {"Expect": "100-continue", "Content-Type": "application/json"}


def test_a_body_that_will_be_read_is_asked_for(issuer):
    with connect(issuer.url) as connection:
        connection.sendall(request(issuer.url, "POST", "/api/send-verification", EXPECT | {"Content-Length": str(len(BODY))}))
        assert connection.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(BODY)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("method,path,length,status", [
    ("POST", "/api/send-verification", 70_000, 413), ("POST", "/oauth/token", 2**30, 413), ("POST", "/no-such-route", 30, 404),
    ("PUT", "/oauth/token", 30, 405),
])
def test_a_body_that_will_not_be_read_is_refused_before_it_is_sent(issuer, method, path, length, status):
    answer = exchange(issuer.url, request(issuer.url, method, path, EXPECT | {"Content-Length": str(length)}), 5)
    assert statuses(answer) == [status]
    assert b"connection: close" in answer.lower()


# What found no route


@pytest.mark.parametrize("method,path,status,error", [
    ("GET", "/no-such-route", 404, "not_found"), ("PUT", "/oauth/token", 405, "method_not_allowed"),
])
def test_a_request_without_a_route_is_refused_and_explained(start, method, path, status, error):
    server = start()
    reply = server.issuer.send(method, path)
    oauth_error(reply, status, error)
    time.sleep(0.5)
    said = server.run("explain", reply.headers["X-Request-Id"], "--data", str(server.data))
    assert error in said and f"{method} {path}" in said


def test_a_mistyped_link_does_not_leak_its_token(start):
    server = start()
    link = server.issuer.ask_verification("mistyped@example.com")["verification_url"]
    token = link.rsplit("/", 1)[1]
    for path in (f"/api/verifyy/{token}", f"/api/verify/{token}/", f"/{token}", f"/api/verify%2f{token}"):
        assert server.issuer.get(path).status_code == 404
    assert server.issuer.post(f"/api/verify/{token}").status_code == 405
    time.sleep(0.5)
    requests_logged = [line for line in server.log_text().splitlines() if '"refused"' in line]
    assert len(requests_logged) == 5, "the control: they are logged"
    assert not any(token in line for line in requests_logged)
    assert server.issuer.get(link).status_code == 200, "the control: it was the token of a link that works"
