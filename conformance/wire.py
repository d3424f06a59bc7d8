"""Bytes on a socket: for requests that no HTTP library would send, and for requests that must arrive together."""

import selectors
import socket
import time
from urllib.parse import urlencode, urlsplit


def address_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or 80


def exchange(url: str, data: bytes, seconds: float = 5) -> bytes:
    """Sends bytes and returns all that comes back until the peer closes or is silent for `seconds`. A reset ends it."""
    received = b""
    with socket.create_connection(address_of(url), timeout=seconds) as connection:
        try:
            connection.sendall(data)
        except OSError:
            pass  # the peer had heard enough; what it said is still to be read
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except OSError:
            pass
    return received


def statuses(received: bytes) -> list[int]:
    """The status of each response in what a connection received."""
    lines = received.split(b"HTTP/1.1 ")[1:]
    return [int(line[:3]) for line in lines if line[:3].isdigit()]


def request(url: str, method: str, target: str, headers: dict | None = None, body: bytes = b"") -> bytes:
    host, port = address_of(url)
    fields = {"Host": f"{host}:{port}"} | ({"Content-Length": str(len(body))} if body else {}) | (headers or {})
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return head.encode("latin-1") + b"\r\n" + body


def form_request(url: str, target: str, form: dict) -> bytes:
    return request(url, "POST", target, {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form).encode())


class Race:
    """Keep-alive connections, each of which sends its request but for the last byte; the last bytes then go out together."""

    def __init__(self, url: str, count: int = 200):
        self.url, self.count = url, count
        #: The heads of the last answers, in the order of their requests.
        self.heads: list[str] = []
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> "Race":
        self.sockets = [self._connect() for _ in range(self.count)]
        return self

    def __exit__(self, *_) -> None:
        for connection in self.sockets:
            connection.close()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(address_of(self.url), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def run(self, requests: list[bytes]) -> list[tuple[int, bytes]]:
        """Status and body of the answer to each request, in the order of the requests."""
        assert len(requests) <= self.count
        sockets = self.sockets[: len(requests)]
        for connection, data in zip(sockets, requests):
            connection.sendall(data[:-1])
        time.sleep(0.05)
        for connection, data in zip(sockets, requests):
            connection.sendall(data[-1:])
        return self._answers(sockets)

    def _answers(self, sockets: list[socket.socket], seconds: float = 30) -> list[tuple[int, bytes]]:
        received = {connection: b"" for connection in sockets}
        answers: dict[socket.socket, tuple[int, bytes]] = {}
        limit = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            for connection in sockets:
                selector.register(connection, selectors.EVENT_READ)
            while len(answers) < len(sockets) and time.monotonic() < limit:
                for event, _ in selector.select(timeout=1):
                    connection = event.fileobj
                    chunk = connection.recv(65536)
                    received[connection] += chunk
                    answer = _whole(received[connection])
                    if answer is None and chunk:
                        continue
                    selector.unregister(connection)
                    answers[connection] = answer or (0, b"")  # 0: the peer closed without an answer
        self.heads = [received[connection].partition(b"\r\n\r\n")[0].decode("latin-1") for connection in sockets]
        for index, connection in enumerate(self.sockets):
            if connection in answers and (answers[connection][0] == 0 or b"connection: close" in received[connection].lower()):
                connection.close()
                self.sockets[index] = self._connect()
        return [answers.get(connection, (0, b"")) for connection in sockets]


def _whole(received: bytes) -> tuple[int, bytes] | None:
    head, found, rest = received.partition(b"\r\n\r\n")
    if not found:
        return None
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return (int(head[9:12]), rest) if rest.endswith(b"0\r\n\r\n") else None
    length = int(fields.get(b"content-length", b"0"))
    return (int(head[9:12]), rest[:length]) if len(rest) >= length else None
