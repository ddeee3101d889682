#!/usr/bin/env python3
"""Writes credentials.json and ini.json: what botocore's credentials chain and its INI parser do. Needs botocore; run it here.

Nothing is sent: the HTTP session is replaced by one that answers as STS, the container endpoint and the instance metadata service
would, and notes what it was asked. `{folder}` in variables and files stands for the folder that holds the case's files.
"""
import json
import os
import random
import re
import tempfile
import urllib.parse

import botocore.configloader
import botocore.httpsession
import botocore.session

EXPIRATION = "2096-01-01T00:00:00Z"
KEYS = "aws_access_key_id = {0}\naws_secret_access_key = s3cr3t\n"
REGION = {"AWS_DEFAULT_REGION": "eu-central-1"}
ENVIRONMENT_KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s3cr3t"}
ARN = "arn:aws:iam::123456789012:role/"


class Answer:
    def __init__(self, text, content_type="application/json"):
        self.status_code, self.text, self.content = 200, text, text.encode()
        self.headers = {"Content-Type": content_type}
        self.raw = None


class Recorder:
    requests = []

    def send(self, request):
        headers = {k.lower(): v if isinstance(v, str) else v.decode() for k, v in request.headers.items()}
        body = request.body or b""
        body = body if isinstance(body, str) else body.decode()
        form = dict(urllib.parse.parse_qsl(body))
        if form.get("RoleSessionName", "").startswith("botocore-session"):
            del form["RoleSessionName"]
        signer = re.search(r"Credential=([^/]+)/", headers.get("authorization", ""))
        note = {"method": request.method, "url": request.url, "form": form}
        if signer:
            note["signer"] = signer[1]
            note["token"] = headers.get("x-amz-security-token")
        elif "authorization" in headers:
            note["authorization"] = headers["authorization"]
        if "x-aws-ec2-metadata-token" in headers:
            note["session"] = headers["x-aws-ec2-metadata-token"]
        Recorder.requests.append(note)
        return self.answer(request, form, signer[1] if signer else "WEB")

    def answer(self, request, form, signer):
        host = urllib.parse.urlparse(request.url).netloc
        if "RoleArn" in form:
            key = "ASIA" + form["RoleArn"].split("/")[-1].upper() + "FROM" + signer
            action = form["Action"]
            return Answer(
                f"<{action}Response xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><{action}Result><Credentials>"
                f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s3cr3t</SecretAccessKey><SessionToken>token-{key}</SessionToken>"
                f"<Expiration>{EXPIRATION}</Expiration></Credentials></{action}Result></{action}Response>", "text/xml")
        if request.url.endswith("/latest/api/token"):
            return Answer("imds-session")
        if request.url.endswith("/security-credentials/"):
            return Answer("instance-role")
        key = "ASIAINSTANCE" if request.url.endswith("/instance-role") else "ASIACONTAINER"
        return Answer(json.dumps({
            "Code": "Success", "AccessKeyId": key, "SecretAccessKey": "s3cr3t", "Token": "token-" + key, "Expiration": EXPIRATION}))


def role(name, **settings):
    lines = {"role_arn": ARN + name} | settings
    return "".join(f"{k} = {v}\n" for k, v in lines.items())


CONFIG_CHAIN = (
    "[profile a]\n" + role("a", source_profile="b", external_id="ext 1/é", role_session_name="me@here", duration_seconds=1800)
    + "[profile b]\n" + role("b", source_profile="c") + "[profile c]\n" + KEYS.format("AKIAC"))
