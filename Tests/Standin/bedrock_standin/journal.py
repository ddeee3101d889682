"""What came in and what went out, with times: CLOCK_MONOTONIC in seconds, comparable between the processes of a machine."""
import itertools
import json
import time

ENTRIES_MAX = 20_000
FRAMES_MAX = 100_000
BODY_BYTES_SHOWN = 1_000_000


class Entry(dict):
    """One request."""

    def frame_sent(self):
        now = time.monotonic()
        self.setdefault("first_byte_at", now)
        if len(self["frames"]) < FRAMES_MAX:
            self["frames"].append(now)
        self["last_byte_at"] = now


class Journal:
    def __init__(self):
        self.entries = {}
        self.connections = {}
        self._requests = itertools.count(1)
        self._sockets = itertools.count(1)

    def opened(self, peer):
        number = next(self._sockets)
        self.connections[number] = {"id": number, "peer": peer, "opened_at": time.monotonic(), "closed_at": None, "requests": 0}
        trim(self.connections)
        return self.connections[number]

    def received(self, request, connection):
        connection["requests"] += 1
        entry = Entry(
            id=next(self._requests), connection=connection["id"], method=request.method, target=request.target,
            headers=[[name, value if name.lower() != "authorization" else value.partition(" ")[0] + " …"]
                     for name, value in request.headers],
            received_at=request.received_at, body=shown(request.body), operation=None, service=None, model=None, caller=None,
            status=None, error=None, frames=[], client_gone_at=None, finished_at=None)
        self.entries[entry["id"]] = entry
        trim(self.entries)
        return entry

    def document(self, since=0):
        return {
            "now": time.monotonic(), "requests": [entry for number, entry in self.entries.items() if number > since],
            "connections": list(self.connections.values())}

    def clear(self):
        self.entries.clear()
        self.connections = {number: entry for number, entry in self.connections.items() if entry["closed_at"] is None}


def trim(entries):
    if len(entries) > ENTRIES_MAX:
        del entries[next(iter(entries))]


def shown(body):
    """The body as JSON where it is some, else as text; not when it is huge."""
    if len(body) > BODY_BYTES_SHOWN:
        return f"{len(body)} bytes"
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
