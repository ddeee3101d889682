"""The command line: exit codes, help, errors with the remedy, signals."""
import shutil
import signal
import subprocess

import pytest
from conftest import BINARY, SAMPLES, environment


def run(folder, *arguments, **settings):
    return subprocess.run(
        [BINARY, *arguments], cwd=folder, env=environment(**settings), capture_output=True, text=True, timeout=120)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SAMPLES, tmp_path / "documents")
    return tmp_path


def test_sync_then_search_then_ask(folder):
    synced = run(folder, "sync")
    assert synced.returncode == 0 and "added" in synced.stdout, synced.stderr
    found = run(folder, "search", "Who leads the access review?")
    assert found.returncode == 0 and "data-policy.md" in found.stdout and "Halvorsen" in found.stdout
    asked = run(folder, "ask", "Who leads the access review?")
    assert "Halvorsen" in asked.stdout and "[1] data-policy.md" in asked.stdout
    page = run(folder, "ask", "What does a replacement battery cost?")
    assert "340 euros" in page.stdout and "[1] field-handbook.pdf, page 2" in page.stdout


def test_ask_works_beside_a_running_server(outcrop):
    server = outcrop(samples=True)
    asked = run(server.folder, "ask", "What does a replacement battery cost?", DATA=server.data)
    assert "340 euros" in asked.stdout, asked.stderr


def test_a_sync_with_unreadable_files_ends_with_2(folder):
    (folder / "documents/broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    synced = run(folder, "sync")
    assert synced.returncode == 2 and "broken.pdf" in synced.stdout


def test_a_change_of_passage_size_is_taken_up_by_the_next_sync(folder):
    assert run(folder, "sync").returncode == 0
    resized = run(folder, "sync", CHUNK_SIZE=400)
    assert resized.returncode == 0 and "2 updated" in resized.stdout


def test_doctor_passes_on_a_good_set_up_and_masks_secrets(folder):
    checked = run(folder, "doctor", API_KEYS="hunter2", PORT=0)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "hunter2" not in checked.stdout and "OUTCROP_API_KEYS=1 set" in checked.stdout


def test_doctor_fails_on_a_wrong_model_folder_and_says_what_to_do(folder):
    checked = run(folder, "doctor", EMBEDDING_MODEL_DIR=folder)
    assert checked.returncode == 1 and "FAILED" in checked.stdout and "make model" in checked.stdout


@pytest.mark.parametrize("settings, words", [
    ({"HOST": "0.0.0.0"}, "OUTCROP_API_KEYS"),
    ({"TOPK": "3"}, "OUTCROP_TOP_K"),
    ({"TOP_K": "many"}, "whole number"),
])
def test_serve_refuses_what_cannot_be_meant(folder, settings, words):
    refused = run(folder, "serve", **settings)
    assert refused.returncode != 0 and words in refused.stderr


@pytest.mark.parametrize("command", ["serve", "sync", "ask", "search", "eval", "doctor"])
def test_every_command_has_help(folder, command):
    shown = run(folder, command, "--help")
    assert shown.returncode == 0 and "USAGE" in shown.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_exits_with_0(outcrop, number):
    server = outcrop()
    server.process.send_signal(number)
    assert server.process.wait(20) == 0


def test_a_taken_port_is_named_with_the_remedy(outcrop, folder):
    server = outcrop()
    refused = run(folder, "serve", PORT=server.url.rsplit(":", 1)[1])
    assert refused.returncode == 1 and "another port" in refused.stderr and refused.stderr.startswith("outcrop: ")


def test_a_missing_or_wrong_prompt_file_is_named(folder):
    assert run(folder, "sync").returncode == 0
    assert "OUTCROP_PROMPT_FILE" in run(folder, "ask", "x", PROMPT_FILE=folder / "none.tmpl").stderr
    (folder / "wrong.tmpl").write_text("{{no_such_thing}}")
    refused = run(folder, "ask", "x", PROMPT_FILE=folder / "wrong.tmpl")
    assert refused.returncode == 1 and "no_such_thing" in refused.stderr
