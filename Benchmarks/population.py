"""People with passwords who are friends and write to each other: a database filled by SQL, in the schema that the server made."""

import json
import random
import sqlite3
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from process import Server

#: One person in so many writes and is written to; a database has five messages an account.
LIVELY = 5
#: What each of those sends, to the next five in their round. So each has ten friends, ten chats and fifty messages, however many
#: people there are.
SENT, NEIGHBOURS = 25, 5
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TEXT = "A message of the length that people write to one another."


@dataclass
class Person:
    id: str
    email: str
    password: str


def database(server: Server) -> Path:
    return server.data / "martlet.db"


def populate(server: Server, count: int) -> list[Person]:
    """Fills the database of a server that was never started with `count` accounts and five times as many messages, and leaves it
    stopped. Gives at most 2,000 of the people: half of them of the lively ones, who come first."""
    server.start()
    made = json.loads(server.run("accounts", "add", "--username", "p0", "--email", "p0@example.com", "--data", str(server.data), "--generate", "--json"))
    server.stop()
    source = random.Random(count)
    ids = sorted(str(uuid.UUID(int=source.getrandbits(128), version=4)) for _ in range(count - 1))
    lively = ids[::LIVELY]
    source.shuffle(lively)
    connection = sqlite3.connect(database(server), isolation_level=None)
    try:
        fill(connection, made["id"], ids, lively)
    finally:
        connection.close()
    numbers = {id: number for number, id in enumerate(ids, 1)}
    first, chosen = lively[:1000], set(lively)
    others = source.sample(ids, min(len(ids), 1500))
    people = first + [id for id in others if id not in chosen][:1000]
    return [Person(id, f"p{numbers[id]}@example.com", made["password"]) for id in people]


def fill(connection: sqlite3.Connection, pattern: str, ids: list[str], lively: list[str]) -> None:
    """One transaction without its indexes, which are made again at its end from the schema's own text."""
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -500000", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("BEGIN")
    tables = ("account", "account_name", "password", "friendship", "message")
    indexes = connection.execute(
        f"SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN {tables}"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    add_accounts(connection, pattern, ids)
    add_friendships(connection, lively)
    add_messages(connection, lively)
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL").fetchall()


def add_accounts(connection: sqlite3.Connection, pattern: str, ids: list[str]) -> None:
    """Copies of one account that the server's own command made, with names and addresses of their own and its password."""
    cursor = connection.execute("SELECT * FROM account WHERE id = ?", (pattern,))
    columns, row = [column[0] for column in cursor.description], cursor.fetchone()

    def copy(number: int, id: str) -> list:
        name = f"p{number}"
        own = {"id": id, "ordinal": number + 1} | dict.fromkeys(("username", "username_key", "name", "name_key"), name)
        own |= dict.fromkeys(("email", "email_key"), f"{name}@example.com")
        return [own.get(column, value) for column, value in zip(columns, row)]

    connection.executemany(
        f"INSERT INTO account VALUES ({', '.join('?' * len(columns))})", (copy(number, id) for number, id in enumerate(ids, 1))
    )
    connection.execute(
        "INSERT INTO password SELECT a.id, p.record, p.changed_at FROM account a, password p WHERE p.account_id = ?1 AND a.id <> ?1",
        (pattern,),
    )


def add_friendships(connection: sqlite3.Connection, lively: list[str]) -> None:
    size, now = len(lively), int(time.time() * 1000)
    steps = [step for step in range(-NEIGHBOURS, NEIGHBOURS + 1) if step]
    pairs = sorted((id, lively[(place + step) % size]) for place, id in enumerate(lively) for step in steps)
    connection.executemany("INSERT INTO friendship VALUES (?, ?, ?)", ((one, other, now) for one, other in pairs))


def add_messages(connection: sqlite3.Connection, lively: list[str]) -> None:
    """A hundred a millisecond, the last one just now, everybody's spread over the whole time. All are read."""
    size = len(lively)
    begin = int(time.time() * 1000) - SENT * size // 100

    def messages():
        number = 0
        for turn in range(SENT):
            step = turn % NEIGHBOURS + 1
            for place, id in enumerate(lively):
                sent = begin + number // 100
                if number % 100 == 0:
                    prefix = ulid_time(sent)
                yield f"{prefix}{number:016d}", id, lively[(place + step) % size], TEXT, sent, sent
                number += 1

    connection.executemany("INSERT INTO message (id, sender_id, recipient_id, text, sent_at, read_at) VALUES (?, ?, ?, ?, ?, ?)", messages())


def ulid_time(milliseconds: int) -> str:
    """The ten digits that a ULID begins with."""
    return "".join(DIGITS[milliseconds >> 5 * place & 31] for place in reversed(range(10)))
