"""A mail server for the demo: takes everything on 127.0.0.1 and writes a line of JSON for each mail.

mail_sink.py PORT FILE
"""
import email
import email.policy
import json
import signal
import sys

from aiosmtpd.controller import Controller


class Sink:
    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        line = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": message["subject"], "body": message.get_body().get_content()}
        with open(sys.argv[2], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return "250 OK"


controller = Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
signal.sigwait([signal.SIGTERM, signal.SIGINT])
controller.stop()
