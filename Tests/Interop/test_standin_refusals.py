"""What the Bedrock stand-in refuses, as AWS does: a stand-in that lets errors pass proves nothing."""
import datetime
import hashlib
import json

import boto3
import botocore.exceptions
import botocore.utils
import httpx
import pytest
from standin import BEARER, MODEL, REGION, refusal

ASK = [{"role": "user", "content": [{"text": "How long does charging take?"}]}]
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
NEWER_CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NEWEST_CLAUDE = "us.anthropic.claude-opus-4-7"
TOOLS = {"tools": [{"toolSpec": {"name": "weather", "description": "Weather", "inputSchema": {"json": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}}]}


def code(answer):
    return answer.headers["x-amzn-errortype"].partition(":")[0]


# Callers

@pytest.mark.parametrize("options, error", [
    ({"aws_secret_access_key": "wrong"}, "InvalidSignatureException"),
    ({"aws_access_key_id": "AKIANOBODY"}, "UnrecognizedClientException"),
    ({"aws_session_token": "surplus"}, "UnrecognizedClientException"),
])
def test_wrong_keys_are_refused(standin, options, error):
    assert refusal(lambda: standin.client("bedrock-runtime", **options).converse(modelId=MODEL, messages=ASK)) == (error, 403)
    assert refusal(lambda: standin.client("bedrock", **options).list_foundation_models()) == (error, 403)


def test_a_wrong_clock_is_refused_with_the_right_time(standin):
    standin.clock(offset_seconds=3600)
    client = standin.client("bedrock")
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        client.list_foundation_models()
    assert raised.value.response["Error"]["Code"] == "InvalidSignatureException"
    assert raised.value.response["Error"]["Message"].startswith("Signature expired")
    stamp = raised.value.response["ResponseMetadata"]["HTTPHeaders"]["date"]
    theirs = datetime.datetime.strptime(stamp, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=datetime.timezone.utc)
    assert 3590 < (theirs - datetime.datetime.now(datetime.timezone.utc)).total_seconds() < 3610
    standin.clock(offset_seconds=-3600)
    with pytest.raises(botocore.exceptions.ClientError, match="not yet current"):
        client.list_foundation_models()
    standin.clock(offset_seconds=240)
    client.list_foundation_models()


def test_temporary_keys_work_until_they_expire(standin):
    key = standin.credentials(issue=True)
    options = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    standin.client("bedrock", **options, aws_session_token=key["Token"]).list_foundation_models()
    assert refusal(lambda: standin.client("bedrock", **options).list_foundation_models())[0] == "UnrecognizedClientException"
    standin.credentials(expire=True)
    assert refusal(lambda: standin.client("bedrock", **options, aws_session_token=key["Token"]).list_foundation_models()) == (
        "ExpiredTokenException", 403)


@pytest.mark.parametrize("model", ["amazon.titan-embed-text-v2:0", "amazon.rerank-v1:0"])
def test_only_models_that_chat_converse(standin, model):
    client = standin.client("bedrock-runtime")
    assert refusal(lambda: client.converse(modelId=model, messages=ASK)) == ("ValidationException", 400)
    assert refusal(lambda: client.converse_stream(modelId=model, messages=ASK)) == ("ValidationException", 400)


def test_only_rerank_models_of_the_account_rerank(standin):
    def rerank(model):
        arn = f"arn:aws:bedrock:{REGION}::foundation-model/{model}"
        return standin.client("bedrock-agent-runtime").rerank(
            queries=[{"type": "TEXT", "textQuery": {"text": "x"}}],
            sources=[{"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": "x"}}}],
            rerankingConfiguration={"type": "BEDROCK_RERANKING_MODEL",
                                    "bedrockRerankingConfiguration": {"modelConfiguration": {"modelArn": arn}}})

    assert rerank("amazon.rerank-v1:0")["results"]
    for model in ("cohere.rerank-v9:9", "amazon.nova-lite-v1:0"):
        assert refusal(lambda: rerank(model)) == ("ValidationException", 400)


