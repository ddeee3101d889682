#!/usr/bin/env python3
"""Writes botocore-signing.json and botocore-eventstream.json: what botocore makes of random requests and frames.

    make_vectors.py

Deterministic: the same botocore gives the same files. The files name botocore's version.
"""

import base64
import binascii
import datetime
import json
import pathlib
import random
import struct
from urllib.parse import quote

import botocore
import botocore.auth
from botocore.auth import S3SigV4Auth, S3SigV4PostAuth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.eventstream import EventStreamBuffer, EventStreamHeaderParser

chance = random.Random(20260801)
FOLDER = pathlib.Path(__file__).parent
LETTERS = "abzAZ09-._~ %+&=?#/:;,@!$'()*[]\"\\<>|^`{}éßሴ日本🦆\u0301\u00a0\u200f"
TOKEN = "IQoJb3JpZ2luX2VjEPT//////////wEaCXVzLWVhc3QtMSJHMEUCIQ+/==&?%20"


def text(most, letters=LETTERS):
    return "".join(chance.choice(letters) for _ in range(chance.randint(0, most)))


def word(most, letters=LETTERS):
    return text(most, letters) or "w"


def encode(part):
    return quote(part, safe="-._~")


def moment():
    return chance.randint(946_684_800, 4_102_444_800)


def credentials(temporary):
    secret = word(40, "abcXYZ019/+")
    return Credentials("AKID" + word(12, "ABCXYZ019"), secret, TOKEN + word(20, "abc/+=") if temporary else None)


def freeze(seconds):
    then = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: then.replace(tzinfo=None) if remove_tzinfo else then


def host():
    return chance.choice(
        [
            "bedrock-runtime.eu-central-1.amazonaws.com", "127.0.0.1:4566", "localhost:80", "localhost:443", "[::1]:8080", "[::1]",
            "user:pass@example.com", "bucket.s3.amazonaws.com",
        ]
    )


def service_path():
    """Encoded once, as clients send it; dot segments, empty segments and bare punctuation among the rest."""
    arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-v1:0"
    kinds = [lambda: encode(word(8)), lambda: "..", lambda: ".", lambda: "", lambda: "a:b@c!$&'()*+,;=", lambda: encode(arn)]
    path = "".join("/" + chance.choice(kinds)() for _ in range(chance.randint(0, 6)))
    return path + chance.choice(["", "", "/"]) if path else path


def query(distinct):
    pairs = [(encode(word(5)), encode(text(6))) for _ in range(chance.choice([0, 0, 1, 2, 5]))]
    if distinct:
        return "&".join(f"{name}={value}" for name, value in dict(pairs).items())
    if pairs and chance.random() < 0.5:
        pairs += [(pairs[0][0], encode(text(6))), ("Param-3", "v"), ("Param", "")]
    chance.shuffle(pairs)
    return "&".join(name if not value and chance.random() < 0.5 else f"{name}={value}" for name, value in pairs)


def fields():
    names = [
        "Content-Type", "X-Amz-Meta-Team", "x-amz-target", "User-Agent", "Expect", "X-Amzn-Trace-Id", "Accept", "Connection",
        "X-Amz-Date", "Authorization", "TE", "Amz-Sdk-Invocation-Id", "If-None-Match", "X-Amz-Security-Token",
    ]
    values = ["a", "  two  words ", "tab\there", '"a   b   c"', "", "grüße 🦆", "a,b;c=d", "application/json", "*"]
    chosen = chance.sample(names, chance.randint(0, 6))
    list_ = [(name, chance.choice(values)) for name in chosen]
    again = [n for n in chosen if n in ("X-Amz-Meta-Team", "x-amz-target", "Accept")]
    return list_ + [(name.upper(), chance.choice(values)) for name in again]


def url(path, query_string):
    return chance.choice(["https://", "http://"]) + host() + path + ("?" + query_string if query_string else "")


def request(method, address, header_fields, body=b""):
    made = AWSRequest(method=method, url=address, data=body)
    for name, value in header_fields:
        made.headers[name] = value
    return made


def case(keys, seconds, service, region, method, address, header_fields):
    return {
        "access_key_id": keys.access_key, "secret_access_key": keys.secret_key, "session_token": keys.token, "unix_seconds": seconds,
        "service": service, "region": region, "method": method, "url": address, "fields": [list(pair) for pair in header_fields],
    }


REGIONS = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"]


