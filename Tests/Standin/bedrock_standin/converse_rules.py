"""Converse's rules beyond its shapes: what Bedrock and the models behind it refuse."""
import re

from .errors import invalid

IMAGES_MAX, IMAGE_BYTES_MAX = 20, 3_750_000
DOCUMENTS_MAX, DOCUMENT_BYTES_MAX = 5, 4_500_000
DOCUMENT_NAME = re.compile(r"(?!.*\s\s)[a-zA-Z0-9\s\-()\[\]]{1,200}")
# Newer Claude models take one of the two only.
ONE_SAMPLER = re.compile(r"claude-(opus-4-1|opus-4-[5-9]|sonnet-4-[5-9]|haiku-4-[5-9]|(opus|sonnet|haiku)-[5-9](?!\d))")
# The newest take none.
NO_SAMPLERS = re.compile(r"claude-(opus-4-[78]|(opus|sonnet|haiku)-[5-9](?!\d))")
NO_PREFILL = re.compile(r"amazon\.nova-2|openai\.gpt-oss|claude-(opus|sonnet)-4-[6-9]|claude-(opus|sonnet|haiku)-[5-9](?!\d)")
ORDER = {"reasoningContent": 0, "text": 1, "citationsContent": 1, "toolUse": 2}


def check(model, parameters):
    """Raises ValidationException for the first rule that is broken. `model` is the foundation model's id."""
    messages = parameters.get("messages", [])
    if not messages:
        raise invalid("A conversation must start with a user message. Try again with a conversation that starts with a user message.")
    for block in parameters.get("system", []):
        if "text" in block and not block["text"].strip():
            raise invalid("The text field in the system ContentBlock object is blank. Add text to the text field, and try again.")
    check_turns(messages)
    for index, message in enumerate(messages):
        check_message(index, message)
    check_attachments(messages)
    check_pairs(messages)
    check_tools(messages, parameters.get("toolConfig"))
    check_prefill(model, messages)
    check_inference(model, parameters)


def check_turns(messages):
    if messages[0]["role"] != "user":
        raise invalid("A conversation must start with a user message. Try again with a conversation that starts with a user message.")
    for index in range(1, len(messages)):
        if messages[index]["role"] == messages[index - 1]["role"]:
            raise invalid(
                f"messages.{index}: roles must alternate between \"user\" and \"assistant\", "
                f"but found multiple \"{messages[index]['role']}\" roles in a row")


def check_message(index, message):
    role, blocks = message["role"], message["content"]
    if not blocks:
        raise invalid(f"The content field in the Message object at messages.{index} is empty. Add a ContentBlock object to the content "
                      "field and try again.")
    previous = -1
    for number, block in enumerate(blocks):
        where = f"messages.{index}.content.{number}"
        kind = next(iter(block))
        if kind == "text" and not block["text"].strip():
            raise invalid(f"The text field in the ContentBlock object at {where} is blank. Add text to the text field, and try again.")
        if role == "user" and kind in ("toolUse", "reasoningContent", "citationsContent"):
            raise invalid(f"{where}: User messages cannot contain {kind} blocks.")
        if role == "assistant":
            if kind in ("toolResult", "image", "document", "video", "audio"):
                raise invalid(f"{where}: Assistant messages cannot contain {kind} blocks.")
            if ORDER.get(kind, previous) < previous:
                raise invalid(f"{where}: blocks of an assistant message come as reasoning, text, toolUse.")
            previous = ORDER.get(kind, previous)
        if kind == "toolUse" and not isinstance(block["toolUse"]["input"], dict):
            raise invalid(f"The format of the value at {where}.toolUse.input is invalid. Provide a json object for the field and try again.")
        if kind == "toolResult":
            check_result(where, block["toolResult"])


def check_result(where, result):
    if not result["content"]:
        raise invalid(f"{where}.toolResult.content: at least one block is needed.")
    for item in result["content"]:
        if "text" in item and not item["text"].strip():
            raise invalid(f"The text field in the ToolResultContentBlock at {where} is blank. Add text to the text field, and try again.")
        if "json" in item and not isinstance(item["json"], dict):
            raise invalid(f"The format of the value at {where}.toolResult.content.json is invalid. Provide a json object.")


def check_attachments(messages):
    images, documents, names = 0, 0, set()
    for index, message in enumerate(messages):
        blocks = message["content"]
        for block in blocks:
            if "image" in block:
                images += 1
                if len(block["image"]["source"].get("bytes", b"")) > IMAGE_BYTES_MAX:
                    raise invalid(f"messages.{index}: image exceeds the maximum of {IMAGE_BYTES_MAX} bytes.")
            if "document" in block:
                documents += 1
                check_document(index, block["document"], names)
                if not any("text" in other for other in blocks):
                    raise invalid(f"messages.{index}: A text block is required when a document block is given. Include a text block.")
    if images > IMAGES_MAX:
        raise invalid(f"too many images: {images} > {IMAGES_MAX}")
    if documents > DOCUMENTS_MAX:
        raise invalid(f"too many documents: {documents} > {DOCUMENTS_MAX}")


