-- answers: every answer a person gave, those that were corrected too, in the order they were given
SELECT answers.contact_id, answers.question, answers.asking, answers.status, answers.codes, answers.number, answers.text,
       answers.masked, answers.language, answers.door, answers.asked_at, answers.answered_at, answers.recorded_at,
       conversations.fingerprint, follow_ups.phase,
       EXISTS (SELECT 1 FROM answers AS newer WHERE newer.supersedes = answers.id) AS corrected
  FROM answers
  JOIN conversations ON conversations.id = answers.conversation_id
  JOIN follow_ups ON follow_ups.id = answers.follow_up_id
 WHERE answers.person_id = :person
    OR answers.person_id IN (SELECT person_id FROM same_persons WHERE same_as = :person)
 ORDER BY answers.id

-- call_backs: every call a person asked for, with the number to call, sealed
SELECT call_backs.unit, call_backs.service, call_backs.state, call_backs.way, call_backs.slot, call_backs.begun_at,
       call_backs.asked_at, call_backs.deadline, call_backs.done_at, call_backs.outcome, call_backs.happened,
       call_backs.helped, numbers_to_call.sealed
  FROM call_backs LEFT JOIN numbers_to_call ON numbers_to_call.call_back_id = call_backs.id
 WHERE call_backs.person_id = :person ORDER BY call_backs.begun_at, call_backs.id

-- references: which of a person's contacts have a case reference, in the clear or as a keyed hash
SELECT id AS contact_id FROM contacts WHERE person_id = :person AND reference_lookup IS NOT NULL

-- codings: what analysts coded of a person's own words, what they changed or took back later too
SELECT answers.contact_id, answers.question, answers.asking, codings.field, codings.codes, codings.text, codings.coded_at
  FROM answers JOIN codings ON codings.answer_id = answers.id
 WHERE answers.person_id = :person
    OR answers.person_id IN (SELECT person_id FROM same_persons WHERE same_as = :person)
 ORDER BY codings.id
