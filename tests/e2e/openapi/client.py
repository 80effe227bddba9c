#!/usr/bin/env python3
"""A client that is not ours: it knows the address and what /api/v1/openapi.json says, and nothing else.

    client.py http://127.0.0.1:8080

Asks every GET of the document with what the document and earlier answers give it, and holds status, type and shape of each answer
to the document. Tries each that changes something without a session: it must be refused as the document says. Prints one line
an operation; ends with 1 and the reasons when something was promised and not kept.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

DOCUMENT = "/api/v1/openapi.json"
ANSWERED_LEAST = 20  # operations that must say 200, so that a daemon that refuses everything does not pass


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Server:
    def __init__(self, base):
        self.base = base.rstrip("/")
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())

    def ask(self, method, path, headers=None, body=None):
        """-> status, headers, bytes. A stream is read up to its first event."""
        request = urllib.request.Request(self.base + path, method=method, headers=headers or {}, data=body)
        try:
            with self.opener.open(request, timeout=20) as answer:
                if answer.headers.get_content_type() == "text/event-stream":
                    text = b""
                    while not text.endswith(b"\n\n"):
                        line = answer.readline()
                        if not line:
                            break
                        text += line
                    return answer.status, answer.headers, text
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()


class Shapes:
    """As much of JSON Schema as the document uses; a word it does not know is trouble, not silence."""

    KNOWN = {"$ref", "type", "properties", "required", "items", "enum", "const", "additionalProperties", "anyOf", "oneOf",
             "description", "format", "example", "summary"}
    TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}

    def __init__(self, document):
        self.document = document

    def resolve(self, schema):
        while "$ref" in schema:
            target = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            schema = target
        return schema

    def is_a(self, value, name):
        if name == "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        if name == "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        return isinstance(value, self.TYPES[name])

    def faults(self, value, schema, where="answer"):
        schema = self.resolve(schema)
        for word in schema.keys() - self.KNOWN:
            yield f"{where}: the client does not know the schema's word {word}"
        if "type" in schema:
            names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            if not any(self.is_a(value, name) for name in names):
                yield f"{where}: {json.dumps(value, ensure_ascii=False)[:60]} is no {' or '.join(names)}"
                return
        if "const" in schema and value != schema["const"]:
            yield f"{where}: {value!r} instead of {schema['const']!r}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is none of {schema['enum']}"
        for word in ("anyOf", "oneOf"):
            if word not in schema:
                continue
            tries = [list(self.faults(value, one, where)) for one in schema[word]]
            good = sum(not faults for faults in tries)
            if good == 0 or (word == "oneOf" and good > 1):
                yield from (min(tries, key=len) or [f"{where}: {good} of {word} fit"])
        if isinstance(value, dict):
            for name in schema.get("required", []):
                if name not in value:
                    yield f"{where}: {name} is missing"
            known = schema.get("properties", {})
            for name, inner in value.items():
                if name in known:
                    yield from self.faults(inner, known[name], f"{where}.{name}")
                elif isinstance(schema.get("additionalProperties"), dict):
                    yield from self.faults(inner, schema["additionalProperties"], f"{where}.{name}")
        if isinstance(value, list) and "items" in schema:
            for at, inner in enumerate(value):
                yield from self.faults(inner, schema["items"], f"{where}[{at}]")


class Client:
    def __init__(self, base):
        self.server = Server(base)
        status, _, body = self.server.ask("GET", DOCUMENT)
        if status != 200:
            sys.exit(f"{DOCUMENT}: {status}")
        self.document = json.loads(body)
        self.shapes = Shapes(self.document)
        self.known = {}  # what earlier answers told: the name of a parameter -> a value
        self.trouble = []
        self.answered = 0

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def operation(self, name):
        return next((m, p, o) for m, p, o in self.operations() if o["operationId"] == name)

    def parameters(self, operation):
        return [self.shapes.resolve(p) for p in operation.get("parameters", [])]

    def value_of(self, parameter):
        if parameter["name"] in self.known:
            return self.known[parameter["name"]]
        if "example" in parameter:
            return str(parameter["example"])
        schema = self.shapes.resolve(parameter["schema"])
        return schema["enum"][0] if "enum" in schema else "1" if schema.get("type") == "integer" else "x"

    def address(self, path, operation, leave=()):
        query = {}
        for p in self.parameters(operation):
            if p["in"] == "path":
                path = path.replace("{" + p["name"] + "}", urllib.parse.quote(self.value_of(p), safe=""))
            elif p["in"] == "query" and p.get("required") and p["name"] not in leave:
                query[p["name"]] = self.value_of(p)
        return path + ("?" + urllib.parse.urlencode(query) if query else "")

    def promised(self, operation, status):
        responses = operation["responses"]
        found = responses.get(str(status), responses.get("default") if status >= 400 else None)
        return None if found is None else self.shapes.resolve(found)

    def hold(self, name, operation, status, headers, body):
        """What was answered against what was promised; the value, where it is JSON."""
        promise = self.promised(operation, status)
        if promise is None:
            self.trouble.append(f"{name}: {status} is not in the document")
            return None
        content = promise.get("content")
        if not content:
            return None
        kind = headers.get_content_type()
        if kind not in content:
            self.trouble.append(f"{name}: {status} is {kind}, promised: {', '.join(content)}")
            return None
        if kind != "application/json":
            return None
        try:
            value = json.loads(body)
        except ValueError as fault:
            self.trouble.append(f"{name}: {status} is no JSON: {fault}")
            return None
        for fault in list(self.shapes.faults(value, content[kind]["schema"]))[:5]:
            self.trouble.append(f"{name}: {status}: {fault}")
        return value

    def get(self, path, operation):
        name = operation["operationId"]
        address = self.address(path, operation)
        status, headers, body = self.server.ask("GET", address)
        value = self.hold(name, operation, status, headers, body)
        self.answered += status == 200
        print(f"{status} GET {address}")
        if status >= 500 and str(status) not in operation["responses"]:
            self.trouble.append(f"{name}: {status}")
        if operation["security"] == [] and status in (401, 403):
            self.trouble.append(f"{name}: it is for everybody, and answers {status}")
        if status == 200 and "304" in operation["responses"]:
            self.ask_again(name, address, headers)
        if status == 200:
            self.leave_out(name, path, operation)
        return value

    def ask_again(self, name, address, headers):
        tag = headers.get("ETag")
        if not tag:
            self.trouble.append(f"{name}: no ETag")
            return
        status, _, body = self.server.ask("GET", address, {"If-None-Match": tag})
        # Between two looks the clock may have gone on: another ETag is an answer, too.
        if status not in (200, 304) or (status == 304 and body):
            self.trouble.append(f"{name}: {status} to its own ETag")

    def leave_out(self, name, path, operation):
        """Without something it needs, it says what is missing."""
        for p in self.parameters(operation):
            if p["in"] == "query" and p.get("required"):
                status, headers, body = self.server.ask("GET", self.address(path, operation, leave=[p["name"]]))
                if not 400 <= status < 500:
                    self.trouble.append(f"{name} without {p['name']}: {status}")
                else:
                    self.hold(f"{name} without {p['name']}", operation, status, headers, body)
                return

    def change(self, method, path, operation):
        """Nobody is signed in: whoever would change something is refused."""
        name = operation["operationId"]
        body = json.dumps(next(iter(operation["requestBody"]["content"].values())).get("example", {})).encode() if "requestBody" in operation else b"{}"
        status, headers, text = self.server.ask(method, self.address(path, operation), {"Content-Type": "application/json"}, body)
        print(f"{status} {method} {path}")
        if not 400 <= status < 500:
            self.trouble.append(f"{name}: {status} without a session")
        self.hold(name, operation, status, headers, text)

    def learn(self):
        """Names to ask for come from the lists the document promises; the time, from the public facts."""
        def first_id(name, key):
            _, path, operation = self.operation(name)
            value = self.get(path, operation)
            return value[key][0]["id"] if value and value.get(key) else None

        area, station = first_id("areas", "areas"), first_id("stations", "stations")
        if area:
            self.known.update(area=area, place=area, of=area, places=area)
        if station:
            self.known["station"] = station
        _, path, operation = self.operation("public")
        facts = self.get(path, operation)
        if facts:
            self.known.update(year=facts["now"][:4])
            days = [a["day"]["label"] for a in facts["areas"] if a["day"]]
            if days:
                self.known.update(first=days[0], last=days[0], date=days[0], when=days[0])
        status = self.get(*self.operation("status")[1:])
        if status and status["warnings"] and "id" in status["warnings"][0]:
            self.known["warning"] = status["warnings"][0]["id"]

    def run(self):
        self.learn()
        for method, path, operation in self.operations():
            if method == "GET":
                if operation["operationId"] not in ("areas", "stations", "public", "status"):
                    self.get(path, operation)
            else:
                self.change(method, path, operation)
        status, _, body = self.server.ask("GET", "/api/v1/nothing")
        if status != 404 or json.loads(body).get("ok") is not False:
            self.trouble.append(f"an address that is not in the document: {status}")
        if self.answered < ANSWERED_LEAST:
            self.trouble.append(f"only {self.answered} operations answered 200")
        for line in self.trouble:
            print(line, file=sys.stderr)
        print(f"{self.answered} operations answered 200, {len(self.trouble)} promises not kept")
        return 1 if self.trouble else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(Client(sys.argv[1]).run())
