"""promises.py [CAUGHT.jsonl]: the JSON Schemas against what is really said, by another program.

Without a file: the recordings of mqtt-json. A payload is valid by schemas/reading.schema.json exactly when our decoder has
nothing to say against it (a topic of somebody else is not the payload's fault). With a file of messages that channels
received: every one is valid by schemas/warning.schema.json, and a few ways to spoil one are not."""
import copy
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("SKIPPED: python3-jsonschema is not installed")
    sys.exit(77)

TOP = pathlib.Path(__file__).resolve().parents[2]


def validator(name):
    schema = json.loads((TOP / "schemas" / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def recordings():
    schema = validator("reading.schema.json")
    seen = {True: 0, False: 0}
    for rec in sorted((TOP / "tests/recordings/mqtt-json").glob("*.rec")):
        payload = rec.read_text().split("---\n", 1)[1]
        faults = [l for l in rec.with_suffix(".chk").read_text().splitlines() if l.startswith("fault ") and l != "fault wrong_station"]
        try:
            valid = schema.is_valid(json.loads(payload))
        except json.JSONDecodeError:
            valid = False
        assert valid == (not faults), f"{rec.name}: the schema says {valid}, the decoder says {faults or 'good'}"
        seen[valid] += 1
    assert seen[True] >= 4 and seen[False] >= 4, seen
    print(f"{sum(seen.values())} recordings: the schema and the decoder agree")


def caught(file):
    schema = validator("warning.schema.json")
    documents = [json.loads(line) for line in open(file, encoding="utf-8") if line.strip()]
    documents = [d.get("document", d) for d in documents]
    assert documents, "nothing was caught"
    for document in documents:
        for error in schema.iter_errors(document):
            raise AssertionError(f"{document.get('id')}: {error.json_path}: {error.message}")
    for key in schema.schema["required"]:
        spoiled = copy.deepcopy(documents[0])
        del spoiled[key]
        assert not schema.is_valid(spoiled), f"without {key} it is still valid"
    print(f"{len(documents)} messages are what schemas/warning.schema.json promises")


caught(sys.argv[1]) if len(sys.argv) > 1 else recordings()
