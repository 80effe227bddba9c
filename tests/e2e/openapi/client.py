#!/usr/bin/env python3
"""A client that is not ours: it knows the address and what /api/v1/openapi.json says, and nothing else.

    client.py http://127.0.0.1:8080
    client.py http://127.0.0.1:8080 PERSON < a line with the password

Asks every GET of the document with what the document and earlier answers give it, and holds status, type and shape of each answer
to the document. Tries each that changes something without a session: it must be refused as the document says. Prints one line
an operation; ends with 1 and the reasons when something was promised and not kept.

With a person it finds first that nothing but the public can be read, then signs in as the document says, asks every read, does one
act that it makes from the document's schema and example, finds it in the audit trail, and signs out.
"""

import datetime
import json
import re
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
        self.always = {}  # headers of everything that is asked: who is signed in

    def ask(self, method, path, headers=None, body=None):
        """-> status, headers, bytes. A stream is read up to its first event."""
        request = urllib.request.Request(self.base + path, method=method, headers={**self.always, **(headers or {})}, data=body)
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

    KNOWN = {"$ref", "type", "properties", "required", "items", "enum", "const", "additionalProperties",
             "patternProperties", "anyOf", "oneOf",
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
                further = schema.get("additionalProperties", "properties" not in schema)
                fitting = [known[name]] if name in known else [
                    one for pattern, one in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
                for one in fitting or ([further] if isinstance(further, dict) else []):
                    yield from self.faults(inner, one, f"{where}.{name}")
                # What is answered and stands nowhere: the document has fallen behind.
                if not fitting and further is False:
                    yield f"{where}: the document does not know {name}"
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
        self.now = ""
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

    def address(self, path, operation, leave=(), also=False):
        """`also`: what is not needed, but known, too."""
        query = {}
        for p in self.parameters(operation):
            if p["in"] == "path":
                path = path.replace("{" + p["name"] + "}", urllib.parse.quote(self.value_of(p), safe=""))
            elif p["in"] == "query" and (p.get("required") or also and p["name"] in self.known) and p["name"] not in leave:
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
        if kind == "text/event-stream":
            self.hold_event(name, content[kind]["x-events"], body.decode())
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

    def hold_event(self, name, events, text):
        fields = dict(line.split(": ", 1) for line in text.strip().split("\n"))
        if fields.get("event") not in events:
            self.trouble.append(f"{name}: event {fields.get('event')} is not in the document")
            return
        for fault in list(self.shapes.faults(json.loads(fields["data"]), events[fields["event"]]))[:5]:
            self.trouble.append(f"{name}: event {fields['event']}: {fault}")

    def get(self, path, operation):
        name = operation["operationId"]
        address = self.address(path, operation)
        status, headers, body = self.server.ask("GET", address)
        value = self.hold(name, operation, status, headers, body)
        self.answered += status == 200
        print(f"{status} GET {address}")
        if status in (400, 422) and operation["x-who"] == "signed_in":
            # Nothing of it is needed alone, but one of several is.
            status, headers, body = self.server.ask("GET", self.address(path, operation, also=True))
            value = self.hold(name, operation, status, headers, body)
            self.answered += status == 200
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
            self.now = facts["now"]
            self.known.update(year=self.now[:4])
            days = [a["day"]["label"] for a in facts["areas"] if a["day"]]
            if days:
                self.known.update(first=days[0], last=days[0], date=days[0], when=days[0])
        status = self.get(*self.operation("status")[1:])
        if status and status["warnings"]:
            self.known["warning"] = status["warnings"][0]["id"]
        if status and status["outbox"]:
            self.known["row"] = str(status["outbox"][0]["row"])

    def read_all(self):
        self.learn()
        for method, path, operation in self.operations():
            if method == "GET" and operation["operationId"] not in ("areas", "stations", "public", "status"):
                before = self.answered
                self.get(path, operation)
                if self.server.always and operation["x-who"] == "signed_in" and self.answered == before:
                    self.trouble.append(f"{operation['operationId']}: who is signed in gets no answer")

    def stranger(self):
        """Nobody is signed in, and reading is for those who are."""
        for method, path, operation in self.operations():
            if method == "GET" and operation["x-who"] != "anybody":
                status, headers, body = self.server.ask("GET", self.address(path, operation))
                self.hold(operation["operationId"], operation, status, headers, body)
                if status != 401:
                    self.trouble.append(f"{operation['operationId']}: {status} to a stranger")

    def send(self, name, body=None):
        """-> status, headers and the value of the answer."""
        method, path, operation = self.operation(name)
        if body is not None:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            self.trouble += [f"{name}: what is asked: {fault}" for fault in self.shapes.faults(body, schema)]
        text = json.dumps(body or {}).encode() if method == "POST" else None
        status, headers, answer = self.server.ask(method, self.address(path, operation), {"Content-Type": "application/json"}, text)
        print(f"{status} {method} {path}")
        return status, headers, self.hold(name, operation, status, headers, answer)

    def need(self, holds, what):
        if not holds:
            self.trouble.append(what)

    def sign_in(self, person, password):
        schemes = self.document["components"]["securitySchemes"]
        status, headers, answer = self.send("signIn", {"person": person, "password": password})
        cookie = (headers.get("Set-Cookie") or "").split(";")[0]
        if status != 200 or cookie.split("=")[0] != schemes["session"]["name"]:
            sys.exit(f"signing in: {status}, cookie {cookie.split('=')[0]!r}, {answer}")
        self.server.always = {"Cookie": cookie}
        # The cookie alone changes nothing: a page elsewhere can borrow it.
        self.need(self.send("signOut")[0] == 403, "signOut without the token is not refused")
        self.server.always[schemes["token"]["name"]] = answer["token"]

    def forecast(self):
        """What the schema asks for, as in the example, but of an area that is there and the day that comes."""
        body = self.operation("actForecast")[2]["requestBody"]["content"]["application/json"]
        wanted = self.shapes.resolve(body["schema"])["required"]
        out = {key: body["example"][key] for key in wanted}
        out["area"] = self.known["area"]
        today = datetime.date.fromisoformat(self.now[:10])
        out["days"] = [dict(out["days"][0], date=str(today + datetime.timedelta(days=1)))]
        return out

    def act(self, person):
        status, _, answer = self.send("actForecast", self.forecast())
        self.need(status == 200, f"actForecast: {status}: {answer}")
        _, _, trail = self.send("audit")
        agreed = {line["of"] for line in trail["lines"] if line["outcome"] == "ok"}
        done = [line for line in trail["lines"] if line["command"] == "forecast" and line["outcome"] == "asked" and
                line["person"] == person and line["via"] == "page" and line["number"] in agreed]
        self.need(len(done) == 1, "the forecast is not in the audit trail")

    def signed_in(self, person, password):
        self.stranger()
        self.sign_in(person, password)
        self.read_all()
        self.act(person)
        self.need(self.send("signOut")[0] == 200, "signOut is refused")
        _, path, operation = self.operation("status")
        self.need(self.server.ask("GET", self.address(path, operation))[0] == 401, "after signOut the status can be read")
        return self.end()

    def open(self):
        for method, path, operation in self.operations():
            if method != "GET":
                self.change(method, path, operation)
        self.read_all()
        return self.end()

    def end(self):
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
    if len(sys.argv) == 2:
        sys.exit(Client(sys.argv[1]).open())
    if len(sys.argv) == 3:
        sys.exit(Client(sys.argv[1]).signed_in(sys.argv[2], sys.stdin.readline().rstrip("\n")))
    sys.exit(__doc__)
