"""An SMTP server for the tests: STARTTLS on one port and TLS on another, one user, and each message as
a file of JSON. usage: smtp_server.py PORT TLS_PORT FOLDER CERTIFICATE KEY"""
import asyncio
import itertools
import json
import os
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

port, tls_port, folder, certificate, key = sys.argv[1:]
numbers = itertools.count(1)
busy = set()


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        # A mailbox that is busy once takes the second attempt.
        if address.startswith("busy") and address not in busy:
            busy.add(address)
            return "452 busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "port": session.host_name and server.transport.get_extra_info("sockname")[1],
            "user": session.auth_data,
            "data": envelope.content.decode("utf-8"),
        }
        name = os.path.join(folder, f"{next(numbers)}.json")
        with open(name + ".partial", "w", encoding="utf-8") as file:
            json.dump(message, file)
        os.rename(name + ".partial", name)
        return "250 taken"


def authenticator(server, session, envelope, mechanism, data):
    user, password = data.login.decode(), data.password.decode()
    good = (user, password) == ("populace", "a password for tests")
    return AuthResult(success=good, handled=good, auth_data=user)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
shared = {"hostname": "127.0.0.1", "authenticator": authenticator, "auth_required": True}
Controller(Mailbox(), port=int(tls_port), ssl_context=context, auth_require_tls=False, **shared).start()
Controller(Mailbox(), port=int(port), tls_context=context, require_starttls=True, **shared).start()
asyncio.new_event_loop().run_forever()
