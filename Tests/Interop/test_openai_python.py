"""The official openai package against the binary."""
import asyncio
import struct

import openai
import pytest

QUESTION = "How long does it take to charge an empty battery with the dock?"


def ask(server, **options):
    return server.client().chat.completions.create(
        model="outcrop-extractive", messages=[{"role": "user", "content": QUESTION}], **options)


def test_an_answer_quotes_the_document_and_cites_its_page(handbook):
    answer = ask(handbook)
    text = answer.choices[0].message.content
    assert "95 minutes" in text and "[1]" in text
    assert answer.choices[0].finish_reason == "stop"
    citation = answer.model_extra["citations"][0]
    assert (citation["filename"], citation["page"]) == ("field-handbook.pdf", 2)
    assert "95 minutes" in " ".join(citation["excerpt"].split())
    for note in answer.choices[0].message.annotations:
        span = note.url_citation
        assert text[span.start_index : span.end_index].startswith("[")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_a_stream_carries_the_same_answer_in_valid_chunks(handbook):
    chunks = list(ask(handbook, stream=True, stream_options={"include_usage": True}))
    assert len({chunk.id for chunk in chunks}) == 1 and len({chunk.created for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == ask(handbook).choices[0].message.content
    assert [c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason] == ["stop"]
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens > 0
    cited = [index for index, chunk in enumerate(chunks) if (chunk.model_extra or {}).get("type") == "citations"]
    assert cited == [len(chunks) - 3], "citations come after the text and before the finish chunk"
    assert chunks[cited[0]].choices[0].delta.model_extra["annotations"][0]["type"] == "url_citation"


def test_the_stream_helper_accumulates(handbook):
    with handbook.client().chat.completions.stream(
            model="outcrop-extractive", messages=[{"role": "user", "content": QUESTION}]) as stream:
        final = stream.get_final_completion()
    assert "95 minutes" in final.choices[0].message.content


def test_the_async_client_gets_many_answers_at_once(handbook):
    async def main():
        async with openai.AsyncOpenAI(base_url=handbook.url + "/v1", api_key="none") as client:
            calls = [client.chat.completions.create(model="outcrop-extractive", messages=[{"role": "user", "content": QUESTION}])
                     for _ in range(20)]
            return await asyncio.gather(*calls)

    assert len({answer.choices[0].message.content for answer in asyncio.run(main())}) == 1


def test_a_follow_up_finds_its_passage(handbook):
    answer = handbook.client().chat.completions.create(model="outcrop-extractive", messages=[
        {"role": "user", "content": "When should a battery be replaced?"},
        {"role": "assistant", "content": "After 800 charge cycles. [1]"},
        {"role": "user", "content": "and its price?"}])
    assert "340 euros" in answer.choices[0].message.content


def test_a_greeting_is_not_answered_from_the_documents(handbook):
    answer = handbook.client().chat.completions.create(
        model="outcrop-extractive", messages=[{"role": "user", "content": "Hello!"}])
    assert not answer.model_extra.get("citations") and "[1]" not in answer.choices[0].message.content


def test_what_the_documents_do_not_hold_is_not_invented(handbook):
    answer = handbook.client().chat.completions.create(
        model="outcrop-extractive", messages=[{"role": "user", "content": "Who won the football world cup in 1974?"}])
    assert "[1]" not in answer.choices[0].message.content
    assert not answer.model_extra.get("citations")


def test_models_are_listed_and_found(handbook):
    client = handbook.client()
    assert "outcrop-extractive" in [model.id for model in client.models.list()]
    assert client.models.retrieve("outcrop-extractive").id == "outcrop-extractive"


def test_embeddings_as_floats_and_base64_agree(handbook):
    client = handbook.client()
    model = handbook.http.get("/health").json()["embedding_model"]
    floats = client.embeddings.create(model=model, input=["one", "two"], encoding_format="float").data
    default = client.embeddings.create(model=model, input=["one", "two"]).data  # base64 on the wire
    for left, right in zip(floats, default):
        assert len(left.embedding) == 384
        assert left.embedding == pytest.approx(right.embedding, abs=1e-6)
        assert sum(x * x for x in left.embedding) == pytest.approx(1, abs=1e-4)
    raw = handbook.http.post("/v1/embeddings", json={"model": model, "input": "one", "encoding_format": "base64"}).json()
    import base64
    assert len(struct.unpack("<384f", base64.b64decode(raw["data"][0]["embedding"]))) == 384


@pytest.mark.parametrize("call, error, parameter", [
    (lambda c: c.chat.completions.create(model="gpt-nope", messages=[{"role": "user", "content": "x"}]), openai.NotFoundError, "model"),
    (lambda c: c.chat.completions.create(model="outcrop-extractive", messages=[]), openai.BadRequestError, "messages"),
    (lambda c: c.chat.completions.create(model="outcrop-extractive", temperature=9, messages=[{"role": "user", "content": "x"}]),
     openai.BadRequestError, "temperature"),
    (lambda c: c.embeddings.create(model="nope", input="x"), openai.NotFoundError, "model"),
    (lambda c: c.models.retrieve("nope"), openai.NotFoundError, "model"),
])
def test_wrong_calls_raise_the_right_exception(handbook, call, error, parameter):
    with pytest.raises(error) as raised:
        call(handbook.client())
    assert raised.value.param == parameter and raised.value.message


def test_keys_and_rate_limits_raise_their_own_exceptions(outcrop):
    server = outcrop(API_KEYS="first,second", RATE_LIMIT="requests=2")
    with pytest.raises(openai.AuthenticationError):
        server.client(api_key="third").models.list()
    client = server.client(api_key="second")
    client.models.list()
    client.models.list()
    with pytest.raises(openai.RateLimitError) as raised:
        client.models.list()
    assert int(raised.value.response.headers["retry-after"]) > 0
    assert "second" not in "\n".join(server.log)
