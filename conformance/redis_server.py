"""A real `redis-server` on a port of its own, and a client of it that needs no library."""

import signal
import socket
import subprocess
import time
from pathlib import Path

from process import free_port


class RedisServer:
    """Keeps nothing on the disk, except what `save` writes, which it has again when it is started anew."""

    def __init__(self, folder: Path, *options: str, password: str | None = None):
        self.folder, self.password, self.port = Path(folder), password, free_port()
        self.options = [*options, *(["--requirepass", password] if password else [])]
        self.url = f"redis://127.0.0.1:{self.port}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process: subprocess.Popen | None = None

    def start(self) -> "RedisServer":
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
             "--dir", str(self.folder), *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
        )
        limit = time.monotonic() + 20
        while time.monotonic() < limit:
            assert self.process.poll() is None, "redis-server ended"
            try:
                if self.command("PING") == b"PONG":
                    return self
            except (OSError, RedisRefusal):  # Not listening yet, or reading its file.
                time.sleep(0.02)
        raise RuntimeError("redis-server does not answer")

    def kill(self) -> None:
        """As a crash does."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """Leaves it its connections and takes its time away."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def command(self, *words: str | bytes):
        """The reply: bytes, a number, None, or a list of them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection, connection.makefile("rb") as replies:
            commands = [("AUTH", self.password)] if self.password else []
            for command in [*commands, words]:
                parts = [word.encode() if isinstance(word, str) else word for word in command]
                connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
                reply = _read(replies)
            return reply

    def save(self) -> None:
        self.command("SAVE")

    def names(self) -> list[str]:
        return [name.decode() for name in self.command("KEYS", "*")]

    def hits(self) -> int:
        """How many values it has given out that were there."""
        lines = self.command("INFO", "stats").decode().splitlines()
        return next(int(line.split(":")[1]) for line in lines if line.startswith("keyspace_hits:"))


class RedisRefusal(Exception):
    pass


def _read(replies):
    line = replies.readline()
    if not line:
        raise OSError("the connection ended")
    kind, rest = line[:1], line[1:-2]
    if kind == b"+":
        return rest
    if kind == b"-":
        raise RedisRefusal(rest.decode())
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if int(rest) < 0 else replies.read(int(rest) + 2)[:-2]
    assert kind == b"*", line
    return [_read(replies) for _ in range(int(rest))]
