#!/usr/bin/env python3
"""The other side of a webhook for tests, with or without TLS: it does what the path says, and writes down what it was told.

usage: http_sink.py PORT FILE [CERT KEY]

/status/503         that status
/errcode/45009      200 and {"errcode": 45009, ...}; /errcode/0 is success; /code/N the same with the member "code"
/text               200 and words that are no JSON
/redirect           302 to /status/200
/twice              two answers to one request: 200, and another 200 behind it
/close              takes the request and closes
/half               closes in the middle of its answer's head
/hang               takes the request and says nothing
"""
import json
import socketserver
import ssl
import sys
import threading
import time
import urllib.parse

FILE = sys.argv[2]
LOCK = threading.Lock()


def answer(status, body, more=""):
    data = body.encode()
    return f"HTTP/1.1 {status} So\r\nContent-Length: {len(data)}\r\n{more}\r\n".encode() + data


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while self.one():
            pass

    def one(self):
        line = self.rfile.readline().decode("latin-1").strip()
        if not line:
            return False
        method, target, _ = line.split(" ")
        headers = {}
        while (line := self.rfile.readline().decode("latin-1").strip()) != "":
            name, value = line.split(":", 1)
            headers[name.strip().lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", "0"))).decode()
        url = urllib.parse.urlsplit(target)
        with LOCK, open(FILE, "a", encoding="utf-8") as file:
            query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
            file.write(json.dumps({"method": method, "path": url.path, "raw_query": url.query, "query": query,
                                   "headers": headers, "body": body}, ensure_ascii=False) + "\n")
        _, what, *rest = url.path.split("/")
        if what == "close":
            return False
        if what == "hang":
            time.sleep(3600)
        if what == "half":
            self.wfile.write(b"HTTP/1.1 200 S")
            return False
        if what == "status":
            data = answer(int(rest[0]), "so it is")
        elif what in ("errcode", "code"):
            data = answer(200, json.dumps({what: int(rest[0]), "errmsg": "so it is"}))
        elif what == "redirect":
            data = answer(302, "", "Location: /status/200\r\n")
        elif what == "twice":
            data = answer(200, "first") + answer(200, "second")
        else:
            data = answer(200, "<html>welcome</html>")
        self.wfile.write(data)
        return True


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def get_request(self):
        connection, address = super().get_request()
        if len(sys.argv) > 3:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(sys.argv[3], sys.argv[4])
            connection = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        pass  # a client that does not like our certificate


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
