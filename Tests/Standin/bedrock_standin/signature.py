"""Checks a request's SigV4 signature with botocore's own signer, or its bearer token."""
import datetime
import hashlib
import hmac
import re

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from .errors import ServiceError

SKEW_SECONDS_MAX = 300
BEARER_SERVICES = {"bedrock", "bedrock-runtime"}
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})")


class ClaimedHeadersAuth(botocore.auth.SigV4Auth):
    """Signs exactly the headers it is given, also those that botocore itself would leave out, such as User-Agent."""

    def headers_to_sign(self, request):
        return request.headers


class SignatureCheck:
    def __init__(self, keyring, region, signing_name="bedrock", clock=None):
        self.keyring = keyring
        self.region = region
        self.signing_name = signing_name
        self.clock = clock or (lambda: datetime.datetime.now(datetime.timezone.utc))
        #: Added to our clock: what a client with a wrong clock meets.
        self.offset_seconds = 0

    def now(self):
        return self.clock() + datetime.timedelta(seconds=self.offset_seconds)

    def verify(self, request, service):
        """The caller's key id; raises what AWS answers. `service` is the endpoint prefix the path belongs to."""
        authorization = request.header("authorization")
        if authorization is None:
            raise ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")
        if authorization.startswith("Bearer "):
            return self._verify_bearer(request, authorization.removeprefix("Bearer "), service)
        return self._verify_signature(request, authorization)

    def _verify_bearer(self, request, token, service):
        if service not in BEARER_SERVICES:
            raise ServiceError("AccessDeniedException", f"{service} takes no bearer tokens; sign the request.")
        if request.header("x-amz-date") or request.header("x-amz-security-token"):
            raise ServiceError("AccessDeniedException", "A bearer token comes without X-Amz-Date and X-Amz-Security-Token.")
        if token not in self.keyring.bearer_tokens:
            raise ServiceError("AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.")
        return "bearer"

    def _verify_signature(self, request, authorization):
        match = AUTHORIZATION.fullmatch(authorization)
        if not match:
            raise ServiceError("IncompleteSignatureException", "Authorization header requires Credential, SignedHeaders, Signature.")
        scope, signed_headers, signature = match.groups()
        parts = scope.split("/")
        if len(parts) != 5 or parts[4] != "aws4_request":
            raise ServiceError("IncompleteSignatureException", f"Credential must have 5 slash-delimited elements, got '{scope}'.")
        key_id, date, region, service, _ = parts
        key = self.keyring.keys.get(key_id)
        if key is None:
            raise ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.")
        self._check_scope(request, date, region, service)
        self._check_headers(request, signed_headers.split(";"))
        if (request.header("x-amz-security-token") or "") != (key.token or ""):
            raise ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.")
        if not hmac.compare_digest(signature, self._expected(request, key_id, key, signed_headers.split(";"))):
            raise ServiceError(
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
                "and signing method. Consult the service documentation for details.")
        # After the signature, as AWS does: an expired key still has to be the caller's own.
        if key.is_expired:
            raise ServiceError("ExpiredTokenException", "The security token included in the request is expired")
        return key_id

    def _check_scope(self, request, date, region, service):
        if service != self.signing_name:
            raise ServiceError("InvalidSignatureException", f"Credential should be scoped to correct service: '{self.signing_name}'.")
        if region != self.region:
            raise ServiceError("InvalidSignatureException", f"Credential should be scoped to a valid region, not '{region}'.")
        stamp = request.header("x-amz-date") or ""
        try:
            signed_at = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        except ValueError:
            raise ServiceError("IncompleteSignatureException", f"Date must be in ISO-8601 'basic format'. Got '{stamp}'.") from None
        if not stamp.startswith(date):
            raise ServiceError("InvalidSignatureException", "Date in Credential scope does not match YYYYMMDD from ISO-8601 version.")
        now = self.now()
        skew = (now - signed_at).total_seconds()
        if skew > SKEW_SECONDS_MAX:
            raise ServiceError(
                "InvalidSignatureException", f"Signature expired: {stamp} is now earlier than {now:%Y%m%dT%H%M%SZ} (- 5 min.)")
        if skew < -SKEW_SECONDS_MAX:
            raise ServiceError(
                "InvalidSignatureException", f"Signature not yet current: {stamp} is still later than {now:%Y%m%dT%H%M%SZ} (+ 5 min.)")

    @staticmethod
    def _check_headers(request, signed):
        present = {name.lower() for name, _ in request.headers}
        needed = {"host"} | {name for name in present if name.startswith("x-amz-")}
        if missing := needed - set(signed):
            raise ServiceError("InvalidSignatureException", f"Headers that must be signed are not: {', '.join(sorted(missing))}")
        if absent := set(signed) - present:
            raise ServiceError("InvalidSignatureException", f"Signed headers are absent: {', '.join(sorted(absent))}")
        if signed != sorted(signed):
            raise ServiceError("IncompleteSignatureException", "SignedHeaders must be sorted.")
        claimed = request.header("x-amz-content-sha256")
        if claimed and claimed != hashlib.sha256(request.body).hexdigest():
            raise ServiceError("InvalidSignatureException", "The value of x-amz-content-sha256 does not match the body.")

    def _expected(self, request, key_id, key, signed):
        rebuilt = botocore.awsrequest.AWSRequest(
            method=request.method, url=f"http://{request.header('host')}{request.target}", data=request.body)
        for name, value in request.headers:
            if name.lower() in signed:
                rebuilt.headers.add_header(name.lower(), value)
        rebuilt.context["timestamp"] = request.header("x-amz-date")
        credentials = botocore.credentials.Credentials(key_id, key.secret, key.token)
        auth = ClaimedHeadersAuth(credentials, self.signing_name, self.region)
        return auth.signature(auth.string_to_sign(rebuilt, auth.canonical_request(rebuilt)), rebuilt)
