"""Answers by a model on Amazon Bedrock, played by the stand-in: pace, citations, repairs, models, embeddings, Knowledge Base."""
import json
import os
import shutil
import signal
import statistics
import subprocess
import time

import conftest
import httpx
import openai
import pytest
import sse
from conftest import BINARY, ROOT, SAMPLES, Outcrop, environment
from standin import BEARER, MODEL, first_good

QUESTION = "How long does it take to charge an empty battery with the dock?"
NEVER = {"retrieval": {"mode": "never"}}
OTHER_MODEL = "amazon.nova-lite-v1:0"
SMALL = "amazon.nova-micro-v1:0"
PROFILE_ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6"


@pytest.fixture(scope="module")
def gateway_process(standin_process, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    shutil.copytree(SAMPLES, folder / "documents")
    settings = {"MODEL": MODEL, "LOG_FORMAT": "json", "environment": standin_process.environment()}
    server = Outcrop(folder, settings)
    server.settle()
    yield server
    assert server.stop() == 0


@pytest.fixture
def gateway(gateway_process, standin):
    """One server over the sample documents, for tests that need no settings of their own."""
    return gateway_process


def prompt(entry):
    """The text of the system prompt that was sent, line breaks made spaces."""
    return " ".join(" ".join(block.get("text", "") for block in entry["body"].get("system", [])).split())


def asked(standin, operation="ConverseStream"):
    """The answering model's one request."""
    entries = [entry for entry in standin.requests(operation) if entry["error"] is None]
    assert len(entries) == 1, entries
    return entries[0]


# Answers

def test_a_streamed_answer_cites_document_and_page(gateway, standin):
    reply = sse.read(gateway.url, QUESTION, stream_options={"include_usage": True})
    assert reply.status == 200 and reply.is_done and not reply.is_cut
    assert "stand-in" in reply.text and "95 minutes" in reply.text and "[1]" in reply.text
    first = reply.citations[0]
    assert (first["filename"], first["page"]) == ("field-handbook.pdf", 2) and "95 minutes" in " ".join(first["excerpt"].split())
    assert reply.finish_reasons == ["stop"]
    entry = asked(standin)
    assert entry["model"] == MODEL and "95 minutes" in prompt(entry)
    assert reply.frames[-1][1]["usage"]["completion_tokens"] == len(entry["frames"]) - 4
    assert "server-timing" in reply.headers


def test_an_answer_in_one_piece_is_the_same(gateway, standin):
    whole = gateway.client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}])
    assert whole.choices[0].message.content == sse.read(gateway.url, QUESTION).text
    assert whole.model == MODEL and whole.model_extra["citations"][0]["page"] == 2


@pytest.mark.parametrize("delay_ms", [5, 20])
def test_each_token_arrives_when_the_model_sends_it(gateway, standin, delay_ms):
    tokens = [f" token{number}" for number in range(40)]
    standin.play(text=tokens, delay_ms=delay_ms)

    def measure():
        reply = sse.read(gateway.url, "Say something.", **NEVER)
        assert [text for _, text in reply.texts] == tokens, "one frame for each token"
        # Frame 0 is messageStart.
        sent = standin.requests("ConverseStream")[-1]["frames"][1:41]
        lags = sorted(got - left for (got, _), left in zip(reply.texts, sent))
        # The source's own pace: a busy machine slows that too.
        arrived, left = (statistics.median(after - before for before, after in zip(times, times[1:]))
                         for times in ([at for at, _ in reply.texts], sent))
        is_good = statistics.median(lags) < 0.01 and lags[-4] < 0.05 and arrived == pytest.approx(left, abs=0.003)
        return None if is_good else (arrived, left, lags)

    first_good(measure)


def test_one_byte_frames_make_the_same_answer(gateway, standin):
    standin.play(text=["Grüße", " 👩‍🚀", " \"quoted\"\n", "\\"], write_bytes=1)
    assert sse.read(gateway.url, "x", **NEVER).text == 'Grüße 👩‍🚀 "quoted"\n\\'


