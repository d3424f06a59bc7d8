"""The rows of live messages: what a thousand open streams take, and how soon each message is there."""

import asyncio
import json
import resource
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field

from connection import Connection
from conversations import Tokens
from measure import Apart
from process import Server
from report import Table

STREAMS = 1000
#: Messages a second, each delivered to the streams of both its ends.
RATE = 200
SENDERS = 8


@dataclass
class Delivery:
    """Seconds from sending to each arrival, how many there were to be, bytes of the server's memory, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    expected: int = 0
    sent: int = 0
    open: int = 0
    grown: int = 0
    grown_in_the_end: int = 0
    failed: list[str] = field(default_factory=list)


class StreamLoad:
    """People listen, and write to each other."""

    def __init__(self, server: Server, tokens: Tokens, streams: int):
        self.server, self.tokens, self.streams = server, tokens, streams
        self.found, self.listening = Delivery(), Counter()
        self.listeners: list[asyncio.Task] = []

    async def run(self, seconds: float) -> Delivery:
        self.free = asyncio.Queue()
        for _ in range(SENDERS):
            self.free.put_nowait(await Connection.open(self.server.port))
        await self.send_for(1)  # so that what the first messages need is there before memory is read
        self.found = Delivery()
        before = self.server.resident_bytes()
        places = [number % len(self.tokens) for number in range(self.streams)]
        for start in range(0, self.streams, 50):
            await asyncio.gather(*(self.listen(place) for place in places[start : start + 50]))
        await asyncio.sleep(1)
        self.found.grown = self.server.resident_bytes() - before
        await self.send_for(seconds)
        await asyncio.sleep(1)
        self.found.grown_in_the_end = self.server.resident_bytes() - before
        for listener in self.listeners:
            listener.cancel()
        return self.found

    async def listen(self, place: int) -> None:
        connection = await Connection.open(self.server.port)
        status, _ = await connection.ask("GET", "/api/chat/events", self.tokens[place][1])
        if status != 200:
            self.found.failed.append(f"a stream was answered {status}")
            return
        while b": keep-alive" not in await connection.reader.readline():
            pass
        self.found.open += 1
        self.listening[place] += 1
        self.listeners.append(asyncio.create_task(self.read(connection)))

    async def read(self, connection: Connection) -> None:
        while line := await connection.reader.readline():
            if line.startswith(b"data:"):
                at, _, _ = json.loads(line[5:])["message"].partition(" ")
                self.found.seconds.append((time.monotonic_ns() - int(at)) / 1e9)
        self.found.failed.append("a stream ended")

    async def send_for(self, seconds: float) -> None:
        """At a steady pace, whether the answers come or not."""
        began, sending = time.monotonic(), []
        for number in range(int(RATE * seconds)):
            await asyncio.sleep(max(0, began + number / RATE - time.monotonic()))
            sending.append(asyncio.create_task(self.send(number)))
        await asyncio.gather(*sending)

    async def send(self, number: int) -> None:
        written = time.monotonic_ns()
        one, other = number % len(self.tokens), (number + 1 + number // len(self.tokens)) % len(self.tokens)
        connection = await self.free.get()
        body = {"recipientId": self.tokens[other][0].id, "message": f"{written} Are you there?"}
        answer = await connection.send("POST", "/api/chat/send", self.tokens[one][1], body)
        self.free.put_nowait(connection)
        if answer.status != 200:
            self.found.failed.append(f"a message was answered {answer.status}")
            return
        self.found.sent += 1
        self.found.expected += sum(self.listening[end] for end in {one, other})


def streams(table: Table, server: Server, options, tokens: Tokens) -> None:
    """Restarts the server first: what it gave back to the allocator before would hide what the streams take."""
    server.stop()
    server.start()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    found = Apart(lambda: asyncio.run(StreamLoad(server, tokens, STREAMS).run(options.stream_seconds)), options.stream_seconds + 60).result()
    lost = found.expected - len(found.seconds)
    wrong = "; ".join(f"{count} × {what}" for what, count in Counter(found.failed).items())
    good = found.open == STREAMS and not wrong and lost == 0
    note = f"of {len(tokens)} people; {found.grown_in_the_end / 2**20:.1f} MB after the messages" + (f"; {wrong}" if wrong else "")
    grown = max(found.grown, found.grown_in_the_end) / 2**20
    table.add(f"memory of {found.open:,} open event streams", grown, "MB", "under 32 MB", grown < 32 and found.open == STREAMS, note=note)
    middle, p99 = (statistics.median(found.seconds) * 1000, statistics.quantiles(found.seconds, n=100)[98] * 1000) if len(found.seconds) > 1 else (0, 0)
    note = f"p50 {middle:.3g} ms; {found.sent:,} messages in {options.stream_seconds} s, {len(found.seconds):,} arrivals, {lost} lost"
    table.add(f"delivery p99 at {RATE} messages/s", p99, "ms", "under 50 ms", good and p99 < 50, note=note + (f"; {wrong}" if wrong else ""))

