"""The Bedrock stand-in itself, driven by boto3: its operations and its scripted behaviours."""
import concurrent.futures
import json
import socket
import statistics
import time

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.client
import botocore.credentials
import botocore.eventstream
import botocore.exceptions
import botocore.validate
import httpx
import pytest
import urllib3.exceptions
import standin as bedrock_standin
from standin import KEY_ID, MODEL, REGION, SECRET, refusal

ASK = [{"role": "user", "content": [{"text": "How long does charging take?"}]}]
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
KNOWLEDGE_BASE = {"knowledgeBaseId": "KBSTANDIN1"}
DATA_SOURCE = KNOWLEDGE_BASE | {"dataSourceId": "DSSTANDIN1"}
TOOLS = {"tools": [{"toolSpec": {"name": "weather", "description": "Weather", "inputSchema": {"json": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}}]}
PASSAGES = """Answer from the passages.

<<<passage 1 | file: a.md | 0123456789abcdef>>>
Trains run hourly. Charging takes 95 minutes.
<<<end 0123456789abcdef>>>

<<<passage 2 | file: b.md | page: 3 | 0123456789abcdef>>>
The dock charges a battery. It is grey.
<<<end 0123456789abcdef>>>"""


def text_of(events):
    return "".join(event["contentBlockDelta"]["delta"].get("text", "") for event in events if "contentBlockDelta" in event)


# Operations

def test_converse_quotes_the_passages_and_says_what_it_is(standin):
    answer = standin.client("bedrock-runtime").converse(modelId=MODEL, messages=ASK, system=[{"text": PASSAGES}])
    text = answer["output"]["message"]["content"][0]["text"]
    assert "stand-in" in text and "Charging takes 95 minutes. [1]" in text and "The dock charges a battery. [2]" not in text.split("[1]")[0]
    assert answer["stopReason"] == "end_turn"
    usage = answer["usage"]
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"] > 2


def test_converse_stream_gives_the_same_answer_word_by_word(standin):
    client = standin.client("bedrock-runtime")
    events = list(client.converse_stream(modelId=MODEL, messages=ASK, system=[{"text": PASSAGES}])["stream"])
    assert text_of(events) == client.converse(modelId=MODEL, messages=ASK, system=[{"text": PASSAGES}])[
        "output"]["message"]["content"][0]["text"]
    assert [next(iter(event)) for event in events[-3:]] == ["contentBlockStop", "messageStop", "metadata"]
    assert len(events) > 20


def test_limits_of_the_request_cut_the_answer(standin):
    client = standin.client("bedrock-runtime")
    cut = client.converse(modelId=MODEL, messages=ASK, inferenceConfig={"maxTokens": 3})
    assert (cut["stopReason"], cut["usage"]["outputTokens"]) == ("max_tokens", 3)
    stopped = client.converse(modelId=MODEL, messages=ASK, inferenceConfig={"stopSequences": ["Bedrock"]})
    assert stopped["stopReason"] == "stop_sequence" and "Bedrock" not in stopped["output"]["message"]["content"][0]["text"]


@pytest.mark.parametrize("model", [
    HAIKU, MODEL, f"arn:aws:bedrock:{REGION}::foundation-model/{HAIKU}",
    f"arn:aws:bedrock:{REGION}:123456789012:inference-profile/{MODEL}",
    f"arn:aws:bedrock:{REGION}:123456789012:application-inference-profile/a1b2c3d4e5f6"])
def test_ids_profiles_and_arns_travel_encoded_in_the_path(standin, model):
    standin.client("bedrock-runtime").converse(modelId=model, messages=ASK)
    entry = standin.requests("Converse")[0]
    assert entry["model"] == model and "%3A" in entry["target"] and model not in entry["target"]


@pytest.mark.parametrize("message, letter", [("Hello there!", "C"), ("thanks", "C"), ("How long does charging take?", "D"), ("", "D")])
def test_a_prompt_for_one_letter_gets_one(standin, message, letter):
    answer = standin.client("bedrock-runtime").converse(
        modelId=HAIKU, messages=[{"role": "user", "content": [{"text": f"<message>{message}</message>"}]}], inferenceConfig={"maxTokens": 1, "temperature": 0},
        system=[{"text": "Reply with exactly one letter.\nC: it is nothing but small talk.\nD: everything else."}])
    assert answer["output"]["message"]["content"] == [{"text": letter}] and answer["stopReason"] == "end_turn"


def test_a_demanded_tool_is_called(standin):
    client = standin.client("bedrock-runtime")
    tools = TOOLS | {"toolChoice": {"any": {}}}
    answer = client.converse(modelId=MODEL, messages=ASK, toolConfig=tools)
    call = answer["output"]["message"]["content"][0]["toolUse"]
    assert (answer["stopReason"], call["name"], set(call["input"])) == ("tool_use", "weather", {"city"})
    events = list(client.converse_stream(modelId=MODEL, messages=ASK, toolConfig=tools)["stream"])
    pieces = [event["contentBlockDelta"]["delta"]["toolUse"]["input"] for event in events if "contentBlockDelta" in event]
    assert json.loads("".join(pieces)) == call["input"] and len(pieces) > 1


@pytest.mark.parametrize("model, body, read, dimensions", [
    ("amazon.titan-embed-text-v1", {"inputText": "{}"}, lambda a: a["embedding"], 1536),
    ("amazon.titan-embed-text-v2:0", {"inputText": "{}"}, lambda a: a["embedding"], 1024),
    ("amazon.titan-embed-text-v2:0", {"inputText": "{}", "dimensions": 256, "normalize": True}, lambda a: a["embedding"], 256),
    ("cohere.embed-english-v3", {"texts": ["{}"], "input_type": "search_query"}, lambda a: a["embeddings"][0], 1024),
    ("cohere.embed-v4:0", {"texts": ["{}"], "input_type": "search_document", "embedding_types": ["float"], "output_dimension": 512},
     lambda a: a["embeddings"]["float"][0], 512),
    ("amazon.nova-2-multimodal-embeddings-v1:0", {
        "schemaVersion": "nova-multimodal-embed-v1", "taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": {
            "embeddingPurpose": "GENERIC_INDEX", "embeddingDimension": 384, "text": {"truncationMode": "END", "value": "{}"}}},
     lambda a: a["embeddings"][0]["embedding"], 384),
])
def test_embeddings_have_their_dimensions_and_know_what_is_near(standin, model, body, read, dimensions):
    client = standin.client("bedrock-runtime")

    def embed(text):
        given = json.dumps(body).replace("{}", text)
        vector = read(json.loads(client.invoke_model(modelId=model, body=given)["body"].read()))
        length = sum(value * value for value in vector) ** 0.5
        return [value / length for value in vector]

    question, near, far = map(embed, ("How long does charging take?", "Charging takes 95 minutes.", "Hotels are refunded."))
    assert len(question) == dimensions and embed("How long does charging take?") == question
    assert sum(map(float.__mul__, question, near)) > sum(map(float.__mul__, question, far)) + 0.1


def test_count_tokens_and_guardrail(standin):
    client = standin.client("bedrock-runtime")
    short = client.count_tokens(modelId=HAIKU, input={"converse": {"messages": ASK}})["inputTokens"]
    long = client.count_tokens(modelId=HAIKU, input={"converse": {"messages": ASK, "system": [{"text": PASSAGES}]}})["inputTokens"]
    assert 0 < short < long
    assert client.count_tokens(modelId=HAIKU, input={"invokeModel": {"body": b'{"a": "b c"}'}})["inputTokens"] > 0

    def guard(text):
        return client.apply_guardrail(guardrailIdentifier="abc123", guardrailVersion="1", source="INPUT", content=[{"text": {"text": text}}])

    assert guard("fine")["action"] == "NONE" and guard("something forbidden")["action"] == "GUARDRAIL_INTERVENED"


def test_models_and_profiles_are_listed_and_found(standin):
    client = standin.client("bedrock")
    models = client.list_foundation_models()["modelSummaries"]
    assert HAIKU in [model["modelId"] for model in models]
    assert {model["providerName"] for model in client.list_foundation_models(byProvider="Amazon")["modelSummaries"]} == {"Amazon"}
    pages = list(client.get_paginator("list_inference_profiles").paginate(typeEquals="SYSTEM_DEFINED"))
    assert len(pages) > 1 and MODEL in [p["inferenceProfileId"] for page in pages for p in page["inferenceProfileSummaries"]]
    application = client.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"][0]
    assert client.get_inference_profile(inferenceProfileIdentifier=application["inferenceProfileArn"])["models"] == application["models"]
    assert client.get_foundation_model(modelIdentifier=HAIKU)["modelDetails"]["modelId"] == HAIKU
    assert refusal(lambda: client.get_foundation_model(modelIdentifier="no.such"))[0] == "ResourceNotFoundException"


def test_retrieve_and_rerank_order_by_relevance(standin):
    client = standin.client("bedrock-agent-runtime")
    found = client.retrieve(**KNOWLEDGE_BASE, retrievalQuery={"text": "How long does charging take with the dock?"},
                            retrievalConfiguration={"vectorSearchConfiguration": {"numberOfResults": 2}})["retrievalResults"]
    assert "95 minutes" in found[0]["content"]["text"] and len(found) <= 2
    assert found[0]["metadata"]["x-amz-bedrock-kb-document-page-number"] == 1, "counted from 0"
    assert found[0]["location"]["s3Location"]["uri"] == found[0]["metadata"]["x-amz-bedrock-kb-source-uri"]
    sources = [{"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": text}}}
               for text in ("Hotels cost money.", "Charging with the dock takes long.")]
    arn = f"arn:aws:bedrock:{REGION}::foundation-model/amazon.rerank-v1:0"
    ranked = client.rerank(
        queries=[{"type": "TEXT", "textQuery": {"text": "charging dock"}}], sources=sources, rerankingConfiguration={
            "type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": {"modelConfiguration": {"modelArn": arn}}})["results"]
    assert [result["index"] for result in ranked] == [1, 0] and ranked[0]["relevanceScore"] > ranked[1]["relevanceScore"]
    assert refusal(lambda: client.retrieve(knowledgeBaseId="NOSUCHKB00", retrievalQuery={"text": "x"})) == ("ResourceNotFoundException", 404)


