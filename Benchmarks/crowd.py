"""The rows of many clients and refresh tokens: what a request costs the server beside them, against the same beside few."""

import base64
import json
import random
import sqlite3
import statistics
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from codes import REDIRECT, VERIFIER, Application
from conversations import requests
from measure import processor_seconds, starts, wrk
from population import DIGITS, database
from process import Server
from report import Table

#: Each request takes a token that none took before, so the few must be enough for all runs.
FEW_CLIENTS, FEW_TOKENS, PEOPLE = 10, 40_000, 1000


@dataclass
class Crowd:
    """A server with so many clients and live refresh tokens, and the seconds of processor time that each request took, by run."""

    server: Server
    app: Application
    #: Refresh tokens that nobody used yet.
    tokens: list[str]
    #: Clients with one secret, as (id, secret).
    clients: list[tuple[str, str]]
    costs: dict[str, list[float]] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)

    def run(self, name: str, seconds: float, load) -> None:
        before = processor_seconds(self.server.process.pid)
        found = load(seconds)
        if found.refused > 0 or found.broken:
            raise RuntimeError(f"{name}: {found.refused} refused, {found.broken} broken")
        cost = (processor_seconds(self.server.process.pid) - before) / found.requests
        self.costs.setdefault(name, []).append(cost)
        self.rates.setdefault(name, []).append(found.rate)

    def authorize(self, seconds: float):
        return wrk(self.app.silent, seconds, headers={"Cookie": self.app.cookie})

    def redeem(self, count: int, folder: Path):
        forms = [
            {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
            for code in self.app.codes(count, folder)
        ]
        assertions = self.app.assertions(count)
        return lambda seconds: self.app.redeem(forms, assertions, seconds, folder)

    def refresh(self, count: int, folder: Path):
        forms = [{"grant_type": "refresh_token", "refresh_token": self.tokens.pop()} for _ in range(count)]
        assertions = self.app.assertions(count)
        return lambda seconds: self.app.redeem(forms, assertions, seconds, folder)

    def introspect(self, folder: Path):
        """Clients in turn ask about a token that nobody has: finding and authenticating them is all that it takes."""
        who = [base64.b64encode(f"{id}:{secret}".encode()).decode() for id, secret in self.clients]
        file = requests(folder, [["POST", "/oauth/introspect", f"Basic {basic}", "token=none"] for basic in who])
        return lambda seconds: wrk(self.server.origin, seconds, "requests.lua", REQUESTS=file)


def crowd(table: Table, options, folder: Path) -> None:
    """Two servers take turns, so that a drift of the machine falls on both."""
    sizes = ((FEW_CLIENTS, FEW_TOKENS), (options.clients, options.tokens))
    binary = str(options.binaries / "martlet")
    servers = [Server(binary, folder / f"crowd-{clients}") for clients, _ in sizes]
    try:
        few, many = [gathered(server, *size) for server, size in zip(servers, sizes)]
        count = int(4000 * options.crowd_seconds)
        for which in (few, many, many, few):
            which.run("authorize, prompt=none", options.crowd_seconds, which.authorize)
            which.run("code redeemed", options.crowd_seconds, which.redeem(count, folder))
            which.run("refresh", options.crowd_seconds, which.refresh(count, folder))
            which.run("introspection by clients in turn", options.crowd_seconds, which.introspect(folder))
        start = statistics.median(starts(many.server, 3))
    finally:
        for server in servers:
            server.kill()
    megabytes = database(many.server).stat().st_size >> 20
    beside = f"{options.clients:,} clients and {options.tokens:,} live refresh tokens"
    for name in few.costs:
        note = f"ceiling: {FEW_CLIENTS} clients and {FEW_TOKENS:,} tokens; the database has {megabytes:,} MB"
        table.cost(f"{name} beside {beside}", few, many, name, 1.1, note)
    table.add(f"ready after start beside {beside}", start, "s", "under 0.5 s", start < 0.5, note="median of 3")


def gathered(server: Server, clients: int, tokens: int) -> Crowd:
    """A server that runs, with its people, clients and tokens."""
    server.start()
    app = Application(server)
    code = app.codes(1, server.folder)[0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    reply = server.issuer.post(
        "/oauth/token", data=f"{urlencode(form)}&{app.assertions(1)[0]}", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    asker = server.add_client("client_secret_basic", name="asker", resource_server=True)
    made = json.loads(server.run("accounts", "add", "--username", "p0", "--email", "p0@example.com", "--data", str(server.data), "--generate", "--json"))
    server.stop()
    connection = sqlite3.connect(database(server), isolation_level=None)
    try:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -500000", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("BEGIN")
        found = fill(connection, made["id"], reply.json()["refresh_token"], asker.id, clients, tokens)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
    finally:
        connection.close()
    server.start()
    return Crowd(server, app, found[0], [(id, asker.secret) for id in found[1]])


def fill(connection: sqlite3.Connection, person: str, token: str, asker: str, clients: int, tokens: int) -> tuple[list[str], list[str]]:
    """People, each with sessions in the application, each with a token that has the secret of `token`; and copies of a client. Gives
    the tokens to use, in no order, and the clients."""
    source = random.Random(tokens)
    people = [str(uuid.UUID(int=source.getrandbits(128), version=4)) for _ in range(PEOPLE)]
    names = ({"id": id, "ordinal": number, "username": f"c{number}", "username_key": f"c{number}", "name": f"c{number}", "name_key": f"c{number}",
              "email": f"c{number}@example.com", "email_key": f"c{number}@example.com"} for number, id in enumerate(people, 1000))
    copies(connection, "account", "id", person, names)
    ids = [ulid(source) for _ in range(tokens)]
    sessions = [str(uuid.UUID(int=source.getrandbits(128), version=4)) for _ in range(tokens)]
    (pattern,) = connection.execute("SELECT session_id FROM refresh_token LIMIT 1").fetchone()
    pairs = zip(sessions, (people[number % PEOPLE] for number in range(tokens)))
    copies(connection, "session", "id", pattern, ({"id": session, "account_id": owner} for session, owner in pairs))
    rows = ({"id": text, "session_id": session} for (text, _), session in zip(ids, sessions))
    copies(connection, "refresh_token", "session_id", pattern, rows)
    asking = [str(uuid.UUID(int=source.getrandbits(128), version=4)) for _ in range(clients)]
    copies(connection, "client", "id", asker, ({"id": id} for id in asking))
    chosen = source.sample(ids, FEW_TOKENS)
    return [number.to_bytes(16, "big").hex() + token[32:] for _, number in chosen], source.sample(asking, min(clients, 2000))


def copies(connection: sqlite3.Connection, table: str, key: str, pattern: str, changes) -> None:
    """Rows like the one whose `key` is `pattern`, each with changes of its own."""
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {key} = ?", (pattern,))
    columns, row = [column[0] for column in cursor.description], cursor.fetchone()
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"INSERT INTO {table} VALUES ({marks})",
        ([change.get(column, value) for column, value in zip(columns, row)] for change in changes),
    )


def ulid(source: random.Random) -> tuple[str, int]:
    """A ULID of now, as its text and its number."""
    number = int(time.time() * 1000) << 80 | source.getrandbits(80)
    return "".join(DIGITS[number >> shift & 31] for shift in range(125, -1, -5)), number
