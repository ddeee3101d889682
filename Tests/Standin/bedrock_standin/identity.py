"""Where SDKs get credentials: the container endpoint, IMDSv2 and STS, all handing out temporary keys of the keyring."""
import json
import urllib.parse

from .errors import ServiceError

ROLE = "standin-role"
IMDS_TOKEN = "standin-imds-token"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


class Identity:
    def __init__(self, keyring, container_token):
        self.keyring = keyring
        #: The container endpoint's Authorization; None asks for none.
        self.container_token = container_token

    def handles(self, request):
        return (request.path == "/_standin/container-credentials" or request.path.startswith("/latest/")
                or request.path == "/" and request.method == "POST")

    def answer(self, request):
        """Status, content type, body."""
        if request.path != "/" and self.keyring.failures_left > 0 and "token" not in request.path:
            self.keyring.failures_left -= 1
            return 500, "application/json", b'{"message":"a scripted failure of the credentials endpoint"}'
        if request.path == "/_standin/container-credentials":
            if self.container_token and request.header("authorization") != self.container_token:
                return 401, "application/json", b'{"message":"wrong Authorization"}'
            return 200, "application/json", json.dumps(self.keyring.issue()).encode()
        if request.path.startswith("/latest/"):
            return self._imds(request)
        return self._sts(request)

    def _imds(self, request):
        if request.path == "/latest/api/token":
            if request.method != "PUT" or request.header("x-aws-ec2-metadata-token-ttl-seconds") is None:
                return 400, "text/plain", b"PUT with X-aws-ec2-metadata-token-ttl-seconds"
            return 200, "text/plain", IMDS_TOKEN.encode()
        if request.header("x-aws-ec2-metadata-token") != IMDS_TOKEN:
            return 401, "text/plain", b"IMDSv2 wants its token"
        match request.path.rstrip("/"):
            case "/latest/meta-data/iam/security-credentials":
                return 200, "text/plain", ROLE.encode()
            case "/latest/meta-data/iam/security-credentials/" | "/latest/meta-data/iam/security-credentials/standin-role":
                document = {"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2025-01-01T00:00:00Z"} | self.keyring.issue()
                return 200, "application/json", json.dumps(document).encode()
        return 404, "text/plain", b"not found"

    def _sts(self, request):
        fields = dict(urllib.parse.parse_qsl(request.body.decode("utf-8", "replace")))
        action = fields.get("Action", "")
        if action == "GetCallerIdentity":
            result = "<Arn>arn:aws:iam::123456789012:user/standin</Arn><UserId>AIDASTANDIN</UserId><Account>123456789012</Account>"
        elif action in ("AssumeRole", "AssumeRoleWithWebIdentity"):
            if "RoleArn" not in fields or "RoleSessionName" not in fields:
                raise ServiceError("ValidationError", "RoleArn and RoleSessionName are required.", 400)
            if action == "AssumeRoleWithWebIdentity" and not fields.get("WebIdentityToken"):
                raise ServiceError("InvalidIdentityToken", "WebIdentityToken is required.", 400)
            key = self.keyring.issue()
            result = (f"<Credentials><AccessKeyId>{key['AccessKeyId']}</AccessKeyId><SecretAccessKey>{key['SecretAccessKey']}"
                      f"</SecretAccessKey><SessionToken>{key['Token']}</SessionToken><Expiration>{key['Expiration']}</Expiration>"
                      f"</Credentials><AssumedRoleUser><Arn>{fields['RoleArn']}</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>")
        else:
            raise ServiceError("InvalidAction", f"Could not find operation {action}", 400)
        body = (f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{result}</{action}Result>'
                f"<ResponseMetadata><RequestId>standin</RequestId></ResponseMetadata></{action}Response>")
        return 200, "text/xml", body.encode()
