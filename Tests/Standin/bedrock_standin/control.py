"""The stand-in's own endpoints below /_standin/: script, journal, keys. Unsigned, for tests on loopback."""
import json

from .behaviour import Script


class Control:
    def __init__(self, server):
        self.server = server

    def answer(self, request):
        """Status and JSON."""
        try:
            body = json.loads(request.body) if request.body else {}
            return self._route(request, body)
        except (ValueError, TypeError, KeyError) as error:
            return 400, {"message": f"{type(error).__name__}: {error}"}

    def _route(self, request, body):
        server = self.server
        match request.method, request.path:
            case "GET", "/_standin/health":
                return 200, {"status": "ok", "what": "a stand-in for Amazon Bedrock; no model answers here"}
            case "POST", "/_standin/script":
                server.script = Script(body)
                return 200, {"rules": len(server.script.rules)}
            case "GET", "/_standin/requests":
                return 200, server.journal.document(int(dict(request.query).get("since", 0)))
            case "DELETE", "/_standin/requests":
                server.journal.clear()
                return 200, {}
            case "POST", "/_standin/credentials":
                return 200, self._credentials(body)
            case "POST", "/_standin/clock":
                # Ours runs so much ahead: every caller's clock is wrong from now on.
                server.signatures.offset_seconds = float(body["offset_seconds"])
                return 200, {}
            case "POST", "/_standin/disconnect":
                idle = [connection for connection in server.connections if connection.worker is None]
                for connection in idle:
                    connection.close()
                return 200, {"closed": len(idle)}
        return 404, {"message": f"no {request.method} {request.path}"}

    def _credentials(self, body):
        keyring = self.server.keyring
        keyring.lifetime_seconds = float(body.get("lifetime_seconds", keyring.lifetime_seconds))
        keyring.failures_left = int(body.get("failures", keyring.failures_left))
        if body.get("expire"):
            keyring.expire_issued()
        return keyring.issue() if body.get("issue") else {}
