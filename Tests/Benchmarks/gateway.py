"""The gateway section: OpenAI in, Bedrock out, against a light stand-in, direct and through the server in one run.

The stand-in and the load generator are C programs (`gateway/`), so that neither is what is measured. "Added" is the figure through the
server less the same figure direct.
"""
import json
import os
import pathlib
import random
import subprocess
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent / "gateway"
TOKENS = 40
AWS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDBENCH", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_EC2_METADATA_DISABLED": "true"}


def build(folder):
    for name, libraries in (("standin", ["-lz"]), ("load", [])):
        command = [os.environ.get("CC", "clang"), "-O2", "-Wall", "-Wno-format-nonliteral", "-o", folder / name, HERE / f"{name}.c", *libraries]
        subprocess.run(command, check=True)


def model(pace_ms, tokens=TOKENS):
    return f"standin.t{tokens}.p{pace_ms}"


class Gateway:
    """The stand-in with a server before it, and the load on either."""

    def __init__(self, folder, serve, **settings):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        build(self.folder)
        self.standin = subprocess.Popen([self.folder / "standin"], stdout=subprocess.PIPE, text=True)
        self.standin_port = int(self.standin.stdout.readline())
        environment = AWS | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.standin_port}", "OUTCROP_MODEL": model(0), "OUTCROP_LOG_LEVEL": "notice"}
        self.server = serve(self.folder / "server", environment | settings)
        self.port = int(self.server.url.rsplit(":", 1)[1])

    def stop(self):
        self.server.stop()
        self.standin.kill()

    def direct(self, pace_ms, *how, tokens=TOKENS):
        body = {"messages": [{"role": "user", "content": [{"text": "Say something."}]}]}
        return self._load(self.standin_port, f"/model/{model(pace_ms, tokens)}/converse-stream", [body], tokens, how)

    def through(self, pace_ms, *how, tokens=TOKENS, questions=("Say something.",), mode="never"):
        bodies = [
            {"model": model(pace_ms, tokens), "stream": True, "retrieval": {"mode": mode}, "messages": [{"role": "user", "content": text}]}
            for text in questions
        ]
        return self._load(self.port, "/v1/chat/completions", bodies, tokens, how)

    def _load(self, port, path, bodies, tokens, how):
        file = self.folder / f"bodies-{port}-{threading.get_ident()}"
        file.write_text("".join(json.dumps(body) + "\n" for body in bodies))
        command = [self.folder / "load", str(port), path, file, str(tokens), *map(str, how)]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        if result["errors"]:
            print(f"    {result['errors']} errors of {result['errors'] + result['answers']}: {result['error']}", flush=True)
        return result

    def cpu_seconds(self):
        fields = open(f"/proc/{self.server.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        for line in open(f"/proc/{self.server.process.pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024


def first_token(gateway, row):
    """Time added to the first token."""
    for clients, count, pace_ms, quantile, goal in ((1, 3000, 0, "p50", .5), (64, 1280, 20, "p95", 3), (256, 2560, 20, "p95", 10)):
        direct = gateway.direct(pace_ms, "closed", clients, count)["ttft"][quantile]
        through = gateway.through(pace_ms, "closed", clients, count)["ttft"][quantile]
        row(f"first token {quantile}, {clients} clients: direct, through, added",
            f"{direct:.2f} {through:.2f} {through - direct:.2f} ms", f"goal ≤ {goal} ms added")


def throughput(gateway, row):
    direct = gateway.direct(0, "closed", 32, 40000)["rate"]
    before = gateway.cpu_seconds()
    result = gateway.through(0, "closed", 32, 12000)
    cpu = (gateway.cpu_seconds() - before) / result["answers"] * 1000
    row(f"{TOKENS}-token streams a second, 32 clients, no pace", f"{result['rate']:.0f}", f"goal ≥ 3,000 (direct {direct:.0f})")
    row("CPU per 1,000 streams, no pace", f"{cpu:.2f} s", "goal ≤ 0.5 s")
    before = gateway.cpu_seconds()
    result = gateway.through(20, "closed", 64, 1280)
    cpu = (gateway.cpu_seconds() - before) / result["answers"] * 1000
    row("CPU per 1,000 streams, 20 ms pace, 64 clients", f"{cpu:.2f} s", "goal ≤ 1.5 s")


def open_loop(gateway, row, seconds, rate=500, **retrieval):
    direct = gateway.direct(20, "open", rate, seconds)
    before = gateway.cpu_seconds()
    result = gateway.through(20, "open", rate, seconds, **retrieval)
    cpu = (gateway.cpu_seconds() - before) / max(1, result["answers"]) * 1000
    asked = result["answers"] + result["errors"]
    for name in ("ttft", "total"):
        row(f"open loop {rate}/s for {seconds:.0f} s, {name} p95: direct, through, added",
            f"{direct[name]['p95']:.1f} {result[name]['p95']:.1f} {result[name]['p95'] - direct[name]['p95']:.1f} ms", "goal ≤ 10 ms added")
    row(f"… errors of {asked}", f"{result['errors'] / asked:.4%}", "goal ≤ 0.02 %")
    row("… CPU per 1,000 streams", f"{cpu:.2f} s", "goal ≤ 1.5 s")


def stalled(gateway, row):
    """Eight quick users alone, then beside one stream that stands still upstream."""
    alone = gateway.through(20, "closed", 8, 160)["total"]["p99"]
    waiting = threading.Thread(target=lambda: gateway.through(3000, "closed", 1, 1, tokens=4))
    waiting.start()
    time.sleep(0.2)
    beside = gateway.through(20, "closed", 8, 80)["total"]["p99"]
    waiting.join()
    row("8 users beside one stalled stream, p99: alone, beside", f"{alone:.1f} {beside:.1f} ms", "goal within 5 ms")


def memory(gateway, row):
    idle = gateway.resident_mib()
    load = threading.Thread(target=lambda: gateway.through(20, "closed", 256, 1024))
    load.start()
    peak = 0
    while load.is_alive():
        peak = max(peak, gateway.resident_mib())
        time.sleep(0.05)
    row("resident memory: before, at 256 streams", f"{idle:.0f} {peak:.0f} MiB", "goal ≤ 60 MiB")


def vocabulary(count=5000):
    """Made-up words, for texts in which most words are rare, as in real ones."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    return [syllables[k % 70] + syllables[k // 70 % 70] + ("" if k < 70 else syllables[k * 7 % 70]) for k in range(count)]


def passages_and_questions(seed=7):
    """10,000 one-line passages whose words are as unequally frequent as Zipf's law has it, and 200 questions about some of them."""
    chance = random.Random(seed)
    words = vocabulary()
    weights = [1 / (rank + 10) for rank in range(len(words))]
    lines = [" ".join(chance.choices(words, weights, k=12)) for _ in range(10_000)]
    questions = ["What about " + " ".join(chance.sample(chance.choice(lines).split(), 5)) + "?" for _ in range(200)]
    return lines, questions


def with_retrieval(folder, serve, row, seconds):
    """The same over an index of 10,000 passages, found by words and by meaning, with 200 questions taken in turn."""
    documents = folder / "server/documents"
    documents.mkdir(parents=True)
    lines, questions = passages_and_questions()
    for number in range(100):
        (documents / f"list{number:03}.txt").write_text("\n\n".join(f"Item {number}: {line}." for line in lines[number::100]))
    gateway = Gateway(folder, serve, OUTCROP_CHUNK_SIZE="100", OUTCROP_CHUNK_OVERLAP="0", OUTCROP_MIN_SCORE="0")
    try:
        passages = gateway.server.http.get("/v1/kb/status").json()["chunks"]
        gateway.through(0, "closed", 8, 400, questions=questions, mode="always")
        row("passages in the index, question vectors kept", f"{passages}")
        for rate in (50, 500):
            open_loop(gateway, row, seconds, rate, questions=questions, mode="always")
    finally:
        gateway.stop()


def run(folder, serve, row):
    """`serve(folder, environment)` starts the server. No embedding model, as a plain gateway needs none."""
    seconds = float(os.environ.get("STREAM_SECONDS", "60"))
    gateway = Gateway(folder / "plain", serve, OUTCROP_EMBEDDINGS="none")
    try:
        memory(gateway, row)
        first_token(gateway, row)
        throughput(gateway, row)
        stalled(gateway, row)
        open_loop(gateway, row, seconds)
    finally:
        gateway.stop()
    with_retrieval(folder / "retrieval", serve, row, min(seconds, 20))
