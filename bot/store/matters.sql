-- of_lookup: the matter that staff call by this name
SELECT id FROM matters WHERE lookup = :lookup

-- add: a matter, known by its name's keyed hash
INSERT INTO matters (id, lookup, made_at) VALUES (:id, :lookup, :now)

-- persons: who is behind the contacts of a matter
SELECT DISTINCT person_id AS value FROM contacts WHERE matter_id = :matter AND person_id IS NOT NULL

-- unclaimed: its contacts that are nobody's yet, came with a personal invitation, and may still be asked about
SELECT id AS value FROM contacts
 WHERE matter_id = :matter AND person_id IS NULL AND invitation = 'personal' AND cancelled_at IS NULL AND not_asked IS NULL
   AND EXISTS (SELECT 1 FROM follow_ups WHERE follow_ups.contact_id = contacts.id AND follow_ups.state = 'planned')