def signed(index):
    is_s3 = index % 3 == 0
    service = "s3" if is_s3 else chance.choice(["bedrock", "sts", "sqs", "secretsmanager"])
    keys, seconds, region = credentials(chance.random() < 0.5), moment(), chance.choice(REGIONS)
    path = "/" + quote(word(12), safe="/-._~") + chance.choice(["", "//", "/../x", "/./", "a+b:c@d"]) if is_s3 else service_path()
    address, header_fields = url(path, query(distinct=False)), fields()
    if not keys.token:
        # botocore leaves a stale token where it is; it is replaced by none here.
        header_fields = [pair for pair in header_fields if pair[0] != "X-Amz-Security-Token"]
    method, body = chance.choice(["GET", "POST", "PUT", "DELETE"]), word(30).encode() if chance.random() < 0.5 else b""
    payload = chance.choice(["body", "body", "unsigned", "streamingUnsignedTrailer"]) if is_s3 else "body"
    made = request(method, address, header_fields, body)
    if payload == "unsigned" and address.startswith("https"):
        made.context["payload_signing_enabled"] = False
        made.headers["Content-MD5"] = "x"
        header_fields.append(("Content-MD5", "x"))
    if payload == "streamingUnsignedTrailer":
        made.context["checksum"] = {"request_algorithm": {"in": "trailer"}}
    freeze(seconds)
    (S3SigV4Auth if is_s3 else SigV4Auth)(keys, service, region).add_auth(made)
    names = ["Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256"]
    return case(keys, seconds, service, region, method, address, header_fields) | {
        "body": base64.b64encode(body).decode(), "payload": payload,
        "expected": {name.lower(): made.headers.get_all(name) or [] for name in names},
    }


def presigned(index):
    is_s3 = index % 2 == 0
    service = "s3" if is_s3 else chance.choice(["bedrock", "sts"])
    keys, seconds, region = credentials(chance.random() < 0.5), moment(), chance.choice(REGIONS)
    expires = chance.choice([1, 900, 604_800])
    path = "/" + quote(word(12), safe="/-._~") if is_s3 else service_path()
    address = url(path, query(distinct=True))
    header_fields = [pair for pair in fields() if pair[0].lower() not in ("authorization", "x-amz-date", "x-amz-security-token")]
    made = request("GET", address, header_fields)
    freeze(seconds)
    (S3SigV4QueryAuth if is_s3 else SigV4QueryAuth)(keys, service, region, expires).add_auth(made)
    return case(keys, seconds, service, region, "GET", address, header_fields) | {"expires_seconds": expires, "expected": made.url}


def post(_):
    keys, seconds, region = credentials(chance.random() < 0.5), moment(), chance.choice(REGIONS)
    key, content_type, expires = "documents/" + text(20, LETTERS + "\n\t\0\u2028\x7f"), "text/markdown; charset=utf-8", chance.randint(1, 3600)
    extra = [["x-amz-meta-" + word(4, "abc"), text(8)]] if chance.random() < 0.5 else []
    least, most = chance.randint(0, 5), chance.randint(5, 10**9)
    named = [["bucket", "team.docs"], ["key", key], ["Content-Type", content_type]]
    conditions = [{n: v} for n, v in named] + [["content-length-range", least, most]] + [{n: v} for n, v in extra]
    end = datetime.datetime.fromtimestamp(seconds + expires, datetime.timezone.utc)
    made = request("POST", "https://team.docs.s3.amazonaws.com", [])
    made.context["s3-presign-post-fields"] = {name: value for name, value in named[1:] + extra}
    made.context["s3-presign-post-policy"] = {"expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": conditions}
    freeze(seconds)
    S3SigV4PostAuth(keys, "s3", region).add_auth(made)
    return case(keys, seconds, "s3", region, "POST", made.url, []) | {
        "bucket": "team.docs", "key": key, "content_type": content_type, "bytes": [least, most], "expires_seconds": expires,
        "extra": extra, "expected": [list(pair) for pair in made.context["s3-presign-post-fields"].items()],
    }


class TypedHeaders(EventStreamHeaderParser):
    """botocore's parser, which also keeps the type."""

    def _parse_value(self):
        kind = self._data[0]
        return kind, super()._parse_value()


def decoded(frame):
    """What botocore reads in a frame: type and value of each header, the value as text (bytes in hexadecimal)."""
    buffer = EventStreamBuffer()
    buffer._header_parser = TypedHeaders()
    buffer.add_data(frame)
    (message,) = list(buffer)
    headers = [
        {"name": name, "type": kind, "value": value.hex() if isinstance(value, bytes) else str(value)}
        for name, (kind, value) in message.headers.items()
    ]
    return {"frame": frame.hex(), "headers": headers, "payload": message.payload.hex()}


