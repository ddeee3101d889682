"""Bedrock's operations: each takes a call's checked parameters and gives the JSON of its answer."""
import json
import time

from . import converse_rules, embedders, knowledge, operations, playback, quoting_model
from .catalogue import Catalogue
from .errors import ServiceError, invalid
from .vectors import words

BLOCKED_WORD = "forbidden"


class Service:
    """State and answers; knows nothing of sockets."""

    def __init__(self, region, pace_ms):
        self.catalogue = Catalogue(region)
        self.ingestion = knowledge.Ingestion()
        self.pace_ms = pace_ms
        self.answers = {
            "InvokeModel": self.invoke_model, "CountTokens": self.count_tokens, "ApplyGuardrail": self.apply_guardrail,
            "ListFoundationModels": self.list_foundation_models, "GetFoundationModel": self.get_foundation_model,
            "ListInferenceProfiles": self.list_inference_profiles, "GetInferenceProfile": self.get_inference_profile,
            "Retrieve": knowledge.retrieve, "Rerank": knowledge.rerank,
            "StartIngestionJob": self.ingestion.start, "GetIngestionJob": self.ingestion.get, "ListIngestionJobs": self.ingestion.list,
        }

    def check(self, operation, parameters):
        """Semantic rules, after the shapes have been found right."""
        if operation in ("Converse", "ConverseStream"):
            model = self.catalogue.foundation_model(parameters["modelId"])
            if not self.catalogue.converses(model):
                raise invalid("This action doesn't support the model that you provided. Try again with a supported text or chat model.")
            converse_rules.check(model, parameters)

    def playback(self, parameters, behaviour):
        """What Converse and ConverseStream answer, scripted or quoted."""
        tokens = input_tokens(parameters)
        if behaviour and (behaviour.blocks is not None or behaviour.text is not None):
            blocks = behaviour.blocks if behaviour.blocks is not None else [{"text": behaviour.text}]
            return playback.Playback(blocks, behaviour.stop_reason, tokens, behaviour.usage, behaviour.repeat)
        answer = quoting_model.answer(parameters)
        scripted = behaviour.stop_reason if behaviour else None
        return playback.Playback(answer.blocks, scripted or answer.stop_reason, tokens, behaviour.usage if behaviour else None)

    def answer(self, operation, parameters):
        handler = self.answers.get(operation)
        if handler is None:
            raise ServiceError("UnknownOperationException", f"The stand-in does not play {operation}.")
        return handler(parameters)

    def invoke_model(self, parameters):
        model = self.catalogue.foundation_model(parameters["modelId"])
        if parameters.get("contentType", "application/json") != "application/json":
            raise invalid(f"Content type {parameters['contentType']} is not supported.")
        if parameters.get("accept", "*/*") not in ("*/*", "application/json"):
            raise invalid(f"Accept type \"{parameters['accept']}\" is invalid.")
        try:
            body = operations.decoded(parameters["body"])
        except ServiceError as error:
            raise embedders.malformed(error.message) from None
        return embedders.embed(model, body)

    def count_tokens(self, parameters):
        self.catalogue.foundation_model(parameters["modelId"])
        value = parameters["input"]
        if "invokeModel" in value:
            return {"inputTokens": len(words(value["invokeModel"]["body"].decode("utf-8", "replace")))}
        return {"inputTokens": input_tokens(value["converse"])}

    def apply_guardrail(self, parameters):
        texts = [block["text"]["text"] for block in parameters["content"] if "text" in block]
        blocked = any(BLOCKED_WORD in text.lower() for text in texts)
        usage = {name: 0 for name in (
            "topicPolicyUnits", "contentPolicyUnits", "wordPolicyUnits", "sensitiveInformationPolicyUnits",
            "sensitiveInformationPolicyFreeUnits", "contextualGroundingPolicyUnits")} | {"wordPolicyUnits": 1}
        assessment = {"wordPolicy": {"customWords": [{"match": BLOCKED_WORD, "action": "BLOCKED"}], "managedWordLists": []}}
        return {
            "usage": usage, "action": "GUARDRAIL_INTERVENED" if blocked else "NONE",
            "outputs": [{"text": "The guardrail has blocked this text."}] if blocked else [], "assessments": [assessment] if blocked else []}

    def list_foundation_models(self, parameters):
        return {"modelSummaries": self.catalogue.models(
            parameters.get("byProvider"), parameters.get("byOutputModality"), parameters.get("byInferenceType"))}

    def get_foundation_model(self, parameters):
        return {"modelDetails": self.catalogue.model(parameters["modelIdentifier"])}

    def list_inference_profiles(self, parameters):
        profiles = self.catalogue.profiles(parameters.get("typeEquals"))
        first = int(parameters.get("nextToken", "0"))
        # Small pages, so that clients meet a second one.
        last = first + min(parameters.get("maxResults", 4), 4)
        return {"inferenceProfileSummaries": profiles[first:last]} | ({"nextToken": str(last)} if last < len(profiles) else {})

    def get_inference_profile(self, parameters):
        return self.catalogue.profile(parameters["inferenceProfileIdentifier"])


def input_tokens(parameters):
    """Words and signs of all text, near enough to tokens."""
    texts = [block["text"] for message in parameters.get("messages", []) for block in message["content"] if "text" in block]
    texts += [block["text"] for block in parameters.get("system", []) if "text" in block]
    return sum(len(words(text)) for text in texts) + 4 * len(parameters.get("messages", [])) or 1


def milliseconds_since(start):
    return max(1, int((time.monotonic() - start) * 1000))


def encoded(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
