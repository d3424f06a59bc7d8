"""The rows of the chat API: profile and messages against H, sending against the bare database."""

import json
import shutil
from pathlib import Path

from measure import compiled, wrk
from population import TEXT, Person, database
from process import Server
from report import Table

Tokens = list[tuple[Person, str]]


def copy_of_database(server: Server, folder: Path) -> Path:
    """The database of a server that is stopped, for the bare loop."""
    return Path(shutil.copy(database(server), folder / "bare.db"))


def requests(folder: Path, lines: list[list[str]]) -> str:
    """A file for `wrk/requests.lua`."""
    file = folder / "requests"
    file.write_text("".join("\t".join(line) + "\n" for line in lines))
    return str(file)


def reads(path: str, tokens: Tokens, folder: Path) -> str:
    return requests(folder, [["GET", path, token] for _, token in tokens])


def conversations(table: Table, server: Server, options, h: float, tokens: Tokens, bare: Path, folder: Path) -> None:
    """`tokens` are of lively people; `bare` is a copy of the database."""
    who = f"{len(tokens)} people in turn"
    for name, path, what in (
        ("GET /api/users/profile", "/api/users/profile", "10 friends and 10 chats each"),
        ("GET /api/chat/messages, 20 of them", "/api/chat/messages?limit=20", "50 read messages each"),
    ):
        load = wrk(server.origin, options.seconds, "requests.lua", REQUESTS=reads(path, tokens, folder))
        table.rate(name, load, h, 0.5, f"{who}, {what}")
    sending(table, server, options, tokens, bare, folder)


def sending(table: Table, server: Server, options, tokens: Tokens, bare: Path, folder: Path) -> None:
    program = compiled("message_writes", folder, "-lsqlite3")
    lines = []
    for place, (_, token) in enumerate(tokens):
        recipient = tokens[(place + 1) % len(tokens)][0]
        lines.append(["POST", "/api/chat/send", token, json.dumps({"recipientId": recipient.id, "message": TEXT})])
    ceiling = float(program(bare, TEXT, options.crypto_seconds))
    load = wrk(server.origin, options.seconds, "requests.lua", connections=64, REQUESTS=requests(folder, lines))
    enough = load.rate >= min(4000, 0.6 * ceiling) and not load.spoiled
    note = "; ".join(part for part in ("ceiling: bare loop, 64 rows a transaction; wrk -c64", f"p50 {load.p50} µs, p99 {load.p99} µs", load.spoiled) if part)
    table.add("POST /api/chat/send, durable", load.rate, "/s", "at least 4,000/s or 60%, the lower", enough, ceiling, note)