def test_ingestion_jobs_run_one_at_a_time_and_end(standin):
    client = standin.client("bedrock-agent")
    token = "t" * 40 + str(time.monotonic_ns())
    job = client.start_ingestion_job(**DATA_SOURCE, clientToken=token)["ingestionJob"]
    assert job["status"] == "IN_PROGRESS"
    assert client.start_ingestion_job(**DATA_SOURCE, clientToken=token)["ingestionJob"]["ingestionJobId"] == job["ingestionJobId"]
    assert refusal(lambda: client.start_ingestion_job(**DATA_SOURCE)) == ("ConflictException", 409)
    deadline = time.monotonic() + 10
    while (now := client.get_ingestion_job(**DATA_SOURCE, ingestionJobId=job["ingestionJobId"])["ingestionJob"])["status"] != "COMPLETE":
        assert time.monotonic() < deadline
    assert now["statistics"]["numberOfNewDocumentsIndexed"] == 3
    listed = client.list_ingestion_jobs(**DATA_SOURCE, maxResults=1)["ingestionJobSummaries"]
    assert [summary["ingestionJobId"] for summary in listed] == [job["ingestionJobId"]]


def test_every_answer_has_the_shape_of_its_service_model(standin):
    """boto3 is lenient with answers, so the answers themselves are validated."""
    checked = []

    def validate(http_response, parsed, model, **_):
        shape = model.output_shape
        members = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        report = botocore.validate.ParamValidator().validate(members, shape)
        assert not report.has_errors(), f"{model.name}: {report.generate_report()}"
        unknown = set(json.loads(http_response.content)) - set(shape.members)
        assert not unknown, f"{model.name} answers {unknown}"
        checked.append(model.name)

    calls = [("bedrock-runtime", lambda c: c.converse(modelId=MODEL, messages=ASK)),
             ("bedrock-runtime", lambda c: c.converse(modelId=MODEL, messages=ASK, toolConfig=TOOLS | {"toolChoice": {"any": {}}})),
             ("bedrock-runtime", lambda c: c.count_tokens(modelId=HAIKU, input={"converse": {"messages": ASK}})),
             ("bedrock-runtime", lambda c: c.apply_guardrail(
                 guardrailIdentifier="a", guardrailVersion="DRAFT", source="INPUT", content=[{"text": {"text": "forbidden"}}])),
             ("bedrock", lambda c: c.list_foundation_models()), ("bedrock", lambda c: c.list_inference_profiles()),
             ("bedrock-agent-runtime", lambda c: c.retrieve(**KNOWLEDGE_BASE, retrievalQuery={"text": "dock"})),
             ("bedrock-agent", lambda c: c.list_ingestion_jobs(**DATA_SOURCE))]
    for service, call in calls:
        client = standin.client(service)
        client.meta.events.register("after-call", validate)
        call(client)
    assert len(checked) == len(calls)


