"""The access keys and bearer tokens the stand-in knows, and the temporary ones it hands out."""
import datetime
import itertools
import secrets
import threading
import time


class AccessKey:
    def __init__(self, secret, token=None, expires_at=None):
        self.secret = secret
        self.token = token
        #: Unix seconds; None never expires.
        self.expires_at = expires_at

    @property
    def is_expired(self):
        return self.expires_at is not None and time.time() >= self.expires_at


class Keyring:
    """Static keys, issued temporary keys, bearer tokens."""

    issued_max = 10_000

    def __init__(self, static, bearer_tokens=()):
        self.keys = {key_id: AccessKey(secret) for key_id, secret in static.items()}
        self.bearer_tokens = set(bearer_tokens)
        #: How long keys from the container, IMDS and STS endpoints are valid.
        self.lifetime_seconds = 3600
        #: Requests to the container and IMDS endpoints still to be refused.
        self.failures_left = 0
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def issue(self, lifetime_seconds=None):
        """A new temporary key in the form the container endpoint and IMDS give."""
        lifetime = self.lifetime_seconds if lifetime_seconds is None else lifetime_seconds
        with self._lock:
            key_id = f"ASIASTANDIN{next(self._numbers):09d}"
            key = AccessKey(secrets.token_urlsafe(30), "token/" + secrets.token_urlsafe(60), time.time() + lifetime)
            self.keys[key_id] = key
            if len(self.keys) > self.issued_max:
                del self.keys[next(name for name in self.keys if name.startswith("ASIASTANDIN"))]
        expiration = datetime.datetime.fromtimestamp(key.expires_at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"AccessKeyId": key_id, "SecretAccessKey": key.secret, "Token": key.token, "Expiration": expiration}

    def expire_issued(self):
        """Makes every temporary key expired at once, as after a revoked session."""
        for key in self.keys.values():
            if key.token:
                key.expires_at = 0
