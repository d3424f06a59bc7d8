"""The instruments of `run`: wrk, the ceilings, and accounts and assertions made in worker processes."""

import http.client
import json
import multiprocessing
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

from issuer import Issuer  # noqa: E402
from keys import ECKey  # noqa: E402
from process import Server, clean_environment, free_port  # noqa: E402

CORES = os.cpu_count()


@dataclass
class Load:
    """What wrk saw: requests a second, answers that were no 2xx or 3xx, broken connections, latencies in microseconds."""

    rate: float
    requests: int
    refused: int
    broken: int
    p50: int
    p99: int

    @property
    def spoiled(self) -> str:
        """What was wrong with it, if anything."""
        return f"{self.refused} refused, {self.broken} broken" if self.refused or self.broken else ""


def wrk(
    url: str, seconds: float, script: str = "report.lua", headers: dict | None = None, connections: int = 32, **environment: str
) -> Load:
    """One thread, keep-alive connections."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s", "-s", str(HERE / "wrk" / script)]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run([*command, url], capture_output=True, text=True, env=os.environ | {"WRK": str(HERE / "wrk")} | environment)
    found = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if not found:
        raise RuntimeError(f"wrk {script} said: {done.stdout}{done.stderr}")
    result = json.loads(found[1])
    rate = result["requests"] / (result["microseconds"] / 1e6)
    return Load(rate, result["requests"], result["refused"], result["broken"], result["p50"], result["p99"])


class Apart:
    """Work in a process of its own, so that what makes a load shares no interpreter with what watches it."""

    def __init__(self, work: Callable[[], object], seconds: float):
        self.limit = time.monotonic() + seconds
        self.receiver, sender = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(target=lambda: sender.send(work()), daemon=True)
        self.process.start()
        sender.close()

    def is_over(self) -> bool:
        return self.receiver.poll() or time.monotonic() > self.limit

    def result(self):
        """What the work gave. Ends the process when its time is over."""
        try:
            if not self.receiver.poll(max(0, self.limit - time.monotonic())):
                raise RuntimeError("a load did not end in time")
            return self.receiver.recv()
        except EOFError:
            raise RuntimeError("a load failed; standard error says why") from None
        finally:
            self.process.terminate()
            self.process.join()


# Ceilings


class Ceiling:
    """The bare static route of the HTTP stack."""

    def __init__(self, binary: Path):
        self.port = free_port()
        self.process = subprocess.Popen([binary, str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.port, "/", 10)

    def rate(self, seconds: float) -> float:
        return wrk(f"http://127.0.0.1:{self.port}/", seconds).rate

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def wait_for(port: int, path: str, seconds: float) -> float:
    """Seconds until `path` is answered with 200."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return time.perf_counter() - began
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.001)
    raise RuntimeError(f"nothing answers on port {port} after {seconds} s")


