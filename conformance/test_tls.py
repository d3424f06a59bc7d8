"""TLS in the process: what is agreed on, whose certificate is shown and for how long, and peers that speak it badly or not at all."""

import json
import os
import socket
import ssl
import stat
import subprocess
import time

import pytest
import requests
from cryptography.hazmat.primitives import serialization

from certificates import Certificate, connect, serial_of, trusting
from wire import exchange

STREAM = "/api/verification-status/a%40example.com"


@pytest.fixture
def secure(start, tmp_path):
    """Starts a server with this certificate, or with one of its own."""

    def secure(certificate: Certificate | None = None, *options: str):
        certificate = certificate or Certificate(tmp_path / "tls")
        server = start(*certificate.options, *options, scheme="https", ca=str(certificate.certificate))
        server.certificate = certificate
        return server

    return secure


@pytest.fixture(scope="module")
def servers(binary, tmp_path_factory):
    """A server for each kind of key."""
    from process import Server

    made = {}
    for kind in ("ec", "rsa"):
        folder = tmp_path_factory.mktemp(f"tls-{kind}")
        certificate = Certificate(folder / "tls", kind)
        made[kind] = Server(binary, folder, *certificate.options, scheme="https", ca=str(certificate.certificate)).start()
        made[kind].certificate = certificate
    yield made
    for server in made.values():
        assert server.process.poll() is None, server.log_text()[-2000:]
        server.kill()


def healthy(server, **how) -> bool:
    return requests.get(server.origin + "/health", verify=str(server.ca), timeout=5, **how).status_code == 200


def get(path: str, *fields: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *fields, "", ""]).encode()


def ask(connection: ssl.SSLSocket, path: str = "/health") -> bytes:
    """The whole answer to a request, on a connection that stays."""
    connection.sendall(get(path))
    answer = b""
    while chunk := connection.recv(65536):
        answer += chunk
        head, found, body = answer.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if found and len(body) >= int(lengths[0].split(b":")[1]):
            break
    return answer


def open_files(server) -> int:
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def wait_for(condition, seconds: float = 5) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


# What is agreed on (RFC 9325)

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def client(version: str, ciphers: str | None = None) -> ssl.SSLContext:
    context = trusting()
    # This machine's own policy must not be what refuses.
    context.set_ciphers((ciphers or "ALL") + ":@SECLEVEL=0")
    context.minimum_version = context.maximum_version = VERSIONS[version]
    return context


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_old_versions_are_refused(servers, kind, version):
    with pytest.raises(ssl.SSLError) as refusal:
        connect(servers[kind].port, client(version))
    assert refusal.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION", "it is the server that refuses"


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_new_versions_are_spoken(servers, kind, version):
    with connect(servers[kind].port, client(version)) as connection:
        assert connection.version() == "TLSv" + version
        assert connection.compression() is None
        assert ask(connection).startswith(b"HTTP/1.1 200")


def ciphers(kind: str) -> list[tuple[str, bool]]:
    name = "ECDSA" if kind == "ec" else "RSA"
    good = [f"ECDHE-{name}-AES128-GCM-SHA256", f"ECDHE-{name}-AES256-GCM-SHA384", f"ECDHE-{name}-CHACHA20-POLY1305"]
    bad = [f"ECDHE-{name}-AES128-SHA", f"ECDHE-{name}-AES256-SHA", f"ECDHE-{name}-AES128-SHA256", f"ECDHE-{name}-AES128-CCM"]
    if kind == "rsa":
        bad = [cipher for cipher in bad if not cipher.endswith("CCM")]
        bad += ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA256", "DHE-RSA-AES128-GCM-SHA256"]
    return [(cipher, True) for cipher in good] + [(cipher, False) for cipher in bad]


@pytest.mark.parametrize("kind,cipher,is_good", [(kind, *row) for kind in ("ec", "rsa") for row in ciphers(kind)])
def test_tls_1_2_has_ephemeral_keys_and_authenticated_encryption_only(servers, kind, cipher, is_good):
    if is_good:
        with connect(servers[kind].port, client("1.2", cipher)) as connection:
            assert connection.cipher()[0] == cipher
    else:
        with pytest.raises(ssl.SSLError) as refusal:
            connect(servers[kind].port, client("1.2", cipher))
        assert "HANDSHAKE_FAILURE" in refusal.value.reason


@pytest.mark.parametrize("offered,chosen", [
    (["h2", "http/1.1"], "h2"), (["http/1.1", "h2"], "h2"), (["h2"], "h2"), (["http/1.1"], "http/1.1"), ([], None),
])
def test_the_protocol_is_agreed_on(servers, offered, chosen):
    with connect(servers["ec"].port, trusting(alpn=offered)) as connection:
        assert connection.selected_alpn_protocol() == chosen
        if chosen != "h2":
            assert ask(connection).startswith(b"HTTP/1.1 200")


