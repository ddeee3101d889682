"""Drives many concurrent streamed answers while a sync runs; counts answers, errors and memory."""
import asyncio
import dataclasses
import json
import pathlib
import time

import httpx
import psutil

QUESTIONS = [
    "How long does charging with the dock take?", "Who leads the access review?", "What does a replacement battery cost?",
    "How long are inspection videos kept?", "How steep a slope can the brakes hold?", "How long does the warranty run?",
]


@dataclasses.dataclass
class Result:
    completed: int = 0
    errors: list = dataclasses.field(default_factory=list)
    # Resident MiB, sampled once a second.
    memory: list = dataclasses.field(default_factory=list)
    first_token_seconds: list = dataclasses.field(default_factory=list)
    syncs: int = 0


async def one_stream(client, question, result):
    started = time.perf_counter()
    body = {"model": "outcrop-extractive", "stream": True, "messages": [{"role": "user", "content": question}]}
    last = None
    async with client.stream("POST", "/v1/chat/completions", json=body) as answer:
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code} {(await answer.aread())[:200]}")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                last = line[6:]
                if last != "[DONE]" and json.loads(last)["choices"][0]["delta"].get("content") and started:
                    result.first_token_seconds.append(time.perf_counter() - started)
                    started = None
    if last != "[DONE]":
        raise RuntimeError(f"the stream ended with {last!r}")
    result.completed += 1


async def user(client, number, until, result):
    turn = number
    while time.monotonic() < until:
        try:
            await one_stream(client, QUESTIONS[turn % len(QUESTIONS)], result)
        except Exception as error:  # noqa: BLE001 - every failure is a finding
            result.errors.append(repr(error))
        turn += 1


async def keep_syncing(client, folder, until, result):
    number = 0
    while time.monotonic() < until:
        for _ in range(10):
            (pathlib.Path(folder) / f"load{number % 50}.md").write_text(
                f"# Load {number}\n" + "\n\n".join(f"Paragraph {number}-{p} about nothing in particular, {p * 7}." for p in range(40)))
            number += 1
        answer = await client.post("/v1/kb/sync", json={})
        if answer.status_code != 202:
            result.errors.append(f"sync {answer.status_code}")
        result.syncs += 1
        await asyncio.sleep(0.5)


async def watch(pid, until, result):
    process = psutil.Process(pid)
    while time.monotonic() < until:
        result.memory.append(process.memory_info().rss / 1_048_576)
        await asyncio.sleep(1)


async def run(url, pid, clients, seconds, sync_folder):
    result = Result()
    until = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=clients + 10)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        work = [user(client, number, until, result) for number in range(clients)]
        work.append(watch(pid, until, result))
        if sync_folder:
            work.append(keep_syncing(client, sync_folder, until, result))
        await asyncio.gather(*work)
    return result


def drive(url, pid, clients, seconds, sync_folder=None):
    return asyncio.run(run(url, pid, clients, seconds, sync_folder))
