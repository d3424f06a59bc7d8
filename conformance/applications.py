"""Applications that people sign in to: the blocks of README.md's "Connect your application", run as they stand there."""

import re
import ssl
import sys
import threading
import types
from pathlib import Path

from werkzeug.serving import make_server

README = Path(__file__).resolve().parent.parent / "README.md"


def block(heading: str) -> str:
    """The block of code below a heading of README.md."""
    section = README.read_text().partition(f"\n### {heading}\n")[2]
    found = re.search(r"^```\w+\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert section and found, f"README.md has no block of code below {heading!r}"
    return found.group(1)


def module(heading: str, name: str) -> types.ModuleType:
    """The block, executed; settings come from the environment, as a person gives them."""
    made = types.ModuleType(name)
    sys.modules[name] = made
    exec(compile(block(heading), f"README.md: {heading}", "exec"), made.__dict__)
    return made


class Listener:
    """A WSGI application on a port of this machine, over TLS with a certificate, until the end of the `with`."""

    def __init__(self, port: int, application, certificate=None):
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.certificate, certificate.key_file)
        self.server = make_server("127.0.0.1", port, application, threaded=True, ssl_context=context)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> "Listener":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()
