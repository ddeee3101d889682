"""The Bedrock stand-in as a process, with its script and its journal."""
import datetime
import json
import pathlib
import re
import subprocess
import sys
import time

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions
import httpx

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Standin"
REGION = "us-east-1"
KEY_ID, SECRET, BEARER = "AKIASTANDIN000000001", "standin-secret-access-key", "standin-bearer-token"
MODEL = "us.anthropic.claude-sonnet-4-20250514-v1:0"
WAIT_SECONDS = 10


class Standin:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bedrock_standin", *arguments], cwd=FOLDER, stdout=subprocess.PIPE, stderr=sys.stderr, text=True)
        line = self.process.stdout.readline()
        self.url = re.search(r"https?://\S+", line).group(0)
        self.control = httpx.Client(base_url=self.url, timeout=30, verify=False)

    def stop(self):
        self.control.close()
        self.process.terminate()
        self.process.wait(10)

    def environment(self, **changes):
        """What a process needs to take the stand-in for Bedrock; a change to None leaves a variable out."""
        variables = {
            "AWS_ENDPOINT_URL": self.url, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"} | changes
        return {name: value for name, value in variables.items() if value is not None}

    def client(self, service, **options):
        """A boto3 client that never tries again by itself."""
        given = {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET} | options
        config = botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=30)
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, config=config, **given)

    def post(self, path, body, key=(KEY_ID, SECRET, None), at=None, change=None, region=REGION, service="bedrock"):
        """A signed request with any body; `change` alters the signed headers before they are sent."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = botocore.awsrequest.AWSRequest("POST", self.url + path, {"Content-Type": "application/json"}, data)
        auth = botocore.auth.SigV4Auth(botocore.credentials.Credentials(*key), service, region)
        request.context["timestamp"] = (at or datetime.datetime.now(datetime.timezone.utc)).strftime("%Y%m%dT%H%M%SZ")
        auth._modify_request_before_signing(request)
        signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        auth._inject_signature_to_request(request, signature)
        headers = dict(request.headers.items())
        if change:
            change(headers)
        return httpx.post(request.url, content=data, headers=headers)

    def reset(self):
        self.script()
        self._post("/_standin/credentials", {"lifetime_seconds": 3600, "failures": 0})
        self._post("/_standin/clock", {"offset_seconds": 0})
        self.control.request("DELETE", "/_standin/requests").raise_for_status()

    def script(self, *rules):
        """Each rule is {"match": …, "times": …, "do": …}, see Tests/Standin/README.md."""
        self._post("/_standin/script", {"rules": rules})

    def play(self, operation="Converse*", times=None, **do):
        """One rule for one kind of operation."""
        self.script({"match": {"operation": operation}, "times": times, "do": do})

    def credentials(self, **changes):
        return self._post("/_standin/credentials", changes)

    def clock(self, offset_seconds):
        self._post("/_standin/clock", {"offset_seconds": offset_seconds})

    def disconnect(self):
        """Closes the connections that wait for a request, as a load balancer may at any time."""
        self._post("/_standin/disconnect", {})

    def journal(self):
        return self.control.get("/_standin/requests").json()

    def requests(self, operation=None):
        """The journal's entries of Bedrock's operations, oldest first."""
        return [entry for entry in self.journal()["requests"] if entry["operation"] and operation in (None, entry["operation"])]

    def wait_for(self, condition, what, seconds=WAIT_SECONDS):
        """The first true value of `condition(requests)`, asked every few milliseconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := condition(self.requests()):
                return value
            time.sleep(0.01)
        raise TimeoutError(f"{what}: {[(entry['operation'], entry['error']) for entry in self.requests()]}")

    def _post(self, path, body):
        answer = self.control.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def first_good(measure, attempts=6):
    """`measure()` gives what is wrong, or None. Other processes may spoil a measurement of time, but not every one."""
    found = []
    for _ in range(attempts):
        wrong = measure()
        if wrong is None:
            return
        found.append(wrong)
    raise AssertionError(f"wrong in each of {attempts} measurements: {found}")


def refusal(call):
    """Code and status of the error that a boto3 call must end with."""
    try:
        call()
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError("the call was answered")
