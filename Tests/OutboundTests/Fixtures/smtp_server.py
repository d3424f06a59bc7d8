"""An SMTP server for tests.

    smtp_server.py MODE [--names SUBJECTALTNAME]

Prints one JSON line with its port (and certificate), then one JSON line for each message it takes. It ends when its
standard input does. Modes: plain, starttls, tls, auth (in the clear), starttls-auth, the reply that answers a step
(rcpt-550, data-451, greet-421, ...), and hang (it takes a connection and says nothing).
"""

import argparse
import asyncio
import email
import email.policy
import json
import sys
import tempfile

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    sys.exit("aiosmtpd is not installed for this Python: run `make deps`")

from certificate import self_signed


class Recorder:
    def __init__(self, step, code):
        self.step, self.code = step, code

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.step == "rcpt":
            return f"{self.code} no such reader here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.step == "mail":
            return f"{self.code} no such writer here"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.step == "data":
            return f"{self.code} the text is not wanted"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say({
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "headers": [[name, str(value)] for name, value in message.items()],
            "body": message.get_content(),
            "raw": envelope.content.decode("utf-8"),
            "encrypted": session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data,
        })
        return "250 OK"


class Greeter(asyncio.Protocol):
    """Says one line, or nothing."""

    def __init__(self, greeting):
        self.greeting = greeting

    def connection_made(self, transport):
        if self.greeting:
            transport.write(self.greeting)


def say(value):
    print(json.dumps(value), flush=True)


def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"martlet" and data.password == b"s3cret-p4ssword"
    # A server may repeat what it was told.
    return AuthResult(success=right, handled=False, message=None if right else "535 no: s3cret", auth_data="martlet")


def protocol(mode, context):
    step, _, code = mode.partition("-")
    if mode == "hang":
        return lambda: Greeter(None)
    if step == "greet":
        return lambda: Greeter(f"{code} not now\r\n".encode())
    options = {}
    if step == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if mode.endswith("auth"):
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": step == "starttls"}
    return lambda: SMTP(Recorder(step, code), **options)


async def serve(arguments, folder):
    context, certificate = None, None
    if "tls" in arguments.mode:
        context, certificate = self_signed(folder, arguments.names)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        protocol(arguments.mode, context), "127.0.0.1", 0, ssl=context if arguments.mode == "tls" else None
    )
    say({"port": server.sockets[0].getsockname()[1], "certificate": certificate})
    await loop.run_in_executor(None, sys.stdin.read)


parser = argparse.ArgumentParser()
parser.add_argument("mode")
parser.add_argument("--names", default="IP:127.0.0.1,DNS:localhost")
with tempfile.TemporaryDirectory() as folder:
    asyncio.run(serve(parser.parse_args(), folder))