@pytest.mark.parametrize("reason, finish", [
    ("end_turn", "stop"), ("stop_sequence", "stop"), ("max_tokens", "length"), ("model_context_window_exceeded", "length"),
    ("guardrail_intervened", "content_filter"), ("content_filtered", "content_filter")])
def test_stop_reasons_become_openais(gateway, standin, reason, finish):
    standin.play(text="some text", stop_reason=reason)
    assert sse.read(gateway.url, "x", **NEVER).finish_reasons == [finish]


@pytest.mark.parametrize("reason", ["malformed_model_output", "malformed_tool_use", "tool_use"])
def test_no_raw_stop_reason_leaks(gateway, standin, reason):
    standin.play(text="some text", stop_reason=reason)
    reply = sse.read(gateway.url, "x", **NEVER)
    assert reply.error or set(reply.finish_reasons) <= {"stop", "length", "tool_calls", "content_filter"}


def test_usage_counts_the_cache(gateway, standin):
    standin.play(text=["a", "b"], usage={"inputTokens": 10, "cacheReadInputTokens": 900, "cacheWriteInputTokens": 90})
    usage = gateway.client().chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "x"}], extra_body=NEVER).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (1000, 2, 1002)
    assert usage.prompt_tokens_details.cached_tokens == 900


def test_reasoning_does_not_stand_in_the_text(gateway, standin):
    standin.play(blocks=[{"reasoning": ["Let me", " think."], "signature": "c2ln"}, {"redacted": "eHg="}, {"text": ["The", " answer."]}])
    assert sse.read(gateway.url, "x", **NEVER).text == "The answer."


def user(content):
    return {"role": "user", "content": content}


def assistant(content):
    return {"role": "assistant", "content": content}


@pytest.mark.parametrize("messages", [
    [user("a"), user("b")], [assistant("hello"), user("a")], [user("a"), assistant(""), user("b")], [user("a"), assistant(" \n"), user("b")],
    [{"role": "system", "content": " "}, user("a")], [user([{"type": "text", "text": ""}, {"type": "text", "text": "b"}])],
    [user("a"), {"role": "system", "content": "late"}, user("b")], [{"role": "developer", "content": "short"}, user("a")],
    [user("a"), assistant("b"), assistant("c"), user("d")], [user("é" * 3000), assistant("ok"), user("next")],
], ids=lambda messages: json.dumps(messages)[:50])
def test_conversations_are_repaired_before_they_go_out(gateway, standin, messages):
    reply = sse.read(gateway.url, "", messages=messages, **NEVER)
    assert reply.status == 200 and reply.is_done, reply.error


