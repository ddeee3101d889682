"""Sends the frames of one ConverseStream answer on time, with the faults its behaviour asks for."""
import asyncio
import time

from . import event_stream
from .behaviour import Behaviour
from .connection import chunk, head


# Frames that may go out at one go before other streams get their turn.
BURST_FRAMES = 8


class Stream:
    def __init__(self, connection, entry, behaviour, playback, headers):
        self.connection = connection
        self.entry = entry
        self.behaviour = behaviour or Behaviour()
        self.playback = playback
        self.headers = headers
        self.started = time.monotonic()

    async def play(self):
        fields = [*self.headers, ("content-type", "application/vnd.amazon.eventstream"), ("transfer-encoding", "chunked")]
        self.entry["status"] = 200
        await self.connection.send(head(200, fields))
        due = time.monotonic()
        for number, (kind, frame) in enumerate(self.playback.frames(self._latency, self.behaviour.omit)):
            due += self._delay(number, kind) / 1000
            await sleep_until(due)
            if number % BURST_FRAMES == 0:
                await asyncio.sleep(0)
            # A client that has stopped reading shifts the schedule; it is not caught up in a burst.
            due = max(due, time.monotonic() - 0.001)
            if not await self._send(number, frame):
                return
        await self.connection.send(b"0\r\n\r\n")

    def _latency(self):
        return max(1, int((time.monotonic() - self.started) * 1000))

    def _delay(self, number, kind):
        if number == 0:
            return 0
        first = self.behaviour.first_token_delay_ms if number == 1 else 0
        return first + (self.behaviour.delay_ms if kind == "contentBlockDelta" else 0)

    async def _send(self, number, frame):
        """Sends one frame; False when the stream ends here."""
        do = self.behaviour
        if do.stall_frame == number:
            await asyncio.get_running_loop().create_future()
        if do.exception and do.exception.get("frame", 1) == number:
            kind = do.exception["kind"]
            await self._write(event_stream.exception(kind, do.exception.get("message", f"{kind} in mid stream")))
            self.entry["error"] = kind
            await self.connection.send(b"0\r\n\r\n")
            return False
        if do.cut and do.cut.get("frame", 1) == number:
            await self._cut(frame, do.cut)
            return False
        if do.corrupt and do.corrupt.get("frame", 1) == number:
            frame = event_stream.corrupted(frame, do.corrupt.get("part", "message"))
            self.entry["error"] = "corrupt"
        await self._write(frame)
        return True

    async def _cut(self, frame, cut):
        self.entry["error"] = "cut"
        part = frame[: cut.get("byte", 0)]
        how = cut.get("how", "close")
        if part and how == "clean":
            await self._write(part)
        elif part:
            # The chunk promises the whole frame.
            await self.connection.send(chunk(frame)[: len(f"{len(frame):x}\r\n") + len(part)])
        if how == "clean":
            await self.connection.send(b"0\r\n\r\n")
        elif how == "reset":
            self.connection.reset()
        else:
            self.connection.close()

    async def _write(self, frame):
        await self.connection.send(chunk(frame), self.behaviour.write_bytes)
        self.entry.frame_sent()


async def sleep_until(due):
    # time.monotonic is asyncio's own clock on Linux.
    if (delay := due - time.monotonic()) > 0:
        await asyncio.sleep(delay)
