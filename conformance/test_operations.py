"""What an operator relies on: stopping, refusing to start, metrics, rate limits, mail, and the reason behind a refusal."""

import json
import socket
import stat
import threading
import time

import pytest
import requests

from issuer import Issuer, api_error, oauth_error
from keys import ECKey
from process import free_port
from wire import address_of


# Stopping


def test_sigterm_stops_in_order(start):
    server = start()
    server.issuer.register()
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 20
    for wal in server.data.glob("*-wal"):
        assert wal.stat().st_size == 0, "the write-ahead log was checkpointed"


def test_sigterm_waits_for_requests_and_not_for_idle_connections(start):
    server = start()
    idle = [socket.create_connection(address_of(server.origin)) for _ in range(10)]
    stream = requests.get(f"{server.origin}/api/verification-status/a%40example.com", stream=True, timeout=30)
    assert stream.status_code == 200
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 22, "the drain has 20 s"
    stream.close()
    for connection in idle:
        connection.close()


# Refusing to start: a code that is not 0 and one clear line


def refuses(server, *words: str, **how) -> None:
    code, said = server.run_in_vain(**how)
    assert code not in (0, None) and code > 0, f"{code}: {said}"
    lines = [line for line in said.splitlines() if line.strip()]
    assert 1 <= len(lines) <= 2, said
    assert all(word.lower() in said.lower() for word in words), said
    assert "Fatal error" not in said and "Stack dump" not in said


def test_a_second_process_over_the_same_data_refuses(start):
    server = start()
    refuses(server, "data", options=["--port", str(free_port()), "--metrics-port", str(free_port())])
    assert server.issuer.healthy()


def test_an_unknown_setting_refuses(start):
    server = start()
    assert server.stop() == 0
    refuses(server, "no_such", environment={"MARTLET_NO_SUCH": "1"})
    (server.folder / ".env").write_text("MARTLET_NO_SUCH_EITHER=1\n")
    refuses(server, "no_such_either")
    (server.folder / ".env").unlink()
    server.start()


def test_an_unknown_option_refuses(start):
    server = start()
    server.stop()
    code, said = server.run_in_vain(options=["--no-such-option"])
    assert code not in (0, None) and "no-such-option" in said


def test_rate_limits_off_is_for_development_only(start):
    server = start()
    server.stop()
    command = server.command
    https = {server.origin: "https://id.example"}  # outside development the issuer is an https URL
    server.command = lambda: [https.get(word, word) for word in command() if word != "--dev"]
    refuses(server, "rate-limits")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_can_read_refuses(start, mode):
    server = start()
    server.stop()
    keys = [path for path in server.keys.rglob("*") if path.is_file() and path.suffix == ".pem"]
    assert keys, "the server made its keys as PEM files"
    for path in keys:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    keys[0].chmod(mode)
    refuses(server, keys[0].name)
    keys[0].chmod(0o600)
    server.start()


def test_a_database_that_others_can_read_refuses(start):
    server = start()
    server.stop()
    databases = [path for path in server.data.rglob("*") if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]
    assert databases
    for path in databases:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    databases[0].chmod(0o644)
    refuses(server, databases[0].name)


def test_a_damaged_key_refuses(start):
    server = start()
    server.stop()
    key = next(server.keys.rglob("*.pem"))
    key.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    refuses(server, key.name)


def test_a_taken_port_refuses(start):
    server = start()
    server.stop()
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen()
        refuses(server, str(server.port))


def test_port_0_needs_an_issuer(start):
    server = start()
    server.stop()
    command = server.command
    server.command = lambda: [word for word in command() if word not in ("--issuer", server.origin)]
    refuses(server, "--port 0", "--issuer", options=["--port", "0"])


# Settings in files


def test_a_settings_file_with_crlf_is_checked_and_read(start):
    server = start()
    server.stop()
    settings = server.folder / ".env"
    settings.write_bytes(b"MARTLET_LOG_LEVEL=info\r\nMARTLET_NO_SUCH=1\r\n")
    refuses(server, "MARTLET_NO_SUCH")
    settings.write_bytes(b"MARTLET_ACCESS_TOKEN_LIFETIME=1234\r\nMARTLET_LOG_LEVEL=info\r\n")
    server.start()
    account = server.issuer.register()
    assert server.issuer.token(server.issuer.key_form(account.key)).json()["expires_in"] == 1234