def test_nothing_is_taken_before_the_handshake_is_over(servers):
    said = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{servers['ec'].port}", "-tls1_3", "-ign_eof"],
        input=get("/health", "Connection: close"), capture_output=True, timeout=20,
    ).stdout
    assert b"HTTP/1.1 200" in said, "the control"
    assert b"Early data was not sent" in said and b"Max Early Data: 0" in said


# The certificate changes while the server runs


def shown(server) -> int:
    with connect(server.port, trusting()) as connection:
        return serial_of(connection)


def log_lines(server, level: str) -> list[dict]:
    return [line for line in map(json.loads, server.log_text().splitlines()) if line["level"] == level]


def test_a_new_certificate_is_shown_to_new_connections(secure, tmp_path):
    server = secure()
    first, pid = server.certificate, server.process.pid
    with connect(server.port, trusting(first.certificate)) as old:
        assert ask(old).startswith(b"HTTP/1.1 200")
        second = Certificate(tmp_path / "second", "rsa")
        second.write(first.certificate, first.key_file)
        assert wait_for(lambda: shown(server) == second.serial, 10)
        # The one that was there goes on with what it began with.
        assert ask(old).startswith(b"HTTP/1.1 200") and serial_of(old) == first.serial
    assert healthy(server), "the new certificate is the one that a client trusts now"
    assert [line["message"] for line in log_lines(server, "notice")] == ["certificate replaced"]

    # What cannot be used changes nothing, and is said once.
    other = Certificate(tmp_path / "other")
    other.certificate.replace(first.certificate)
    assert wait_for(lambda: len(log_lines(server, "error")) == 1, 10)
    time.sleep(5)
    (line,) = log_lines(server, "error")
    assert "stays" in line["message"] and str(first.key_file) in line["metadata"]["error"]
    assert shown(server) == second.serial
    third = Certificate(tmp_path / "third")
    third.write(first.certificate, first.key_file)
    assert wait_for(lambda: shown(server) == third.serial, 10), "and the next good one is taken"
    assert server.process.pid == pid and server.process.poll() is None


# Refusing to start


def spoilt(folder, change):
    certificate = Certificate(folder)
    change(certificate)
    return certificate.options


def with_key_of_another(certificate: Certificate):
    Certificate(certificate.certificate.parent, name="other").key_file.replace(certificate.key_file)


