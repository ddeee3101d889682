"""Finds the operation a path belongs to and checks the request against botocore's service models."""
import base64
import binascii
import json
import re
import urllib.parse

import botocore.loaders
import botocore.model
import botocore.validate

from .errors import ServiceError, invalid

SERVICES = ("bedrock-runtime", "bedrock", "bedrock-agent-runtime", "bedrock-agent")


class Operation:
    def __init__(self, service, model):
        self.service = service
        self.name = model.name
        self.model = model
        self.method = model.http["method"]
        path = model.http["requestUri"].partition("?")[0]
        self.labels = re.findall(r"\{(\w+)\+?\}", path)
        # An id takes one segment: the slash of an ARN has to be encoded.
        self.pattern = re.compile("".join(
            "([^/]+)" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\+?\})", path)))
        # Literal paths before those with labels.
        self.rank = len(self.labels)


class Operations:
    """All operations of the four services."""

    def __init__(self):
        loader = botocore.loaders.create_loader()
        self.all = []
        for service in SERVICES:
            model = botocore.model.ServiceModel(loader.load_service_model(service, "service-2"), service)
            self.all += [Operation(service, model.operation_model(name)) for name in model.operation_names]
        self.all.sort(key=lambda operation: operation.rank)
        self.validator = botocore.validate.ParamValidator()

    def find(self, request):
        for operation in self.all:
            if operation.method == request.method and (match := operation.pattern.fullmatch(request.path)):
                values = (urllib.parse.unquote(value, errors="strict") for value in match.groups())
                return operation, dict(zip(operation.labels, values))
        raise ServiceError("UnknownOperationException", f"{request.method} {request.path} is no operation of Bedrock.")

    def parameters(self, operation, labels, request):
        """The operation's input; raises ValidationException, naming everything the service model forbids."""
        shape = operation.model.input_shape
        if shape is None:
            return {}
        parameters = self._located(shape, labels, request)
        parameters |= self._body(shape, operation, request)
        problems = []
        # Blobs turn into bytes in place and what botocore's own validator leaves out is checked.
        parameters = constrained(parameters, shape, "", problems)
        report = self.validator.validate(parameters, shape)
        if report.has_errors():
            problems.append(report.generate_report())
        if problems:
            raise invalid(f"{len(problems)} validation error{'s' * (len(problems) > 1)} detected: " + "; ".join(problems))
        return parameters

    @staticmethod
    def _located(shape, labels, request):
        parameters = {}
        query = dict(request.query)
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            match member.serialization.get("location"):
                case "uri":
                    parameters[name] = scalar(labels[wire], member)
                case "querystring" if wire in query:
                    parameters[name] = scalar(query.pop(wire), member)
                case "header" if request.header(wire) is not None:
                    parameters[name] = scalar(request.header(wire), member)
        if query:
            raise invalid(f"Unknown query parameters: {', '.join(sorted(query))}")
        return parameters

    @staticmethod
    def _body(shape, operation, request):
        payload = shape.serialization.get("payload")
        if payload and shape.members[payload].type_name == "blob":
            return {payload: request.body}
        if not request.body:
            return {}
        if operation.method == "GET":
            raise invalid(f"{operation.name} takes no body.")
        kind = (request.header("content-type") or "").partition(";")[0].strip()
        if kind != "application/json":
            raise ServiceError("SerializationException", f"Content-Type must be application/json, not '{kind}'.")
        body = decoded(request.body)
        if not isinstance(body, dict):
            raise ServiceError("SerializationException", "The body must be a JSON object.")
        located = {name for name, member in shape.members.items() if "location" in member.serialization}
        if misplaced := located & set(body):
            raise invalid(f"Members that belong into path, query or header: {', '.join(sorted(misplaced))}")
        return {payload: body} if payload else body


def decoded(body):
    """Strict JSON: UTF-8, no NaN, no name twice."""
    def once(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise ValueError("a name occurs twice in an object")
        return dict(pairs)

    def refuse(text):
        raise ValueError(f"{text} is no JSON")

    try:
        return json.loads(body.decode(), object_pairs_hook=once, parse_constant=refuse)
    except ValueError as error:
        raise ServiceError("SerializationException", f"The body is no JSON: {error}") from None


def scalar(text, shape):
    """A value of path, query or header in its own type; what is no number stays text and fails validation."""
    if shape.type_name in ("integer", "long") and re.fullmatch(r"-?\d+", text):
        return int(text)
    if shape.type_name == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def constrained(value, shape, where, problems):
    """The value with its blobs decoded. Adds what breaks `max`, `enum` or `pattern`, which botocore leaves to the service."""
    kind = shape.type_name
    if value is None:
        problems.append(f"Value null at '{where[1:]}': leave the member out")
    elif kind == "structure" and isinstance(value, dict) and not shape.is_document_type:
        return {name: constrained(item, shape.members[name], f"{where}.{name}", problems) if name in shape.members else item
                for name, item in value.items()}
    elif kind == "list" and isinstance(value, list):
        bounded(len(value), value, shape, where, problems)
        return [constrained(item, shape.member, f"{where}.{index + 1}.member", problems) for index, item in enumerate(value)]
    elif kind == "map" and isinstance(value, dict):
        return {name: constrained(item, shape.value, f"{where}.{name}", problems) for name, item in value.items()}
    elif kind == "string" and isinstance(value, str):
        bounded(len(value), value, shape, where, problems)
        if shape.enum and value not in shape.enum:
            problems.append(f"Value '{value}' at '{where[1:]}' must satisfy enum value set: [{', '.join(shape.enum)}]")
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            problems.append(f"Value '{value}' at '{where[1:]}' must satisfy regular expression pattern: {pattern}")
    elif kind in ("integer", "long", "float", "double"):
        if isinstance(value, bool):
            problems.append(f"Value '{value}' at '{where[1:]}' is no number")
        elif isinstance(value, (int, float)):
            bounded(value, value, shape, where, problems)
    elif kind == "blob" and not isinstance(value, bytes):
        return blob(value, shape, where, problems)
    return value


def bounded(measure, value, shape, where, problems):
    most = shape.metadata.get("max")
    if most is not None and measure > most:
        shown = str(value)[:80]
        problems.append(f"Value '{shown}' at '{where[1:]}' must have value or length less than or equal to {most}")


def blob(value, shape, where, problems):
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError, TypeError):
        problems.append(f"Value at '{where[1:]}' is no base64")
        return b"?"
    if len(data) < shape.metadata.get("min", 0):
        problems.append(f"Value at '{where[1:]}' is empty")
    return data
