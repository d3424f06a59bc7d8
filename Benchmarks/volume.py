"""The rows of volume: what a request costs the server with many accounts and messages, against the same with few."""

from dataclasses import dataclass, field
from pathlib import Path

from conversations import Tokens, reads
from measure import processor_seconds, wrk
from population import Person, database, populate
from process import Server
from report import Table
from signins import sign_in

FEW = 1000


@dataclass
class Volume:
    """A server with so many accounts, some of its people, and the seconds of processor time that each request took, by run."""

    server: Server
    people: list[Person]
    tokens: Tokens = field(default_factory=list)
    costs: dict[str, list[float]] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)

    def run_sign_ins(self, people: list[Person]) -> None:
        before = self.spent()
        found = sign_in(self.server, people, 16, 60)
        self.note("sign-in", (self.spent() - before) / (len(found.tokens) + found.refused), found.rate)
        self.tokens += [(person, found.tokens[person.id]) for person in people if person.id in found.tokens]

    def run_reads(self, name: str, path: str, seconds: float, folder: Path) -> None:
        before = self.spent()
        load = wrk(self.server.origin, seconds, "requests.lua", REQUESTS=reads(path, self.tokens, folder))
        if load.spoiled:
            raise RuntimeError(f"{path}: {load.spoiled}")
        self.note(name, (self.spent() - before) / load.requests, load.rate)

    def note(self, name: str, cost: float, rate: float) -> None:
        self.costs.setdefault(name, []).append(cost)
        self.rates.setdefault(name, []).append(rate)

    def spent(self) -> float:
        return processor_seconds(self.server.process.pid)


def volume(table: Table, options, folder: Path) -> None:
    """Two servers take turns, so that a drift of the machine falls on both."""
    sizes = (FEW, options.volume)
    binary = str(options.binaries / "martlet")
    servers = [Server(binary, folder / f"volume-{size}") for size in sizes]
    few, many = [Volume(server, populate(server, size)) for server, size in zip(servers, sizes)]
    megabytes = database(many.server).stat().st_size >> 20
    half = options.volume_people // 2
    try:
        for server in servers:
            server.start()
        turns = [(few, slice(0, half)), (many, slice(0, half)), (many, slice(half, 2 * half)), (few, slice(half, 2 * half))]
        for which, part in turns:
            which.run_sign_ins(which.people[part])
        for name, path in (("profile", "/api/users/profile"), ("messages", "/api/chat/messages?limit=20")):
            for which, _ in turns:
                which.run_reads(name, path, options.volume_seconds, folder)
    finally:
        for server in servers:
            server.kill()
    for name in few.costs:
        note = f"{len(many.tokens)} people in turn; ceiling: {FEW:,} accounts and {5 * FEW:,} messages; the database has {megabytes:,} MB"
        table.cost(f"{name} with {options.volume:,} accounts and {5 * options.volume:,} messages", few, many, name, 1.2, note)
