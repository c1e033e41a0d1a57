"""Vocabulary: the codes that a case system may use with its key, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping

from bot.api import shapes
from bot.api.operations import Answer, Call
from bot.contacts import SOLVED
from flows.journey import Words


async def tell(call: Call) -> Answer:
    """GET /vocabulary."""
    premises = call.house.premises
    organisation, languages = premises.organisation, premises.languages

    def terms(named: Mapping[str, Words]) -> tuple[shapes.Term, ...]:
        return tuple(
            shapes.Term(code, {language: words.texts[language] for language in languages if language in words.texts})
            for code, words in named.items()
        )

    return Answer(
        shapes.Vocabulary(
            zone=premises.zone.key,
            languages=languages,
            units=terms({code: unit.name for code, unit in organisation.units.items() if call.sees(code)}),
            services=terms({code: service.name for code, service in organisation.services.items()}),
            channels=terms(organisation.channels),
            outcomes=terms(organisation.outcomes),
            causes=terms(organisation.causes),
            reasons=terms(organisation.reasons),
            solved=SOLVED,
            journeys=terms({code: journey.title for code, journey in premises.library.journeys.items()}),
        )
    )
