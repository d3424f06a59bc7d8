"""The rows of the password: sign-ins against bare Argon2id, and what they do to the answers for others meanwhile."""

import asyncio
import http.client
import itertools
import re
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from connection import Connection
from measure import CORES, Apart, compiled, processor_seconds
from population import Person, database
from process import Server
from report import Table

#: How many sign in at a time.
PARALLEL = 200
#: Until as many wait as are meant to, in seconds.
RAMP = 2


@dataclass
class SignIns:
    """What became of a load of sign-ins. `rate` counts those after the ramp; `refused` were answered 503, and tried again."""

    rate: float = 0
    answered: int = 0
    refused: int = 0
    failed: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)


class SignInLoad:
    """People sign in, so many at a time, until nobody is left or the time is up."""

    def __init__(self, port: int, people: Iterator[Person], seconds: float):
        self.port, self.people, self.seconds = port, people, seconds
        self.found, self.done = SignIns(), []

    async def run(self, parallel: int) -> SignIns:
        self.began = time.monotonic()
        await asyncio.gather(*(self.work() for _ in range(parallel)))
        # Counted from one answer to another, since what was asked before the clock ran is answered after it.
        times = sorted(self.done)
        times = [at for at in times if at >= min(RAMP, times[-1] / 2)]
        if len(times) > 1:
            self.found.rate = (len(times) - 1) / (times[-1] - times[0])
        return self.found

    async def work(self) -> None:
        connection = await Connection.open(self.port)
        for person in self.people:
            if time.monotonic() - self.began >= self.seconds or not await self.sign_in(connection, person):
                break
        connection.close()

    async def sign_in(self, connection: Connection, person: Person) -> bool:
        """False when the time is up or the server says something else than yes or later."""
        while True:
            answer = await connection.send("POST", "/api/auth/login", body={"email": person.email, "password": person.password})
            at = time.monotonic() - self.began
            if answer.status == 200:
                self.found.answered += 1
                if at < self.seconds:
                    self.done.append(at)
                self.found.tokens.setdefault(person.id, re.search(rb'"token":"([^"]+)"', answer.body)[1].decode())
                return True
            if answer.status != 503:
                self.found.failed.append(f"{answer.status} {answer.body[:200].decode(errors='replace')}")
                return False
            self.found.refused += 1
            wait = float(answer.fields["retry-after"])
            if at + wait >= self.seconds:
                return False
            await asyncio.sleep(wait)


def sign_in(server: Server, people: Iterable[Person], parallel: int, seconds: float, meanwhile: Callable[[Callable[[], bool]], None] | None = None) -> SignIns:
    """Signs in until nobody is left or the time is up. `meanwhile` is given what tells when that is so."""
    load = Apart(lambda: asyncio.run(SignInLoad(server.port, iter(people), seconds).run(parallel)), seconds + 30)
    if meanwhile:
        meanwhile(load.is_over)
    found = load.result()
    if found.failed:
        raise RuntimeError(f"{len(found.failed)} sign-ins failed; the first: {found.failed[0]}")
    return found


def probe(port: int, is_over: Callable[[], bool]) -> list[float]:
    """Asks for the JWKS a hundred times a second; how long each answer took, in seconds."""
    connection, times = http.client.HTTPConnection("127.0.0.1", port, timeout=10), []
    due = time.perf_counter()
    while not is_over():
        began = time.perf_counter()
        connection.request("GET", "/oauth/jwks")
        reply = connection.getresponse()
        reply.read()
        if reply.status != 200:
            raise RuntimeError(f"JWKS: {reply.status}")
        times.append(time.perf_counter() - began)
        due += 0.01
        time.sleep(max(0, due - time.perf_counter()))
    connection.close()
    return times


def argon2id(server: Server, seconds: float, folder: Path) -> Callable[[], list[float]]:
    """Measures what the cores do a second with the parameters of the passwords on file, and the processor time of one in ms."""
    program = compiled("argon2id_speed", folder, "-lsodium", "-lpthread")
    with sqlite3.connect(f"file:{database(server)}?mode=ro", uri=True) as connection:
        (record,) = connection.execute("SELECT record FROM password LIMIT 1").fetchone()
    memory, passes = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$", record).groups()
    return lambda: [float(part) for part in program(memory, passes, CORES, seconds).split()]


def sign_ins(table: Table, server: Server, options, people: list[Person], folder: Path) -> SignIns:
    bare = argon2id(server, options.crypto_seconds, folder)
    before, times, spent = bare(), [], processor_seconds(server.process.pid)
    found = sign_in(server, itertools.cycle(people), PARALLEL, options.sign_in_seconds, lambda is_over: times.extend(probe(server.port, is_over)))
    spent = (processor_seconds(server.process.pid) - spent) / max(1, found.answered) * 1000
    ceiling, alone = map(statistics.mean, zip(before, bare()))
    note = (
        f"ceiling: libsodium's Argon2id of the same cost on {CORES} threads, before and after; {found.refused} answered 503 and tried again; "
        f"processor time of the server {spent:.1f} ms each, of Argon2id alone {alone:.1f} ms"
    )
    table.add(f"password sign-ins, {PARALLEL} at a time", found.rate, "/s", "at least 90%", found.rate >= 0.9 * ceiling, ceiling, note)
    p99 = statistics.quantiles(times, n=100)[98] * 1000
    table.add("JWKS p99 meanwhile", p99, "ms", "under 50 ms", p99 < 50, note=f"{len(times):,} requests, 100 a second")
    return found
