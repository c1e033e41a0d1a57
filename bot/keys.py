"""The keys: one secret file outside the database, and what is made with it. Never logs or returns the secret.

From the file's 32 random bytes HKDF-SHA256 derives a key for each use: `seal` (AES-256-GCM), `lookup` (HMAC of an
address), `invitation` (the codes in links), `reference` (HMAC of a case reference), `matter` (HMAC of a matter's
name), `return` (the links people come back with) and `form` (what forms carry). Losing the file means losing every
address and every link; the answers stay readable.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LENGTH = 32
_NONCE = 12


class KeyRefused(Exception):
    """The key file is missing, unreadable or not this database's; the message says what to do."""


class Unreadable(Exception):
    """Something sealed that this key doesn't open."""


class Keyring:
    """What the secret can do. `secret` is 32 random bytes."""

    def __init__(self, secret: bytes) -> None:
        self._sealer = AESGCM(_derived(secret, b"seal"))
        self._lookup = _derived(secret, b"lookup")
        self._invitation = _derived(secret, b"invitation")
        self._spoken = _derived(secret, b"spoken")
        self._spoken_lookup = _derived(secret, b"spoken-lookup")
        self._reference = _derived(secret, b"reference")
        self._matter = _derived(secret, b"matter")
        self._return = _derived(secret, b"return")
        self._form = _derived(secret, b"form")
        self.check = hmac.digest(_derived(secret, b"check"), b"kundresa", "sha256")

    def lookup(self, door: str, address: str) -> bytes:
        """16 bytes that find an address again without telling it."""
        return hmac.digest(self._lookup, f"{door}:{address}".encode(), "sha256")[:16]

    def seal(self, clear: bytes, *, purpose: bytes) -> bytes:
        """`clear` encrypted; it opens only for the same `purpose`."""
        nonce = os.urandom(_NONCE)
        return nonce + self._sealer.encrypt(nonce, clear, purpose)

    def unseal(self, sealed: bytes, *, purpose: bytes) -> bytes:
        """What was sealed for `purpose`. Unreadable if it was altered, or sealed by another key or for other use."""
        try:
            return self._sealer.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose)
        except (InvalidTag, ValueError):
            raise Unreadable("a sealed value could not be opened with this key") from None

    def code(self, invitation: str) -> str:
        """The code in an invitation's link: the first 128 bits of an HMAC over its id, in 22 base64url characters."""
        digest = hmac.digest(self._invitation, invitation.encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def return_token(self, link: str) -> str:
        """The token in the link a person comes back with: 128 bits of an HMAC over its id, in 22 characters."""
        digest = hmac.digest(self._return, link.encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def form_token(self, about: bytes) -> str:
        """What a form of ours carries, so that another site can't post it: an HMAC over whom or what it is for."""
        return base64.urlsafe_b64encode(hmac.digest(self._form, about, "sha256")[:16]).decode().rstrip("=")

    def spoken(self, invitation: str, generation: int, attempt: int) -> int:
        """A number of 256 bits from which an invitation's code to say aloud is made; each generation has its own."""
        digest = hmac.digest(self._spoken, f"{invitation}\n{generation}\n{attempt}".encode(), "sha256")
        return int.from_bytes(digest, "big")

    def spoken_lookup(self, code: str) -> bytes:
        """16 bytes that find a code to say aloud: it is too short for a hash that anybody could try."""
        return hmac.digest(self._spoken_lookup, code.encode(), "sha256")[:16]

    def reference(self, unit: str, journey: str, reference: str) -> bytes:
        """16 bytes that recognise a case reference within its unit and journey."""
        return hmac.digest(self._reference, f"{unit}\n{journey}\n{reference}".encode(), "sha256")[:16]

    def matter(self, name: str) -> bytes:
        """16 bytes that recognise a matter by the name staff gave it."""
        return hmac.digest(self._matter, name.encode(), "sha256")[:16]


def new_token() -> str:
    """256 random bits for a cookie, a one-time link or a key, in 43 characters. Only its `code_hash` is stored."""
    return secrets.token_urlsafe(32)


def code_hash(code: str) -> bytes:
    """What is stored of a code or token. It has at least 128 random-looking bits, so a plain hash is enough."""
    return hashlib.sha256(code.encode()).digest()


def made(path: Path) -> Keyring:
    """A new secret, written to `path` for its owner only. KeyRefused if the file exists or can't be written."""
    secret = secrets.token_bytes(_LENGTH)
    whole = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(base64.b64encode(secret) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(whole, path)  # there whole or not at all, and never over another
        finally:
            whole.unlink()
    except OSError as error:
        raise KeyRefused(f"{path}: the key file can't be made ({error.strerror}). Check KUNDRESA_KEY_FILE.") from error
    return Keyring(secret)


def read(path: Path) -> Keyring:
    """The keyring of an existing key file. KeyRefused if it is missing or holds no key."""
    try:
        secret = base64.b64decode(path.read_bytes(), validate=False)
    except FileNotFoundError:
        raise KeyRefused(
            f"{path}: the key file of this database is missing. Put it back, or point KUNDRESA_KEY_FILE at it; "
            "a new one can't open what the old one sealed."
        ) from None
    except (OSError, ValueError) as error:
        raise KeyRefused(f"{path}: the key file can't be read ({error}). Restore it from its backup.") from error
    if len(secret) != _LENGTH:
        raise KeyRefused(f"{path}: holds no Kundresa key. Restore the key file from its backup.")
    return Keyring(secret)


def _derived(secret: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"kundresa", info=use).derive(secret)
