"""`python -m bedrock_standin --port 0 --script FILE`: starts the stand-in and prints where it listens."""
import argparse
import asyncio
import json
import signal
import sys

from .certificate import server_context
from .keyring import Keyring
from .server import Server


def options():
    parser = argparse.ArgumentParser(prog="bedrock_standin", description="A stand-in for Amazon Bedrock; no model answers here.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--region", default="us-east-1", help="the region signatures must be scoped to")
    parser.add_argument("--access-key", default="AKIASTANDIN000000001:standin-secret-access-key", help="ID:SECRET")
    parser.add_argument("--bearer-token", default="standin-bearer-token")
    parser.add_argument("--container-token", help="Authorization that the container credentials endpoint wants")
    parser.add_argument("--pace-ms", type=float, default=30, help="between the words of the stand-in's own answers")
    parser.add_argument("--script", help="JSON file with rules, see README.md")
    parser.add_argument("--tls", metavar="FILE", help="serve HTTPS with a new self-signed certificate, written to FILE for clients")
    return parser.parse_args()


async def main():
    given = options()
    key_id, _, secret = given.access_key.partition(":")
    script = None
    if given.script:
        with open(given.script) as file:
            script = json.load(file)
    keyring = Keyring({key_id: secret}, [given.bearer_token])
    server = Server(keyring, given.region, given.pace_ms, given.container_token, script)
    port = await server.listen(given.host, given.port, server_context(given.tls) if given.tls else None)
    print(f"bedrock stand-in listens on {'https' if given.tls else 'http'}://{given.host}:{port}", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await server.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
