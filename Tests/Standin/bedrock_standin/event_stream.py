"""Encodes messages of application/vnd.amazon.eventstream: big-endian lengths, headers, payload, two CRC-32s."""
import json
import struct
import zlib

STRING = 7
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def message(headers, payload):
    packed = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", STRING, len(value.encode())) + value.encode()
        for name, value in headers)
    prelude = struct.pack("!II", 16 + len(packed) + len(payload), len(packed))
    prelude += struct.pack("!I", zlib.crc32(prelude))
    body = prelude + packed + payload
    return body + struct.pack("!I", zlib.crc32(body))


def event(kind, value):
    """One event, padded as Bedrock pads (`p`), so that lengths tell nothing of the tokens."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    padded = dict(value) | {"p": ALPHABET[: 4 + zlib.crc32(text.encode()) % (len(ALPHABET) - 4)]}
    payload = json.dumps(padded, ensure_ascii=False, separators=(",", ":")).encode()
    return message([(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")], payload)


def exception(kind, text):
    payload = json.dumps({"message": text}).encode()
    return message([(":exception-type", kind), (":content-type", "application/json"), (":message-type", "exception")], payload)


def corrupted(frame, part):
    """The frame with one wrong byte: in its `prelude` CRC, its `payload`, its `message` CRC, or its `length`."""
    at = {"length": 3, "prelude": 9, "payload": len(frame) - 6, "message": len(frame) - 1}[part]
    return frame[:at] + bytes([frame[at] ^ 0x55]) + frame[at + 1 :]
