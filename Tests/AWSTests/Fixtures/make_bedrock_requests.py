"""Writes bedrock-requests.json: what botocore's serializer sends for sample inputs of every Bedrock operation.

    python3 make_bedrock_requests.py > bedrock-requests.json

Needs botocore; written with 1.43.11. BedrockRequestTests.swift makes the same calls.
"""

import json

import botocore.serialize
import botocore.session

ARN = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3d4e5f6"
TEXT = 'Grüße, 日本 "quoted" \\ back\nline\ttab \u0001 \u2028 \U0001f600 </script>'
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}}, "required": ["city"]}
USER = {"role": "user", "content": [{"text": TEXT}]}
PATH = {"knowledgeBaseId": "KB12345678", "dataSourceId": "DS12345678"}

FULL = {
    "messages": [
        {"role": "user", "content": [
            {"text": TEXT},
            {"image": {"format": "png", "source": {"bytes": bytes(range(256))}}},
            {"document": {"format": "pdf", "name": "Report", "source": {"bytes": b"%PDF-1.7"}}},
            {"cachePoint": {"type": "default"}},
        ]},
        {"role": "assistant", "content": [
            {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
            {"reasoningContent": {"redactedContent": b"\x00\xff"}},
            {"text": "Let me look."},
            {"toolUse": {"toolUseId": "tool_1", "name": "weather", "input": {"city": "Bern", "days": 3, "detail": [True, None, 0.25, {}]}}},
        ]},
        {"role": "user", "content": [
            {"toolResult": {"toolUseId": "tool_1", "status": "error", "content": [
                {"text": "no"}, {"json": {"code": 5}}, {"image": {"format": "jpeg", "source": {"bytes": b"\xff\xd8"}}}]}},
        ]},
    ],
    "system": [{"text": "Be kind."}, {"cachePoint": {"type": "default"}}],
    "inferenceConfig": {"maxTokens": 4096, "temperature": 0.5, "topP": 0.9, "stopSequences": ["\n\nHuman:", "END"]},
    "toolConfig": {
        "tools": [
            {"toolSpec": {"name": "weather", "description": "The weather", "inputSchema": {"json": SCHEMA}}},
            {"toolSpec": {"name": "bare", "inputSchema": {"json": {"type": "object"}}}},
        ],
        "toolChoice": {"tool": {"name": "weather"}},
    },
    "guardrailConfig": {"guardrailIdentifier": "gr1", "guardrailVersion": "DRAFT", "trace": "enabled"},
    "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}, "top_k": 50},
    "outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {
        "schema": json.dumps(SCHEMA), "name": "weather", "description": "Where"}}}},
    "requestMetadata": {"team": "docs", "b": "2"},
}
TOKENS = {key: FULL[key] for key in ["messages", "system", "toolConfig", "additionalModelRequestFields"]}
FILTER = {"andAll": [
    {"equals": {"key": "team", "value": "docs"}}, {"in": {"key": "year", "value": [2024, 2025]}},
    {"greaterThan": {"key": "score", "value": 0.5}}]}


def choice(value):
    return {"messages": [USER], "toolConfig": {"tools": FULL["toolConfig"]["tools"], "toolChoice": value}}


def rerank(query, texts, model, count):
    return {
        "queries": [{"type": "TEXT", "textQuery": {"text": query}}],
        "sources": [{"type": "INLINE", "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": text}}} for text in texts],
        "rerankingConfiguration": {"type": "BEDROCK_RERANKING_MODEL", "bedrockRerankingConfiguration": {
            "numberOfResults": count, "modelConfiguration": {"modelArn": model}}},
    }