# Behaviours

@pytest.mark.parametrize("name, status", [
    ("AccessDeniedException", 403), ("ResourceNotFoundException", 404), ("ModelTimeoutException", 408), ("ModelErrorException", 424),
    ("ThrottlingException", 429), ("ModelNotReadyException", 429), ("InternalServerException", 500), ("ServiceUnavailableException", 503)])
def test_scripted_errors_come_n_times(standin, name, status):
    standin.play(times=2, error={"code": name, "retry_after": 3})
    client = standin.client("bedrock-runtime")
    with pytest.raises(getattr(client.exceptions, name)) as raised:
        client.converse(modelId=MODEL, messages=ASK)
    assert raised.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "3"
    assert refusal(lambda: client.converse_stream(modelId=MODEL, messages=ASK)) == (name, status)
    client.converse(modelId=MODEL, messages=ASK)


@pytest.mark.parametrize("kind", ["internalServerException", "modelStreamErrorException", "validationException", "throttlingException",
                                  "serviceUnavailableException"])
def test_exceptions_come_in_mid_stream(standin, kind):
    standin.play(text=["a", "b", "c"], exception={"frame": 2, "kind": kind, "message": "why"})
    seen = []
    with pytest.raises(botocore.exceptions.EventStreamError, match=f"{kind}.*why"):
        for event in standin.client("bedrock-runtime").converse_stream(modelId=MODEL, messages=ASK)["stream"]:
            seen.append(event)
    assert text_of(seen) == "a"


