"""The host of a relying party, over TLS: keeps what comes to it, and serves the documents that the server asks it for."""

import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from applications import Listener
from certificates import Certificate
from process import free_port


@dataclass(frozen=True)
class Arrival:
    """One request, as it came."""

    method: str
    path: str
    query: str
    content_type: str
    body: str

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the body, or of the query where there is no body; each as often as it came."""
        return parse_qsl(self.body or self.query, keep_blank_values=True, strict_parsing=True)


class Site:
    """A host at https://localhost with a certificate of its own. A path without a document answers an empty page."""

    def __init__(self, folder: Path):
        self.certificate = Certificate(folder)
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.arrivals: list[Arrival] = []
        self.documents: dict[str, tuple[str, bytes]] = {}
        #: Statuses that a path answers with before it answers 200.
        self.failing: dict[str, list[str]] = {}
        self.changed = threading.Condition()
        self.listener = Listener(self.port, self, self.certificate)

    def __enter__(self) -> "Site":
        self.listener.__enter__()
        return self

    def __exit__(self, *_) -> None:
        self.listener.__exit__()

    def __call__(self, environ, start_response):
        path, size = environ["PATH_INFO"], int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size).decode()
        arrival = Arrival(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""), environ.get("CONTENT_TYPE", ""), body)
        with self.changed:
            self.arrivals.append(arrival)
            status = self.failing[path].pop(0) if self.failing.get(path) else "200 OK"
            self.changed.notify_all()
        kind, content = self.documents.get(path, ("text/html", b"<!DOCTYPE html><title>There</title><p>There</p>"))
        start_response(status, [("Content-Type", kind)])
        return [content]

    def put(self, path: str, document, kind: str = "application/json") -> str:
        """Serves a JSON value or, of another kind, a text; gives its URL."""
        self.documents[path] = (kind, (json.dumps(document) if kind == "application/json" else document).encode())
        return self.url + path

    def at(self, path: str) -> list[Arrival]:
        with self.changed:
            return [arrival for arrival in self.arrivals if arrival.path == path]

    def wait(self, path: str, count: int = 1, seconds: float = 30) -> list[Arrival]:
        """What came to `path`, as soon as it is `count` requests."""
        limit = time.monotonic() + seconds
        with self.changed:
            while True:
                found = [arrival for arrival in self.arrivals if arrival.path == path]
                if len(found) >= count:
                    return found
                assert self.changed.wait(limit - time.monotonic()), f"{path}: {len(found)} of {count} requests came in {seconds} s"
