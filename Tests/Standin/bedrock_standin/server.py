"""The listening server: checks each request as AWS would, then plays the script or the stand-in's own answer."""
import asyncio
import email.utils
import json
import time
import uuid

from .behaviour import Behaviour, Script
from .connection import ClientGone, Connection
from .control import Control
from .errors import ServiceError
from .identity import Identity
from .journal import Journal
from .operations import Operations
from .service import Service, encoded, milliseconds_since
from .signature import SignatureCheck
from .stream import Stream, sleep_until


class Server:
    def __init__(self, keyring, region="us-east-1", pace_ms=30, container_token=None, script=None):
        self.keyring = keyring
        self.journal = Journal()
        self.operations = Operations()
        self.signatures = SignatureCheck(keyring, region)
        self.service = Service(region, pace_ms)
        self.identity = Identity(keyring, container_token)
        self.control = Control(self)
        self.script = Script(script)
        self.connections = set()

    async def listen(self, host, port, tls=None):
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(lambda: Connection(self), host, port, ssl=tls, backlog=1024)
        return self.listener.sockets[0].getsockname()[1]

    async def respond(self, request, entry, connection):
        """Answers one request; every refusal in AWS's form."""
        request_id = str(uuid.uuid4())
        headers = [("date", email.utils.formatdate(time.time() + self.signatures.offset_seconds, usegmt=True)),
                   ("x-amzn-requestid", request_id)]
        try:
            if self.identity.handles(request):
                status, kind, body = self.identity.answer(request)
                await connection.answer(status, [*headers, ("content-type", kind)], body)
            elif request.path.startswith("/_standin/"):
                status, value = self.control.answer(request)
                await connection.answer(status, [*headers, ("content-type", "application/json")], json.dumps(value).encode())
            else:
                await self._operate(request, entry, connection, headers)
        except ServiceError as error:
            await self._refuse(error, entry, connection, headers)
        except ClientGone:
            raise
        except Exception as error:
            # A fault of ours must not look like one that a test scripted.
            entry["error"] = f"stand-in: {error!r}"
            await connection.answer(500, [*headers, ("x-amzn-errortype", "StandInFault")], repr(error).encode())
            raise

    async def _operate(self, request, entry, connection, headers):
        operation, labels = self.operations.find(request)
        entry["operation"], entry["service"], entry["model"] = operation.name, operation.service, labels.get("modelId")
        entry["caller"] = self.signatures.verify(request, operation.service)
        parameters = self.operations.parameters(operation, labels, request)
        behaviour = self.script.behaviour(operation.name, labels.get("modelId"), request.body.decode("utf-8", "replace"))
        # What the script says of a wrong request would hide that it is wrong.
        self.service.check(operation.name, parameters)
        await self._faults(behaviour, request, connection)
        if operation.name == "ConverseStream":
            playback = self.service.playback(parameters, behaviour)
            paced = behaviour or Behaviour(delay_ms=self.service.pace_ms)
            await Stream(connection, entry, paced, playback, headers).play()
            return
        if behaviour and behaviour.answer is not None:
            value = behaviour.answer
        elif operation.name == "Converse":
            value = self.service.playback(parameters, behaviour).answer(milliseconds_since(request.received_at))
        else:
            value = self.service.answer(operation.name, parameters)
        status = operation.model.http.get("responseCode", 200)
        await connection.answer(
            status, [*headers, ("content-type", "application/json")], encoded(value), behaviour.write_bytes if behaviour else None)

    async def _faults(self, behaviour, request, connection):
        """The faults that come before the status line."""
        if behaviour is None:
            return
        if behaviour.hang:
            await asyncio.get_running_loop().create_future()
        await sleep_until(request.received_at + behaviour.head_delay_ms / 1000)
        if behaviour.error:
            fields = behaviour.error
            if fields.get("code") == "reset":
                connection.reset()
                raise ClientGone()
            extra = [("retry-after", fields["retry_after"])] if "retry_after" in fields else []
            raise ServiceError(fields["code"], fields.get("message"), fields.get("status"), extra)

    async def _refuse(self, error, entry, connection, headers):
        entry["error"] = error.code
        fields = [*headers, *error.headers, ("content-type", "application/json"),
                  ("x-amzn-errortype", error.code + ":http://internal.amazon.com/coral/com.amazon.bedrock/")]
        await connection.answer(error.status, fields, encoded({"message": error.message}))

    async def close(self):
        self.listener.close()
        for connection in list(self.connections):
            connection.transport.abort()
