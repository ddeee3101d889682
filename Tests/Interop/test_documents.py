"""The life of a document: uploaded or found in the folder, indexed, cited, read, deleted."""
import json

import pytest

FACT = "The lighthouse at Skerry Point was built in 1871 by Maud Ferris."
QUESTION = "Who built the lighthouse at Skerry Point?"


def test_an_upload_is_listed_indexed_cited_read_and_deleted(outcrop):
    server = outcrop()
    uploaded = server.upload("Skerry Point – notes.txt", FACT.encode(), metadata={"team": "coast"})
    assert uploaded.status_code == 201, uploaded.text
    document = uploaded.json()
    assert server.sync()["failed"] == 0
    listed = server.http.get("/v1/documents").json()["data"]
    assert [(d["id"], d["filename"], d["status"], d["metadata"]) for d in listed] == [
        (document["id"], "Skerry Point – notes.txt", "indexed", {"team": "coast"})]
    answer = server.ask(QUESTION)
    assert "Maud Ferris" in answer["choices"][0]["message"]["content"]
    link = answer["citations"][0]["url"]
    read = server.http.get(link.split("#")[0])
    assert read.text == FACT and read.headers["x-content-type-options"] == "nosniff"
    assert server.http.delete(f"/v1/documents/{document['id']}").json()["deleted"] is True
    assert not server.ask(QUESTION)["citations"]
    assert server.http.get(f"/v1/documents/{document['id']}").status_code == 404
    server.sync()
    assert server.http.get("/v1/documents").json()["data"] == []


def test_the_same_name_replaces(outcrop):
    server = outcrop()
    first = server.upload("a.txt", b"The gate code is 1111 for the north entrance.").json()
    server.sync()
    second = server.upload("a.txt", b"The gate code is 2222 for the north entrance.").json()
    server.sync()
    assert first["id"] == second["id"]
    text = server.ask("What is the gate code for the north entrance?")["choices"][0]["message"]["content"]
    assert "2222" in text and "1111" not in text


def test_the_folder_is_followed_and_never_written(outcrop):
    server = outcrop(SYNC_INTERVAL=1)
    server.settle()
    (server.documents / "sub").mkdir()
    path = server.documents / "sub" / "note.md"
    path.write_text("# Note\n" + FACT)
    before = path.stat()
    server.sync()
    document = server.http.get("/v1/documents").json()["data"][0]
    assert document["filename"] == "sub/note.md"
    server.http.delete(f"/v1/documents/{document['id']}")
    server.sync()
    assert path.read_text().endswith(FACT) and path.stat().st_mtime_ns == before.st_mtime_ns
    assert server.http.get("/v1/documents").json()["data"] == [], "a deleted folder file stays hidden"
    path.write_text("# Note\nChanged. " + FACT)
    server.sync()
    assert len(server.http.get("/v1/documents").json()["data"]) == 1, "until its content changes"


def test_a_broken_file_is_reported_and_stops_nobody(outcrop):
    server = outcrop()
    server.settle()
    (server.documents / "broken.pdf").write_bytes(b"%PDF-1.7\nnot really")
    (server.documents / "good.txt").write_text(FACT)
    job = server.sync()
    assert (job["status"], job["added"], job["failed"]) == ("completed", 1, 1) or (job["added"], job["failed"]) == (2, 1)
    assert job["failures"][0]["filename"] == "broken.pdf" and job["failures"][0]["reason"]
    states = {d["filename"]: (d["status"], bool(d["error"])) for d in server.http.get("/v1/documents").json()["data"]}
    assert states == {"broken.pdf": ("failed", True), "good.txt": ("indexed", False)}


def test_search_filters_by_metadata(outcrop):
    server = outcrop()
    server.settle()
    for team in ("coast", "city"):
        (server.documents / f"{team}.txt").write_text(f"The {team} team meets on Monday at nine.")
        (server.documents / f"{team}.txt.metadata.json").write_text(json.dumps({"metadataAttributes": {"team": team, "size": len(team)}}))
    server.sync()
    found = server.http.post("/v1/kb/search", json={
        "query": "When does the team meet?", "filters": {"type": "eq", "key": "team", "value": "city"}}).json()
    assert found["object"] == "vector_store.search_results.page"
    assert [hit["filename"] for hit in found["data"]] == ["city.txt"]
    answer = server.ask("When does the team meet?", retrieval={"filter": {"type": "eq", "key": "team", "value": "coast"}})
    assert {c["filename"] for c in answer["citations"]} == {"coast.txt"}


def test_without_documents_the_answer_says_how_to_add_some(outcrop):
    server = outcrop()
    server.settle()
    text = server.ask("What is the warranty period?")["choices"][0]["message"]["content"]
    assert "/v1/documents" in text


def test_without_a_model_the_server_searches_by_words_and_says_so(outcrop):
    server = outcrop(samples=True, EMBEDDINGS="none")
    assert "95 minutes" in server.ask("How long does charging with the dock take?")["choices"][0]["message"]["content"]
    health = server.http.get("/health").json()
    assert health["embedding_model"] is None and "words only" in json.dumps(health)


@pytest.mark.parametrize("question", ["東京の本社はどこですか", "本社"])
def test_chinese_japanese_and_korean_text_is_found(outcrop, question):
    server = outcrop()
    server.settle()
    (server.documents / "本社.md").write_text("# 会社案内\n\n東京の本社は港区にあります。電話番号は受付でお尋ねください。")
    (server.documents / "other.md").write_text("# Other\n\nNothing of interest stands here.")
    server.sync()
    hits = server.http.post("/v1/kb/search", json={"query": question, "ranking_options": {"score_threshold": 0}}).json()["data"]
    assert hits and hits[0]["filename"] == "本社.md"
