-- of_lookup: the person behind an address, with whether they have said stop
SELECT persons.id, persons.language, persons.language_chosen, persons.unreachable_at, addresses.lookup, addresses.door,
       stops.stopped_at, persons.paused_until
  FROM addresses
  JOIN persons ON persons.id = addresses.person_id
  LEFT JOIN stops ON stops.lookup = addresses.lookup
 WHERE addresses.lookup = :lookup

-- of_id: a person with the address they were last met at
SELECT persons.id, persons.language, persons.language_chosen, persons.unreachable_at, addresses.lookup, addresses.door,
       stops.stopped_at, persons.paused_until
  FROM persons
  JOIN addresses ON addresses.person_id = persons.id
  LEFT JOIN stops ON stops.lookup = addresses.lookup
 WHERE persons.id = :person
 ORDER BY addresses.created_at DESC
 LIMIT 1

-- add: a new person
INSERT INTO persons (id, language, created_at, last_heard_at) VALUES (:id, :language, :now, :now)

-- add_address: how a person is reached through one door
INSERT INTO addresses (lookup, person_id, door, sealed, created_at) VALUES (:lookup, :person, :door, :sealed, :now)

-- heard: the person was heard from, so they can be reached
UPDATE persons SET last_heard_at = :now, unreachable_at = NULL WHERE id = :person

-- unreachable: the person closed the door
UPDATE persons SET unreachable_at = :now WHERE id = :person

-- speak: the person chose a language
UPDATE persons SET language = :language, language_chosen = 1 WHERE id = :person

-- guess: the language to use until the person chooses one
UPDATE persons SET language = :language WHERE id = :person AND language_chosen = 0

-- stop: nothing more is sent to this address
INSERT INTO stops (lookup, stopped_at) VALUES (:lookup, :now) ON CONFLICT DO NOTHING

-- start: this address may be written to again
DELETE FROM stops WHERE lookup = :lookup

-- start_after: it said so after its last stop
DELETE FROM stops WHERE lookup = :lookup AND stopped_at <= :at

-- pause: nothing new is asked before a moment
UPDATE persons SET paused_until = :until WHERE id = :person

-- unpause: the pause is over
UPDATE persons SET paused_until = NULL WHERE id = :person AND paused_until IS NOT NULL

-- heard_between: when the person was first and last heard from
SELECT created_at AS first, last_heard_at AS last FROM persons WHERE id = :person

-- without_purpose: persons who have no contact, wait for no call, and have been silent since a moment
DELETE FROM persons
 WHERE last_heard_at < :since
   AND NOT EXISTS (SELECT 1 FROM contacts WHERE contacts.person_id = persons.id)
   AND NOT EXISTS (SELECT 1 FROM conversations WHERE conversations.person_id = persons.id)
   AND NOT EXISTS (SELECT 1 FROM call_backs WHERE call_backs.person_id = persons.id
                      AND (state IN ('asking', 'open') OR ask_at IS NOT NULL))
