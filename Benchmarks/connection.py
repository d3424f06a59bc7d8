"""HTTP/1.1 over one keep-alive connection of asyncio, for loads that wrk cannot make: many at a time that each wait long."""

import asyncio
import json
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    fields: dict[str, str]
    body: bytes


class Connection:
    """One connection to 127.0.0.1; every answer but a stream's must have a Content-Length."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, method: str, path: str, token: str | None = None, body: dict | None = None) -> Answer:
        status, fields = await self.ask(method, path, token, body)
        return Answer(status, fields, await self.reader.readexactly(int(fields["content-length"])))

    async def ask(self, method: str, path: str, token: str | None = None, body: dict | None = None) -> tuple[int, dict[str, str]]:
        """Sends a request and reads the head of its answer."""
        content = json.dumps(body).encode() if body is not None else b""
        head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}"]
        if token:
            head.append(f"Authorization: Bearer {token}")
        if body is not None:
            head.append("Content-Type: application/json")
        self.writer.write("\r\n".join([*head, "", ""]).encode() + content)
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().rstrip().split("\r\n")
        return int(first.split()[1]), {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}

    def close(self) -> None:
        self.writer.close()
