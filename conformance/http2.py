"""HTTP/2 over TLS by the `h2` package, with a hand on the frames."""

import time
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from certificates import connect, trusting


@dataclass
class Reply:
    """What became of a stream."""

    status: int | None = None
    fields: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_whole: bool = False
    #: The error code of RST_STREAM.
    reset: int | None = None

    @property
    def is_over(self) -> bool:
        return self.is_whole or self.reset is not None


class Connection:
    """A connection that has said hello. `goaway` is the error code of the server's GOAWAY, `closed` whether it ended it."""

    def __init__(self, port: int, seconds: float = 10, settings: dict | None = None):
        self.port = port
        self.socket = connect(port, trusting(alpn=["h2"]), seconds)
        # What this package would refuse to send is what the tests are about.
        configuration = h2.config.H2Configuration(
            header_encoding="utf-8", validate_outbound_headers=False, normalize_outbound_headers=False
        )
        self.h2 = h2.connection.H2Connection(configuration)
        self.h2.initiate_connection()
        if settings:
            self.h2.update_settings(settings)
        self.replies: dict[int, Reply] = {}
        self.goaway: int | None = None
        self.closed = False
        self.flush()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def flush(self) -> None:
        self.raw(self.h2.data_to_send())

    def raw(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except OSError:
            self.closed = True

    def ask(self, method: str, path: str, fields: dict | list = (), body: bytes | None = None, ends: bool = True) -> int:
        """Sends a request and gives its stream; one with `ends=False` is not complete."""
        stream = self.h2.get_next_available_stream_id()
        more = list(fields.items()) if isinstance(fields, dict) else list(fields)
        pseudo = [(":method", method), (":scheme", "https"), (":authority", f"localhost:{self.port}"), (":path", path)]
        self.h2.send_headers(stream, pseudo + more, end_stream=ends and body is None)
        self.replies[stream] = Reply()
        if body is not None:
            self._send(stream, body, ends)
        self.flush()
        return stream

    def _send(self, stream: int, body: bytes, ends: bool) -> None:
        """As much at a time as the server takes."""
        while len(body) > (room := min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)):
            self.h2.send_data(stream, body[:room])
            body = body[room:]
            self.flush()
            self.listen(lambda: self.h2.local_flow_control_window(stream) > 0 or self.replies[stream].is_over)
            if self.replies[stream].is_over or self.closed:
                return
        self.h2.send_data(stream, body, end_stream=ends)

    def listen(self, until, seconds: float = 10) -> bool:
        """Takes what comes until `until()` holds, the server is gone, or the time is over."""
        limit = time.monotonic() + seconds
        while not until() and not self.closed and time.monotonic() < limit:
            self.socket.settimeout(max(0.05, min(1, limit - time.monotonic())))
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                data = b""
            if not data:
                self.closed = True
                break
            try:
                events = self.h2.receive_data(data)
            except h2.exceptions.ProtocolError:
                continue
            for event in events:
                self._take(event)
            self.flush()
        return until()

    def _take(self, event) -> None:
        if isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = int(event.error_code)
            return
        reply = self.replies.setdefault(getattr(event, "stream_id", 0) or 0, Reply())
        if isinstance(event, h2.events.ResponseReceived):
            reply.fields = dict(event.headers)
            reply.status = int(reply.fields.pop(":status"))
        elif isinstance(event, h2.events.DataReceived):
            reply.body += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            reply.is_whole = True
        elif isinstance(event, h2.events.StreamReset):
            reply.reset = int(event.error_code)

    def reply(self, stream: int, seconds: float = 10) -> Reply:
        self.listen(lambda: self.replies[stream].is_over, seconds)
        return self.replies[stream]

    def get(self, path: str = "/health", **how) -> Reply:
        return self.reply(self.ask("GET", path, **how))