def starts(server: Server, count: int) -> list[float]:
    """Seconds from the start of a process to its first answer, for each of so many starts. The server runs before and after."""
    times = []
    for _ in range(count):
        server.stop()
        began = time.perf_counter()
        with open(server.log, "ab") as log:
            server.process = subprocess.Popen(
                server.command(), cwd=server.folder, env=clean_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_for(server.port, "/health", 20)
        times.append(time.perf_counter() - began)
    return times


def openssl_speed(seconds: float) -> tuple[float, float]:
    """P-256 signatures and verifications a second on one core, as `openssl speed ecdsap256` prints them."""
    command = ["openssl", "speed", "-seconds", str(max(1, round(seconds))), "ecdsap256"]
    said = subprocess.run(command, capture_output=True, text=True).stdout
    found = re.search(r"nistp256\)\s+\S+\s+\S+\s+([\d.]+)\s+([\d.]+)", said)
    if not found:
        raise RuntimeError(f"openssl speed said: {said}")
    return float(found[1]), float(found[2])


def compiled(name: str, folder: Path, *libraries: str) -> Callable[..., str]:
    """A program of this folder in a few lines of C; call it with its arguments for what it says."""
    program = folder / name
    if not program.exists():
        subprocess.run(["gcc", "-O2", HERE / f"{name}.c", "-o", program, *libraries], check=True)

    def run(*arguments) -> str:
        return subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout

    return run


def ecdsa_speed(curve: str, seconds: float, folder: Path) -> tuple[float, float]:
    """The same for a curve that `openssl speed` does not know, over the same library."""
    sign, verify = compiled("ecdsa_speed", folder, "-lcrypto")(curve, seconds).split()
    return float(sign), float(verify)


def processor_seconds(pid: int) -> float:
    """The processor time that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# Accounts and assertions


def _json(connection: http.client.HTTPConnection, method: str, path: str, body=None) -> dict | str:
    connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    text = reply.read().decode()
    if reply.status != 200:
        raise RuntimeError(f"{method} {path}: {reply.status} {text[:300]}")
    return json.loads(text) if reply.headers["Content-Type"].startswith("application/json") else text


def _register(work: tuple[str, str, str, int]) -> list[tuple[str, bytes]]:
    """Registers accounts through the API; gives the client id and private PEM of each."""
    from cryptography.hazmat.primitives import serialization

    url, curve, prefix, count = work
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    made = []
    for number in range(count):
        key, email = ECKey(curve), f"{prefix}-{number}@example.com"
        asked = _json(connection, "POST", "/api/send-verification", {"email": email})
        _json(connection, "GET", urlsplit(asked["verification_url"]).path)
        _json(connection, "POST", "/api/register", {
            "email": email, "name": "Load", "public_key": key.hex(), "registration_token": asked["registration_token"],
        })
        pem = key.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        made.append((key.client_id, pem))
    return made


def register(url: str, curve: str, count: int) -> list[tuple[str, bytes]]:
    prefix = os.urandom(4).hex()
    share = -(-count // 4)
    work = [(url, curve, f"{prefix}-{n}", min(share, count - n * share)) for n in range(4) if count > n * share]
    with multiprocessing.Pool(CORES) as pool:
        return [account for part in pool.map(_register, work) for account in part]


def _sign(work: tuple[str, str, list[tuple[str, bytes]], list[str]]) -> list[str]:
    """A form for each challenge, signed by the accounts in turn."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    issuer_name, curve, accounts, challenges = work
    issuer, keys = Issuer(issuer_name), []
    for client_id, pem in accounts:
        key = ECKey(curve)
        key.private = load_pem_private_key(pem, None)
        keys.append((client_id, key))
    forms = []
    for number, challenge in enumerate(challenges):
        client_id, key = keys[number % len(keys)]
        assertion = issuer.assertion(key, client_id, challenge=challenge, exp=int(time.time()) + 280)
        forms.append(urlencode(issuer.form(client_id, assertion, scope="openid")))
    return forms


def fetch_challenges(url: str, count: int, folder: Path) -> list[str]:
    """Many by wrk; the file has one a line."""
    file = folder / "challenges"
    command = ["wrk", "-t1", "-c32", "-d120s", "-s", str(HERE / "wrk" / "challenges.lua"), url + "/oauth/challenge"]
    subprocess.run(command, stdout=subprocess.DEVNULL, env=os.environ | {"CHALLENGES": str(file), "COUNT": str(count)}, check=True)
    challenges = file.read_text().split()
    if len(challenges) < count:
        raise RuntimeError(f"{len(challenges)} challenges of {count} within 120 s")
    return challenges


def signed_forms(url: str, curve: str, accounts: list[tuple[str, bytes]], count: int, folder: Path) -> Path:
    """A file of `count` forms, each with a fresh challenge, a `jti` of its own and an assertion that lives 280 s."""
    challenges = fetch_challenges(url, count, folder)
    parts = [(url, curve, accounts, challenges[n::CORES]) for n in range(CORES)]
    file = folder / "forms"
    with multiprocessing.Pool(CORES) as pool, open(file, "w") as out:
        for part in pool.map(_sign, parts):
            out.write("\n".join(part) + "\n")
    return file


def redeem(url: str, curve: str, accounts: list[tuple[str, bytes]], seconds: float, folder: Path, guess: float) -> Load:
    """Tokens a second over `seconds`. Where the assertions were spent too soon the rate is known better and more are signed."""
    for _ in range(4):
        forms = signed_forms(url, curve, accounts, max(200, int(guess * seconds * 1.2)), folder)
        load = wrk(url, seconds, "redeem.lua", FORMS=str(forms))
        if load.refused >= 0:
            return load
        guess = load.rate * 1.2
    raise RuntimeError("the assertions were spent too soon four times")
