#!/usr/bin/env python3
"""Writes endpoints.json: what botocore's endpoint rule sets and partitions say. Needs botocore; run it in this folder.

`endpoints` maps service and region to four hosts: plain, FIPS, dual-stack, both; null where botocore refuses.
`partitions` maps regions, some of them invented, to the id of their partition.
"""
import json

import botocore.session
from botocore.endpoint_provider import EndpointProvider, RuleSetStandardLibrary
from botocore.exceptions import EndpointProviderError

SERVICES = ["bedrock", "bedrock-runtime", "bedrock-agent", "bedrock-agent-runtime", "sts", "s3", "sqs", "secretsmanager"]
STANDARD = ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-7", "me-south-1", "af-south-1", "il-central-1", "mx-central-1"]
INVENTED = ["us-new-9", "xx-new-1", "us-gov-new-12", "cn-new-3", "us-isob-new-1", "eusc-fr-new-1", "moon", "us-east-1a", "eu--1", "cn-1"]

loader = botocore.session.get_session().get_component("data_loader")
partitions = loader.load_data("partitions")
library = RuleSetStandardLibrary(partitions)


def host(provider, region, fips, dualstack):
    try:
        url = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dualstack).url
    except EndpointProviderError:
        return None
    return url.removeprefix("https://")


everywhere = [r for p in partitions["partitions"] for r in p["regions"] if not r.endswith("-global")]
regions = [r for r in everywhere if library.aws_partition(r)["name"] != "aws" or r in STANDARD] + INVENTED
endpoints = {}
for service in SERVICES:
    provider = EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), partitions)
    endpoints[service] = {
        r: [host(provider, r, f, d) for f, d in [(False, False), (True, False), (False, True), (True, True)]] for r in regions
    }
result = {
    "botocore": botocore.__version__,
    "partitions": {r: library.aws_partition(r)["name"] for r in everywhere + INVENTED},
    "endpoints": endpoints,
}
with open("endpoints.json", "w") as file:
    json.dump(result, file, indent=1, sort_keys=True)
    file.write("\n")
