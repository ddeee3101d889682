"""Runs the real binary for real clients. OUTCROP_BINARY names it; by default the debug build."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

import httpx
import openai
import pytest
import standin as bedrock_standin

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("OUTCROP_BINARY", str(ROOT / ".build/debug/outcrop"))
MODEL = os.environ.get("OUTCROP_EMBEDDING_MODEL_DIR", str(ROOT / ".cache/model"))
SAMPLES = ROOT / "Tests/Interop/documents"
START_SECONDS = 60


def environment(variables=None, **settings):
    """A clean environment: ours from outside must not leak into a test. `variables` go in under their full names."""
    base = {key: value for key, value in os.environ.items() if not key.startswith(("OUTCROP_", "AWS_", "LAMBDA_"))}
    return base | {"OUTCROP_EMBEDDING_MODEL_DIR": MODEL} | {f"OUTCROP_{key}": str(value) for key, value in settings.items()} | (
        variables or {})


class Outcrop:
    """A running server with folders of its own. Settings are named without `OUTCROP_`; `environment` holds other variables."""

    def __init__(self, folder, settings):
        settings = dict(settings)
        self.variables = settings.pop("environment", {})
        self.folder = pathlib.Path(folder)
        self.documents = self.folder / "documents"
        self.data = self.folder / "data"
        self.documents.mkdir(parents=True, exist_ok=True)
        self.settings = {"SYNC_INTERVAL": 0, "DOCUMENTS": self.documents, "DATA": self.data, "PORT": 0} | settings
        self.log = []
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [BINARY, "serve"], env=environment(self.variables, **self.settings), stderr=subprocess.PIPE, text=True, cwd=self.folder)
        listening = threading.Event()
        self.url = None

        def read(stream):
            for line in stream:
                self.log.append(line.rstrip())
                found = re.search(r"listens on (http://\S+)", line)
                if found:
                    self.url = found.group(1)
                    listening.set()
            listening.set()

        self.reader = threading.Thread(target=read, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        listening.wait(START_SECONDS)
        assert self.url, "the server did not start:\n" + "\n".join(self.log)
        self.http = httpx.Client(base_url=self.url, timeout=60)

    def client(self, **options):
        return openai.OpenAI(base_url=self.url + "/v1", **({"api_key": "none", "max_retries": 0} | options))

    def sync(self, **body):
        """Starts a sync (or joins the running one) and waits for a job that began after this call."""
        job = self.http.post("/v1/kb/sync", json=body).json()
        return self.job(job["id"])

    def job(self, job_id):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            job = self.http.get("/v1/kb/status", params={"job_id": job_id}).json()["job"]
            if job["status"] != "running":
                return job
            time.sleep(0.02)
        raise TimeoutError("the sync did not end")

    def settle(self):
        """Waits for the sync that the start began."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            job = self.http.get("/v1/kb/status").json()["job"]
            if job and job["status"] != "running":
                return job
            time.sleep(0.02)
        raise TimeoutError("the first sync did not end")

    def upload(self, name, content, content_type="text/plain", **fields):
        ticket = self.http.post("/v1/documents", json={"filename": name, "content_type": content_type} | fields)
        assert ticket.status_code == 200, ticket.text
        form = ticket.json()["upload"]
        return self.http.post(form["url"], data=form["fields"], files={"file": (name, content, content_type)})

    def ask(self, question, **options):
        body = {"model": "outcrop-extractive", "messages": [{"role": "user", "content": question}]} | options
        answer = self.http.post("/v1/chat/completions", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join()
        self.http.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self.reader.join()
        self.http.close()
        return self.process.returncode


@pytest.fixture
def outcrop(tmp_path):
    """Makes servers: outcrop(TOP_K=3) starts one with that setting and no documents yet."""
    servers = []

    def make(samples=False, **settings):
        folder = tmp_path / f"server{len(servers)}"
        if samples:
            shutil.copytree(SAMPLES, folder / "documents")
        server = Outcrop(folder, settings)
        servers.append(server)
        if samples:
            server.settle()
        return server

    yield make
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def handbook(tmp_path_factory):
    """One server over the sample documents, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("handbook")
    shutil.copytree(SAMPLES, folder / "documents")
    server = Outcrop(folder, {})
    server.settle()
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def standin_process():
    process = bedrock_standin.Standin("--pace-ms", "1")
    yield process
    process.stop()


@pytest.fixture
def standin(standin_process):
    """The Bedrock stand-in, with no script, an empty journal and its clock right."""
    standin_process.reset()
    return standin_process


@pytest.fixture
def bedrock(outcrop, standin):
    """Makes servers whose model is on the stand-in: bedrock(samples=True, TOP_K=3, environment={…})."""

    def make(samples=False, environment=None, **settings):
        settings = {"MODEL": bedrock_standin.MODEL, "LOG_FORMAT": "json"} | settings
        return outcrop(samples=samples, environment=standin.environment() | (environment or {}), **settings)

    return make
