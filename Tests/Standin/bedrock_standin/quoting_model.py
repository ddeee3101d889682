"""What answers when no script does: no language model but a quoter of the prompt's passages, and it says so."""
import dataclasses
import re

from .vectors import overlap, words

NOTICE = "(A stand-in for Amazon Bedrock answers here: it quotes your documents, it does not think.)"
# The fence of one passage in the system prompt: its number, its attributes, its secret, its text.
PASSAGE = re.compile(r"<<<passage (\d+) \|([^\n]*)\| ([0-9a-f]+)>>>\n(.*?)\n<<<end \3>>>", re.S)
# A prompt that wants one letter: the meaning of each stands on a line of its own.
LETTER = re.compile(r"^([A-Z]): (.*)$", re.M)
SMALL_TALK = {"hi", "hello", "hey", "thanks", "thank", "bye", "goodbye", "good", "morning", "evening", "you", "there", "much", "so", "very"}
SENTENCE = re.compile(r"[^.!?]+(?:[.!?](?!\s)[^.!?]*)*[.!?]?", re.S)
QUOTES_MAX = 3
LETTER_TOKENS_MAX = 4
SENTENCE_CHARACTERS_MAX = 400


@dataclasses.dataclass
class Answer:
    blocks: list
    stop_reason: str = "end_turn"


def answer(parameters):
    """Answers the conversation: a tool call where one is demanded, else quotes, else an echo."""
    question = last_text(parameters["messages"])
    system = "\n".join(block.get("text", "") for block in parameters.get("system", []))
    configuration = parameters.get("toolConfig")
    if configuration and (forced := forced_tool(configuration)):
        return Answer([{"tool": forced["name"], "id": "tooluse_standin_1", "input": arguments(forced, question)}], "tool_use")
    schema = parameters.get("outputConfig", {}).get("textFormat", {}).get("structure", {}).get("jsonSchema")
    if schema:
        return Answer([{"text": '{"standin": true}'}])
    inference = parameters.get("inferenceConfig", {})
    if (letters := LETTER.findall(system)) and inference.get("maxTokens", LETTER_TOKENS_MAX + 1) <= LETTER_TOKENS_MAX:
        return Answer([{"text": letter(question, letters)}])
    return limited(prose(question, system), inference)


def letter(question, letters):
    """The letter that stands for small talk when the message is nothing else; the last one, for everything else, when not."""
    casual = next((letter for letter, meaning in letters if "small talk" in meaning), None)
    spoken = set(words(re.sub(r"</?message>", "", question)))
    return casual if casual and spoken and spoken <= SMALL_TALK else letters[-1][0]


def last_text(messages):
    texts = [block["text"] for message in messages if message["role"] == "user" for block in message["content"] if "text" in block]
    return texts[-1] if texts else ""


def forced_tool(configuration):
    choice = configuration.get("toolChoice", {})
    tools = [tool["toolSpec"] for tool in configuration["tools"] if "toolSpec" in tool]
    if "tool" in choice:
        return next(tool for tool in tools if tool["name"] == choice["tool"]["name"])
    return tools[0] if "any" in choice else None


def arguments(tool, question):
    """The tool's required strings are filled with the question, other types with their plainest value."""
    schema = tool["inputSchema"]["json"]
    plain = {"string": question, "integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}
    return {name: plain.get(schema.get("properties", {}).get(name, {}).get("type"), question) for name in schema.get("required", [])}


def prose(question, system):
    passages = [(int(number), text) for number, _, _, text in PASSAGE.findall(system)]
    if not passages:
        return f"{NOTICE} No passages came with the question, so there is nothing to quote. You wrote: {clipped(question)}"
    best = sorted(passages, key=lambda passage: -overlap(question, passage[1]))[:QUOTES_MAX]
    quotes = [f"{quoted(question, text)} [{number}]" for number, text in best if overlap(question, text) > 0 or passage_is_first(number)]
    return NOTICE + "\n\n" + "\n\n".join(quotes)


def passage_is_first(number):
    return number == 1


def quoted(question, text):
    """The sentence of the passage that shares most with the question; the first one when none does."""
    sentences = [" ".join(sentence.split()) for sentence in SENTENCE.findall(text)]
    sentences = [sentence for sentence in sentences if len(words(sentence)) > 2] or [" ".join(text.split())]
    return clipped(max(sentences, key=lambda sentence: overlap(question, sentence)))


def clipped(text):
    return text if len(text) <= SENTENCE_CHARACTERS_MAX else text[: SENTENCE_CHARACTERS_MAX - 1] + "…"


def limited(text, inference):
    """Cut where a stop sequence begins, or after maxTokens words."""
    stops = [at for stop in inference.get("stopSequences", []) if (at := text.find(stop)) >= 0]
    if stops:
        return Answer([{"text": text[: min(stops)]}], "stop_sequence")
    deltas = pieces(text)
    if len(deltas) > inference.get("maxTokens", len(deltas)):
        return Answer([{"text": deltas[: inference["maxTokens"]]}], "max_tokens")
    return Answer([{"text": deltas}])


def pieces(text):
    """The text word by word, white space in front of its word as with real tokens; joined they are the text."""
    return re.findall(r"\s*\S+(?:\s+$)?", text) or ([text] if text else [])
