"""What goes wrong on Amazon Bedrock, on the way there and in mid stream, and what the client sees of it."""
import concurrent.futures
import contextlib
import http.server
import json
import socket
import statistics
import threading
import time

import openai
import psutil
import pytest
import sse
import standin as bedrock_standin
from conftest import Outcrop
from standin import MODEL, first_good

NEVER = {"retrieval": {"mode": "never"}}
CLOSED_SECONDS_MAX = 0.1


def gateway_process(standin_process, folder, **settings):
    settings = {"MODEL": MODEL, "EMBEDDINGS": "none", "LOG_FORMAT": "json", "environment": standin_process.environment()} | settings
    server = Outcrop(folder, settings)
    server.settle()
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def quiet_process(standin_process, tmp_path_factory):
    yield from gateway_process(standin_process, tmp_path_factory.mktemp("gateway"))


@pytest.fixture(scope="module")
def commenting_process(standin_process, tmp_path_factory):
    yield from gateway_process(standin_process, tmp_path_factory.mktemp("commenting"), LIMIT_KEEP_ALIVE_COMMENT_SECONDS=0.1)


@pytest.fixture
def gateway(quiet_process, standin):
    """A server without documents."""
    return quiet_process


@pytest.fixture
def commenting(commenting_process, standin):
    """The same, but silence is commented after 0.1 s, and with the first comment the status has gone out."""
    return commenting_process


def whole(server, **options):
    return server.client().chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "x"}], extra_body=NEVER, **options)


# Before the stream

