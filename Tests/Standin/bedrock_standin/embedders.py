"""InvokeModel for embedding models: each family's own request and answer."""
from .errors import invalid
from .vectors import embedding, words

TITAN_BYTES_MAX = 50_000
COHERE_TEXTS_MAX = 96
MALFORMED = "Malformed input request: {}, please reformat your input and try again."


def malformed(what):
    return invalid(MALFORMED.format(what))


def checked(body, required, optional):
    """Refuses members that the model does not know, and wrong types."""
    if not isinstance(body, dict):
        raise malformed("expected type: JSONObject")
    for name in required:
        if name not in body:
            raise malformed(f"#: required key [{name}] not found")
    for name, value in body.items():
        kind = (required | optional).get(name)
        if kind is None:
            raise malformed(f"#: extraneous key [{name}] is not permitted")
        if not isinstance(value, kind) or isinstance(value, bool) and kind is not bool:
            raise malformed(f"#/{name}: expected type: {kind.__name__}, found: {type(value).__name__}")


def titan_v1(body):
    checked(body, {"inputText": str}, {})
    return titan_answer(body["inputText"], 1536, normalize=False)


def titan_v2(body):
    checked(body, {"inputText": str}, {"dimensions": int, "normalize": bool, "embeddingTypes": list})
    dimensions = body.get("dimensions", 1024)
    if dimensions not in (256, 512, 1024):
        raise malformed("#/dimensions: not one of 256, 512, 1024")
    answer = titan_answer(body["inputText"], dimensions, body.get("normalize", True))
    return answer | {"embeddingsByType": {"float": answer["embedding"]}}


def titan_answer(text, dimensions, normalize):
    if not text:
        raise malformed("#/inputText: expected minLength: 1, actual: 0")
    if len(text) > TITAN_BYTES_MAX:
        raise malformed(f"expected maxLength: {TITAN_BYTES_MAX}, actual: {len(text)}")
    if len(words(text)) > 8192:
        raise invalid(f"400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: {len(words(text))}")
    return {"embedding": embedding(text, dimensions, normalize), "inputTextTokenCount": len(words(text))}


def cohere_v3(body):
    checked(body, {"texts": list, "input_type": str}, {"truncate": str, "embedding_types": list})
    return cohere_answer(body, 1024, ("NONE", "START", "END"), 2048)


def cohere_v4(body):
    checked(body, {"input_type": str}, {"texts": list, "truncate": str, "embedding_types": list, "output_dimension": int,
                                        "max_tokens": int, "images": list, "inputs": list})
    dimensions = body.get("output_dimension", 1536)
    if dimensions not in (256, 512, 1024, 1536):
        raise malformed("#/output_dimension: not one of 256, 512, 1024, 1536")
    return cohere_answer(body, dimensions, ("NONE", "LEFT", "RIGHT"), None)


def cohere_answer(body, dimensions, truncations, characters_max):
    texts = body.get("texts", [])
    if not 1 <= len(texts) <= COHERE_TEXTS_MAX:
        raise malformed(f"#/texts: expected minimum item count: 1, maximum: {COHERE_TEXTS_MAX}, found: {len(texts)}")
    if any(not isinstance(text, str) or not text for text in texts):
        raise malformed("#/texts: expected non-empty strings")
    if characters_max and max(map(len, texts)) > characters_max:
        raise malformed(f"#/texts: expected maxLength: {characters_max}, actual: {max(map(len, texts))}")
    if body["input_type"] not in ("search_document", "search_query", "classification", "clustering"):
        raise malformed(f"#/input_type: {body['input_type']} is not a valid enum value")
    if body.get("truncate", "NONE") not in truncations:
        raise malformed(f"#/truncate: {body['truncate']} is not a valid enum value")
    vectors = [embedding(text, dimensions) for text in texts]
    kinds = body.get("embedding_types")
    if kinds is None:
        return {"id": "standin", "texts": texts, "embeddings": vectors, "response_type": "embeddings_floats"}
    if kinds != ["float"]:
        raise malformed("#/embedding_types: the stand-in has float only")
    return {"id": "standin", "texts": texts, "embeddings": {"float": vectors}, "response_type": "embeddings_by_type"}


def nova(body):
    checked(body, {"taskType": str, "singleEmbeddingParams": dict}, {"schemaVersion": str})
    if body.get("schemaVersion", "nova-multimodal-embed-v1") != "nova-multimodal-embed-v1":
        raise malformed("#/schemaVersion: unknown")
    if body["taskType"] != "SINGLE_EMBEDDING":
        raise malformed("#/taskType: the stand-in has SINGLE_EMBEDDING only")
    parameters = body["singleEmbeddingParams"]
    checked(parameters, {"embeddingPurpose": str, "text": dict}, {"embeddingDimension": int})
    purposes = {"GENERIC_INDEX", "GENERIC_RETRIEVAL", "TEXT_RETRIEVAL", "DOCUMENT_RETRIEVAL", "CLASSIFICATION", "CLUSTERING"}
    if parameters["embeddingPurpose"] not in purposes:
        raise malformed(f"#/singleEmbeddingParams/embeddingPurpose: {parameters['embeddingPurpose']} is not a valid enum value")
    dimensions = parameters.get("embeddingDimension", 3072)
    if dimensions not in (256, 384, 1024, 3072):
        raise malformed("#/singleEmbeddingParams/embeddingDimension: not one of 256, 384, 1024, 3072")
    text = parameters["text"]
    checked(text, {"truncationMode": str, "value": str}, {})
    if text["truncationMode"] not in ("NONE", "START", "END") or not text["value"]:
        raise malformed("#/singleEmbeddingParams/text: truncationMode or value")
    return {"embeddings": [{"embeddingType": "TEXT", "embedding": embedding(text["value"], dimensions)}]}


def texts_of(body):
    """What would be counted as input."""
    if "inputText" in body:
        return [body["inputText"]]
    return body.get("texts") or [body.get("singleEmbeddingParams", {}).get("text", {}).get("value", "")]


FAMILIES = [("amazon.titan-embed-text-v1", titan_v1), ("amazon.titan-embed-text-v2", titan_v2), ("cohere.embed-v4", cohere_v4),
            ("cohere.embed-", cohere_v3), ("amazon.nova-2-multimodal-embeddings", nova)]


def embed(model, body):
    for prefix, family in FAMILIES:
        if model.startswith(prefix):
            return family(body)
    raise invalid(f"The stand-in's InvokeModel embeds only; use Converse with {model}.")
