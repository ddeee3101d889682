"""Turns a behaviour into Converse's answer or into the frames of ConverseStream."""
import json

from . import event_stream
from .quoting_model import pieces

TOOL_PIECE_CHARACTERS = 12


def deltas(text):
    return pieces(text) if isinstance(text, str) else list(text)


def tool_pieces(value):
    """Pieces of the input's JSON; a tool without input sends none, as Bedrock does."""
    if isinstance(value, list):
        return value
    text = json.dumps(value, ensure_ascii=False) if value else ""
    return [text[at : at + TOOL_PIECE_CHARACTERS] for at in range(0, len(text), TOOL_PIECE_CHARACTERS)]


class Playback:
    """One answer: content blocks, stop reason and usage."""

    def __init__(self, blocks, stop_reason, input_tokens, usage=None, repeat=1):
        self.blocks = blocks
        self.repeat = repeat
        has_tool = any("tool" in block for block in blocks)
        self.stop_reason = stop_reason or ("tool_use" if has_tool else "end_turn")
        output = sum(self._delta_count(block) for block in blocks)
        counted = {"inputTokens": input_tokens, "outputTokens": output, "cacheReadInputTokens": 0, "cacheWriteInputTokens": 0}
        counted |= usage or {}
        # Bedrock's total counts the cache too.
        total = sum(counted[name] for name in ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"))
        self.usage = {"totalTokens": total} | counted

    def _delta_count(self, block):
        if "text" in block:
            return len(deltas(block["text"])) * self.repeat
        if "tool" in block:
            return len(tool_pieces(block.get("input", {})))
        return len(deltas(block.get("reasoning", "")))

    # Converse

    def answer(self, latency_ms):
        return {
            "output": {"message": {"role": "assistant", "content": [self._content(block) for block in self.blocks]}},
            "stopReason": self.stop_reason, "usage": self.usage, "metrics": {"latencyMs": latency_ms}}

    def _content(self, block):
        if "tool" in block:
            given = block.get("input", {})
            value = json.loads("".join(given) or "{}") if isinstance(given, list) else given
            return {"toolUse": {"toolUseId": block["id"], "name": block["tool"], "input": value}}
        if "reasoning" in block:
            text = {"text": "".join(deltas(block["reasoning"]))}
            return {"reasoningContent": {"reasoningText": text | ({"signature": block["signature"]} if "signature" in block else {})}}
        if "redacted" in block:
            return {"reasoningContent": {"redactedContent": block["redacted"]}}
        return {"text": "".join(deltas(block["text"])) * self.repeat}

    # ConverseStream

    def frames(self, latency_ms, omit=()):
        """(event type, encoded frame), lazily: an answer may be many megabytes long."""
        for kind, value in self.events(latency_ms):
            if kind not in omit:
                yield kind, event_stream.event(kind, value)

    def events(self, latency_ms):
        yield "messageStart", {"role": "assistant"}
        for index, block in enumerate(self.blocks):
            if "tool" in block:
                yield "contentBlockStart", {
                    "contentBlockIndex": index, "start": {"toolUse": {"toolUseId": block["id"], "name": block["tool"]}}}
            for delta in self._deltas(block):
                yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
            yield "contentBlockStop", {"contentBlockIndex": index}
        yield "messageStop", {"stopReason": self.stop_reason}
        yield "metadata", {"usage": self.usage, "metrics": {"latencyMs": latency_ms()}}

    def _deltas(self, block):
        if "tool" in block:
            yield from ({"toolUse": {"input": piece}} for piece in tool_pieces(block.get("input", {})))
        elif "reasoning" in block:
            yield from ({"reasoningContent": {"text": piece}} for piece in deltas(block["reasoning"]))
            if "signature" in block:
                yield {"reasoningContent": {"signature": block["signature"]}}
        elif "redacted" in block:
            yield {"reasoningContent": {"redactedContent": block["redacted"]}}
        else:
            for _ in range(self.repeat):
                yield from ({"text": piece} for piece in deltas(block["text"]))