def test_a_value_with_a_line_break_is_not_shown(start):
    server = start()
    server.stop()
    code, said = server.run_in_vain(environment={"MARTLET_SMTP_PORT": "25\nSMTP_PASSWORD=hunter2", "MARTLET_SMTP_HOST": "a"})
    assert code == 1 and "smtp-port" in said and "hunter2" not in said


@pytest.mark.parametrize("name,text", [
    (".env", "SMTP_PASSWORD=hunter2\n"), (".env", "MARTLET_JWT_SECRET=hunter2\r\n"), ("martlet.json", '{"smtp-password":"hunter2"}'),
])
def test_a_secret_that_others_can_read_refuses(start, name, text):
    server = start()
    server.stop()
    settings = server.folder / name
    settings.write_text(text)
    options = ["--config", str(settings)] if name != ".env" else []
    for mode in (0o640, 0o604, 0o644):
        settings.chmod(mode)
        code, said = server.run_in_vain(options=options)
        assert code == 1 and f"chmod 600 {settings if options else name}" in said and "hunter2" not in said, said
    settings.chmod(0o600)
    server.options = options
    server.start()


# The command line


@pytest.mark.parametrize("command", [
    ["clients", "list"], ["clients", "remove", "x"], ["accounts", "list"], ["accounts", "block", "x"], ["accounts", "unblock", "x"],
    ["accounts", "delete", "x"], ["explain", "x"],
], ids=" ".join)
def test_no_database_is_made_at_a_mistyped_path(start, command):
    server = start()
    code, said = server.run_in_vain_with([*command, "--data", str(server.folder / "dta")])
    assert code == 1 and "is --data right?" in said and str(server.folder / "dta") in said
    assert not (server.folder / "dta").exists()


def test_the_first_client_may_come_before_the_first_start(start):
    server = start()
    made = server.run("clients", "add", "--name", "x", "--data", str(server.folder / "new"), "--json")
    assert json.loads(made)["client_id"]
    assert "x" in server.run("clients", "list", "--data", str(server.folder / "new"))


# Warnings


def test_development_on_a_public_address_is_warned_of(start):
    said = start("--host", "0.0.0.0").log_text()
    assert "links are shown to anyone who asks" in said
    assert "links are shown to anyone who asks" not in start().log_text(), "the control"


# Metrics


def test_metrics_are_on_their_own_listener(start):
    server = start()
    issuer = server.issuer
    account = issuer.register()
    issuer.key_token(account.key)
    oauth_error(issuer.token(issuer.key_form(ECKey())), 401, "invalid_client")
    assert issuer.get("/metrics").status_code == 404
    reply = requests.get(f"http://127.0.0.1:{server.metrics_port}/metrics", timeout=5)
    assert reply.status_code == 200 and reply.headers["Content-Type"].startswith("text/plain")
    samples = [line for line in reply.text.splitlines() if line and not line.startswith("#")]
    assert any("token" in line and not line.endswith(" 0") for line in samples)
    assert any("_bucket{" in line for line in samples), "latency histograms"
    assert account.email not in reply.text and account.key.hex() not in reply.text and account.id not in reply.text
    listening = requests.get(f"http://127.0.0.1:{server.metrics_port}/oauth/jwks", timeout=5)
    assert listening.status_code == 404


# Rate limits: 5 mails per address and hour, 10 failures per key and minute, 3 registrations per IP and hour


@pytest.fixture
def limited(start):
    return start(rate_limits="on")


def retry_after(reply) -> int:
    assert reply.status_code == 429, f"{reply.status_code}: {reply.text}"
    return int(reply.headers["Retry-After"])


def test_five_mails_an_hour_and_address(limited):
    issuer = limited.issuer
    for _ in range(5):
        assert issuer.post("/api/send-verification", json={"email": "limit@example.com"}).status_code == 200
    for email in ("limit@example.com", "LIMIT@EXAMPLE.com"):
        reply = issuer.post("/api/send-verification", json={"email": email}, headers={"X-Forwarded-For": "192.0.2.9"})
        assert 0 < retry_after(reply) <= 3600
        api_error(reply, 429)
    assert issuer.post("/api/send-verification", json={"email": "other@example.com"}).status_code == 200


