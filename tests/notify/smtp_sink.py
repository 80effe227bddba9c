#!/usr/bin/env python3
"""A mail server for tests: python3-aiosmtpd on loopback, with TLS and a login, that does what the recipient's name says.

usage: smtp_sink.py --port N --out FILE [--cert C --key K --tls starttls|smtps] [--user U --password P]

ok@          taken: "250 2.0.0 queued as 4711"
grey@        451 to RCPT            greydata@   451 after the mail
reject@      550 to RCPT            spam@       554 after the mail
hang@        no word after the mail, ever
close@       closes after the mail, without a word
closercpt@   closes at RCPT
hangrcpt@    no word to RCPT, ever
slow@        takes it, after more than a second
okmute@      taken, and no word to QUIT, ever
rejectmute@  550 to RCPT, and no word to QUIT, ever

A line of FILE is one mail: the envelope, and what Python's own email package makes of it.
"""
import argparse
import asyncio
import base64
import email
import email.header
import email.policy
import email.utils
import json
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


def named(content, header):
    """The name beside an address. Python 3.11's newer parser puts a blank between two encoded words of a name (RFC 2047, 6.2)."""
    raw = email.message_from_bytes(content)[header]
    return email.utils.parseaddr(str(email.header.make_header(email.header.decode_header(raw))))[0]


class Sink:
    def __init__(self, out):
        self.out = out
        self.times = {}

    def write(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "login": session.login_data is not None,
            "raw": base64.b64encode(envelope.content).decode(),
            "headers": {name: str(value) for name, value in message.items()},
            "names": [name for name in message.keys()],
            "defects": [str(d) for d in message.defects] + [str(d) for v in message.values() for d in v.defects],
            "body": message.get_content(),
            "to_name": named(envelope.content, "to"),
            "from_name": named(envelope.content, "from"),
        }
        with open(self.out, "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local == "grey":
            return "451 4.7.1 greylisted, come back later"
        session.mute = local.endswith("mute")
        if local.startswith("reject"):
            return "550 5.1.1 no such user here"
        if local == "closercpt":
            server.transport.abort()
            return "421 bye"
        if local == "hangrcpt":
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_QUIT(self, server, session, envelope):
        if getattr(session, "mute", False):
            await asyncio.sleep(3600)
        return "221 bye"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].split("@")[0]
        self.write(server, session, envelope)
        if local == "greydata":
            return "451 4.3.0 try again"
        if local == "spam":
            return "554 5.7.1 not wanted"
        if local == "close":
            server.transport.abort()
            return "421 bye"
        if local == "hang":
            await asyncio.sleep(3600)
        if local == "slow":
            await asyncio.sleep(1.2)
        return "250 2.0.0 queued as 4711"


def main():
    parser = argparse.ArgumentParser()
    for name in ("--port", "--out"):
        parser.add_argument(name, required=True)
    for name in ("--cert", "--key", "--user", "--password"):
        parser.add_argument(name)
    parser.add_argument("--tls", choices=["none", "starttls", "smtps"], default="none")
    a = parser.parse_args()
    context = None
    if a.tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(a.cert, a.key)
    sink = Sink(a.out)

    def login(server, session, envelope, mechanism, data):
        good = data.login == a.user.encode() and data.password == a.password.encode()
        # With handled=True aiosmtpd would wait for us to say the refusal.
        return AuthResult(success=True, auth_data=data) if good else AuthResult(success=False, handled=False)

    def make():
        return SMTP(
            sink,
            hostname="sink.test",
            enable_SMTPUTF8=False,
            tls_context=context if a.tls == "starttls" else None,
            require_starttls=a.tls == "starttls",
            auth_required=a.user is not None,
            auth_require_tls=a.tls == "starttls",
            authenticator=login if a.user is not None else None,
        )

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(make, "127.0.0.1", int(a.port), ssl=context if a.tls == "smtps" else None)
        await server.serve_forever()

    asyncio.run(serve())


main()