def check_document(index, document, names):
    name = document["name"]
    if not DOCUMENT_NAME.fullmatch(name):
        raise invalid("The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, "
                      "and square brackets. The name can't contain more than one consecutive whitespace character.")
    if name in names:
        raise invalid(f"messages.{index}: duplicate document name '{name}'.")
    names.add(name)
    if len(document["source"].get("bytes", b"")) > DOCUMENT_BYTES_MAX:
        raise invalid(f"messages.{index}: document exceeds the maximum of {DOCUMENT_BYTES_MAX} bytes.")


def check_pairs(messages):
    """Each toolUse is answered in the turn behind it, by exactly one toolResult, and nothing else is answered."""
    seen = set()
    for index, message in enumerate(messages):
        asked = identifiers(message, "toolUse") if message["role"] == "assistant" else []
        if len(set(asked)) != len(asked) or seen & set(asked):
            raise invalid(f"messages.{index}: `tool_use` ids must be unique")
        seen |= set(asked)
        following = messages[index + 1] if index + 1 < len(messages) else None
        answered = identifiers(following, "toolResult") if following else []
        if message["role"] == "user":
            if index == 0 and identifiers(message, "toolResult"):
                raise invalid("The number of toolResult blocks at messages.0.content exceeds the number of toolUse blocks of previous turn.")
            continue
        if len(set(answered)) != len(answered):
            raise invalid(f"messages.{index + 1}: each toolUse takes one toolResult; an id came twice.")
        if missing := [name for name in asked if name not in answered]:
            raise invalid(f"Expected toolResult blocks at messages.{index + 1}.content for the following Ids: {', '.join(missing)}")
        if surplus := [name for name in answered if name not in asked]:
            raise invalid(f"The toolResult blocks at messages.{index + 1}.content answer no toolUse of the previous turn: {', '.join(surplus)}")
        if asked and following:
            check_results_first(index + 1, following)


def check_results_first(index, message):
    kinds = [next(iter(block)) for block in message["content"]]
    first_other = next((number for number, kind in enumerate(kinds) if kind not in ("toolResult", "cachePoint")), len(kinds))
    if "toolResult" in kinds[first_other:]:
        raise invalid(f"messages.{index}: toolResult blocks come before all other blocks of the turn.")


def identifiers(message, kind):
    return [block[kind]["toolUseId"] for block in message["content"] if kind in block]


def check_tools(messages, configuration):
    has_blocks = any("toolUse" in block or "toolResult" in block for message in messages for block in message["content"])
    if configuration is None:
        if has_blocks:
            raise invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.")
        return
    names = [tool["toolSpec"]["name"] for tool in configuration["tools"] if "toolSpec" in tool]
    if not names:
        raise invalid("toolConfig.tools holds no toolSpec.")
    if len(set(names)) != len(names):
        raise invalid("Tool names must be unique.")
    for tool in configuration["tools"]:
        schema = tool.get("toolSpec", {}).get("inputSchema", {}).get("json")
        if "toolSpec" in tool and (not isinstance(schema, dict) or schema.get("type") != "object"):
            raise invalid("The value at toolConfig.tools.toolSpec.inputSchema.json.type must be one of the following: object.")
    chosen = configuration.get("toolChoice", {}).get("tool", {}).get("name")
    if chosen is not None and chosen not in names:
        raise invalid(f"toolConfig.toolChoice names the tool '{chosen}', which is not among the tools.")


def check_prefill(model, messages):
    last = messages[-1]
    if last["role"] != "assistant":
        return
    if NO_PREFILL.search(model):
        raise invalid("This model does not support assistant message prefill. The conversation must end with a user message.")
    if "text" in last["content"][-1] and last["content"][-1]["text"] != last["content"][-1]["text"].rstrip():
        raise invalid("messages: final assistant content cannot end with trailing whitespace")


def check_inference(model, parameters):
    inference = parameters.get("inferenceConfig", {})
    if NO_SAMPLERS.search(model) and (named := [name for name in ("temperature", "topP") if name in inference]):
        raise invalid(f"The model returned the following errors: `{named[0]}` is deprecated for this model.")
    if "temperature" in inference and "topP" in inference and ONE_SAMPLER.search(model):
        raise invalid("The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. "
                      "Please use only one.")
    stops = inference.get("stopSequences", [])
    if "anthropic." in model and any(not stop.strip() for stop in stops):
        raise invalid("The model returned the following errors: stop_sequences: each stop sequence must contain non-whitespace")
    thinking = (parameters.get("additionalModelRequestFields") or {}).get("thinking")
    if "anthropic." in model and isinstance(thinking, dict) and thinking.get("type") == "enabled":
        check_thinking(thinking, inference)


def check_thinking(thinking, inference):
    budget = thinking.get("budget_tokens")
    if not isinstance(budget, int) or budget < 1024:
        raise invalid("The model returned the following errors: thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
    if "maxTokens" in inference and inference["maxTokens"] <= budget:
        raise invalid("The model returned the following errors: `max_tokens` must be greater than `thinking.budget_tokens`.")
    if inference.get("temperature", 1) != 1:
        raise invalid("The model returned the following errors: `temperature` may only be set to 1 when thinking is enabled.")
    if inference.get("topP", 1) < 0.95:
        raise invalid("The model returned the following errors: `top_p` must be at least 0.95 when thinking is enabled.")