def test_bearer_tokens_open_models_only(standin):
    def ask(method, path, token=BEARER, **options):
        return httpx.request(method, standin.url + path, headers={"Authorization": f"Bearer {token}"}, **options)

    assert ask("GET", "/foundation-models").status_code == 200
    assert ask("POST", f"/model/{MODEL}/converse".replace(":", "%3A"), json={"messages": ASK}).status_code == 200
    assert ask("GET", "/foundation-models", token="wrong").status_code == 403
    assert ask("POST", "/knowledgebases/KBSTANDIN1/retrieve", json={"retrievalQuery": {"text": "x"}}).status_code == 403
    assert httpx.get(standin.url + "/foundation-models").headers["x-amzn-errortype"].startswith("MissingAuthenticationToken")


def test_sdks_find_credentials_at_the_container_endpoint_imds_and_sts(standin):
    fetched = botocore.utils.ContainerMetadataFetcher().retrieve_full_uri(standin.url + "/_standin/container-credentials")
    imds = botocore.utils.InstanceMetadataFetcher(base_url=standin.url + "/").retrieve_iam_role_credentials()
    sts = standin.client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/docs", RoleSessionName="test")["Credentials"]
    for key_id, secret, token in ((fetched["AccessKeyId"], fetched["SecretAccessKey"], fetched["Token"]),
                                  (imds["access_key"], imds["secret_key"], imds["token"]),
                                  (sts["AccessKeyId"], sts["SecretAccessKey"], sts["SessionToken"])):
        session = boto3.Session(key_id, secret, token, REGION)
        session.client("bedrock", endpoint_url=standin.url).list_foundation_models()


@pytest.mark.parametrize("how, error", [
    (dict(change=lambda headers: headers.update({"Content-Type": "application/json; charset=utf-8", "X-Amz-Extra": "1"})),
     "InvalidSignatureException"),
    (dict(change=lambda headers: headers.pop("X-Amz-Date")), "IncompleteSignatureException"),
    (dict(change=lambda headers: headers.update({"Authorization": "AWS4-HMAC-SHA256 nonsense"})), "IncompleteSignatureException"),
    (dict(region="eu-west-1"), "InvalidSignatureException"),
    (dict(service="bedrock-runtime"), "InvalidSignatureException"),
    (dict(at=datetime.datetime(2021, 1, 1, tzinfo=datetime.timezone.utc)), "InvalidSignatureException"),
    (dict(change=lambda headers: headers.update({"X-Amz-Content-Sha256": hashlib.sha256(b"other").hexdigest()})), "InvalidSignatureException"),
])
def test_signatures_that_cover_less_or_other_things_are_refused(standin, how, error):
    answer = standin.post(f"/model/{HAIKU.replace(':', '%3A')}/converse", {"messages": ASK}, **how)
    assert (answer.status_code, code(answer)) == (403, error)


# Requests

def user(*blocks):
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks):
    return {"role": "assistant", "content": list(blocks)}


def text(value="x"):
    return {"text": value}


def use(number=1, **changes):
    return {"toolUse": {"toolUseId": f"t{number}", "name": "weather", "input": {"city": "Bern"}} | changes}


def result(number=1, **changes):
    return {"toolResult": {"toolUseId": f"t{number}", "content": [{"text": "sunny"}]} | changes}


def document(name="a"):
    return {"document": {"format": "txt", "name": name, "source": {"bytes": "aGk="}}}


