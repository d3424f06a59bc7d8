"""Servers that the suite starts for itself, from the binary that `MARTLET_BINARY` names."""

import json
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

import requests

from issuer import Issuer, RegisteredClient
from keys import ECKey, SecretKey


def free_port() -> int:
    """A port below those that the system gives to outgoing connections, so that none of them takes it before the server does."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def clean_environment(**more: str) -> dict:
    """The environment without the suite's own variables, which the server would refuse as unknown settings, and without its own."""
    own = {"ISSUER", "REDIS_URL"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MARTLET_") and name not in own}
    return kept | more


class Server:
    """One server with a data and a keys folder of its own under `folder`. Survives restarts on the same port.

    What it logs (standard error) is in `log`; what it says to people (standard output) in `server.out` beside it.
    """

    #: The Redis of every server that is not told of another (`pytest --redis`).
    redis_url: str | None = None

    def __init__(
        self, binary: str, folder: Path, *options: str, path: str = "", rate_limits: str = "off", scheme: str = "http", ca: str | None = None
    ):
        #: The certificate that an https server is known by; needed by nobody but `wait_until_ready`.
        self.ca = ca
        self.binary, self.folder, self.path = binary, Path(folder), path
        self.data, self.keys, self.log = self.folder / "data", self.folder / "keys", self.folder / "server.log"
        self.port, self.metrics_port = free_port(), free_port()
        self.origin = f"{scheme}://{'localhost' if scheme == 'https' else '127.0.0.1'}:{self.port}"
        self.options, self.rate_limits = options, rate_limits
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process: subprocess.Popen | None = None

    @property
    def issuer(self) -> Issuer:
        return Issuer(self.origin + self.path)

    def command(self) -> list[str]:
        return [
            self.binary, "serve", "--dev", "--rate-limits", self.rate_limits, "--host", "127.0.0.1",
            "--port", str(self.port), "--metrics-port", str(self.metrics_port), "--data", str(self.data),
            "--keys", str(self.keys), "--issuer", self.origin + self.path, *self.options,
        ]

    def start(self, **environment: str) -> "Server":
        if self.redis_url:
            environment = {"REDIS_URL": self.redis_url} | environment
        with open(self.log, "ab") as log, open(self.folder / "server.out", "ab") as out:
            # A library that is loaded first may change its environment; through `env` that is done before the server's own start.
            self.process = subprocess.Popen(
                [*(["env"] if environment else []), *self.command()], cwd=self.folder,
                env=clean_environment(**environment), stdin=subprocess.DEVNULL, stdout=out, stderr=log,
            )
        self.wait_until_ready()
        return self

    def wait_until_ready(self, seconds: float = 20) -> None:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log_text()[-2000:]}")
            for path in {"", self.path}:
                try:
                    if requests.get(f"{self.origin}{path}/health", timeout=2, verify=self.ca or True).status_code == 200:
                        return
                except OSError:  # also when the certificate is not there yet
                    pass
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"the server was not ready within {seconds} s:\n{self.log_text()[-2000:]}")

    def run_in_vain(self, *, options=(), environment=None, seconds: float = 10) -> tuple[int, str]:
        """Starts a second process that is expected to refuse; gives its exit code and what it said."""
        process = subprocess.Popen(
            self.command() + list(options), cwd=self.folder, env=clean_environment(**(environment or {})),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError(f"the server started instead of refusing: {self.command() + list(options)}")
        return process.returncode, said.decode()

    def run_in_vain_with(self, arguments: list[str]) -> tuple[int, str]:
        """Runs another command that is expected to refuse; gives its exit code and what it said."""
        done = subprocess.run(
            [self.binary, *arguments], cwd=self.folder, env=clean_environment(), capture_output=True, text=True, timeout=30
        )
        return done.returncode, done.stdout + done.stderr

    def stop(self, seconds: float = 25) -> int:
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not stop within {seconds} s of SIGTERM")

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def resident_bytes(self) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    # The command line

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.binary, *arguments], cwd=self.folder, env=clean_environment(), capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, f"martlet {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def add_client(self, method: str, name: str = "conformance", scope: str = "read write", key=None,
                   resource_server: bool = False) -> RegisteredClient:
        arguments = ["clients", "add", "--data", str(self.data), "--name", name, "--auth", method, "--scope", scope, "--json"]
        if method == "private_key_jwt":
            key = key or ECKey()
            jwks = self.folder / f"{key.thumbprint}.json"
            jwks.write_text(json.dumps({"keys": [key.jwk]}))
            arguments += ["--jwks", str(jwks)]
        if resource_server:
            arguments.append("--resource-server")
        made = json.loads(self.run(*arguments))
        secret = made.get("client_secret")
        if method == "client_secret_jwt":
            key = SecretKey(secret.encode())
        return RegisteredClient(made["client_id"], method, secret, key)
