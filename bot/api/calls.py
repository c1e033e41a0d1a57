"""Calls: what a case system can call, and what each takes and gives. Routes and description are made of these."""

from __future__ import annotations

from http import HTTPMethod

from bot.api import contacts, due, registering, shapes, vocabulary
from bot.api.due import PATTERN
from bot.api.fields import LONGEST_CODE
from bot.api.operations import JSON, LONGEST_REPEAT_KEY, Operation, Parameter
from bot.api.problems import (
    CONFLICT,
    ERASED,
    FAULTY,
    NOT_FOUND,
    NOT_READY,
    OTHER_UNIT,
    REFUSED,
    REUSED,
    TOO_LARGE,
    UNREADABLE,
    WRONG_MEDIA,
)
from bot.lists.entries import LONGEST_REFERENCE

_BODY = (UNREADABLE, TOO_LARGE, WRONG_MEDIA, FAULTY)
_MERGE_PATCH = "application/merge-patch+json"
_CODE = {"type": "string", "minLength": 1, "maxLength": LONGEST_CODE}


def _contact() -> Parameter:
    schema = {"type": "string", "pattern": "^[a-z0-9]{1,40}$"}
    return Parameter("id", "path", "The contact's id.", schema, "k7p2m9xq4rt6wz", required=True)


def _hand_over(where: str, description: str) -> Parameter:
    schema = {"type": "string", "pattern": PATTERN, "minLength": 1, "maxLength": 64}
    return Parameter("hand_over", where, description, schema, "2026-11-17-sms", required=where == "path")


def _code(name: str, description: str, example: str) -> Parameter:
    return Parameter(name, "query", description, _CODE, example)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        HTTPMethod.POST,
        "/contacts",
        "registerContacts",
        "Register a contact, or up to 500 at once",
        "A contact is an occasion: a visit, a call, a decision. It is followed up as its journey says. Send the `link` "
        "you get to the person, and to nobody else.\n\n"
        "Safe to repeat: the same `reference` within unit and journey gives the same contact with status 200, and "
        "changes nothing (use PATCH). Without a reference, send an `Idempotency-Key`: the same call again within 24 "
        "hours is answered as before.\n\n"
        "Many at once (`contacts`) are each taken or refused by themselves: the answer is 200 with a result for each. "
        f"Every {registering.CONTACTS_A_CALL} of them count as one more call.",
        registering.register,
        gives={201: (shapes.Contact,), 200: (shapes.Contact, shapes.Results)},
        takes=(shapes.NewContact, shapes.NewContacts),
        parameters=(
            Parameter(
                "Idempotency-Key",
                "header",
                "Any text of your own, such as a UUID, that names this call: repeated within 24 hours with the same "
                "body it is done once.",
                {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": LONGEST_REPEAT_KEY,
                    "pattern": "^[ -~]*[!#-~][ -~]*$",
                },
                "8e03978e-40d5-43e8-bc93-6894a57f9324",
            ),
        ),
        problems=(*_BODY, OTHER_UNIT, CONFLICT, ERASED, REFUSED, REUSED),
        leads_to={"getContact": "id", "changeContact": "id", "cancelContact": "id"},
    ),
    Operation(
        HTTPMethod.GET,
        "/contacts",
        "findContacts",
        "Find contacts by your own reference",
        "All contacts with this reference that the key may see, each as it stands. None is an empty list.",
        contacts.find,
        gives={200: (shapes.Contacts,)},
        parameters=(
            Parameter(
                "reference",
                "query",
                "Your own number for the contact.",
                {"type": "string", "minLength": 1, "maxLength": LONGEST_REFERENCE},
                "B-2026-00417",
                required=True,
            ),
            _code("journey", "Only those of this journey.", "office-visit"),
            _code("unit", "Only those of this unit.", "main"),
        ),
        problems=(FAULTY,),
    ),
    Operation(
        HTTPMethod.GET,
        "/contacts/{id}",
        "getContact",
        "Look at a contact",
        "The contact as it stands, and of each follow-up when it is due and what came of it. Never what was answered, "
        "and never by whom.",
        contacts.look,
        gives={200: (shapes.Contact,)},
        parameters=(_contact(),),
        problems=(NOT_FOUND, FAULTY),
    ),
    Operation(
        HTTPMethod.PATCH,
        "/contacts/{id}",
        "changeContact",
        "Move a contact, or tell what is known of it now",
        "With `start` or `end` it is moved: what was not asked yet is planned anew. Moved by its start alone it lasts "
        "as long as before. With `not_asked` nothing more is asked. What is left out stays as it was; nothing can be "
        "taken away. Safe to repeat.",
        contacts.change,
        gives={200: (shapes.Contact,)},
        takes=(shapes.Changes,),
        parameters=(_contact(),),
        problems=(*_BODY, NOT_FOUND, CONFLICT),
        media=(JSON, _MERGE_PATCH),
    ),
    Operation(
        HTTPMethod.DELETE,
        "/contacts/{id}",
        "cancelContact",
        "Cancel a contact",
        "It did not take place: what was not asked yet never is, and its invitation lets nobody in. It is cancelled, "
        "not erased: it still counts among the contacts, and can be looked at. Cancelled already, it stays so. A "
        "person's wish to be erased is dealt with by whoever runs Kundresa.",
        contacts.cancel,
        gives={200: (shapes.Contact,)},
        parameters=(_contact(),),
        problems=(NOT_FOUND, FAULTY),
    ),
    Operation(
        HTTPMethod.GET,
        "/due",
        "fetchDue",
        "Fetch what is due to be sent by you",
        "Messages for people who have not opened their invitation, or who answer in a browser and have to be told: at "
        "most 500 at once, the nearest deadline first. "
        "Fetching hands them over: each stands in one hand-over only.\n\n"
        "Choose an id for each fetch (`hand_over`): fetched again under the same id the same rows come again, without "
        "those opened or over since, and nothing new. So a lost reply loses nobody. An id that found nothing due "
        "stays free. Without an id one is made; `GET /hand-overs` lists it.\n\n"
        "If nothing of it was sent: `POST /due/{hand_over}/undo`.",
        due.hand_over,
        gives={200: (shapes.Due,)},
        parameters=(
            _hand_over("query", "An id of your own for this fetch: letters, digits, `-` and `_`."),
            _code("unit", "Only what is due of this unit.", "main"),
        ),
        problems=(FAULTY, OTHER_UNIT, CONFLICT, NOT_READY),
        leads_to={"undoHandOver": "hand_over"},
    ),
    Operation(
        HTTPMethod.POST,
        "/due/{hand_over}/undo",
        "undoHandOver",
        "Take a hand-over back",
        "Nothing of it was sent: what is still useful is due again. Taken back already, it stays so.",
        due.undo,
        gives={200: (shapes.TakenBack,)},
        parameters=(_hand_over("path", "The hand-over's id."),),
        problems=(NOT_FOUND, FAULTY),
    ),
    Operation(
        HTTPMethod.GET,
        "/hand-overs",
        "listHandOvers",
        "List the hand-overs made with this key",
        "The newest first.",
        due.list_them,
        gives={200: (shapes.HandOvers,)},
        problems=(FAULTY,),
    ),
    Operation(
        HTTPMethod.GET,
        "/vocabulary",
        "getVocabulary",
        "The codes this key may use",
        "Units, services, channels, outcomes, causes, reasons and journeys, with what each is called; and the zone of "
        "local times.",
        vocabulary.tell,
        gives={200: (shapes.Vocabulary,)},
        problems=(FAULTY,),
    ),
)
"""Every operation."""
