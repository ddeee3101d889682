"""A streamed answer as it came over the wire, with the time of each frame."""
import dataclasses
import json
import time

import httpx
from standin import MODEL


@dataclasses.dataclass
class Reply:
    status: int
    headers: object
    #: (CLOCK_MONOTONIC seconds, JSON) of each data frame but `[DONE]`.
    frames: list = dataclasses.field(default_factory=list)
    #: (time, text) of each frame that carries text.
    texts: list = dataclasses.field(default_factory=list)
    #: When comments came.
    comments: list = dataclasses.field(default_factory=list)
    is_done: bool = False
    #: The connection was cut before the body's proper end.
    is_cut: bool = False
    body: bytes = b""

    @property
    def text(self):
        return "".join(text for _, text in self.texts)

    @property
    def error(self):
        """The error of the last frame, or of a body that is no stream."""
        if self.frames:
            return self.frames[-1][1].get("error")
        return json.loads(self.body).get("error") if self.body else None

    @property
    def finish_reasons(self):
        return [frame["choices"][0]["finish_reason"] for _, frame in self.frames
                if frame.get("choices") and frame["choices"][0].get("finish_reason")]

    @property
    def citations(self):
        return [citation for _, frame in self.frames for citation in frame.get("citations", [])]


def body(question, stream=True, **options):
    return {"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": question}]} | options


def read(url, question, on_text=None, **options):
    """Asks and reads to the end; `on_text(text)` may end the reading by returning True."""
    # Plain HTTP: loading certificates would cost more than the answer.
    with httpx.Client(timeout=60, verify=False) as client, client.stream("POST", url + "/v1/chat/completions", json=body(question, **options)) as answer:
        reply = Reply(answer.status_code, answer.headers)
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            reply.body = answer.read()
            return reply
        try:
            for line in lines(answer):
                if take(reply, line) and on_text and on_text(reply.texts[-1][1]):
                    return reply
        except (httpx.RemoteProtocolError, httpx.ReadError):
            reply.is_cut = True
        return reply


def lines(answer):
    """httpx's own line iterator holds a line back until the next one begins."""
    rest = b""
    for piece in answer.iter_raw():
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode() for line in whole)


def take(reply, line):
    """Notes one line; whether it brought text."""
    now = time.monotonic()
    if line.startswith(":"):
        reply.comments.append(now)
    elif line == "data: [DONE]":
        reply.is_done = True
    elif line.startswith("data: "):
        frame = json.loads(line[6:])
        reply.frames.append((now, frame))
        if text := frame["choices"][0]["delta"].get("content") if frame.get("choices") else None:
            reply.texts.append((now, text))
            return True
    return False
