"""One HTTP request as it came over the wire."""
import dataclasses
import time
import urllib.parse

HEAD_BYTES_MAX = 64 * 1024
BODY_BYTES_MAX = 32 * 1024 * 1024


class BadRequest(Exception):
    """What came is no HTTP request that we read."""


@dataclasses.dataclass
class Request:
    method: str
    #: As in the request line, percent-encoding untouched: the signature covers exactly this.
    target: str
    #: Names as they came, in order.
    headers: list
    body: bytes = b""
    received_at: float = dataclasses.field(default_factory=time.monotonic)

    def header(self, name):
        """The value, None without; repeated fields are joined as the signature does it."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ",".join(values) if values else None

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        return urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True)


class RequestParser:
    """Takes bytes, gives whole requests; `wants_continue` once a head with `Expect: 100-continue` has come."""

    def __init__(self):
        self.buffer = bytearray()
        self.head = None
        self.wants_continue = False

    def feed(self, data):
        self.buffer += data
        while (request := self._next()) is not None:
            yield request

    def _next(self):
        if self.head is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self.buffer) > HEAD_BYTES_MAX:
                    raise BadRequest("the head is too long")
                return None
            self.head = self._parse_head(bytes(self.buffer[:end]).decode("latin-1"))
            del self.buffer[: end + 4]
            self.wants_continue = (self.head.header("expect") or "").lower() == "100-continue"
        body = self._chunked() if (self.head.header("transfer-encoding") or "").lower() == "chunked" else self._sized()
        if body is None:
            return None
        request, self.head, self.wants_continue = self.head, None, False
        request.body = body
        return request

    @staticmethod
    def _parse_head(text):
        first, *lines = text.split("\r\n")
        words = first.split(" ")
        if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):
            raise BadRequest("no HTTP/1.1 request line")
        headers = []
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise BadRequest("a header line without colon")
            # Header values are bytes; the signature is made over UTF-8.
            headers.append((name, value.strip().encode("latin-1").decode("utf-8", "replace")))
        return Request(words[0], words[1], headers)

    def _sized(self):
        length = int(self.head.header("content-length") or 0)
        if length > BODY_BYTES_MAX:
            raise BadRequest("the body is too long")
        if len(self.buffer) < length:
            return None
        body = bytes(self.buffer[:length])
        del self.buffer[:length]
        return body

    def _chunked(self):
        body, at = bytearray(), 0
        while True:
            line = self.buffer.find(b"\r\n", at)
            if line < 0:
                return None
            size = int(bytes(self.buffer[at:line]).split(b";")[0], 16)
            if len(body) + size > BODY_BYTES_MAX:
                raise BadRequest("the body is too long")
            if len(self.buffer) < line + 2 + size + 2:
                return None
            body += self.buffer[line + 2 : line + 2 + size]
            at = line + 2 + size + 2
            if size == 0:
                del self.buffer[:at]
                return bytes(body)
