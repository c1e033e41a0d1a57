"""Drawing: which question of a pool a contact is asked. Shuffled blocks, so that counts differ by at most one."""

from __future__ import annotations

from collections.abc import Mapping

from bot.premises import Premises
from bot.store import conversations
from bot.store.contacts import Contact
from bot.store.database import Transaction


def drawn(
    tx: Transaction, premises: Premises, contact: Contact, pools: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """One question of each pool, from the current block of the contact's unit and journey.

    A block holds every candidate once, shuffled; it is used up before the next is shuffled. Pools whose candidates
    differ (some do not apply to this contact) have blocks of their own, so that the probability is 1 / candidates.
    """
    chosen: dict[str, str] = {}
    for pool, candidates in pools.items():
        left = conversations.block(tx, unit=contact.unit, journey=contact.journey, pool=pool, candidates=candidates)
        if not left:
            left = list(candidates)
            premises.chance.shuffle(left)
        chosen[pool] = left.pop()
        conversations.keep_block(
            tx, unit=contact.unit, journey=contact.journey, pool=pool, candidates=candidates, left=left
        )
    return chosen