REFUSALS = {
    "no certificate": (lambda c: c.certificate.unlink(), "server.pem is not there"),
    "no key": (lambda c: c.key_file.unlink(), "server.key is not there"),
    "a folder": (lambda c: (c.certificate.unlink(), c.certificate.mkdir()), "server.pem is not a file of certificates"),
    "no PEM": (lambda c: c.certificate.write_text("x"), "does not hold certificates in PEM"),
    "broken PEM": (lambda c: c.certificate.write_text(c.certificate.read_text().replace("M", "N", 3)), "does not hold certificates"),
    "swapped": (lambda c: c.write(c.key_file, c.certificate), "does not hold certificates in PEM"),
    "no private key": (lambda c: c.key_file.write_text(c.certificate.read_text()), "does not hold one private key in PEM"),
    "another's key": (with_key_of_another, "is not the one of the first certificate"),
    "a key for all": (lambda c: c.key_file.chmod(0o644), "chmod 640"),
    "a key that a group may write": (lambda c: c.key_file.chmod(0o660), "chmod 640"),
    "a password": (lambda c: c.write(c.certificate, c.key_file, b"secret"), "has a password"),
    "run out": (lambda c: Certificate(c.certificate.parent, begins=-9, ends=-1), "ran out at"),
    "not yet": (lambda c: Certificate(c.certificate.parent, begins=2, ends=9), "look at this machine's clock"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_certificate_that_cannot_be_used_refuses_to_start(start, tmp_path, name):
    server = start()
    server.stop()
    change, sentence = REFUSALS[name]
    code, said = server.run_in_vain(options=spoilt(tmp_path / "tls", change))
    lines = [line for line in said.splitlines() if line.startswith("martlet: ")]
    assert code == 1 and len(lines) == 1 and sentence in lines[0], said


def test_a_key_that_a_group_may_read_is_taken(secure, tmp_path):
    certificate = Certificate(tmp_path / "tls")
    certificate.key_file.chmod(0o640)
    assert healthy(secure(certificate)), "the control of the two rows above"


@pytest.mark.parametrize("kind", ["ec", "P-384", "P-521", "rsa"])
@pytest.mark.parametrize("form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
def test_keys_in_the_usual_forms_are_taken(secure, tmp_path, kind, form):
    certificate = Certificate(tmp_path / "tls", kind)
    certificate.write(certificate.certificate, certificate.key_file, form=form)
    assert healthy(secure(certificate))


@pytest.mark.parametrize("options,sentence", [
    (["--outbound-allow", "10.0.0.0/8"], "--outbound-allow is only for development"),
    (["--outbound-ca", "ca.pem"], "--outbound-ca is only for development"),
    (["--tls", "self-signed"], "--tls self-signed is only for development"),
])
def test_what_is_for_development_is_refused_outside_it(start, options, sentence):
    server = start()
    server.stop()
    arguments = ["serve", "--issuer", "https://id.example.org", "--smtp-host", "127.0.0.1", "--data", str(server.data)]
    code, said = server.run_in_vain_with([*arguments, "--keys", str(server.keys), *options])
    assert code == 1 and sentence in said, said


# A certificate of its own


def test_a_development_server_makes_a_certificate_once(start, tmp_path):
    folder = tmp_path / "0" / "data"
    server = start("--tls", "self-signed", scheme="https", ca=str(folder / "tls-self-signed.pem"))
    assert stat.S_IMODE((folder / "tls-self-signed.key").stat().st_mode) == 0o600
    assert healthy(server)
    document = requests.get(server.origin + "/.well-known/openid-configuration", verify=server.ca, timeout=5).json()
    assert document["issuer"] == server.origin and document["issuer"].startswith("https://localhost:")
    before = shown(server)
    assert server.stop() == 0
    server.start()
    assert shown(server) == before


# Peers that speak it badly, or not at all


@pytest.mark.parametrize("data", [
    b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x00" * 4096, b"\xff" * 4096,
    b"\x16\x03\x01\xff\xff" + b"\x01" * 70_000, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", b"\x15\x03\x01\x00\x02\x02\x28",
    b"\x17\x03\x03\x00\x10" + b"a" * 16, b"\x80\x2e\x01\x00\x02" + b"\x00" * 41, b"SSH-2.0-x\r\n",
], ids=["http", "h2c", "zeros", "ones", "long", "hello of nothing", "alert", "data", "ssl2", "ssh"])
def test_what_is_no_tls_is_ended(servers, data):
    server = servers["ec"]
    answer = exchange(f"http://127.0.0.1:{server.port}", data, 15)
    assert b"HTTP/" not in answer and b"ocation" not in answer
    assert healthy(server)


def test_garbage_costs_nothing_that_stays(servers):
    server = servers["ec"]
    before = open_files(server)
    for number in range(300):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(os.urandom(200) if number % 2 else b"\x16\x03\x01\x02\x00")
    for _ in range(100):
        with connect(server.port, trusting()) as connection:
            connection.sendall(get("/health"))
            connection.recv(1)
    assert wait_for(lambda: open_files(server) <= before + 2, 15)
    assert healthy(server)


def test_who_takes_too_long_is_cut(servers):
    """The handshake has 10 seconds, and then the head of a request has; what goes on meanwhile is not disturbed."""
    server = servers["ec"]
    waiting = [socket.create_connection(("127.0.0.1", server.port), timeout=25) for _ in range(2)]
    waiting[1].sendall(b"\x16\x03\x01\x01\x00\x01")
    waiting += [connect(server.port, trusting(alpn=alpn), 25) for alpn in (["http/1.1"], ["h2"])]
    began = time.monotonic()
    for connection in waiting:
        try:
            while connection.recv(4096):
                pass
        except OSError:
            pass  # cut, and not by us: the time tells
        assert 8 < time.monotonic() - began < 18
        assert healthy(server)
        connection.close()


def test_one_peer_has_1024_connections_before_they_agreed_on_anything(servers):
    server = servers["rsa"]
    held = [socket.create_connection(("127.0.0.1", server.port), timeout=5, source_address=("127.0.0.9", 0)) for _ in range(1034)]

    def was_closed(connection: socket.socket) -> bool:
        connection.setblocking(False)
        try:
            return connection.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    try:
        assert wait_for(lambda: sum(map(was_closed, held)) >= 10, 5)
        assert sum(map(was_closed, held)) == 10
        assert healthy(server)
    finally:
        for connection in held:
            connection.close()


# Streams and stopping


def open_stream(server) -> ssl.SSLSocket:
    connection = connect(server.port, trusting(alpn=["http/1.1"]), 25)
    connection.sendall(get(STREAM))
    heard = b""
    while b"keep-alive" not in heard:
        heard += connection.recv(4096)
    return connection


@pytest.mark.parametrize("says_goodbye", [True, False])
def test_a_stream_ends_when_its_reader_goes_away(servers, says_goodbye):
    server = servers["ec"]
    before = open_files(server)
    streams = [open_stream(server) for _ in range(30)]
    assert open_files(server) >= before + 25, "the control"
    for stream in streams:
        if says_goodbye:
            stream.settimeout(5)
            try:
                stream.unwrap()
            except OSError:
                pass  # what was still on its way may come first
        stream.close()
    assert wait_for(lambda: open_files(server) <= before + 2, 5)


def test_a_stop_waits_for_nobody_who_only_listens(secure):
    server = secure()
    idle = [connect(server.port, trusting(alpn=[alpn])) for alpn in ("http/1.1", "h2") for _ in range(5)]
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(5)]
    stream = open_stream(server)
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 5
    for connection in [*idle, *silent, stream]:
        connection.close()
    assert not log_lines(server, "warning") and not log_lines(server, "error")
