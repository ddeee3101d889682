"""Knowledge bases of the stand-in: a few passages with pages and URIs, rerank by shared words, ingestion jobs that end by themselves."""
import datetime
import itertools
import time

from .catalogue import IDS
from .errors import ServiceError, invalid
from .vectors import overlap

KNOWLEDGE_BASE, DATA_SOURCE = "KBSTANDIN1", "DSSTANDIN1"
INGESTION_SECONDS = 0.5
RESULTS_DEFAULT = 5
SOURCE_CHARACTERS_MAX = 32_000

PASSAGES = [
    ("s3://standin-docs/handbook.pdf", 2, "Charging an empty battery takes 95 minutes with the dock and four hours with the cable."),
    ("s3://standin-docs/handbook.pdf", 3, "A battery should be replaced after 800 charge cycles. A new one costs 340 euros."),
    ("s3://standin-docs/handbook.pdf", 7, "The rotor blades are checked for cracks before each flight and replaced every 200 hours."),
    ("s3://standin-docs/travel.md", None, "Employees book trains in second class; first class needs the approval of the team lead."),
    ("s3://standin-docs/travel.md", None, "Hotel costs are refunded up to 140 euros a night on presentation of the bill."),
    ("https://docs.example.com/security", None, "Passwords have at least 14 characters and are kept in the password manager only."),
]


def metadata(uri, page):
    fields = {"x-amz-bedrock-kb-source-uri": uri, "x-amz-bedrock-kb-data-source-id": DATA_SOURCE,
              "x-amz-bedrock-kb-chunk-id": f"1%3A0%3Astandin{abs(page or 0)}"}
    return fields | (
        # The service counts pages from 0, and gives a float.
        {"x-amz-bedrock-kb-document-page-number": float(page - 1)} if page is not None else {})


def location(uri):
    return {"type": "S3", "s3Location": {"uri": uri}} if uri.startswith("s3://") else {"type": "WEB", "webLocation": {"url": uri}}


def known(parameters):
    for name, value in (("knowledgeBaseId", KNOWLEDGE_BASE), ("dataSourceId", DATA_SOURCE)):
        if parameters.get(name, value) != value:
            raise ServiceError("ResourceNotFoundException", f"{name[0].upper()}{name[1:]} {parameters[name]} does not exist.")


def retrieve(parameters):
    known(parameters)
    query = parameters["retrievalQuery"].get("text", "")
    if not query.strip():
        raise invalid("The query text is blank.")
    configuration = parameters.get("retrievalConfiguration", {}).get("vectorSearchConfiguration", {})
    count = configuration.get("numberOfResults", RESULTS_DEFAULT)
    found = [
        {"content": {"text": text, "type": "TEXT"}, "location": location(uri), "score": round(0.3 + 0.6 * overlap(query, text), 6),
         "metadata": metadata(uri, page)}
        for uri, page, text in PASSAGES if overlap(query, text) > 0]
    return {"retrievalResults": sorted(found, key=lambda result: -result["score"])[:count]}


def rerank(parameters):
    query = parameters["queries"][0]["textQuery"].get("text", "")
    configuration = parameters["rerankingConfiguration"]["bedrockRerankingConfiguration"]
    model = configuration["modelConfiguration"]["modelArn"].rpartition("foundation-model/")[2]
    if model not in IDS or "rerank" not in model:
        raise invalid("The model in rerankingConfiguration is no rerank model of this account.")
    count = configuration.get("numberOfResults", len(parameters["sources"]))
    if count > len(parameters["sources"]):
        raise invalid("numberOfResults is greater than the number of sources.")
    scores = []
    for index, source in enumerate(parameters["sources"]):
        document = source["inlineDocumentSource"]
        text = document.get("textDocument", {}).get("text") if document["type"] == "TEXT" else str(document.get("jsonDocument"))
        if not text:
            raise invalid(f"sources.{index}: {document['type']} without its document.")
        scores.append((overlap(query, text), -index))
    best = sorted(scores, reverse=True)[:count]
    return {"results": [{"index": -index, "relevanceScore": round(score, 6)} for score, index in best]}


class Ingestion:
    """Jobs of the one data source, one at a time."""

    def __init__(self):
        self.jobs = {}
        self.tokens = {}
        self._numbers = itertools.count(1)

    def start(self, parameters):
        known(parameters)
        token = parameters.get("clientToken")
        if token in self.tokens:
            return {"ingestionJob": self.document(self.tokens[token])}
        if any(time.time() < job["ends_at"] for job in self.jobs.values()):
            raise ServiceError("ConflictException", "An ongoing ingestion job exists for this data source.")
        now = time.time()
        job = {"id": f"JOB{next(self._numbers):07d}", "starts_at": now, "ends_at": now + INGESTION_SECONDS,
               "description": parameters.get("description")}
        self.jobs[job["id"]] = job
        if token:
            self.tokens[token] = job
        return {"ingestionJob": self.document(job)}

    def get(self, parameters):
        known(parameters)
        job = self.jobs.get(parameters["ingestionJobId"])
        if job is None:
            raise ServiceError("ResourceNotFoundException", f"Ingestion job {parameters['ingestionJobId']} does not exist.")
        return {"ingestionJob": self.document(job)}

    def list(self, parameters):
        known(parameters)
        jobs = [self.document(job) for job in self.jobs.values()]
        for condition in parameters.get("filters", []):
            jobs = [job for job in jobs if job["status"] in condition["values"]]
        first = int(parameters.get("nextToken", "0"))
        last = first + parameters.get("maxResults", 100)
        return {"ingestionJobSummaries": jobs[::-1][first:last]} | ({"nextToken": str(last)} if last < len(jobs) else {})

    @staticmethod
    def document(job):
        complete = time.time() >= job["ends_at"]
        stamps = [datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
                  for at in (job["starts_at"], min(time.time(), job["ends_at"]))]
        statistics = {"numberOfDocumentsScanned": 3, "numberOfMetadataDocumentsScanned": 0, "numberOfNewDocumentsIndexed": 3 * complete,
                      "numberOfModifiedDocumentsIndexed": 0, "numberOfMetadataDocumentsModified": 0, "numberOfDocumentsDeleted": 0,
                      "numberOfDocumentsFailed": 0}
        described = {"description": job["description"]} if job["description"] else {}
        return described | {
            "knowledgeBaseId": KNOWLEDGE_BASE, "dataSourceId": DATA_SOURCE, "ingestionJobId": job["id"],
            "status": "COMPLETE" if complete else "IN_PROGRESS", "statistics": statistics,
            "startedAt": stamps[0], "updatedAt": stamps[1]}