def random_frame(_):
    block = b""
    for number in range(chance.randint(0, 8)):
        name = (word(6) + str(number)).encode()
        kind = chance.randrange(10)
        fixed = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
        value = chance.randbytes(fixed[kind]) if kind in fixed else text(30).encode() if kind == 7 else chance.randbytes(chance.randint(0, 40))
        block += bytes([len(name)]) + name + bytes([kind]) + (b"" if kind in fixed else struct.pack("!H", len(value))) + value
    payload = chance.randbytes(chance.randint(0, 200))
    prelude = struct.pack("!II", 16 + len(block) + len(payload), len(block))
    head = prelude + struct.pack("!I", binascii.crc32(prelude)) + block + payload
    return decoded(head + struct.pack("!I", binascii.crc32(head)))


# The frames of botocore's tests/unit/test_eventstream.py (Apache-2.0).
GOLDEN = [
    b"\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2H\xeb}\x98\xc8\xff",
    b"\x00\x00\x00\x17\x00\x00\x00\x07)\x86\x01X\x04byte\x02\xff\xc2\xf8i\xdc",
    b"\x00\x00\x00\x19\x00\x00\x00\tq\x0e\x92>\x05short\x03\xff\xff\xb2|\xb6\xcc",
    b"\x00\x00\x00\x1d\x00\x00\x00\r\x83\xe3\xf0\xe7\x07integer\x04\xff\xff\xff\xff\x8b\x8e\x12\xeb",
    b"\x00\x00\x00\x1e\x00\x00\x00\x0e]J\xdb\x8d\x04long\x05\xff\xff\xff\xff\xff\xff\xff\xffK\xc22\xda",
    b"\x00\x00\x00\x1d\x00\x00\x00\x00\xfdR\x8cZ{'foo':'bar'}\xc3e96",
    b"\x00\x00\x00=\x00\x00\x00 \x07\xfd\x83\x96\x0ccontent-type\x07\x00\x10application/json{'foo':'bar'}\x8d\x9c\x08\xb1",
    b"\x00\x00\x00\x62\x00\x00\x00\x52\x03\xb5\xcb\x9c\x010\x00\x011\x01\x012\x02\x02\x013\x03\x00\x03\x014\x04\x00\x00\x00\x04"
    b"\x015\x05\x00\x00\x00\x00\x00\x00\x00\x05\x016\x06\x00\x05bytes\x017\x07\x00\x04utf8\x018\x08\x00\x00\x00\x00\x00\x00\x00\x08"
    b"\x019\x090123456789abcdef\x63\x35\x36\x71",
    b"\x00\x00\x00\x52\x00\x00\x00\x42\xbf\x23\x63\x7e\x0d:message-type\x07\x00\x05error\x0b:error-code\x07\x00\x04code"
    b"\x0e:error-message\x07\x00\x07message\x6b\x6c\xea\x3d",
    b"\x00\x00\x00+\x00\x00\x00\x0e4\x8b\xec{\x08event-id\x04\x00\x00\xa0\x0c{'foo':'bar'}\xd3\x89\x02\x85",
    b"\x00\x00\x00~\x00\x00\x00O\xc5\xa3\xdd\xc6\r:message-type\x07\x00\x05event\x0b:event-type\x07\x00\x10initial-response"
    b'\r:content-type\x07\x00\ttext/json{"InitialResponse": "sometext"}\xf6\x98$\x83',
]
GOLDEN_REFUSED = [
    b"\x00\x00\x00=\xff\x00\x01\x02\x07\xfd\x83\x96\x0ccontent-type\x07\x00\x10application/json{'foo':'bar'}\x8d\x9c\x08\xb1",
    b"\x00\x00\x00=\x00\x00\x00 \x07\xfd\x83\x96\x0ccontent+type\x07\x00\x10application/json{'foo':'bar'}\x8d\x9c\x08\xb1",
    b"\x01\x00\x00\x1d\x00\x00\x00\x00\xfdR\x8cZ{'foo':'bar'}\xc3e96",
    b"\x00\x00\x00\x1d\x00\x00\x00\x00\xfdR\x8cZ{'foo':'bar'\x8d\xc3e96",
    b"\x00\x00\x00\x24\x00\x00\x00\x14\x4b\xb9\x82\xd0\x04test\x04asdf\x04test\x04asdf\xf3\xf4\x75\x63",
]


def write(name, value):
    lines = json.dumps({"botocore": botocore.__version__} | value, ensure_ascii=False, indent=None, separators=(",", ":"))
    # One case a line, for readable differences.
    (FOLDER / name).write_text(lines.replace("},{\"access", "},\n{\"access").replace("},{\"frame", "},\n{\"frame") + "\n")


write("botocore-signing.json", {
    "signed": [signed(i) for i in range(150)], "presigned": [presigned(i) for i in range(60)], "posts": [post(i) for i in range(40)],
})
write("botocore-eventstream.json", {
    "frames": [decoded(frame) for frame in GOLDEN] + [random_frame(i) for i in range(80)], "refused": [f.hex() for f in GOLDEN_REFUSED],
})