STATUSES = [
    ("AccessDeniedException", 403, openai.PermissionDeniedError), ("ResourceNotFoundException", 404, openai.NotFoundError),
    ("ValidationException", 400, openai.BadRequestError), ("ModelTimeoutException", 408, openai.APIStatusError),
    ("ModelErrorException", 424, openai.APIStatusError), ("ThrottlingException", 429, openai.RateLimitError),
    ("ModelNotReadyException", 429, openai.RateLimitError), ("ServiceQuotaExceededException", 429, openai.RateLimitError),
    ("InternalServerException", 500, openai.InternalServerError), ("ServiceUnavailableException", 503, openai.InternalServerError),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("code, status, error", STATUSES)
def test_errors_before_the_stream_keep_their_status(gateway, standin, code, status, error, stream):
    standin.play(error={"code": code, "message": f"{code} by script"})
    with pytest.raises(error) as raised:
        whole(gateway, stream=stream)
    assert raised.value.status_code == status
    assert set(raised.value.body) == {"message", "type", "param", "code"} and raised.value.body["message"]
    if status == 429:
        assert int(raised.value.response.headers["retry-after"]) >= 1
    # Only what may go away by itself is tried again.
    attempts = len(standin.requests("ConverseStream"))
    assert attempts == 1 if status in (400, 403, 404) else attempts >= 1


def test_a_context_that_is_too_long_has_openais_code(gateway, standin):
    standin.play(error={"code": "ValidationException", "message": "Input is too long for requested model."})
    with pytest.raises(openai.BadRequestError) as raised:
        whole(gateway)
    assert raised.value.code == "context_length_exceeded"


def test_throttling_is_told_within_a_second(gateway, standin):
    whole(gateway)
    standin.play(error={"code": "ThrottlingException"})
    elapsed = []

    def measure():
        started = time.monotonic()
        with pytest.raises(openai.RateLimitError):
            whole(gateway, stream=True)
        elapsed.append(time.monotonic() - started)
        return None if elapsed[-1] < 1 else elapsed[-1]

    first_good(measure)
    assert len(standin.requests("ConverseStream")) > len(elapsed), "it was tried again before it was told"


def test_a_wait_beyond_the_budget_is_handed_to_the_client(gateway, standin):
    standin.play(error={"code": "ThrottlingException", "retry_after": 7})
    started = time.monotonic()
    with pytest.raises(openai.RateLimitError) as raised:
        whole(gateway)
    assert raised.value.response.headers["retry-after"] == "7" and time.monotonic() - started < 6


def test_throttling_that_ends_is_not_seen(gateway, standin):
    standin.play(times=2, error={"code": "ThrottlingException"})
    assert whole(gateway).choices[0].message.content
    assert [entry["status"] for entry in standin.requests("ConverseStream")] == [429, 429, 200]


def test_a_reset_before_the_answer_is_tried_again(gateway, standin):
    standin.play(times=1, error={"code": "reset"})
    assert whole(gateway).choices[0].message.content


def test_an_exception_before_the_first_text_has_its_status(gateway, standin):
    standin.play(text="never sent", exception={"frame": 1, "kind": "throttlingException"})
    with pytest.raises(openai.RateLimitError) as raised:
        whole(gateway, stream=True)
    assert int(raised.value.response.headers["retry-after"]) >= 1


def test_a_model_that_never_answers_is_a_gateway_timeout(bedrock, standin):
    server = bedrock(EMBEDDINGS="none", LIMIT_MODEL_FIRST_BYTE_SECONDS=0.5, LIMIT_RETRY_SECONDS=0.1)
    standin.play(hang=True)
    started = time.monotonic()
    reply = sse.read(server.url, "x", **NEVER)
    assert reply.status == 504 and reply.error["message"] and time.monotonic() - started < 30


# In mid stream

KINDS = [("internalServerException", 500), ("modelStreamErrorException", 424), ("validationException", 400), ("throttlingException", 429),
         ("serviceUnavailableException", 503)]
BROKEN = [
    *({"exception": {"frame": 4, "kind": kind}} for kind, _ in KINDS),
    *({"cut": {"frame": 4, "byte": at, "how": how}} for how in ("close", "clean", "reset") for at in (0, 1, 11, 60)),
    *({"corrupt": {"frame": 4, "part": part}} for part in ("prelude", "payload", "message", "length")),
    # All frames whole, HTTP ended properly, but the model never said that it was done.
    {"omit": ["messageStop", "metadata"]},
    {"cut": {"frame": 4, "byte": 11, "how": "clean"}, "write_bytes": 1},
]


@pytest.mark.parametrize("do", BROKEN, ids=json.dumps)
def test_a_broken_stream_never_looks_like_a_normal_end(gateway, standin, do):
    standin.play(text=["one", " two", " three", " four"], delay_ms=5, **do)
    reply = sse.read(gateway.url, "x", **NEVER)
    assert reply.status == 200 and reply.text.startswith("one two")
    assert reply.error and reply.error["message"] and reply.error["type"]
    assert not reply.is_done and not reply.finish_reasons and reply.is_cut
    assert len(standin.requests("ConverseStream")) == 1, "nothing is tried again after the first byte"


@pytest.mark.parametrize("do", BROKEN[:2] + BROKEN[5:7], ids=json.dumps)
def test_openais_client_raises_in_mid_stream(gateway, standin, do):
    standin.play(text=["one", " two", " three", " four"], delay_ms=5, **do)
    seen = []
    with pytest.raises(openai.APIError):
        for chunk in whole(gateway, stream=True):
            seen.append(chunk.choices[0].delta.content or "")
    assert "".join(seen).startswith("one two")


@pytest.mark.parametrize("do", BROKEN[:1] + BROKEN[5:7] + BROKEN[-2:-1], ids=json.dumps)
def test_an_answer_in_one_piece_is_none_when_the_stream_breaks(gateway, standin, do):
    standin.play(text=["one", " two", " three", " four"], **do)
    with pytest.raises(openai.APIStatusError) as raised:
        whole(gateway)
    assert raised.value.status_code >= 500 and raised.value.body["message"]


def test_silence_within_the_answer_ends_it(bedrock, standin):
    server = bedrock(EMBEDDINGS="none", LIMIT_MODEL_IDLE_SECONDS=0.5)
    standin.play(text=["one", " two", " three"], stall_frame=3)
    reply = sse.read(server.url, "x", **NEVER)
    assert reply.text == "one two" and reply.error and reply.is_cut and not reply.is_done


# Time

@pytest.mark.parametrize("do", [{"first_token_delay_ms": 500}, {"head_delay_ms": 500}])
def test_a_slow_first_token_is_bridged_with_comments(commenting, standin, do):
    standin.play(text=["late", " answer"], **do)

    def measure():
        reply = sse.read(commenting.url, "x", **NEVER)
        assert reply.is_done and reply.text == "late answer"
        gaps = [after - before for before, after in zip(reply.comments, reply.comments[1:])]
        is_good = len([at for at in reply.comments if at < reply.texts[0][0]]) >= 3 and all(gap < 0.25 for gap in gaps)
        return None if is_good else reply.comments

    first_good(measure)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in whole(commenting, stream=True) if chunk.choices) == "late answer"


