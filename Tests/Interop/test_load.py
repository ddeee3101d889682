"""Many streams beside a sync: no error, and memory stays flat (the full minute is in `make bench`)."""
import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "Tests/Benchmarks"))
import streams  # noqa: E402


def test_two_hundred_streams_beside_a_sync_without_an_error(outcrop):
    server = outcrop(samples=True)
    result = streams.drive(server.url, server.process.pid, clients=200, seconds=8, sync_folder=server.documents)
    assert result.errors == [], result.errors[:3]
    assert result.completed >= 200
