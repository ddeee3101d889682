"""Embeddings without a model: each word adds signed pulses at places its hash names, so that texts sharing words are near."""
import functools
import hashlib
import math
import re

PULSES = 12


def words(text):
    return re.findall(r"\w+", text.lower())


@functools.lru_cache(maxsize=100_000)
def pulses(word, dimensions):
    """Places and signs, the same in every process."""
    # The beginning of a word counts as a word too: "charge" is near "charging".
    found = []
    for weight, piece in ((1.0, word), (0.7, word[:4])):
        digest = hashlib.shake_128(piece.encode()).digest(PULSES * 3)
        for start in range(0, len(digest), 3):
            place = int.from_bytes(digest[start : start + 2], "big") % dimensions
            found.append((place, weight if digest[start + 2] & 1 else -weight))
    return tuple(found)


def embedding(text, dimensions, normalize=True):
    vector = [0.0] * dimensions
    for word in words(text) or ["\0empty"]:
        for place, value in pulses(word, dimensions):
            vector[place] += value
    if normalize:
        length = math.sqrt(sum(value * value for value in vector)) or 1.0
        vector = [value / length for value in vector]
    return vector


def overlap(query, text):
    """0–1: the share of the query's words that the text has, short words counting less."""
    wanted = {word[:5]: min(len(word), 8) ** 2 for word in words(query)}
    have = {word[:5] for word in words(text)}
    return sum(weight for word, weight in wanted.items() if word in have) / (sum(wanted.values()) or 1)
