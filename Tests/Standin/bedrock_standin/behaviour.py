"""How the stand-in plays one answer, and the script that says so for which requests."""
import dataclasses
import fnmatch


@dataclasses.dataclass
class Behaviour:
    """What is played; every time in milliseconds. Frames are counted from 0, which is messageStart."""
    #: One string (a delta for each word) or the list of deltas.
    text: object = None
    #: In place of `text`: {"text": …}, {"reasoning": …, "signature": …}, {"redacted": base64},
    #: {"tool": name, "id": …, "input": {…} or [pieces of its JSON]}.
    blocks: list = None
    #: The text's deltas are sent so many times.
    repeat: int = 1
    stop_reason: str = None
    #: Members of TokenUsage that differ from what is counted.
    usage: dict = None
    #: In place of the answer of an operation without stream (JSON).
    answer: object = None
    #: Before the status line, after messageStart, between frames.
    head_delay_ms: float = 0
    first_token_delay_ms: float = 0
    delay_ms: float = 0
    #: {"code": exception's name, "message", "status", "retry_after": seconds}
    error: dict = None
    #: In mid stream, in place of frame `frame`: {"frame", "kind": such as throttlingException, "message"}
    exception: dict = None
    #: {"frame": k, "byte": bytes of that frame still sent, "how": "close" | "clean" (HTTP ends properly) | "reset"}
    cut: dict = None
    #: {"frame": k, "part": "length" | "prelude" | "payload" | "message"}
    corrupt: dict = None
    #: Nothing more is sent from this frame on; the connection stays open.
    stall_frame: int = None
    #: Not even the status line is sent.
    hang: bool = False
    #: The body goes out in pieces of so many bytes.
    write_bytes: int = None
    #: Event types left out, such as ["metadata"].
    omit: list = dataclasses.field(default_factory=list)

    @classmethod
    def from_json(cls, fields):
        unknown = set(fields) - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise ValueError(f"a behaviour has no {', '.join(sorted(unknown))}")
        return cls(**fields)


class Rule:
    """A behaviour for the requests that match: `operation` and `model` are glob patterns, `contains` a piece of the body."""

    def __init__(self, fields):
        fields = dict(fields)
        match = dict(fields.pop("match", {}))
        self.operation = match.pop("operation", "*")
        self.model = match.pop("model", "*")
        self.contains = match.pop("contains", "")
        #: How many requests more; None is all.
        self.times = fields.pop("times", None)
        self.behaviour = Behaviour.from_json(fields.pop("do", {}))
        if fields or match:
            raise ValueError(f"a rule has no {', '.join(sorted(fields | match))}")

    def takes(self, operation, model, body):
        return (self.times != 0 and fnmatch.fnmatchcase(operation, self.operation)
                and fnmatch.fnmatchcase(model or "", self.model) and self.contains in body)


class Script:
    """The first rule that matches plays; without one the stand-in's own model answers."""

    rules_max = 1_000

    def __init__(self, document=None):
        rules = (document or {}).get("rules", [])
        if len(rules) > self.rules_max:
            raise ValueError(f"a script has at most {self.rules_max} rules")
        self.rules = [Rule(fields) for fields in rules]

    def behaviour(self, operation, model, body):
        for rule in self.rules:
            if rule.takes(operation, model, body):
                if rule.times is not None:
                    rule.times -= 1
                return rule.behaviour
        return None
