"""An HTTP server for tests.

    http_server.py [--tls] [--names NAMES] [--newest VERSION] [--expired]

Prints one JSON line with its port (and certificate) and ends when its standard input does. With --newest it speaks no newer
version of TLS than that, and has made sure that it does speak that one.
"""

import argparse
import gzip
import http.server
import json
import socket
import ssl
import sys
import tempfile
import threading
import time
import warnings
from urllib.parse import urlsplit

from certificate import self_signed

released = threading.Event()
dropped = threading.Event()
hits = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, body):
        self.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        self.wfile.flush()

    def begin_stream(self, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def do_GET(self):
        path = urlsplit(self.path).path
        hits.append(path)
        _, name, *rest = path.split("/")
        getattr(self, "get_" + name.replace("-", "_"), self.get_missing)(*rest)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.echo(body)

    def echo(self, body=b""):
        fields = [[name, value] for name, value in self.headers.items()]
        text = json.dumps({"method": self.command, "headers": fields, "body": body.decode()})
        self.reply(200, text.encode(), Content_Type="application/json", X_Empty="", X_Padded="  a b \t")

    def get_echo(self):
        self.echo()

    def get_missing(self, *rest):
        self.reply(404, b"nothing here")

    def get_status(self, code):
        self.reply(int(code), b"as asked")

    def get_sized(self, size):
        self.reply(200, b"x" * int(size))

    def get_chunked(self, size):
        self.begin_stream("text/plain")
        for _ in range(int(size)):
            self.chunk(b"x")
        self.chunk(b"")

    def get_redirect(self):
        self.reply(302, b"over there", Location="/target")

    def get_hits(self):
        self.reply(200, json.dumps(hits).encode())

    def get_gzip(self):
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        self.reply(200, gzip.compress(b"packed") if accepts else b"plain")

    def get_slow(self):
        time.sleep(60)

    def get_drip(self):
        self.begin_stream("text/plain")
        while True:
            self.chunk(b"x")
            time.sleep(0.1)

    def get_garbage(self):
        self.wfile.write(b"220 this is not HTTP\r\n\r\n")
        self.close_connection = True

    def get_broken(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        self.close_connection = True

    def get_fat_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-Fat: " + b"x" * 1000 + b"\r\n")
        for _ in range(90):
            self.wfile.write(b"X-Fat: " + b"x" * 1000 + b"\r\n")
        self.wfile.write(b"Content-Length: 0\r\n\r\n")

    def get_interim(self):
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
        self.reply(200, b"", X_Late="1")

    def get_events(self):
        """The second line is sent only after a request for /release, so only a reader that has the first gets on."""
        self.begin_stream("text/event-stream")
        self.chunk(b": keep-alive\r\n\r\ndata: fir")
        self.chunk(b"st\n\n")
        released.wait(30)
        self.chunk("data: zweite Zeile äöü\n".encode())
        self.chunk(b"data: last without an end")
        self.chunk(b"")

    def get_release(self):
        released.set()
        self.reply(200)

    def get_endless(self):
        self.begin_stream("text/event-stream")
        try:
            while True:
                self.chunk(b"data: tick\n")
                time.sleep(0.01)
        except OSError:
            dropped.set()

    def get_dropped(self):
        self.reply(200 if dropped.wait(20) else 504)

    def get_long_line(self):
        self.begin_stream("text/event-stream")
        self.chunk(b"x" * 5000)
        self.chunk(b"")

    def get_flood(self):
        self.begin_stream("text/event-stream")
        try:
            while True:
                self.chunk(b"x\n" * 1000)
        except OSError:
            dropped.set()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def limit(context, newest):
    """Let `context` speak versions up to `newest` alone."""
    warnings.simplefilter("ignore", DeprecationWarning)
    versions = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2}
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = versions[newest]
    # Older ones sign with SHA-1, which only the lowest level allows.
    context.set_ciphers("ALL:@SECLEVEL=0")


def shake_hands(port, newest):
    """Speak to the server as a client that takes what it has."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    limit(client, newest)
    with client.wrap_socket(socket.create_connection(("127.0.0.1", port))) as connection:
        if connection.version() != {"1.0": "TLSv1"}.get(newest, f"TLSv{newest}"):
            sys.exit(f"spoke {connection.version()}")


parser = argparse.ArgumentParser()
parser.add_argument("--tls", action="store_true")
parser.add_argument("--names", default="IP:127.0.0.1,DNS:localhost")
parser.add_argument("--newest", choices=["1.0", "1.1", "1.2"])
parser.add_argument("--expired", action="store_true")
arguments = parser.parse_args()
with tempfile.TemporaryDirectory() as folder:
    server = Server(("127.0.0.1", 0), Handler)
    certificate = None
    if arguments.tls:
        context, certificate = self_signed(folder, arguments.names, arguments.expired)
        if arguments.newest:
            limit(context, arguments.newest)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if arguments.newest:
        shake_hands(server.server_address[1], arguments.newest)
    print(json.dumps({"port": server.server_address[1], "certificate": certificate}), flush=True)
    sys.stdin.read()