def half_read(server, stream=True, question="x", until=b'"content":'):
    """A bare connection that has asked and has read until a text came."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    body = json.dumps(sse.body(question, stream=stream, **NEVER)).encode()
    connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: " + host.encode() + b":" + port.encode()
                       + b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    received = b""
    while until and until not in received:
        piece = connection.recv(65536)
        assert piece, received
        received += piece
    return connection


@pytest.mark.parametrize("name, do, stream, until", [
    ("in mid stream", {"text": ["x"] * 2000, "delay_ms": 20}, True, b'"content":"x"'),
    ("before the first token", {"text": "x", "first_token_delay_ms": 60_000}, True, b": keepalive"),
    ("before the status line", {"text": "x", "head_delay_ms": 60_000}, True, None),
    ("while it waits for the whole answer", {"text": ["x"] * 2000, "delay_ms": 20}, False, None),
    ("while the model is stalled", {"text": ["x"] * 9, "stall_frame": 3}, True, b'"content":"x"'),
])
def test_a_client_that_goes_takes_the_upstream_transfer_along(commenting, standin, name, do, stream, until):
    standin.play(**do)

    def measure():
        before = len(standin.requests())
        connection = half_read(commenting, stream, until=until)
        standin.wait_for(lambda requests: len(requests) > before, "the request")
        closed_at = time.monotonic()
        connection.close()
        entry = standin.wait_for(lambda requests: requests[-1]["client_gone_at"] and requests[-1], "the end of the transfer")
        lag = entry["client_gone_at"] - closed_at
        assert lag >= 0
        return None if lag < CLOSED_SECONDS_MAX else lag

    first_good(measure)


def test_a_stalled_stream_does_not_slow_the_others(gateway, standin):
    quick = {"do": {"text": ["x"] * 20, "delay_ms": 10}}
    standin.script({"match": {"contains": "stall me"}, "do": {"text": ["x"] * 9, "stall_frame": 4}}, quick)

    def seconds(_):
        started = time.monotonic()
        assert sse.read(gateway.url, "x", **NEVER).is_done
        return time.monotonic() - started

    def measure():
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return statistics.median(pool.map(seconds, range(8)))

    def compare():
        alone = measure()
        stalled = [half_read(gateway, question="stall me") for _ in range(4)]
        beside = measure()
        for connection in stalled:
            connection.close()
        return None if beside < alone + 0.05 else (alone, beside)

    seconds(0)
    first_good(compare)


# Size

def memory(server):
    return psutil.Process(server.process.pid).memory_info().rss / 1_048_576


def test_a_ten_megabyte_answer_takes_constant_memory(gateway, standin):
    standin.play(text=["x" * 1000], repeat=100)
    sse.read(gateway.url, "x", **NEVER)
    before, peak, count = memory(gateway), [0], [0]
    standin.play(text=["x" * 1000], repeat=10_000)

    def watch(text):
        count[0] += len(text)
        if count[0] % 100_000 == 0:
            peak[0] = max(peak[0], memory(gateway))

    reply = sse.read(gateway.url, "x", on_text=watch, **NEVER)
    assert reply.is_done and count[0] == 10_000_000
    assert peak[0] - before < 16, f"{before:.0f} MiB before, {peak[0]:.0f} at its peak"


def test_a_client_that_does_not_read_holds_the_model_back(gateway, standin):
    standin.play(text=["x" * 1000], repeat=50_000)
    before = memory(gateway)
    connection = half_read(gateway, until=b'"content":"x')
    sent, now = -1, 0
    while sent < now:
        time.sleep(0.5)
        sent, now = now, len(standin.requests("ConverseStream")[0]["frames"])
    assert now < 30_000, "only the kernel's buffers may fill"
    assert memory(gateway) - before < 24
    connection.close()


# On the way

def test_a_name_that_does_not_resolve_is_a_bad_gateway(bedrock):
    server = bedrock(EMBEDDINGS="none", environment={"AWS_ENDPOINT_URL": "http://name.invalid"})
    reply = sse.read(server.url, "x", **NEVER)
    assert reply.status == 502 and reply.error["message"]


def test_a_port_where_nobody_listens_is_a_bad_gateway(bedrock):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    server = bedrock(EMBEDDINGS="none", environment={"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"})
    with pytest.raises(openai.InternalServerError) as raised:
        whole(server)
    assert raised.value.status_code == 502


def test_a_certificate_nobody_knows_is_a_bad_gateway_and_a_known_one_is_not(bedrock, tmp_path):
    secure = bedrock_standin.Standin("--tls", str(tmp_path / "ca.pem"))
    try:
        refusing = bedrock(EMBEDDINGS="none", environment=secure.environment())
        reply = sse.read(refusing.url, "x", **NEVER)
        assert reply.status == 502 and reply.error["message"]
        assert not secure.requests()
        trusting = bedrock(EMBEDDINGS="none", environment=secure.environment(AWS_CA_BUNDLE=str(tmp_path / "ca.pem")))
        assert sse.read(trusting.url, "x", **NEVER).is_done
    finally:
        secure.stop()


def test_an_answer_that_is_no_aws_is_a_bad_gateway(bedrock):
    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", "13")
            self.end_headers()
            self.wfile.write(b"<html></html>")

        do_GET = do_POST

        def log_message(self, *_):
            pass

    portal = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=portal.serve_forever, daemon=True).start()
    try:
        server = bedrock(EMBEDDINGS="none", environment={"AWS_ENDPOINT_URL": f"http://127.0.0.1:{portal.server_port}"})
        assert sse.read(server.url, "x", **NEVER).status == 502
    finally:
        portal.shutdown()


# Credentials

def container(standin):
    return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": standin.url + "/_standin/container-credentials", "AWS_ACCESS_KEY_ID": "",
            "AWS_SECRET_ACCESS_KEY": ""}


@contextlib.contextmanager
def load(server, clients=8):
    """Asks without a pause while the body runs; gives the answers so far and what failed."""
    is_over, failures, answers = threading.Event(), [], []

    def ask():
        while not is_over.is_set():
            reply = sse.read(server.url, "x", **NEVER)
            answers.append(reply)
            if not reply.is_done:
                failures.append((reply.status, reply.error))

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield answers, failures
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def callers(requests):
    """Whose keys were taken for an answer."""
    return {entry["caller"] for entry in requests if entry["operation"] == "ConverseStream" and entry["caller"]}


def test_credentials_that_expire_in_mid_load_are_renewed_unseen(bedrock, standin):
    standin.credentials(lifetime_seconds=1.5)
    server = bedrock(EMBEDDINGS="none", environment=container(standin))
    standin.play(text=["x"] * 5, delay_ms=5)
    with load(server) as (answers, failures):
        standin.wait_for(lambda requests: len(callers(requests)) >= 3, "keys were renewed twice", seconds=60)
    assert failures == [] and len(answers) > 3


def test_credentials_that_are_revoked_in_mid_load_are_fetched_anew(bedrock, standin):
    server = bedrock(EMBEDDINGS="none", environment=container(standin))
    standin.play(text=["x"] * 5, delay_ms=5)
    with load(server) as (answers, failures):
        standin.wait_for(lambda requests: len(requests) > 20, "a load", seconds=60)
        standin.credentials(expire=True)
        standin.wait_for(lambda requests: len(callers(requests)) >= 2, "keys were fetched anew", seconds=60)
    assert failures == [] and len(callers(standin.requests())) == 2


def test_a_failed_fetch_of_credentials_is_tried_again(bedrock, standin):
    standin.credentials(failures=1)
    server = bedrock(EMBEDDINGS="none", environment=container(standin))
    replies = [sse.read(server.url, "x", **NEVER) for _ in range(3)]
    assert replies[-1].is_done


def test_keepalive_connections_are_used_again(gateway, standin):
    """Twenty answers one after another over one upstream connection."""
    standin.play(text="ok")
    for _ in range(20):
        assert whole(gateway).choices[0].message.content
    assert len({entry["connection"] for entry in standin.requests("ConverseStream")}) <= 2


def test_the_stand_in_closing_an_idle_connection_is_not_seen(gateway, standin):
    whole(gateway)
    standin.disconnect()
    assert whole(gateway).choices[0].message.content