@pytest.mark.parametrize("do, error", [
    *(({"cut": {"frame": 2, "byte": at, "how": how}}, urllib3.exceptions.ProtocolError)
      for at, how in ((0, "close"), (5, "close"), (0, "reset"))),
    *(({"corrupt": {"frame": 2, "part": part}}, botocore.eventstream.ChecksumMismatch) for part in ("length", "prelude", "payload", "message")),
])
def test_streams_break_as_scripted(standin, do, error):
    standin.play(text=["a", "b", "c"], **do)
    seen = []
    with pytest.raises(error):
        for event in standin.client("bedrock-runtime").converse_stream(modelId=MODEL, messages=ASK)["stream"]:
            seen.append(event)
    assert text_of(seen) in ("", "a")


@pytest.mark.parametrize("at", [0, 5])
def test_a_stream_can_end_properly_in_http_but_not_in_its_frames(standin, at):
    standin.play(text=["a", "b", "c"], cut={"frame": 3, "byte": at, "how": "clean"})
    events = list(standin.client("bedrock-runtime").converse_stream(modelId=MODEL, messages=ASK)["stream"])
    assert text_of(events) == "ab" and not any("messageStop" in event for event in events)


def test_blocks_stop_reason_and_usage_are_played(standin):
    blocks = [{"reasoning": ["Let", " me"], "signature": "c2ln"}, {"text": "Here "}, {"tool": "weather", "id": "t1", "input": {"city": "Bern"}},
              {"tool": "now", "id": "t2"}]
    standin.play(blocks=blocks, usage={"inputTokens": 7, "cacheReadInputTokens": 900}, stop_reason="tool_use")
    client = standin.client("bedrock-runtime")
    answer = client.converse(modelId=MODEL, messages=ASK)
    content = answer["output"]["message"]["content"]
    assert content[0]["reasoningContent"]["reasoningText"] == {"text": "Let me", "signature": "c2ln"}
    assert [block["toolUse"]["input"] for block in content[2:]] == [{"city": "Bern"}, {}]
    assert (answer["usage"]["inputTokens"], answer["usage"]["cacheReadInputTokens"], answer["stopReason"]) == (7, 900, "tool_use")
    events = list(client.converse_stream(modelId=MODEL, messages=ASK)["stream"])
    assert [event["contentBlockStart"]["contentBlockIndex"] for event in events if "contentBlockStart" in event] == [2, 3]
    assert events[-1]["metadata"]["usage"] == answer["usage"]


def test_one_byte_writes_carry_the_same_answer(standin):
    standin.play(text="one two three", write_bytes=1)
    assert text_of(standin.client("bedrock-runtime").converse_stream(modelId=MODEL, messages=ASK)["stream"]) == "one two three"


def test_a_ten_megabyte_answer_arrives_whole(standin):
    standin.play(text=["x" * 1000], repeat=10_000)
    events = standin.client("bedrock-runtime").converse_stream(modelId=MODEL, messages=ASK)["stream"]
    assert len(text_of(events)) == 10_000_000