def test_ten_failures_a_minute_and_key(limited):
    issuer = limited.issuer
    account, bystander = issuer.register(), issuer.register()
    for _ in range(15):
        issuer.key_token(account.key)  # successes are not counted
    forged = lambda: issuer.form(account.key.client_id, issuer.assertion(ECKey(), account.key.client_id, challenge=issuer.challenge()))
    for _ in range(10):
        oauth_error(issuer.token(forged()), 400, "invalid_grant")
    reply = issuer.token(forged())
    assert 0 < retry_after(reply) <= 60
    assert reply.json()["error"] and reply.json()["error_description"]
    alias = forged() | {"public_key": account.key.hex()}
    del alias["client_id"]
    retry_after(issuer.token(alias))
    issuer.key_token(bystander.key)


def test_three_registrations_an_hour_and_ip(limited):
    issuer = limited.issuer
    for _ in range(3):
        issuer.register()
    email, token = issuer.verified_email()
    body = {"email": email, "name": "Ada", "public_key": ECKey().hex(), "registration_token": token}
    reply = issuer.post("/api/register", json=body, headers={"X-Forwarded-For": "192.0.2.9", "Forwarded": "for=192.0.2.9"})
    assert 0 < retry_after(reply) <= 3600
    api_error(reply, 429)
    assert Issuer(issuer.url, source="127.0.0.2").post("/api/register", json=body).status_code == 200


def test_limits_survive_a_restart(limited):
    for _ in range(5):
        assert limited.issuer.post("/api/send-verification", json={"email": "again@example.com"}).status_code == 200
    limited.stop()
    limited.start()
    retry_after(limited.issuer.post("/api/send-verification", json={"email": "again@example.com"}))


# Mail and logs


def test_development_mail_is_a_file(start):
    server = start()
    asked = server.issuer.ask_verification("mail@example.com")
    limit = time.monotonic() + 5
    while time.monotonic() < limit and not list((server.data / "mail").glob("*.eml")):
        time.sleep(0.05)
    letters = list((server.data / "mail").glob("*.eml"))
    assert len(letters) == 1
    assert "mail@example.com" in letters[0].read_text()
    assert asked["verification_url"].rsplit("/", 1)[1] in letters[0].read_text().replace("=\n", "").replace("=3D", "=")


def test_no_secret_is_logged(start):
    server = start()
    issuer, client = server.issuer, server.add_client("client_secret_post")
    account = issuer.register()
    form = issuer.key_form(account.key)
    token = issuer.token(form).json()["access_token"]
    issuer.userinfo(token)
    client.token(issuer)
    issuer.token({"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret + "x"})
    time.sleep(0.5)
    log = server.log_text()
    assert log, "the control: there is a log"
    for secret in (client.secret, token, form["client_assertion"], form["client_assertion"].rsplit(".", 1)[1]):
        assert secret not in log


# Explaining a refusal


@pytest.mark.parametrize("claim,value,words", [
    ("aud", "https://other.example", ["aud", "https://other.example"]), ("exp", 1, ["exp"]), ("challenge", "invented", ["challenge"]),
])
def test_explain_names_the_failed_check(start, claim, value, words):
    server = start()
    issuer, account = server.issuer, server.issuer.register()
    changes = {"challenge": issuer.challenge()} | {claim: value}
    form = issuer.form(account.key.client_id, issuer.assertion(account.key, **changes))
    reply = issuer.token(form)
    assert reply.status_code in (400, 401)
    time.sleep(0.5)
    request_id = reply.headers["X-Request-Id"]
    said = server.run("explain", request_id, "--data", str(server.data))
    assert request_id in said and all(word in said for word in words), said
    if claim == "aud":
        assert issuer.name in said, "expected and seen"
    assert form["client_assertion"] not in said
    assert isinstance(json.loads(server.run("explain", request_id, "--data", str(server.data), "--json")), dict)


def test_health_goes_on_while_tokens_are_issued(issuer, account):
    done, slow = threading.Event(), []

    def watch():
        visitor = Issuer(issuer.url)
        while not done.is_set():
            began = time.monotonic()
            assert visitor.healthy()
            slow.append(time.monotonic() - began)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(50):
        issuer.key_token(account.key)
    done.set()
    watcher.join()
    assert slow and max(slow) < 1