GOOD = [
    {"messages": [user(text())]},
    {"messages": [user(text()), assistant(text()), user(text("y"))], "system": [text("s")]},
    {"messages": [user(text()), assistant(text(), use(1), use(2)), user(result(2), result(1), text())], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant({"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}, text(), use()),
                  user(result())], "toolConfig": TOOLS},
    {"messages": [user(text(), document("a"), document("b"))]},
    {"messages": [user(text()), assistant(text("prefill"))]},
    {"messages": [user(text())], "inferenceConfig": {"maxTokens": 9, "temperature": 1, "topP": 0.5, "stopSequences": ["END"]}},
    {"messages": [user(text(), {"cachePoint": {"type": "default"}})]},
]
BAD = [
    {}, {"messages": []}, {"messages": None}, {"messages": [user()]}, {"message": [user(text())]},
    {"messages": [user(text())], "extra": 1}, {"messages": [user(text(), {"txt": "x"})]}, {"messages": [user({"text": "x", "image": {}})]},
    {"messages": [user({})]}, {"messages": [user({"text": None})]}, {"messages": [user({"text": 7})]},
    {"messages": [assistant(text())]}, {"messages": [user(text()), user(text())]}, {"messages": [{"role": "system", "content": [text()]}]},
    {"messages": [user(text(""))]}, {"messages": [user(text(" \n"))]}, {"messages": [user(text()), assistant(text(" ")), user(text())]},
    {"messages": [user(text())], "system": [text("")]}, {"messages": [user(text())], "system": [text("  ")]},
    {"messages": [user(text())], "system": "text"},
    # Tools
    {"messages": [user(text()), assistant(use()), user(result())]},
    {"messages": [user(text()), assistant(use()), user(text())], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(1), use(2)), user(result(1))], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(1)), user(result(1), result(2))], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(1)), user(result(1), result(1))], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(1), use(1)), user(result(1))], "toolConfig": TOOLS},
    {"messages": [user(result(1))], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(text()), user(result(1))], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use()), user(text(), result())], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(), text()), user(result())], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(input="{}")), user(result())], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(input=None)), user(result())], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(name="no spaces")), user(result())], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(toolUseId="a" * 65)), user(result(toolUseId="a" * 65))], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use(toolUseId="ä")), user(result(toolUseId="ä"))], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use()), user(result(content=[]))], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use()), user(result(content=[{"text": ""}]))], "toolConfig": TOOLS},
    {"messages": [user(text()), assistant(use()), user(result(content=[{"json": []}]))], "toolConfig": TOOLS},
    {"messages": [user(use())], "toolConfig": TOOLS},
    {"messages": [user(text())], "toolConfig": {"tools": []}},
    {"messages": [user(text())], "toolConfig": {"tools": TOOLS["tools"] * 2}},
    {"messages": [user(text())], "toolConfig": TOOLS | {"toolChoice": {"none": {}}}},
    {"messages": [user(text())], "toolConfig": TOOLS | {"toolChoice": {"tool": {"name": "other"}}}},
    {"messages": [user(text())], "toolConfig": {"tools": [{"toolSpec": {"name": "a", "description": "", "inputSchema": {"json": {}}}}]}},
    {"messages": [user(text())], "toolConfig": {"tools": [{"toolSpec": {"name": "a", "inputSchema": {"json": {"type": "array"}}}}]}},
    # Blocks and attachments
    {"messages": [user(text()), assistant(text(), {"reasoningContent": {"reasoningText": {"text": "hm"}}}), user(text())]},
    {"messages": [user(document())]}, {"messages": [user(text(), document("a.txt"))]}, {"messages": [user(text(), document("a  b"))]},
    {"messages": [user(text(), document(), document())]}, {"messages": [user(text(), *(document(f"d{n}") for n in range(6)))]},
    {"messages": [user(text(), {"image": {"format": "bmp", "source": {"bytes": "aGk="}}})]},
    {"messages": [user(text(), {"image": {"format": "png", "source": {"bytes": "!"}}})]},
    {"messages": [user(text(), {"image": {"format": "png", "source": {"bytes": ""}}})]},
    {"messages": [user(text(), *({"image": {"format": "png", "source": {"bytes": "aGk="}}} for _ in range(21)))]},
    {"messages": [user(text()), assistant(text("prefill "))]},
    # Inference
    {"messages": [user(text())], "inferenceConfig": {"temperature": 1.1}}, {"messages": [user(text())], "inferenceConfig": {"temperature": True}},
    {"messages": [user(text())], "inferenceConfig": {"topP": -1}}, {"messages": [user(text())], "inferenceConfig": {"maxTokens": 0}},
    {"messages": [user(text())], "inferenceConfig": {"maxTokens": 1.5}}, {"messages": [user(text())], "inferenceConfig": {"stopSequences": [""]}},
    {"messages": [user(text())], "inferenceConfig": {"max_tokens": 5}},
    {"messages": [user(text())], "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 10}}},
    {"messages": [user(text())], "modelId": HAIKU},
]


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
@pytest.mark.parametrize("body", GOOD, ids=lambda body: json.dumps(body)[:60])
def test_right_requests_are_answered(standin, operation, body):
    standin.play(text="ok")
    answer = standin.post(f"/model/{HAIKU.replace(':', '%3A')}/{operation}", body)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("body", BAD, ids=lambda body: json.dumps(body)[:60])