CASES = [
    ("converse", "bedrock-runtime", "Converse", {"modelId": "us.amazon.nova-lite-v1:0", "messages": [USER]}),
    ("converse, everything", "bedrock-runtime", "Converse", {"modelId": ARN, **FULL}),
    ("converse, any tool", "bedrock-runtime", "Converse", {"modelId": "m", **choice({"any": {}})}),
    ("converse, auto tool", "bedrock-runtime", "Converse", {"modelId": "m", **choice({"auto": {}})}),
    ("converse stream", "bedrock-runtime", "ConverseStream", {
        "modelId": ARN, "messages": [USER],
        "guardrailConfig": {"guardrailIdentifier": "gr1", "guardrailVersion": "1", "streamProcessingMode": "async"}}),
    ("invoke model", "bedrock-runtime", "InvokeModel", {
        "modelId": "amazon.titan-embed-text-v2:0", "contentType": "application/json", "accept": "application/json",
        "body": b'{"inputText":"hi","dimensions":256}'}),
    ("count tokens", "bedrock-runtime", "CountTokens", {"modelId": "anthropic.claude-sonnet-4-v1:0", "input": {"converse": TOKENS}}),
    ("apply guardrail", "bedrock-runtime", "ApplyGuardrail", {
        "guardrailIdentifier": "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc", "guardrailVersion": "1", "source": "OUTPUT",
        "content": [{"text": {"text": TEXT}}, {"text": {"text": "two"}}]}),
    ("list foundation models", "bedrock", "ListFoundationModels", {}),
    ("list inference profiles", "bedrock", "ListInferenceProfiles", {"maxResults": 1000}),
    ("list inference profiles, type", "bedrock", "ListInferenceProfiles", {"maxResults": 1000, "typeEquals": "APPLICATION"}),
    ("list inference profiles, next page", "bedrock", "ListInferenceProfiles", {
        "maxResults": 1000, "typeEquals": "SYSTEM_DEFINED", "nextToken": "a+b/c=&%"}),
    ("get inference profile", "bedrock", "GetInferenceProfile", {"inferenceProfileIdentifier": ARN}),
    ("retrieve", "bedrock-agent-runtime", "Retrieve", {
        "knowledgeBaseId": "KB12345678", "retrievalQuery": {"text": TEXT},
        "retrievalConfiguration": {"vectorSearchConfiguration": {"numberOfResults": 7}}}),
    ("retrieve, filter", "bedrock-agent-runtime", "Retrieve", {
        "knowledgeBaseId": "KB12345678", "retrievalQuery": {"text": "q"},
        "retrievalConfiguration": {"vectorSearchConfiguration": {"numberOfResults": 100, "filter": FILTER}}}),
    ("rerank", "bedrock-agent-runtime", "Rerank", rerank(TEXT, ["one", "two", TEXT], "arn:aws:bedrock:us-east-1::foundation-model/amazon.rerank-v1:0", 2)),
    ("start ingestion job", "bedrock-agent", "StartIngestionJob", {
        **PATH, "clientToken": "0123456789-0123456789-0123456789-0", "description": "nightly"}),
    ("get ingestion job", "bedrock-agent", "GetIngestionJob", {**PATH, "ingestionJobId": "JOB1234567"}),
    ("list ingestion jobs", "bedrock-agent", "ListIngestionJobs", {
        **PATH, "maxResults": 1000, "sortBy": {"attribute": "STARTED_AT", "order": "DESCENDING"},
        "filters": [{"attribute": "STATUS", "operator": "EQ", "values": ["IN_PROGRESS"]}]}),
]


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def serialized(service, operation, params):
    model = botocore.session.get_session().get_service_model(service)
    serializer = botocore.serialize.create_serializer(model.metadata["protocol"])
    request = serializer.serialize_to_request(params, model.operation_model(operation))
    return {
        "service": service, "operation": operation, "method": request["method"], "path": request["url_path"],
        "query": {name: str(value) for name, value in request["query_string"].items()}, "body": text(request["body"]),
    }


if __name__ == "__main__":
    rows = [{"name": name, **serialized(service, operation, params)} for name, service, operation, params in CASES]
    print(json.dumps(rows, indent=1))
