"""Kill -9 at any moment: what was acknowledged is there, and nothing is half there."""
import random
import sqlite3

import pytest

ROUNDS = 8


def consistent(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        database.close()


def test_killed_in_the_middle_of_syncs_it_loses_nothing_acknowledged(outcrop):
    seed = random.SystemRandom().randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    server = outcrop()
    server.settle()
    acknowledged, texts, deleted = {}, {}, set()
    for number in range(120):
        (server.documents / f"folder{number:03}.txt").write_text(
            "".join(f"Fact {number}-{line}: the token is {chance.randrange(1 << 30)}.\n" for line in range(40)))
    for round_number in range(ROUNDS):
        server.http.post("/v1/kb/sync", json={})
        for upload in range(chance.randrange(1, 6)):
            name = f"upload{round_number}-{upload}.txt"
            texts[name] = f"The secret word of {name} is {chance.randrange(1 << 30)}."
            answer = server.upload(name, texts[name].encode())
            assert answer.status_code == 201
            acknowledged[name] = answer.json()["id"]
        if acknowledged and chance.random() < 0.5:
            name = chance.choice(sorted(acknowledged))
            assert server.http.delete(f"/v1/documents/{acknowledged.pop(name)}").status_code == 200
            deleted.add(name)
        for _ in range(chance.randrange(0, 30)):
            server.http.get("/v1/kb/status")  # lets the sync get on by a random amount
        server.kill()
        server.start()
        consistent(server.data / "outcrop.sqlite")
        names = {d["filename"] for d in server.http.get("/v1/documents", params={"limit": 1000}).json()["data"]}
        assert set(acknowledged) <= names, f"seed {seed}: lost {set(acknowledged) - names}"
        assert not deleted & names, f"seed {seed}: deleted documents are back: {deleted & names}"
    server.settle()
    server.sync()
    documents = {d["filename"]: d for d in server.http.get("/v1/documents", params={"limit": 1000}).json()["data"]}
    assert set(documents) == {f"folder{n:03}.txt" for n in range(120)} | set(acknowledged)
    assert {d["status"] for d in documents.values()} == {"indexed"}
    status = server.http.get("/v1/kb/status").json()
    assert status["chunks"] == sum(d["chunks"] for d in documents.values())
    for name in sorted(acknowledged)[:5]:
        # By its own words, as the texts differ in little else.
        found = server.http.post("/v1/kb/search", json={"query": texts[name], "max_num_results": 50}).json()["data"]
        assert acknowledged[name] in str(found)


def test_a_second_server_on_the_same_data_is_refused_with_the_remedy(outcrop):
    server = outcrop()
    with pytest.raises(AssertionError, match="OUTCROP_DATA"):
        outcrop(DATA=server.data)
