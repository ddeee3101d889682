"""Writes retry-rules.json: which errors botocore's standard mode retries, and what Bedrock's service models say of their errors.

    python3 make-retry-rules.py > retry-rules.json

Needs botocore; written with 1.43.11.
"""

import json

import botocore.session
from botocore.retries import quota, standard

OPERATIONS = {
    "bedrock-runtime": ["Converse", "ConverseStream", "InvokeModel", "CountTokens", "ApplyGuardrail"],
    "bedrock": ["ListFoundationModels", "ListInferenceProfiles", "GetInferenceProfile"],
    "bedrock-agent-runtime": ["Retrieve", "Rerank"],
    "bedrock-agent": ["StartIngestionJob", "GetIngestionJob", "ListIngestionJobs"],
}


def errors(operations):
    session = botocore.session.get_session()
    return [shape for service, names in operations.items() for name in names
            for shape in session.get_service_model(service).operation_model(name).error_shapes]


def stream_statuses():
    """Of the exceptions in the stream, and of the errors before it."""
    model = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("ConverseStream")
    members = model.output_shape.members["stream"].members.values()
    shapes = [shape for shape in members if shape.metadata.get("exception")] + model.error_shapes
    return {shape.name: shape.metadata["error"]["httpStatusCode"] for shape in shapes}


if __name__ == "__main__":
    print(json.dumps({
        "transient_codes": standard.TransientRetryableChecker._TRANSIENT_ERROR_CODES,
        "transient_statuses": standard.TransientRetryableChecker._TRANSIENT_STATUS_CODES,
        "throttling_codes": standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES,
        "modeled_retryable": sorted({shape.name for shape in errors(OPERATIONS) if shape.metadata.get("retryable") is not None}),
        "stream_statuses": stream_statuses(),
        "quota": {
            "capacity": quota.RetryQuota.INITIAL_CAPACITY, "retry": standard.RetryQuotaChecker._RETRY_COST,
            "timeout": standard.RetryQuotaChecker._TIMEOUT_RETRY_REQUEST, "success": standard.RetryQuotaChecker._NO_RETRY_INCREMENT,
        },
    }, indent=1))
