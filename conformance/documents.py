"""A host of documents over HTTPS on this machine, as a client's own would be: key sets, lists of redirect URIs."""

import http.server
import json
import ssl
import threading
import time
from pathlib import Path


class Documents:
    """Serves what is put at a path; counts who asks. `certificate` and `key` are PEM files."""

    def __init__(self, certificate: Path, key: Path):
        self.known: dict[str, object] = {}
        self.asked: list[str] = []
        documents = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                documents.asked.append(self.path)
                answer = documents.known.get(self.path)
                if callable(answer):
                    return answer(self)
                self.reply(200 if answer is not None else 404, json.dumps(answer).encode())

            def reply(self, status: int, body: bytes, **fields: str) -> None:
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, path: str, answer) -> str:
        """A JSON value, or a function that answers; gives the URL."""
        self.known[path] = answer
        return self.url + path

    def close(self) -> None:
        self.server.shutdown()


def hanging(handler) -> None:
    time.sleep(30)


def huge(handler) -> None:
    handler.reply(200, b'{"keys":[' + b" " * 200_000 + b"]}")


def redirecting(path: str):
    return lambda handler: handler.reply(302, b"", Location=path)
