-- of_lookup: the matter that staff call by this name
SELECT id FROM matters WHERE lookup = :lookup

-- add: a matter, known by its name's keyed hash
INSERT INTO matters (id, lookup, made_at) VALUES (:id, :lookup, :now)

-- persons: who opened a contact of a matter, or was asked about one
SELECT DISTINCT person_id AS value FROM contacts
 WHERE matter_id = :matter AND person_id IS NOT NULL AND (by_matter = 0 OR fingerprint IS NOT NULL)

-- unclaimed: its contacts that are nobody's yet, came with a personal invitation, and may still be asked about
SELECT id AS value FROM contacts
 WHERE matter_id = :matter AND person_id IS NULL AND invitation = 'personal' AND cancelled_at IS NULL AND not_asked IS NULL
   AND EXISTS (SELECT 1 FROM follow_ups WHERE follow_ups.contact_id = contacts.id AND follow_ups.state = 'planned')

-- claimed: its contacts that somebody else than :person came to by the matter alone, and was not asked about yet
SELECT id AS value FROM contacts
 WHERE matter_id = :matter AND by_matter = 1 AND person_id IS NOT :person AND fingerprint IS NULL
   AND EXISTS (SELECT 1 FROM follow_ups WHERE follow_ups.contact_id = contacts.id AND follow_ups.state = 'planned')
