"""What an AWS service answers when it refuses a request."""

STATUS = {
    "AccessDeniedException": 403, "ExpiredTokenException": 403, "IncompleteSignatureException": 403, "InvalidSignatureException": 403,
    "MissingAuthenticationTokenException": 403, "UnrecognizedClientException": 403, "ResourceNotFoundException": 404,
    "UnknownOperationException": 404, "ModelTimeoutException": 408, "ConflictException": 409, "ModelErrorException": 424,
    "ModelStreamErrorException": 424, "ModelNotReadyException": 429, "ThrottlingException": 429, "InternalServerException": 500,
    "BadGatewayException": 502, "ServiceUnavailableException": 503, "SerializationException": 400, "ServiceQuotaExceededException": 402,
    "ValidationException": 400,
}

MESSAGE = {
    "AccessDeniedException": "You don't have access to the model with the specified model ID.",
    "ResourceNotFoundException": "The requested resource could not be found.",
    "ModelTimeoutException": "Model has timed out in processing the request. Try your request again.",
    "ModelErrorException": "The system encountered an unexpected error during processing. Try your request again.",
    "ModelStreamErrorException": "The model ended the stream with an error. Try your request again.",
    "ModelNotReadyException": "Model is not ready for inference. Wait and try your request again.",
    "ThrottlingException": "Too many requests, please wait before trying again.",
    "InternalServerException": "The system encountered an unexpected error during processing. Try your request again.",
    "ServiceUnavailableException": "Bedrock is unable to process your request.",
    "ValidationException": "The provided request is not valid",
}


class ServiceError(Exception):
    """One refusal; `code` is the exception's name in the service model."""

    def __init__(self, code, message=None, status=None, headers=()):
        self.code = code
        self.message = MESSAGE.get(code, code) if message is None else message
        self.status = status or STATUS.get(code, 400)
        self.headers = list(headers)
        super().__init__(f"{code}: {self.message}")


def invalid(message):
    return ServiceError("ValidationException", message)