# name: (variables, config file, credentials file)
CASES = {
    "environment": (ENVIRONMENT_KEYS, "", ""),
    "environment with token": (ENVIRONMENT_KEYS | {"AWS_SESSION_TOKEN": "tok"}, "", ""),
    "environment before default profile": (ENVIRONMENT_KEYS, "", "[default]\n" + KEYS.format("AKIADEFAULT")),
    "environment before named profile": (ENVIRONMENT_KEYS | {"AWS_PROFILE": "p"}, "", "[p]\n" + KEYS.format("AKIAP")),
    "environment before web identity": (
        ENVIRONMENT_KEYS | {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/token", "AWS_ROLE_ARN": ARN + "w"}, "", ""),
    "key without secret": ({"AWS_ACCESS_KEY_ID": "AKIA"}, "", ""),
    "default of credentials": ({}, "", "[default]\n" + KEYS.format("AKIADEFAULT") + "aws_session_token = tok\n"),
    "default of config": ({}, "[default]\n" + KEYS.format("AKIACONFIG"), ""),
    "profile default of config": ({}, "[profile default]\n" + KEYS.format("AKIACONFIG"), ""),
    "credentials before config": ({}, "[default]\n" + KEYS.format("AKIACONFIG"), "[default]\n" + KEYS.format("AKIADEFAULT")),
    "named profile of credentials": ({"AWS_PROFILE": "p"}, "", "[p]\n" + KEYS.format("AKIAP")),
    "section of config without the word profile": ({"AWS_PROFILE": "p"}, "[p]\n" + KEYS.format("AKIAP"), ""),
    "named profile of config": ({"AWS_PROFILE": "p"}, "[profile p]\n" + KEYS.format("AKIAP"), ""),
    "quoted profile": ({"AWS_PROFILE": "two words"}, '[profile "two words"]\n' + KEYS.format("AKIAP"), ""),
    "missing profile": ({"AWS_PROFILE": "nowhere"}, "", "[default]\n" + KEYS.format("AKIADEFAULT")),
    "profile without secret": ({}, "", "[default]\naws_access_key_id = AKIA\n"),
    "profile without key id": ({"AWS_EC2_METADATA_DISABLED": "true"}, "", "[default]\naws_secret_access_key = s3cr3t\n"),
    "key id in credentials, secret in config": (
        {}, "[default]\naws_secret_access_key = s3cr3t\n", "[default]\naws_access_key_id = AKIA\n"),
    "broken credentials": ({}, "", "[default\n"),
    "duplicate section": ({}, "", ("[default]\n" + KEYS.format("AKIA")) * 2),
    "DEFAULT section": ({}, "", "[DEFAULT]\n" + KEYS.format("AKIADEFAULTS") + "[default]\nregion = x\n"),
    "role": (REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", source_profile="s"), "[s]\n" + KEYS.format("AKIAS")),
    "role, source with token": (
        REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", source_profile="s"),
        "[s]\n" + KEYS.format("AKIAS") + "aws_session_token = tok\n"),
    "chain of roles": (REGION | {"AWS_PROFILE": "a"}, CONFIG_CHAIN, ""),
    "role of the default profile": (REGION, "[default]\n" + role("a", source_profile="s") + "[profile s]\n" + KEYS.format("AKIAS"), ""),
    "role in the profile's region": (
        {"AWS_PROFILE": "a"}, "[profile a]\nregion = us-gov-west-1\n" + role("a", source_profile="s"), "[s]\n" + KEYS.format("AKIAS")),
    "role before keys of the same profile": (
        REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", source_profile="a") + KEYS.format("AKIASELF"), ""),
    "role and keys in two files": (
        REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", source_profile="a"), "[a]\n" + KEYS.format("AKIASELF")),
    "source's keys before its role": (
        REGION | {"AWS_PROFILE": "a"},
        "[profile a]\n" + role("a", source_profile="b") + "[profile b]\n" + role("b", source_profile="c") + KEYS.format("AKIAB")
        + "[profile c]\n" + KEYS.format("AKIAC"), ""),
    "role without source": (REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a"), ""),
    "role with both sources": (
        REGION | ENVIRONMENT_KEYS | {"AWS_PROFILE": "a", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        "[profile a]\n" + role("a", source_profile="s", credential_source="Environment"), "[s]\n" + KEYS.format("AKIAS")),
    "missing source profile": (REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", source_profile="s"), ""),
    "source profile without credentials": (
        REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", source_profile="s") + "[profile s]\nregion = x\n", ""),
    "circle of one": (REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", source_profile="a"), ""),
    "circle of two": (
        REGION | {"AWS_PROFILE": "a"},
        "[profile a]\n" + role("a", source_profile="b") + "[profile b]\n" + role("b", source_profile="a"), ""),
    "circle back to a profile with keys": (
        REGION | {"AWS_PROFILE": "a"},
        "[profile a]\n" + role("a", source_profile="b") + KEYS.format("AKIAA") + "[profile b]\n" + role("b", source_profile="a"), ""),
    "role of instance": (
        REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", credential_source="Ec2InstanceMetadata"), ""),
    "role of container": (
        REGION | {"AWS_PROFILE": "a", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"},
        "[profile a]\n" + role("a", credential_source="EcsContainer"), ""),
    "role of container without container": (
        REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", credential_source="EcsContainer"), ""),
    "role of environment without keys": (
        REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", credential_source="Environment"), ""),
    "unknown source": (REGION | {"AWS_PROFILE": "a"}, "[profile a]\n" + role("a", credential_source="ec2instancemetadata"), ""),
    "web identity of environment": (
        REGION | {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/token", "AWS_ROLE_ARN": ARN + "w", "AWS_ROLE_SESSION_NAME": "pod"}, "", ""),
    "web identity before the default profile's keys": (
        REGION | {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/token", "AWS_ROLE_ARN": ARN + "w"}, "",
        "[default]\n" + KEYS.format("AKIADEFAULT")),
    "role of profile before web identity": (
        REGION | {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/token", "AWS_ROLE_ARN": ARN + "w"},
        "[default]\n" + role("a", source_profile="s"), "[s]\n" + KEYS.format("AKIAS")),
    "web identity of profile": (
        REGION | {"AWS_PROFILE": "w"}, "[profile w]\n" + role("w", web_identity_token_file="{folder}/token", role_session_name="xy"), ""),
    "web identity of profile, role of environment": (
        REGION | {"AWS_PROFILE": "w", "AWS_ROLE_ARN": ARN + "other"},
        "[profile w]\n" + role("w", web_identity_token_file="{folder}/token"), ""),
    "web identity without role": (REGION | {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/token"}, "", ""),
    "web identity without file": (
        REGION | {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/nothing", "AWS_ROLE_ARN": ARN + "w"}, "", ""),
    "role from web identity": (
        REGION | {"AWS_PROFILE": "a"},
        "[profile a]\n" + role("a", source_profile="w") + "[profile w]\n" + role("w", web_identity_token_file="{folder}/token"), ""),
    "container, relative": ({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials?id=1"}, "", ""),
    "container, relative before full": (
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/y"}, "", ""),
    "container, full": (
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.9.0.1:81/y", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic x y"}, "", ""),
    "container, token file before token": (
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a",
         "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{folder}/token"}, "", ""),
    "container, EKS over IPv6": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://[fd00:ec2::23]/v1/credentials"}, "", ""),
    "container, IPv6 loopback": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://[::1]:8080/"}, "", ""),
    "container, https anywhere": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://keys.example/y"}, "", ""),
    "container, http elsewhere": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.168.1.1/y"}, "", ""),
    "container, http by name": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost.evil.example/y"}, "", ""),
    "container, token with line break": (
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nb: c"}, "", ""),
    "container, no token file": (
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{folder}/nothing"}, "", ""),
    "container after profile": (
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}, "", "[default]\n" + KEYS.format("AKIADEFAULT")),
    "instance": ({}, "", ""),
    "instance after a profile without credentials": ({"AWS_PROFILE": "p"}, "[profile p]\nregion = eu-west-1\n", ""),
    "instance, IPv6": ({"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"}, "", ""),
    "instance, endpoint": ({"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1338/"}, "", ""),
    "instance, endpoint of profile": ({}, "[default]\nec2_metadata_service_endpoint = http://127.0.0.1:1338\n", ""),
    "instance disabled": ({"AWS_EC2_METADATA_DISABLED": "True"}, "", ""),
}


def run(variables, config, credentials):
    with tempfile.TemporaryDirectory() as folder:
        fill = lambda text: text.replace("{folder}", folder)
        for name, text in [("config", config), ("credentials", credentials), ("token", "header.payload.signature")]:
            with open(f"{folder}/{name}", "w") as file:
                file.write(fill(text))
        os.environ.clear()
        os.environ.update({k: fill(v) for k, v in variables.items()})
        os.environ.update(HOME=folder, AWS_CONFIG_FILE=f"{folder}/config", AWS_SHARED_CREDENTIALS_FILE=f"{folder}/credentials")
        Recorder.requests = []
        try:
            found = botocore.session.Session().get_credentials()
            frozen = found and found.get_frozen_credentials()
        except Exception as error:
            return {"error": type(error).__name__, "requests": []}
        if frozen is None:
            return {"error": "none", "requests": []}
        return {"accessKeyID": frozen.access_key, "sessionToken": frozen.token, "requests": Recorder.requests}


PIECES = [
    "[a]", "[b]", "[ a ]", " [c]", "[d] # x", "[e]f]", "[]", "[DEFAULT]", "x = 1", "y=2", "Z : 3", "x: a = b", "  x = 4", "    more", "\ty = 5",
    "s3 =", "  k = v", "  K.2=v = w", "   nested", "# comment", "; comment", "  # indented", "", "   ", "=", "= 1", "alone", "é = ü", "url = http://h:1/#f",
    "two words = 1 ; 2", "q = \"quoted\"", "r =", "\u00e9",
]


def ini(text):
    with tempfile.NamedTemporaryFile("wb", suffix=".ini") as file:
        file.write(text.encode())
        file.flush()
        try:
            return {"text": text, "sections": botocore.configloader.raw_config_parse(file.name)}
        except botocore.exceptions.ConfigParseError:
            return {"text": text, "sections": None}


def random_ini(chance):
    lines = ["[start]"] if chance.random() < 0.9 else []
    lines += chance.sample(PIECES, chance.randint(0, 7))
    return "".join(line + chance.choice(["\n", "\n", "\n", "\r\n", "\r"]) for line in lines)


def write(name, value):
    with open(name, "w") as file:
        json.dump(value, file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    chance = random.Random(20)
    write("ini.json", [ini(random_ini(chance)) for _ in range(250)])
    recorder = Recorder()
    botocore.httpsession.URLLib3Session.send = lambda session, request: recorder.send(request)
    write("credentials.json", {
        name: {"variables": case[0], "config": case[1], "credentials": case[2]} | run(*case) for name, case in CASES.items()})
