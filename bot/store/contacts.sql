-- add: a registered contact
INSERT INTO contacts (id, journey, invitation, audience, unit, service, channel, cause, solved, outcome, matter_id,
                      reference, reference_lookup, language, start_at, end_at, registered_at, registered_week, simulated,
                      open_invitation_id, not_asked)
VALUES (:id, :journey, :invitation, :audience, :unit, :service, :channel, :cause, :solved, :outcome, :matter,
        :reference, :reference_lookup, :language, :start, :end, :now, :week, :simulated, :open_invitation, :not_asked)

-- record: how the contact stands from now on, for the history
INSERT INTO contact_history (contact_id, at, week, unit, service, channel, cause, solved, outcome, matter_id, start_at,
                             end_at, cancelled_at)
SELECT id, :now, :week, unit, service, channel, cause, solved, outcome, matter_id, start_at, end_at, cancelled_at
  FROM contacts WHERE id = :id

-- of_id: one contact
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated,
       matter_id, by_matter, open_invitation_id, not_asked, moved_at
  FROM contacts WHERE id = :id

-- of_reference: the contact with this case reference, open or closed
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated,
       matter_id, by_matter, open_invitation_id, not_asked, moved_at
  FROM contacts WHERE unit = :unit AND journey = :journey AND reference_lookup = :lookup

-- of_person: a person's contacts, the latest first
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated,
       matter_id, by_matter, open_invitation_id, not_asked, moved_at
  FROM contacts WHERE person_id = :person ORDER BY start_at DESC

-- listed: contacts that start between two moments
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated,
       matter_id, by_matter, open_invitation_id, not_asked, moved_at
  FROM contacts WHERE start_at >= :since AND start_at < :until ORDER BY start_at, id

-- pin: the journey version that all of the contact's conversations follow
UPDATE contacts SET fingerprint = :fingerprint WHERE id = :id AND fingerprint IS NULL

-- bind: the person whose contact it is, and whether they came to it by its matter alone
UPDATE contacts SET person_id = :person, by_matter = :by_matter,
                    known_as = CASE WHEN person_id IS :person THEN known_as END
 WHERE id = :id

-- move: it takes place at another time
UPDATE contacts SET start_at = :start, end_at = :end, moved_at = :now WHERE id = :id

-- note: what staff learned about it since; what is not given stays
UPDATE contacts SET outcome = coalesce(:outcome, outcome), cause = coalesce(:cause, cause), solved = coalesce(:solved, solved),
                    matter_id = coalesce(:matter, matter_id)
 WHERE id = :id

-- leave_out: why staff want nothing asked about it
UPDATE contacts SET not_asked = :reason WHERE id = :id

-- told_as: what the last list said of it
SELECT told_as FROM contacts WHERE id = :id

-- tell_as: a list says this of it
UPDATE contacts SET told_as = :told_as WHERE id = :id

-- of_day: the contacts of a unit that start between two moments and were not cancelled
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated,
       matter_id, by_matter, open_invitation_id, not_asked, moved_at
  FROM contacts WHERE start_at >= :since AND start_at < :until AND unit = :unit AND cancelled_at IS NULL ORDER BY start_at, id

-- named: the contacts with this case reference at any unit and in any journey
SELECT id, journey, fingerprint, person_id, invitation, audience, unit, service, channel, cause, solved, outcome,
       reference, language, start_at, end_at, registered_at, cancelled_at, closed_at, reminded_at, simulated,
       matter_id, by_matter, open_invitation_id, not_asked, moved_at
  FROM contacts WHERE reference = :reference ORDER BY start_at, id

-- buried: whether a contact with this reference was erased
SELECT EXISTS (SELECT 1 FROM tombstones WHERE unit = :unit AND journey = :journey AND reference_lookup = :lookup)

-- begun_lately: other contacts of a person, or while nobody is known of their matter, whose first question was sent since a moment
SELECT count(*) FROM (
    SELECT contacts.id
      FROM contacts JOIN follow_ups ON follow_ups.contact_id = contacts.id
     WHERE contacts.id <> :id
       AND (contacts.person_id = :person OR (contacts.person_id IS NULL AND contacts.matter_id = :matter))
     GROUP BY contacts.id
    HAVING min(coalesce(follow_ups.begun_at, follow_ups.handed_over_at)) >= :since
)

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

-- versions_used: every kept version, when it was first used, and how many contacts are pinned to it, the newest first
SELECT fingerprint, journey, first_used_at,
       (SELECT count(*) FROM contacts WHERE contacts.fingerprint = journey_versions.fingerprint) AS contacts
  FROM journey_versions ORDER BY first_used_at DESC, fingerprint
