-- add: a registered contact
INSERT INTO contacts (id, journey, invitation, audience, unit, service, channel, cause, solved, outcome, matter_id,
                      reference, reference_lookup, language, start_at, end_at, registered_at, registered_week, simulated)
VALUES (:id, :journey, 'personal', :audience, :unit, :service, :channel, :cause, :solved, :outcome, :matter,
        :reference, :reference_lookup, :language, :start, :end, :now, :week, :simulated)

-- of_id: one contact
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated
  FROM contacts WHERE id = :id

-- of_reference: the contact with this case reference, open or closed
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated
  FROM contacts WHERE unit = :unit AND journey = :journey AND reference_lookup = :lookup

-- of_person: a person's contacts, the latest first
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated
  FROM contacts WHERE person_id = :person ORDER BY start_at DESC

-- listed: contacts that start between two moments
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated
  FROM contacts WHERE start_at >= :since AND start_at < :until ORDER BY start_at, id

-- pin: the journey version that all of the contact's conversations follow
UPDATE contacts SET fingerprint = :fingerprint WHERE id = :id AND fingerprint IS NULL

-- bind: the person whose contact it is
UPDATE contacts SET person_id = :person WHERE id = :id

-- cancel: the contact did not take place
UPDATE contacts SET cancelled_at = :now WHERE id = :id AND cancelled_at IS NULL

-- reminded: the contact's one reminder was sent
UPDATE contacts SET reminded_at = :now WHERE id = :id

-- close: every follow-up has ended; the reference stays only as its keyed hash
UPDATE contacts SET closed_at = :now, reference = NULL
 WHERE id = :id AND closed_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM follow_ups WHERE contact_id = :id AND state <> 'ended')

-- reopen: a follow-up goes on after all
UPDATE contacts SET closed_at = NULL WHERE id = :id

-- keep_version: a journey version that is used from now on
INSERT INTO journey_versions (fingerprint, journey, body, first_used_at)
VALUES (:fingerprint, :journey, :body, :now) ON CONFLICT DO NOTHING

-- version: the body of a kept journey version
SELECT body FROM journey_versions WHERE fingerprint = :fingerprint

-- versions: every kept version's fingerprint and journey
SELECT fingerprint, journey, body FROM journey_versions ORDER BY first_used_at