def test_the_pace_is_kept(standin):
    standin.play(text=["x"] * 25, delay_ms=20, head_delay_ms=100, first_token_delay_ms=100)

    def measure():
        started = time.monotonic()
        list(standin.client("bedrock-runtime").converse_stream(modelId=MODEL, messages=ASK)["stream"])
        frames = standin.requests("ConverseStream")[-1]["frames"]
        assert frames[0] - started >= 0.1 and frames[1] - frames[0] >= 0.12
        gap = statistics.median(after - before for before, after in zip(frames[1:25], frames[2:26]))
        assert gap > 0.018
        return None if gap < 0.03 else gap

    bedrock_standin.first_good(measure)


def test_a_client_that_goes_is_noticed_at_once(standin):
    standin.play(text=["x"] * 1000, delay_ms=50)

    def measure():
        stream = standin.client("bedrock-runtime").converse_stream(modelId=MODEL, messages=ASK)["stream"]
        next(iter(stream))
        closed_at = time.monotonic()
        stream.close()
        entry = standin.wait_for(lambda requests: requests[-1]["client_gone_at"] and requests[-1], "the client has gone")
        connection = next(c for c in standin.journal()["connections"] if c["id"] == entry["connection"])
        assert connection["closed_at"] is not None
        lag = entry["client_gone_at"] - closed_at
        assert lag >= 0
        return None if lag < 0.1 else lag

    bedrock_standin.first_good(measure)


def test_idle_connections_close_when_told_so(standin):
    with httpx.Client() as client:
        client.get(standin.url + "/_standin/health")
        standin.disconnect()
        assert client.get(standin.url + "/_standin/health").status_code == 200
    assert any(connection["closed_at"] for connection in standin.journal()["connections"])


def test_it_never_answers_when_told_so(standin):
    standin.play(hang=True)
    config = botocore.client.Config(read_timeout=0.3, retries={"total_max_attempts": 1})
    client = boto3.client("bedrock-runtime", region_name=REGION, endpoint_url=standin.url, config=config,
                                        aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET)
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        client.converse(modelId=MODEL, messages=ASK)


def test_many_paced_streams_at_once_keep_their_pace(standin):
    """256 streams over raw sockets: boto3's own threads would be the bottleneck."""
    standin.play(text=["x"] * 20, delay_ms=50)
    request = botocore.awsrequest.AWSRequest(
        "POST", f"{standin.url}/model/{HAIKU}/converse-stream", {"Content-Type": "application/json"}, json.dumps({"messages": ASK}).encode())
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(KEY_ID, SECRET), "bedrock", REGION).add_auth(request)
    prepared = request.prepare()
    host, port = standin.url.removeprefix("http://").split(":")
    head = f"POST /model/{HAIKU}/converse-stream HTTP/1.1\r\nHost: {host}:{port}\r\n" + "".join(
        f"{name}: {value if isinstance(value, str) else value.decode()}\r\n" for name, value in prepared.headers.items())
    sockets = [socket.create_connection((host, int(port))) for _ in range(256)]
    for each in sockets:
        each.sendall(head.encode() + b"\r\n" + prepared.body)

    def read(each):
        received = b""
        while not received.endswith(b"\r\n0\r\n\r\n"):
            piece = each.recv(65536)
            assert piece, received[-200:]
            received += piece
        each.close()
        return received.count(b'"text":"x"')

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        assert list(pool.map(read, sockets)) == [20] * 256
    entries = standin.requests("ConverseStream")
    assert len(entries) == 256 and not any(entry["error"] for entry in entries)
    assert max(entry["last_byte_at"] - entry["first_byte_at"] for entry in entries) < 3


def test_tls_with_a_certificate_of_its_own(tmp_path):
    secure = bedrock_standin.Standin("--tls", str(tmp_path / "ca.pem"))
    try:
        trusting = boto3.client(
            "bedrock", region_name=REGION, endpoint_url=secure.url, verify=str(tmp_path / "ca.pem"),
            aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET)
        assert trusting.list_foundation_models()["modelSummaries"]
        with pytest.raises(botocore.exceptions.SSLError):
            secure.client("bedrock").list_foundation_models()
    finally:
        secure.stop()


def test_wrong_scripts_are_refused(standin):
    for script in ({"rules": [{"do": {"txt": "x"}}]}, {"rules": [{"when": {}}]}, {"rules": [{"match": {"path": "x"}}]}, {"rules": 7}):
        assert standin.control.post("/_standin/script", json=script).status_code == 400