def test_wrong_requests_are_refused_as_bedrock_does(standin, body):
    # Also where a script would answer: none hides a wrong request.
    standin.play(text="ok")
    answer = standin.post(f"/model/{HAIKU.replace(':', '%3A')}/converse", body)
    assert (answer.status_code, code(answer)) == (400, "ValidationException"), answer.text
    assert answer.json()["message"]


def test_the_newest_claude_takes_no_sampler_and_no_prefill(standin):
    path = "/model/" + NEWEST_CLAUDE.replace(":", "%3A") + "/converse"
    assert standin.post(path, {"messages": ASK}).status_code == 200
    assert "deprecated" in standin.post(path, {"messages": ASK, "inferenceConfig": {"temperature": 0.5}}).json()["message"]
    assert "prefill" in standin.post(path, {"messages": ASK + [assistant(text())]}).json()["message"]


def test_newer_claude_takes_one_sampler_only(standin):
    both = {"messages": ASK, "inferenceConfig": {"temperature": 0.5, "topP": 0.9}}
    path = "/model/" + NEWER_CLAUDE.replace(":", "%3A") + "/converse"
    assert "cannot both be specified" in standin.post(path, both).json()["message"]
    assert standin.post(path, {"messages": ASK, "inferenceConfig": {"temperature": 0.5}}).status_code == 200


@pytest.mark.parametrize("path, body, status, error", [
    ("/model/no.such-model/converse", {"messages": ASK}, 400, "ValidationException"),
    ("/model/anthropic.claude-sonnet-4-20250514-v1%3A0/converse", {"messages": ASK}, 400, "ValidationException"),
    (f"/model/arn%3Aaws%3Abedrock%3A{REGION}%3A%3Afoundation-model/{HAIKU}/converse", {"messages": ASK}, 404, "UnknownOperationException"),
    ("/model/x/nothing", {}, 404, "UnknownOperationException"),
    (f"/model/{HAIKU}/converse", b"{", 400, "SerializationException"),
    (f"/model/{HAIKU}/converse", b'{"messages": [], "messages": []}', 400, "SerializationException"),
    (f"/model/{HAIKU}/converse", b'{"inferenceConfig": {"temperature": NaN}}', 400, "SerializationException"),
    (f"/model/{HAIKU}/converse", b"\xff", 400, "SerializationException"),
    ("/model/amazon.titan-embed-text-v2:0/invoke", {"inputText": "x", "dimension": 256}, 400, "ValidationException"),
    ("/model/amazon.titan-embed-text-v2:0/invoke", {"inputText": "x", "dimensions": 300}, 400, "ValidationException"),
    ("/model/amazon.titan-embed-text-v2:0/invoke", {"inputText": ""}, 400, "ValidationException"),
    ("/model/cohere.embed-english-v3/invoke", {"texts": ["x"]}, 400, "ValidationException"),
    ("/model/cohere.embed-english-v3/invoke", {"texts": ["x"] * 97, "input_type": "search_query"}, 400, "ValidationException"),
    ("/model/cohere.embed-english-v3/invoke", {"texts": ["x"], "input_type": "query"}, 400, "ValidationException"),
    ("/knowledgebases/KBSTANDIN1/retrieve", {"query": "x"}, 400, "ValidationException"),
    ("/knowledgebases/NOSUCHKB00/retrieve", {"retrievalQuery": {"text": "x"}}, 404, "ResourceNotFoundException"),
    ("/knowledgebases/no%20id/retrieve", {"retrievalQuery": {"text": "x"}}, 400, "ValidationException"),
    ("/rerank", {"queries": [], "sources": []}, 400, "ValidationException"),
])
def test_wrong_paths_and_bodies_are_refused(standin, path, body, status, error):
    answer = standin.post(path, body)
    assert (answer.status_code, code(answer)) == (status, error), answer.text