@pytest.mark.parametrize("model", ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-opus-4-7", OTHER_MODEL])
def test_samplers_that_a_model_refuses_stay_at_home(gateway, standin, model):
    reply = sse.read(gateway.url, "x", model=model, temperature=1.6, top_p=0.9, max_tokens=50, stop=["END"], **NEVER)
    assert reply.status == 200 and reply.is_done, reply.error
    inference = asked(standin)["body"]["inferenceConfig"]
    assert inference.get("temperature", 0) <= 1 and inference["maxTokens"] == 50


def test_nothing_relevant_is_said_without_the_model_when_strict(bedrock, standin):
    server = bedrock(samples=True, GROUNDING="strict")
    reply = sse.read(server.url, "Who won the football world cup in 1974?", retrieval={"mode": "always"})
    assert "couldn't find" in reply.text and not standin.requests("ConverseStream")


# Models

def test_models_and_profiles_of_the_account_are_listed_and_answer(gateway, standin):
    client = gateway.client()
    deadline = time.monotonic() + 10
    while OTHER_MODEL not in (names := [model.id for model in client.models.list()]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert MODEL in names and OTHER_MODEL in names and "us.amazon.nova-pro-v1:0" in names
    assert not {"amazon.titan-embed-text-v2:0", "amazon.rerank-v1:0"} & set(names), "models that cannot chat"
    assert sse.read(gateway.url, "x", model=OTHER_MODEL, **NEVER).is_done
    assert asked(standin)["model"] == OTHER_MODEL


@pytest.mark.parametrize("model", [PROFILE_ARN, "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"])
def test_arns_travel_in_the_path(gateway, standin, model):
    assert sse.read(gateway.url, "x", model=model, **NEVER).is_done
    assert asked(standin)["model"] == model


def test_an_unknown_model_is_not_found(gateway):
    with pytest.raises(openai.NotFoundError) as raised:
        gateway.client().chat.completions.create(model="no.such-model-v1:0", messages=[user("x")])
    assert raised.value.code == "model_not_found"


def test_readiness_never_calls_aws(bedrock, standin):
    server = bedrock()
    server.settle()
    standin.wait_for(lambda requests: True, "the journal")
    before = len(standin.requests())
    for _ in range(50):
        assert server.http.get("/health").status_code == 200
    assert len(standin.requests()) - before <= 2, "at most the refresh that the start began"


# Small model, embeddings, order, Knowledge Base

def test_a_small_model_tells_small_talk_from_questions(bedrock, standin):
    server = bedrock(samples=True, SMALL_MODEL=SMALL)
    greeting = sse.read(server.url, "Hello there!")
    assert greeting.is_done and not greeting.citations
    assert "<<<passage 1" not in prompt(asked(standin))
    assert asked(standin, "Converse")["model"] == SMALL
    assert "95 minutes" in sse.read(server.url, QUESTION).text


@pytest.mark.parametrize("do", [{"head_delay_ms": 8000}, {"error": {"code": "AccessDeniedException"}}, {"text": "nonsense"}, {"hang": True}])
def test_a_small_model_that_is_slow_or_fails_never_delays_or_fails_the_answer(bedrock, standin, do):
    server = bedrock(samples=True, SMALL_MODEL=SMALL)
    standin.script({"match": {"model": SMALL}, "do": do})
    started = time.monotonic()
    reply = sse.read(server.url, QUESTION, on_text=lambda _: True)
    assert time.monotonic() - started < 6 and reply.status == 200
    assert "95 minutes" in prompt(standin.requests("ConverseStream")[0])


@pytest.mark.parametrize("model, dimensions", [("amazon.titan-embed-text-v2:0", 1024), ("cohere.embed-english-v3", 1024), ("cohere.embed-v4:0", None),
                                               ("amazon.nova-2-multimodal-embeddings-v1:0", None), ("amazon.titan-embed-text-v1", 1536)])
def test_embeddings_of_bedrock_index_and_find(bedrock, standin, model, dimensions):
    server = bedrock(samples=True, EMBEDDINGS=f"bedrock:{model}", MIN_SCORE=0.05)
    calls = standin.requests("InvokeModel")
    assert calls and {entry["model"] for entry in calls} == {model} and not any(entry["error"] for entry in calls)
    reply = sse.read(server.url, QUESTION)
    assert "95 minutes" in reply.text and reply.citations[0]["filename"] == "field-handbook.pdf"
    vector = server.client().embeddings.create(model=server.http.get("/health").json()["embedding_model"], input="x").data[0].embedding
    assert len(vector) == dimensions or dimensions is None and len(vector) >= 256
    # The same text is never paid twice.
    (server.documents / "copy.md").write_bytes((server.documents / "data-policy.md").read_bytes())
    before = len(standin.requests("InvokeModel"))
    assert server.sync()["status"] == "completed"
    assert len(standin.requests("InvokeModel")) == before


def test_queries_and_documents_are_embedded_for_their_purpose(bedrock, standin):
    server = bedrock(samples=True, EMBEDDINGS="bedrock:cohere.embed-english-v3", MIN_SCORE=0.05)
    sse.read(server.url, QUESTION)
    purposes = [entry["body"]["input_type"] for entry in standin.requests("InvokeModel")]
    assert purposes[0] == "search_document" and purposes[-1] == "search_query"
    assert len(standin.requests("InvokeModel")) < 6, "documents travel in batches"


def test_passages_are_put_in_order_by_a_rerank_model(bedrock, standin):
    server = bedrock(samples=True, RERANKER="bedrock:amazon.rerank-v1:0", MIN_SCORE=0.01)
    assert "95 minutes" in sse.read(server.url, QUESTION).text
    entry = asked(standin, "Rerank")
    assert entry["body"]["queries"][0]["textQuery"]["text"] == QUESTION and len(entry["body"]["sources"]) > 1


def test_a_rerank_model_that_fails_or_is_slow_keeps_the_order(bedrock, standin):
    server = bedrock(samples=True, RERANKER="bedrock:amazon.rerank-v1:0", MIN_SCORE=0.01, LIMIT_RERANK_SECONDS=0.3)
    for do in ({"error": {"code": "AccessDeniedException"}}, {"hang": True}):
        standin.play(operation="Rerank", **do)
        started = time.monotonic()
        reply = sse.read(server.url, QUESTION, on_text=lambda _: True)
        assert reply.status == 200 and time.monotonic() - started < 20
    assert len(standin.requests("Rerank")) >= 2


def test_an_existing_knowledge_base_retrieves_with_pages_and_uris(bedrock, standin):
    server = bedrock(RETRIEVER="bedrock-kb:KBSTANDIN1")
    reply = sse.read(server.url, QUESTION, retrieval={"mode": "always"})
    assert "95 minutes" in reply.text and "[1]" in reply.text
    first = reply.citations[0]
    assert first["page"] == 2 and "handbook.pdf" in json.dumps(first)
    assert asked(standin, "Retrieve")["body"]["retrievalQuery"]["text"] == QUESTION
    found = server.http.post("/v1/kb/search", json={"query": QUESTION, "max_num_results": 1}).json()["data"]
    assert [result["filename"] for result in found] == ["handbook.pdf"] and "95 minutes" in found[0]["content"][0]["text"]


# Callers

def test_a_bearer_token_opens_the_models(bedrock, standin):
    server = bedrock(environment={"AWS_BEARER_TOKEN_BEDROCK": BEARER, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert sse.read(server.url, "x", **NEVER).is_done
    entry = asked(standin)
    assert entry["caller"] == "bearer" and not any(name.lower() == "x-amz-date" for name, _ in entry["headers"])


def test_a_wrong_clock_is_corrected_once_and_for_all(bedrock, standin):
    server = bedrock()
    standin.clock(offset_seconds=3600)
    assert sse.read(server.url, "x", **NEVER).is_done
    first = len(standin.requests("ConverseStream"))
    assert first <= 2
    assert sse.read(server.url, "x", **NEVER).is_done
    assert len(standin.requests("ConverseStream")) == first + 1


def test_no_secret_is_told_or_logged(bedrock, standin):
    server = bedrock(environment={"AWS_SECRET_ACCESS_KEY": "a-wrong-secret-nobody-may-see"}, LOG_LEVEL="trace")
    reply = sse.read(server.url, "x", **NEVER)
    assert reply.status >= 400 and reply.error["message"]
    server.stop()
    everything = reply.body.decode() + "\n".join(server.log)
    assert "a-wrong-secret" not in everything and "Signature=" not in everything


def test_doctor_asks_each_part_and_explains_what_fails(tmp_path, standin):
    shutil.copytree(SAMPLES, tmp_path / "documents")

    def doctor(changes=None, **settings):
        settings = {
            "MODEL": MODEL, "SMALL_MODEL": SMALL, "EMBEDDINGS": "bedrock:amazon.titan-embed-text-v2:0",
            "RETRIEVER": "bedrock-kb:KBSTANDIN1", "RERANKER": "bedrock:amazon.rerank-v1:0", "PORT": 0} | settings
        variables = standin.environment() | (changes or {})
        return subprocess.run(
            [BINARY, "doctor"], cwd=tmp_path, env=environment(variables, **settings), capture_output=True, text=True, timeout=60)

    good = doctor()
    assert good.returncode == 0, good.stdout + good.stderr
    assert {entry["operation"] for entry in standin.requests()} >= {"Converse", "InvokeModel", "Retrieve", "Rerank"}
    passed = {line.split(":")[0] for line in good.stdout.splitlines() if line.startswith("ok")}
    assert {"ok  model", "ok  small model", "ok  embeddings", "ok  knowledge base", "ok  reranker"} <= passed
    standin.play(operation="*", error={"code": "AccessDeniedException", "message": "User: me is not authorized"})
    denied = doctor()
    assert denied.returncode == 1 and denied.stdout.count("FAILED") == 5
    for action in ("bedrock:InvokeModel", "bedrock:Retrieve", "bedrock:Rerank", "User: me is not authorized", "request access to the model"):
        assert action in denied.stdout


NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


@pytest.mark.parametrize("settings, variables, words", [
    ({}, {"AWS_REGION": "eu-west-1"}, ["not 'eu-west-1'", "correct AWS_REGION"]),
    ({}, {"AWS_REGION": ""}, ["set AWS_REGION"]),
    ({}, {"AWS_SECRET_ACCESS_KEY": "a-wrong-secret"}, ["does not match", "correct AWS_SECRET_ACCESS_KEY"]),
    ({}, {"AWS_SESSION_TOKEN": "a-wrong-secret"}, ["security token", "AWS_SESSION_TOKEN"]),
    ({}, NO_KEYS, ["no AWS credentials found", "set AWS_ACCESS_KEY_ID"]),
    ({}, {"AWS_SECRET_ACCESS_KEY": ""}, ["half of a key pair"]),
    ({}, NO_KEYS | {"AWS_PROFILE": "nobody"}, ['profile "nobody"', "correct AWS_PROFILE"]),
    ({}, NO_KEYS | {"AWS_BEARER_TOKEN_BEDROCK": "a-wrong-secret"}, ["API Key", "AWS_BEARER_TOKEN_BEDROCK"]),
    ({"RERANKER": "bedrock:amazon.rerank-v1:0"}, NO_KEYS | {"AWS_BEARER_TOKEN_BEDROCK": BEARER}, ["for models only"]),
    ({}, {"AWS_ENDPOINT_URL": "http://name.invalid"}, ["name.invalid", "does not resolve", "check AWS_REGION"]),
    ({}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, ["127.0.0.1:1", "connect", "firewall"]),
    ({"MODEL": "anthropic.claude-nonsense-v9:9"}, {}, ["identifier is invalid", "Check the id"]),
    ({"MODEL": MODEL.removeprefix("us.")}, {}, ["on-demand", "inference profile"]),
    ({"MODEL": "amazon.titan-embed-text-v2:0"}, {}, ["doesn't support the model", "one for this purpose"]),
    ({"EMBEDDINGS": "bedrock:amazon.titan-embed-text-v9:0"}, {}, ["no embedding model Outcrop knows", "amazon.titan-embed-text-v2:0"]),
    ({"EMBEDDINGS": "bedrock:amazon.titan-embed-text-v2:0", "EMBEDDING_DIMENSIONS": 777}, {}, ["no 777 dimensions", "256"]),
    ({"RETRIEVER": "bedrock-kb:KBNOTTHERE"}, {}, ["KBNOTTHERE does not exist", "Check the id"]),
    ({"RERANKER": "bedrock:cohere.rerank-v9:9"}, {}, ["rerank model", "Check"]),
], ids=str)
def test_doctor_names_cause_and_remedy_and_no_secret(tmp_path, standin, settings, variables, words):
    checked = subprocess.run(
        [BINARY, "doctor"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=environment(standin.environment() | {"HOME": str(tmp_path)} | variables, **{"MODEL": MODEL, "EMBEDDINGS": "none", "PORT": 0} | settings))
    told = " ".join(line for line in checked.stdout.splitlines() if line.startswith("FAILED"))
    assert checked.returncode == 1 and all(word in told for word in words), checked.stdout + checked.stderr
    assert "outcrop doctor" not in told, "that is what they ran"
    for secret in ("a-wrong-secret", BEARER, "standin-secret"):
        assert secret not in checked.stdout + checked.stderr


def test_doctor_does_not_wait_for_a_part_that_hangs(tmp_path, standin):
    standin.play(hang=True)
    checked = subprocess.run(
        [BINARY, "doctor"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=environment(standin.environment(), MODEL=MODEL, EMBEDDINGS="none", PORT=0, LIMIT_MODEL_FIRST_BYTE_SECONDS=0.3))
    assert checked.returncode == 1 and "no answer within 0.3 s" in checked.stdout


def test_the_terminal_ranks_as_answers_do_and_names_causes(tmp_path, standin):
    shutil.copytree(SAMPLES, tmp_path / "documents")

    def run(*arguments, variables=None, **settings):
        return subprocess.run(
            [BINARY, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env=environment(standin.environment() | (variables or {}), **{"MODEL": MODEL, "EMBEDDINGS": "none"} | settings))

    assert run("sync").returncode == 0
    standin.play(operation="Rerank", answer={"results": [{"index": 1, "relevanceScore": 0.9}, {"index": 0, "relevanceScore": 0.1}]})
    plain, ranked = (run("search", QUESTION, TOP_K=2, RERANKER=reranker) for reranker in ("none", "bedrock:amazon.rerank-v1:0"))
    assert "[1] 0.9 " in ranked.stdout and "[2] 0.1 " in ranked.stdout and "[1] 0.9 " not in plain.stdout, ranked.stdout + ranked.stderr
    standin.play(operation="Rerank", error={"code": "AccessDeniedException"})
    refused = run("search", QUESTION, TOP_K=2, RERANKER="bedrock:amazon.rerank-v1:0")
    assert refused.returncode == 0 and refused.stdout == plain.stdout and "bedrock:Rerank" in refused.stderr
    standin.script()
    assert "95 minutes" in run("ask", QUESTION).stdout
    wrong = run("ask", QUESTION, variables={"AWS_SECRET_ACCESS_KEY": "a-wrong-secret"})
    assert wrong.returncode == 1 and "correct AWS_SECRET_ACCESS_KEY" in wrong.stderr and "a-wrong-secret" not in wrong.stderr
    standin.play(text=["one", " two", " three"], cut={"frame": 3, "byte": 5, "how": "close"})
    broken = run("ask", QUESTION)
    assert broken.returncode == 1 and broken.stdout == "one two\n" and broken.stderr.splitlines()[-1].startswith("outcrop: ")


def test_run_standin_starts_and_stops_both(tmp_path, standin_process):
    variables = os.environ | {"OUTCROP_BINARY": BINARY, "OUTCROP_EMBEDDING_MODEL_DIR": conftest.MODEL, "OUTCROP_DATA": str(tmp_path)}
    process = subprocess.Popen(
        [ROOT / ".ci/run-standin", SAMPLES, "0"], env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True)
    urls = []
    for line in process.stdout:
        urls += [word.strip("().,;") for word in line.split() if word.strip("().,;").startswith("http://")]
        if "listens on" in line:
            break
    assert len(urls) >= 2
    reply = sse.read(urls[-1], QUESTION, model="standin.quoting-v1:0")
    assert "stand-in" in reply.text and reply.is_done
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(urls[0] + "/_standin/health", timeout=2)
