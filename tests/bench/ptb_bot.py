"""The same conversation in python-telegram-bot: ConversationHandler, long polling, no persistence, all by default.

Run as a process of its own with TELEGRAM_BOT_TOKEN and KUNDRESA_TELEGRAM_API. Asks the questions of bench.yaml in the
same words, with the same messages, edits and answers to taps; what is answered is in memory only.
"""

from __future__ import annotations

import os
import warnings

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)
from telegram.warnings import PTBUserWarning

HELPED, EASE, EASIER, TREATED, REPEAT, WORDS = range(6)

NOTICE = (
    "Hej! Jag är en bot som frågar för kommunen. 6 korta frågor om din kontakt (Allmänt), ungefär en minut. Det är "
    "frivilligt och påverkar inte ditt ärende. Svaren sparas utan ditt namn men kan begäras ut. Telegram lagrar också "
    "chatten. Skriv inget känsligt."
)
RIGHTS = (
    "Så behandlas dina uppgifter\n\nAnsvarig: kommunstyrelsen\nDataskyddsombud: dataskydd@example.org\nÄndamål: att "
    "förbättra tjänsterna. Rättslig grund: uppgift av allmänt intresse (artikel 6.1 e i dataskyddsförordningen).\n"
    "Svaren sparas utan ditt namn i 24 månader. De kan vara allmänna handlingar och begäras ut.\nMottagare: kommunen. "
    "Telegram lagrar också chatten, även utanför EU.\nDu har rätt att få veta vad som sparats (/mydata), få det "
    "rättat, raderat eller begränsat, och att invända (/stopp). Kontakta oss på 010-000 00 00.\nDu kan klaga hos "
    "Integritetsskyddsmyndigheten.\nDet är frivilligt och påverkar inte ditt ärende. Skriv inget känsligt. Jag är en "
    "bot, ingen människa."
)
THANKS = "Tack! Dina svar hjälper oss att bli bättre. Ha det så fint!"
NOBODY_READS = "Ingen läser det du skriver genast."
_EASY = ("😞 1 Mycket svårt", "🙁 2 Svårt", "😐 3 Varken eller", "🙂 4 Enkelt", "😀 5 Mycket enkelt")
_GOOD = ("😞 1 Mycket dåligt", "🙁 2 Dåligt", "😐 3 Varken eller", "🙂 4 Bra", "😀 5 Mycket bra")
QUESTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Fick du det du behövde?", ("Ja", "Delvis", "Nej")),
    ("Hur enkelt var det att få hjälp?", _EASY),
    ("Vad hade gjort det enklare? Skriv med egna ord.", ()),
    ("Hur blev du bemött?", _GOOD),
    ("Har du kontaktat oss om samma sak förut?", ("Ja", "Nej")),
    ("Vad tänker du om det nu? Skriv med egna ord.", ()),
)

Context = ContextTypes.DEFAULT_TYPE


def keyboard(number: int) -> InlineKeyboardMarkup:
    """The buttons of a question: its choices, the ways past it, and with the first one the ways out."""
    rows = [
        [InlineKeyboardButton(label, callback_data=f"{number}:{place}")]
        for place, label in enumerate(QUESTIONS[number][1])
    ]
    rows.append(
        [
            InlineKeyboardButton("Hoppa över", callback_data=f"{number}:skip"),
            InlineKeyboardButton("Senare", callback_data=f"{number}:later"),
        ]
    )
    if number == HELPED:
        rows.append(
            [
                InlineKeyboardButton("Nej tack", callback_data="decline"),
                InlineKeyboardButton("Dina rättigheter", callback_data="rights"),
            ]
        )
    return InlineKeyboardMarkup(rows)


def change(number: int) -> InlineKeyboardMarkup:
    """The button that stays on an answered question."""
    return InlineKeyboardMarkup([[InlineKeyboardButton("Ändra", callback_data=f"{number}:change")]])


