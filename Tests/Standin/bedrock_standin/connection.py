"""One client connection: requests in, bytes out, with the times the journal wants."""
import asyncio
import collections
import socket
import struct
import time

from .request import BadRequest, RequestParser

REASONS = {100: "Continue", 200: "OK", 202: "Accepted", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
           404: "Not Found", 408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 424: "Failed Dependency",
           429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
PIPELINED_MAX = 16


class ClientGone(Exception):
    """The client has closed the connection while it was being answered."""


class Connection(asyncio.Protocol):
    def __init__(self, server):
        self.server = server
        self.parser = RequestParser()
        self.waiting = collections.deque()
        self.worker = None
        self.entry = None
        self.is_gone = False
        self.can_write = asyncio.Event()
        self.can_write.set()

    def connection_made(self, transport):
        self.transport = transport
        self.record = self.server.journal.opened(str(transport.get_extra_info("peername")))
        self.server.connections.add(self)

    def data_received(self, data):
        try:
            self.waiting.extend(self.parser.feed(data))
            if len(self.waiting) > PIPELINED_MAX:
                raise BadRequest("too many requests at once")
        except (BadRequest, ValueError) as error:
            self.transport.write(head(400, [("content-length", "0"), ("x-standin-error", str(error))]))
            self.transport.close()
            return
        if self.parser.wants_continue and not self.waiting:
            self.parser.wants_continue = False
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self.waiting and self.worker is None:
            self.worker = asyncio.get_running_loop().create_task(self._work())

    def eof_received(self):
        self._gone()
        return False

    def connection_lost(self, error):
        self._gone()
        self.record["closed_at"] = time.monotonic()
        self.server.connections.discard(self)
        if self.worker:
            self.worker.cancel()

    def _gone(self):
        self.is_gone = True
        self.can_write.set()
        if self.entry is not None and self.entry["client_gone_at"] is None:
            self.entry["client_gone_at"] = time.monotonic()

    def pause_writing(self):
        self.can_write.clear()

    def resume_writing(self):
        self.can_write.set()

    async def _work(self):
        try:
            while self.waiting and not self.transport.is_closing():
                request = self.waiting.popleft()
                self.entry = self.server.journal.received(request, self.record)
                await self.server.respond(request, self.entry, self)
                self.entry["finished_at"] = time.monotonic()
                self.entry = None
                if (request.header("connection") or "").lower() == "close":
                    self.close()
        except ClientGone:
            self.transport.abort()
        finally:
            self.worker = None

    # Writing

    async def send(self, data, piece_bytes=None):
        """Writes, and waits while the client does not read."""
        step = piece_bytes or len(data) or 1
        for at in range(0, len(data), step):
            if self.is_gone or self.transport.is_closing():
                raise ClientGone()
            self.transport.write(data[at : at + step])
            if piece_bytes:
                # Lets the loop go round, so that each piece is a packet of its own.
                await asyncio.sleep(0)
            await self.can_write.wait()

    async def answer(self, status, headers, body=b"", piece_bytes=None):
        fields = [*headers, ("content-length", str(len(body)))]
        self.entry["status"] = status
        await self.send(head(status, fields))
        if body:
            await self.send(body, piece_bytes)
        self.entry.frame_sent()

    def close(self):
        self.transport.close()

    def reset(self):
        """An RST in place of a FIN."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


def head(status, headers):
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Unknown')}"] + [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)
