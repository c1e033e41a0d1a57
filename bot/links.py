"""Links: the addresses we hand out. With pages of our own they lead there, where Telegram is one of two ways."""

from __future__ import annotations

from bot.premises import Premises
from bot.store import facts
from bot.store.database import Transaction

USER_NAME = "telegram_username"
"""The fact that holds the bot's name in Telegram, once the door has heard it."""

LANDING, RETURN = "/s/", "/c/"
"""Where invitations and return links begin on our pages."""


def invitation_link(tx: Transaction, premises: Premises, code: str) -> str | None:
    """Where somebody begins with this code: our page, else the chat; None until the bot's name is known."""
    if premises.public_url is not None:
        return f"{premises.public_url}{LANDING}{code}"
    return telegram_link(tx, code)


def telegram_link(tx: Transaction, code: str) -> str | None:
    """The link that opens the chat in Telegram with this code; None until the bot's name is known."""
    name = facts.get(tx, USER_NAME)
    return f"https://t.me/{name.decode()}?start={code}" if name else None


def return_link(premises: Premises, token: str) -> str | None:
    """Where somebody comes back to; None without pages of our own."""
    return f"{premises.public_url}{RETURN}{token}" if premises.public_url is not None else None
