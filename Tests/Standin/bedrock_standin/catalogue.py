"""The models and inference profiles of the stand-in's account."""
from .errors import ServiceError, invalid

ACCOUNT = "123456789012"
TEXT, IMAGE, EMBEDDING = ["TEXT"], ["TEXT", "IMAGE"], ["EMBEDDING"]

# id, name, provider, input, output, streams, lifecycle
ROWS = [
    # The one that `make run-standin` takes: nobody shall think that somebody's language model answers.
    ("standin.quoting-v1:0", "Quoting stand-in", "Stand-in", TEXT, TEXT, True, "ACTIVE"),
    ("anthropic.claude-3-haiku-20240307-v1:0", "Claude 3 Haiku", "Anthropic", IMAGE, TEXT, True, "ACTIVE"),
    ("anthropic.claude-3-5-sonnet-20240620-v1:0", "Claude 3.5 Sonnet", "Anthropic", IMAGE, TEXT, True, "LEGACY"),
    ("anthropic.claude-sonnet-4-20250514-v1:0", "Claude Sonnet 4", "Anthropic", IMAGE, TEXT, True, "ACTIVE"),
    ("anthropic.claude-sonnet-4-5-20250929-v1:0", "Claude Sonnet 4.5", "Anthropic", IMAGE, TEXT, True, "ACTIVE"),
    ("anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5", "Anthropic", IMAGE, TEXT, True, "ACTIVE"),
    ("anthropic.claude-sonnet-4-6", "Claude Sonnet 4.6", "Anthropic", IMAGE, TEXT, True, "ACTIVE"),
    ("anthropic.claude-opus-4-7", "Claude Opus 4.7", "Anthropic", IMAGE, TEXT, True, "ACTIVE"),
    ("amazon.nova-micro-v1:0", "Nova Micro", "Amazon", TEXT, TEXT, True, "ACTIVE"),
    ("amazon.nova-lite-v1:0", "Nova Lite", "Amazon", IMAGE, TEXT, True, "ACTIVE"),
    ("amazon.nova-pro-v1:0", "Nova Pro", "Amazon", IMAGE, TEXT, True, "ACTIVE"),
    ("meta.llama3-3-70b-instruct-v1:0", "Llama 3.3 70B", "Meta", TEXT, TEXT, True, "ACTIVE"),
    ("mistral.mistral-large-2402-v1:0", "Mistral Large", "Mistral AI", TEXT, TEXT, True, "ACTIVE"),
    ("openai.gpt-oss-120b-1:0", "gpt-oss-120b", "OpenAI", TEXT, TEXT, True, "ACTIVE"),
    ("amazon.titan-embed-text-v1", "Titan Embeddings G1", "Amazon", TEXT, EMBEDDING, False, "ACTIVE"),
    ("amazon.titan-embed-text-v2:0", "Titan Embeddings V2", "Amazon", TEXT, EMBEDDING, False, "ACTIVE"),
    ("cohere.embed-english-v3", "Embed English", "Cohere", TEXT, EMBEDDING, False, "ACTIVE"),
    ("cohere.embed-multilingual-v3", "Embed Multilingual", "Cohere", TEXT, EMBEDDING, False, "ACTIVE"),
    ("cohere.embed-v4:0", "Embed v4", "Cohere", IMAGE, EMBEDDING, False, "ACTIVE"),
    ("amazon.nova-2-multimodal-embeddings-v1:0", "Nova Embeddings", "Amazon", IMAGE, EMBEDDING, False, "ACTIVE"),
    ("amazon.rerank-v1:0", "Rerank 1.0", "Amazon", TEXT, TEXT, False, "ACTIVE"),
    ("cohere.rerank-v3-5:0", "Rerank 3.5", "Cohere", TEXT, TEXT, False, "ACTIVE"),
]
# Models that are reached through an inference profile only.
PROFILE_ONLY = {"anthropic.claude-sonnet-4-20250514-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0",
                "anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-sonnet-4-6", "anthropic.claude-opus-4-7"}
