"""`make bench`: figures of the release binary on this machine. Each section is a function; FILTER picks by name."""
import os
import pathlib
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "Tests/Interop"), str(ROOT / "Tests/Benchmarks")]
os.environ["OUTCROP_BINARY"] = str(ROOT / ".build/release/outcrop")
import conftest  # noqa: E402
import gateway  # noqa: E402
import streams  # noqa: E402

WORDS = "heron battery dock charge warranty brake slope report video customer policy review officer incident travel".split()


def server(folder, samples=True, **settings):
    if samples:
        shutil.copytree(conftest.SAMPLES, folder / "documents")
    started = conftest.Outcrop(folder, settings)
    started.settle()
    return started


def row(name, value, goal=""):
    print(f"{name:<58}{value:>22}   {goal}", flush=True)


def quantiles(seconds):
    seconds = sorted(seconds)
    return f"{seconds[len(seconds) // 2] * 1e3:.2f} / {seconds[int(len(seconds) * 0.99)] * 1e3:.2f} ms"


class KeepAlive:
    """A bare socket client: no client library's time in the figure."""

    def __init__(self, url):
        host, port = url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path):
        started = time.perf_counter()
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.socket.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self.socket.recv(65536)
        assert head.startswith(b"HTTP/1.1 200"), head
        return time.perf_counter() - started


def corpus(folder, files, paragraphs):
    """Markdown files of made-up prose, each its own, so that no embedding comes from the cache."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        text = [f"# Report {number}"]
        for paragraph in range(paragraphs):
            words = [WORDS[(number * 7 + paragraph * 3 + k * (1 + number % 5)) % len(WORDS)] for k in range(120)]
            text.append(f"Section {number}-{paragraph}: " + " ".join(words) + ".")
        (folder / f"report{number:04}.md").write_text("\n\n".join(text))


def bench_start(folder):
    """Process start to the first 200 on /health, with an index already there."""
    running = server(folder)
    running.stop()
    port = 18080 + os.getpid() % 1000
    seconds = []
    for _ in range(7):
        started = time.perf_counter()
        process = subprocess.Popen(
            [conftest.BINARY, "serve"], env=conftest.environment(**(running.settings | {"PORT": port})), stderr=subprocess.DEVNULL)
        while True:
            try:
                KeepAlive(f"http://127.0.0.1:{port}").get("/health")
                break
            except OSError:
                time.sleep(0.0005)
        seconds.append(time.perf_counter() - started)
        process.terminate()
        process.wait()
    row("process start → first 200 on /health, median of 7", f"{statistics.median(seconds) * 1e3:.1f} ms")
    row("binary, stripped", f"{stripped_size() / 1e6:.1f} MB", "goal ≤ 30 MB")


def stripped_size():
    with tempfile.NamedTemporaryFile() as copy:
        subprocess.run(["strip", "-o", copy.name, conftest.BINARY], check=True)
        return os.path.getsize(copy.name)


def bench_health(folder):
    """/health on a quiet server and during a sync."""
    running = server(folder)
    connection = KeepAlive(running.url)
    row("/health p50 / p99, quiet", quantiles([connection.get("/health") for _ in range(5000)]), "goal ≤ 1 / 20 ms")
    corpus(running.documents, files=150, paragraphs=12)
    job = running.http.post("/v1/kb/sync", json={}).json()["id"]
    seconds = []
    while running.http.get("/v1/kb/status", params={"job_id": job}).json()["job"]["status"] == "running":
        seconds += [connection.get("/health") for _ in range(200)]
    row(f"/health p50 / p99, during a sync ({len(seconds)} requests)", quantiles(seconds), "goal ≤ 1 / 20 ms")
    running.stop()


def bench_indexing(folder):
    """Extraction, chunking, embedding, commit."""
    corpus(folder / "documents", files=60, paragraphs=12)
    started = time.perf_counter()
    running = server(folder, samples=False)
    seconds = time.perf_counter() - started
    chunks = running.http.get("/v1/kb/status").json()["chunks"]
    row(f"indexing, {chunks} passages of up to 1,000 characters", f"{chunks / seconds:.0f} passages/s")
    running.stop()


def bench_answers(folder):
    """A cited answer, one client, then 200 streams for a minute with syncs running."""
    running = server(folder)
    seconds = []
    for turn in range(60):
        started = time.perf_counter()
        running.ask(streams.QUESTIONS[turn % len(streams.QUESTIONS)])
        seconds.append(time.perf_counter() - started)
    row("cited answer p50 / p99, 1 client", quantiles(seconds))
    duration = float(os.environ.get("STREAM_SECONDS", "60"))
    result = streams.drive(running.url, running.process.pid, 200, duration, running.documents)
    quarter = max(1, len(result.memory) // 4)
    row(f"200 streams for {duration:.0f} s with {result.syncs} syncs: answers", f"{result.completed}")
    row("… errors", f"{len(result.errors)}", "goal 0")
    row("… time to first token p50 / p99", quantiles(result.first_token_seconds))
    row("… memory, mean of second and of last quarter",
        f"{statistics.mean(result.memory[quarter:2 * quarter]):.0f} / {statistics.mean(result.memory[-quarter:]):.0f} MiB", "goal: flat")
    for error in result.errors[:5]:
        print("   ", error)
    running.stop()


def bench_gateway(folder):
    """OpenAI in, Bedrock out: what the server adds to the stand-in behind it."""
    gateway.run(folder, lambda place, environment: server(place, samples=False, environment=environment), row)


def main():
    cpu = next((line.split(": ")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), platform.machine())
    print(f"{cpu}, {os.cpu_count()} processors, {platform.platform()}\n")
    sections = {name.removeprefix("bench_"): function for name, function in globals().items() if name.startswith("bench_")}
    for name, function in sections.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            function(pathlib.Path(folder))


main()
