"""The keys: what is sealed opens only for its purpose, and a code can be made again but not guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import keys


def test_sealed_things_open_only_for_their_purpose(tmp_path: Path) -> None:
    """What was sealed for one purpose does not open for another, nor altered, nor with another key."""
    ring = keys.made(tmp_path / "key")
    other = keys.made(tmp_path / "other")
    sealed = ring.seal(b"12345", purpose=b"address")

    assert ring.unseal(sealed, purpose=b"address") == b"12345"
    assert b"12345" not in sealed
    for ring_, text, purpose in (
        (ring, sealed, b"inbox"),
        (ring, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"address"),
        (other, sealed, b"address"),
        (ring, b"", b"address"),
    ):
        with pytest.raises(keys.Unreadable):
            ring_.unseal(text, purpose=purpose)


def test_a_key_file_is_read_back_and_never_overwritten(tmp_path: Path) -> None:
    """The file gives the same key again, is its owner's only, and an existing one is left alone."""
    ring = keys.made(tmp_path / "key")

    assert keys.read(tmp_path / "key").check == ring.check
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    with pytest.raises(keys.KeyRefused, match="can't be made"):
        keys.made(tmp_path / "key")
    with pytest.raises(keys.KeyRefused, match="is missing"):
        keys.read(tmp_path / "nothing")
    (tmp_path / "bad").write_text("no key")
    with pytest.raises(keys.KeyRefused, match="Restore"):
        keys.read(tmp_path / "bad")


def test_codes_are_128_bits_and_differ(tmp_path: Path) -> None:
    """A code has 22 characters that Telegram allows in a link, is the same again, and differs between invitations."""
    ring = keys.made(tmp_path / "key")
    codes = {ring.code(str(number)) for number in range(200)}

    assert len(codes) == 200
    assert all(len(code) == 22 and set(code) <= set(_ALLOWED) for code in codes)
    assert ring.code("1") == keys.read(tmp_path / "key").code("1")


def test_lookups_are_keyed(tmp_path: Path) -> None:
    """The same address gives the same lookup with the same key only, and doors are told apart."""
    ring, other = keys.made(tmp_path / "a"), keys.made(tmp_path / "b")

    assert ring.lookup("telegram", "1") == ring.lookup("telegram", "1")
    assert len({ring.lookup("telegram", "1"), ring.lookup("web", "1"), other.lookup("telegram", "1")}) == 3
    assert len({ring.reference(*parts) for parts in (("a", "b", "c"), ("a", "c", "b"), ("b", "a", "c"))}) == 3


_ALLOWED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