SYSTEM_PROFILES = [("us", "anthropic.claude-3-haiku-20240307-v1:0"), ("us", "anthropic.claude-sonnet-4-20250514-v1:0"),
                   ("us", "anthropic.claude-sonnet-4-5-20250929-v1:0"), ("global", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
                   ("global", "anthropic.claude-haiku-4-5-20251001-v1:0"), ("us", "amazon.nova-micro-v1:0"), ("us", "amazon.nova-lite-v1:0"),
                   ("us", "anthropic.claude-sonnet-4-6"), ("us", "anthropic.claude-opus-4-7"), ("us", "amazon.nova-pro-v1:0")]
APPLICATION_PROFILES = [("a1b2c3d4e5f6", "team-docs", "anthropic.claude-3-haiku-20240307-v1:0")]
IDS = {row[0] for row in ROWS}


class Catalogue:
    def __init__(self, region):
        self.region = region

    def model_arn(self, model):
        return f"arn:aws:bedrock:{self.region}::foundation-model/{model}"

    def models(self, provider=None, output=None, inference=None):
        found = [self.summary(row) for row in ROWS]
        return [model for model in found
                if (provider is None or model["providerName"].lower() == provider.lower())
                and (output is None or output in model["outputModalities"])
                and (inference is None or inference in model["inferenceTypesSupported"])]

    def summary(self, row):
        model, name, provider, inputs, outputs, streams, lifecycle = row
        return {
            "modelArn": self.model_arn(model), "modelId": model, "modelName": name, "providerName": provider,
            "inputModalities": inputs, "outputModalities": outputs, "responseStreamingSupported": streams,
            "customizationsSupported": [], "inferenceTypesSupported": ["INFERENCE_PROFILE" if model in PROFILE_ONLY else "ON_DEMAND"],
            "modelLifecycle": {"status": lifecycle}}

    def converses(self, model):
        return any(row[0] == model and row[4] == TEXT and row[5] for row in ROWS)

    def model(self, identifier):
        for row in ROWS:
            if identifier in (row[0], self.model_arn(row[0])):
                return self.summary(row)
        raise ServiceError("ResourceNotFoundException", f"Could not find model {identifier}.")

    def profiles(self, kind=None):
        found = [self._profile("SYSTEM_DEFINED", f"{prefix}.{model}", f"{prefix.upper()} {model.split('.')[0].title()} profile", model)
                 for prefix, model in SYSTEM_PROFILES]
        found += [self._profile("APPLICATION", identifier, name, model) for identifier, name, model in APPLICATION_PROFILES]
        return [profile for profile in found if kind in (None, profile["type"])]

    def _profile(self, kind, identifier, name, model):
        resource = "inference-profile" if kind == "SYSTEM_DEFINED" else "application-inference-profile"
        return {
            "inferenceProfileName": name, "createdAt": "2025-01-01T00:00:00Z", "updatedAt": "2025-01-01T00:00:00Z",
            "inferenceProfileArn": f"arn:aws:bedrock:{self.region}:{ACCOUNT}:{resource}/{identifier}",
            "models": [{"modelArn": self.model_arn(model)}], "inferenceProfileId": identifier, "status": "ACTIVE", "type": kind}

    def profile(self, identifier):
        for profile in self.profiles():
            if identifier in (profile["inferenceProfileId"], profile["inferenceProfileArn"]):
                return profile
        raise ServiceError("ResourceNotFoundException", f"Could not find inference profile {identifier}.")

    def foundation_model(self, identifier):
        """The model behind an id, a profile or an ARN; what Bedrock answers when there is none."""
        if identifier in IDS:
            if identifier in PROFILE_ONLY:
                raise invalid(f"Invocation of model ID {identifier} with on-demand throughput isn't supported. Retry your request with "
                              "the ID or ARN of an inference profile that contains this model.")
            return identifier
        for row in ROWS:
            if identifier == self.model_arn(row[0]):
                return self.foundation_model(row[0])
        for profile in self.profiles():
            known = [profile["inferenceProfileArn"]] + [profile["inferenceProfileId"]] * (profile["type"] == "SYSTEM_DEFINED")
            if identifier in known:
                return profile["models"][0]["modelArn"].rpartition("/")[2]
        raise invalid("The provided model identifier is invalid.")
