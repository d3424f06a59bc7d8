"""HTTP/2 (RFC 9113): the same answers as over HTTP/1.1, and limits for those who use it otherwise."""

import json
import os
import time
from urllib.parse import urlencode

import h2.settings
import pytest
import requests
from hyperframe.frame import ContinuationFrame, HeadersFrame, PingFrame, SettingsFrame

from certificates import Certificate
from http2 import Connection
from process import Server

FORM = {"content-type": "application/x-www-form-urlencoded"}
DISCOVERY = "/.well-known/openid-configuration"
STREAM = "/api/verification-status/a%40example.com"
ENHANCE_YOUR_CALM, REFUSED_STREAM = 11, 7


@pytest.fixture(scope="module")
def secure(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("http2")
    certificate = Certificate(folder / "tls")
    server = Server(binary, folder, *certificate.options, scheme="https", ca=str(certificate.certificate)).start()
    pid = server.process.pid
    yield server
    assert server.process.poll() is None and server.process.pid == pid, server.log_text()[-2000:]
    assert healthy(server)
    server.kill()


def healthy(server) -> bool:
    with Connection(server.port) as connection:
        return connection.get().status == 200


# The same answers


@pytest.mark.parametrize("method,path,fields,body", [
    ("GET", DISCOVERY, {}, None), ("GET", "/oauth/jwks", {}, None), ("HEAD", "/oauth/jwks", {}, None), ("GET", "/sign-in", {}, None),
    ("GET", "/no-such-route", {}, None), ("PUT", "/oauth/token", {}, b""), ("OPTIONS", "/oauth/token", {}, None),
    ("POST", "/oauth/token", FORM, urlencode({"grant_type": "client_credentials"}).encode()), ("GET", "/api/users/profile", {}, None),
    ("POST", "/oauth/token", FORM, b"x" * 65_537), ("POST", "/api/send-verification", {"content-type": "application/json"}, b"{"),
])
def test_an_answer_is_that_of_http_1(secure, method, path, fields, body):
    old = requests.request(method, secure.origin + path, headers=fields, data=body, verify=secure.ca, timeout=5)
    with Connection(secure.port) as connection:
        new = connection.reply(connection.ask(method, path, fields, body))
        assert connection.get().status == 200, "and the connection goes on"
    assert new.status == old.status_code
    ours = {"x-request-id", "date", "set-cookie", "content-length", "transfer-encoding", "connection"}
    assert {n: v for n, v in new.fields.items() if n not in ours} == {
        n.lower(): v for n, v in old.headers.items() if n.lower() not in ours
    }
    assert new.fields["x-request-id"] != old.headers["X-Request-Id"]
    assert "strict-transport-security" in new.fields and "connection" not in new.fields
    if method != "HEAD" and path != "/sign-in":
        assert new.body == old.content


def test_requests_share_a_connection(secure):
    with Connection(secure.port) as connection:
        streams = [connection.ask("GET", DISCOVERY) for _ in range(90)]
        assert connection.listen(lambda: all(connection.replies[stream].is_whole for stream in streams))
        assert {connection.replies[stream].status for stream in streams} == {200}


def test_a_stream_of_events_comes_while_others_are_answered(secure):
    email = "events@example.com"
    with Connection(secure.port) as connection:
        events = connection.ask("GET", "/api/verification-status/events%40example.com")
        assert connection.listen(lambda: b"keep-alive" in connection.replies[events].body)
        asked = connection.reply(connection.ask(
            "POST", "/api/send-verification", {"content-type": "application/json"}, json.dumps({"email": email}).encode()
        ))
        link = json.loads(asked.body)["verification_url"]
        assert connection.get(link.removeprefix(secure.origin)).status == 200
        assert connection.listen(lambda: b"verified" in connection.replies[events].body), connection.replies[events]


def test_one_authority_and_no_host_beside_it(secure):
    with Connection(secure.port) as connection:
        assert connection.get(fields={"x": "y"}).status == 200, "the control"
        assert connection.get(fields={"host": "localhost"}).status == 400


@pytest.mark.parametrize("fields", [
    [("connection", "close")], [("transfer-encoding", "chunked")], [("Upper", "x")], [(":late", "x")], [("x", "a\nb")], [("te", "gzip")],
])
def test_fields_that_are_none_of_http_2_are_refused(secure, fields):
    with Connection(secure.port) as connection:
        stream = connection.ask("GET", "/health", fields)
        connection.listen(lambda: connection.replies[stream].is_over or connection.goaway is not None)
        assert connection.replies[stream].status in (None, 400)


# Limits


def test_limits_are_announced(secure):
    with Connection(secure.port) as connection:
        connection.get()
        settings = connection.h2.remote_settings
        assert settings.max_concurrent_streams == 100
        assert settings.max_header_list_size == 16 << 10
        assert settings.initial_window_size == 65_535


def test_a_hundred_streams_at_a_time(secure):
    with Connection(secure.port) as connection:
        # Before the server's settings are known, this client knows of no limit.
        streams = [connection.ask("POST", "/oauth/token", FORM, ends=False) for _ in range(101)]
        connection.listen(lambda: connection.replies[streams[-1]].is_over or connection.goaway is not None)
        assert connection.replies[streams[-1]].reset == REFUSED_STREAM or connection.goaway is not None
        assert not any(connection.replies[stream].is_over for stream in streams[:100]) or connection.goaway is not None


@pytest.mark.parametrize("count,status", [(64, 200), (65, 431), (300, 431)])
def test_a_head_has_64_fields(secure, count, status):
    with Connection(secure.port) as connection:
        reply = connection.get(fields=[(f"x-{number}", "y") for number in range(count)])
        assert reply.status == status and reply.fields["x-request-id"]


@pytest.mark.parametrize("size,is_served", [(12_000, True), (17_000, False), (200_000, False)])
def test_a_head_has_16_kib(secure, size, is_served):
    with Connection(secure.port) as connection:
        # Each field in a frame of the largest size.
        stream = connection.ask("GET", "/health", [(f"x-{number}", "y" * 1000) for number in range(size // 1000)])
        connection.listen(lambda: connection.replies[stream].is_over or connection.goaway is not None)
        assert (connection.replies[stream].status == 200) is is_served
    assert healthy(secure)


def ended(connection: Connection) -> bool:
    return connection.closed or connection.goaway is not None


def test_streams_that_are_taken_back_again_and_again_end_the_connection(secure):
    """CVE-2023-44487."""

    def flood(connection: Connection, count: int) -> None:
        for _ in range(count):
            stream = connection.ask("GET", DISCOVERY)
            connection.h2.reset_stream(stream, 8)
            connection.flush()
            if connection.closed:
                break

    with Connection(secure.port) as connection:
        flood(connection, 150)
        assert connection.get().status == 200, "the control"
    with Connection(secure.port) as connection:
        flood(connection, 1000)
        assert connection.listen(lambda: ended(connection))
        assert connection.goaway in (None, ENHANCE_YOUR_CALM)
    assert healthy(secure)


@pytest.mark.parametrize("frame", [PingFrame(0, b"12345678"), SettingsFrame(0)], ids=["ping", "settings"])
def test_frames_that_only_cost_work_end_the_connection(secure, frame):
    with Connection(secure.port) as connection:
        connection.get()
        connection.raw(frame.serialize() * 100)
        assert connection.get().status == 200, "the control"
        connection.raw(frame.serialize() * 300)
        assert connection.listen(lambda: ended(connection))
    assert healthy(secure)


def test_a_head_without_end_ends_the_connection(secure):
    """CVE-2024-27983 and its kin."""
    with Connection(secure.port) as connection:
        connection.get()
        connection.raw(HeadersFrame(3, b"\x82").serialize())
        for _ in range(100):
            connection.raw(ContinuationFrame(3, b"\x00\x01x\x01y" * 10).serialize())
        assert connection.listen(lambda: ended(connection))
    assert healthy(secure)


@pytest.mark.parametrize("data", [b"\x00" * 100, b"\xff" * 100, b"GET / HTTP/1.1\r\n\r\n" * 10, os.urandom(5000)], ids=["0", "1", "http", "?"])
def test_what_are_no_frames_ends_the_connection(secure, data):
    with Connection(secure.port) as connection:
        connection.get()
        connection.raw(data)
        assert connection.listen(lambda: ended(connection), 12)
    assert healthy(secure)


# Deadlines


def test_who_takes_too_long_loses_the_stream_and_not_the_connection(secure):
    """A body that stops (15 s), and a small reply that nobody takes (10 s)."""
    window = {h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 0}
    with Connection(secure.port, 30) as sender, Connection(secure.port, 30, settings=window) as reader:
        sender.get()
        body = sender.ask("POST", "/oauth/token", FORM, b"grant_type=", ends=False)
        untaken = reader.ask("GET", DISCOVERY)
        began = time.monotonic()
        assert reader.listen(lambda: reader.replies[untaken].reset is not None, 20)
        assert 8 < time.monotonic() - began < 15 and reader.replies[untaken].body == b""
        assert sender.listen(lambda: sender.replies[body].is_over, 20)
        assert 13 < time.monotonic() - began < 22
        assert sender.replies[body].status is None
        assert sender.get().status == 200, "the connection goes on"


# Stopping


def test_a_stop_ends_idle_connections_with_a_word_and_open_requests_in_time(binary, tmp_path):
    certificate = Certificate(tmp_path / "tls")
    server = Server(binary, tmp_path, *certificate.options, scheme="https", ca=str(certificate.certificate)).start()
    with Connection(server.port) as idle, Connection(server.port) as busy:
        assert idle.get().status == 200
        events = busy.ask("GET", STREAM)
        assert busy.listen(lambda: b"keep-alive" in busy.replies[events].body)
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 5
        assert idle.listen(lambda: idle.goaway == 0) and busy.listen(lambda: busy.goaway == 0)
        assert busy.replies[events].is_whole