async def start(update: Update, context: Context) -> int:
    """/start with a code: the notice and the first question."""
    assert update.message is not None
    assert context.user_data is not None
    context.user_data["code"] = context.args[0] if context.args else ""
    sent = await update.message.reply_text(
        f"{NOTICE}\n\n{QUESTIONS[HELPED][0]}", parse_mode=ParseMode.HTML, reply_markup=keyboard(HELPED)
    )
    context.user_data["asked"] = sent.message_id
    return HELPED


async def rights(update: Update, context: Context) -> int:
    """The whole notice, in a message of its own."""
    assert update.callback_query is not None
    assert isinstance(update.callback_query.message, Message)
    await update.callback_query.answer()
    await update.callback_query.message.reply_text(RIGHTS, parse_mode=ParseMode.HTML)
    return HELPED


async def tapped(update: Update, context: Context) -> int:
    """A choice: it is kept and shown, and the next question put."""
    query = update.callback_query
    assert query is not None
    assert query.data is not None
    assert isinstance(query.message, Message)
    assert context.user_data is not None
    await query.answer()
    number, choice = map(int, query.data.split(":"))
    words, choices = QUESTIONS[number]
    context.user_data[number] = choice
    text = f"{NOTICE}\n\n{words}" if number == HELPED else words
    await query.edit_message_text(
        f"{text}\n\n<b>✓ {choices[choice]}</b>", parse_mode=ParseMode.HTML, reply_markup=change(number)
    )
    return await ask(query.message, number + 1, context)


async def wrote(update: Update, context: Context) -> int:
    """Own words: they are kept, and the next question put."""
    assert update.message is not None
    assert context.user_data is not None
    number = EASIER if EASIER not in context.user_data else WORDS
    context.user_data[number] = update.message.text
    text = f"{NOBODY_READS}\n\n{QUESTIONS[number][0]}" if number == EASIER else QUESTIONS[number][0]
    await context.bot.edit_message_text(
        f"{text}\n\n<b>✓ Sparat</b>",
        chat_id=update.message.chat_id,
        message_id=context.user_data["asked"],
        parse_mode=ParseMode.HTML,
        reply_markup=change(number),
    )
    return await ask(update.message, number + 1, context)


async def ask(message: Message, number: int, context: Context) -> int:
    """The question of this number, or the thanks."""
    assert context.user_data is not None
    if number == len(QUESTIONS):
        await message.reply_text(THANKS, parse_mode=ParseMode.HTML)
        context.user_data.clear()
        return ConversationHandler.END
    words = f"{NOBODY_READS}\n\n{QUESTIONS[number][0]}" if number == EASIER else QUESTIONS[number][0]
    sent = await message.reply_text(words, parse_mode=ParseMode.HTML, reply_markup=keyboard(number))
    context.user_data["asked"] = sent.message_id
    return number


def built(token: str, api: str) -> Application:  # type: ignore[type-arg]
    """The bot, ready to run."""
    application = Application.builder().token(token).base_url(f"{api}/bot").build()
    text: BaseHandler[Update, Context, object] = MessageHandler(filters.TEXT & ~filters.COMMAND, wrote)
    states: dict[object, list[BaseHandler[Update, Context, object]]] = {
        HELPED: [_tap(HELPED), CallbackQueryHandler(rights, pattern="^rights$")],
        EASE: [_tap(EASE)],
        EASIER: [text],
        TREATED: [_tap(TREATED)],
        REPEAT: [_tap(REPEAT)],
        WORDS: [text],
    }
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("start", start)],
            states=states,
            fallbacks=[CommandHandler("start", start)],
        )
    )
    return application


def _tap(number: int) -> BaseHandler[Update, Context, object]:
    return CallbackQueryHandler(tapped, pattern=rf"^{number}:\d+$")


def main() -> None:
    """Poll until SIGTERM."""
    warnings.filterwarnings("ignore", category=PTBUserWarning)
    built(os.environ["TELEGRAM_BOT_TOKEN"], os.environ["KUNDRESA_TELEGRAM_API"]).run_polling()


if __name__ == "__main__":
    main()
