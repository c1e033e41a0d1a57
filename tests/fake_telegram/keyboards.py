"""Keyboards under messages: what the Bot API accepts, and how a citizen sees them.

Nothing is kept here.
"""

from __future__ import annotations

from .wire import JsonObject, bad_request

_ACTIONS = {
    "callback_data", "url", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
}  # fmt: skip
MOST_BUTTONS = 100


def checked_inline(markup: object) -> JsonObject | None:
    """Return a sound inline keyboard for an edit, None where none is given or it is empty.

    Raises Refusal with the Bot API's text otherwise.
    """
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if not markup:
        return None
    if "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return _checked_buttons(markup["inline_keyboard"])


def checked_markup(markup: object) -> tuple[JsonObject | None, list[list[str]] | None]:
    """Return (inline keyboard or None, new reply keyboard labels or None) for a message to send.

    An empty list of labels means that the reply keyboard is taken away. Raises Refusal otherwise.
    """
    if markup is None:
        return None, None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _checked_buttons(markup["inline_keyboard"]), None
    if "keyboard" in markup:
        return None, _labels(markup["keyboard"])
    return None, [] if markup.get("remove_keyboard") is True else None


def buttons_of(markup: JsonObject | None) -> list[list[tuple[str, str]]]:
    """Return rows of (label, callback data); the data of a button that opens something is ""."""
    if markup is None:
        return []
    rows = markup["inline_keyboard"]
    return [[(button["text"], button.get("callback_data", "")) for button in row] for row in rows]


def _checked_buttons(rows: object) -> JsonObject | None:
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    kept: list[list[JsonObject]] = []
    for row in rows:
        if not isinstance(row, list):
            raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
        buttons = [_checked_button(button) for button in row]
        if buttons:
            kept.append(buttons)
    if sum(map(len, kept)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _checked_button(button: object) -> JsonObject:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not isinstance(button["text"], str):
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
    actions = _ACTIONS & button.keys()
    if not actions or button.get("callback_data") == "":
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not button["text"].strip() or len(actions) > 1:
        raise bad_request("REPLY_MARKUP_INVALID")
    if "callback_data" in button and len(str(button["callback_data"]).encode()) > 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not str(button["url"]).startswith(("http://", "https://", "tg://", "ton://")):
        raise bad_request("BUTTON_URL_INVALID")
    if "copy_text" in button and not 1 <= len(button["copy_text"].get("text", "")) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return button


def _labels(rows: object) -> list[list[str]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "keyboard" of the ReplyKeyboardMarkup must be an Array of Arrays')
    return [[button if isinstance(button, str) else str(button["text"]) for button in row] for row in rows]
