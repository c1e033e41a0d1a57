-- of_lookup: the person behind an address, with whether they have said stop
SELECT persons.id, persons.language, persons.language_chosen, persons.unreachable_at, addresses.lookup, addresses.door,
       stops.stopped_at, persons.paused_until,
       NOT EXISTS (SELECT 1 FROM addresses AS other WHERE other.person_id = persons.id
                      AND coalesce(other.home_at, other.created_at) > coalesce(addresses.home_at, addresses.created_at))
       AS at_home
  FROM addresses
  JOIN persons ON persons.id = addresses.person_id
  LEFT JOIN stops ON stops.lookup = addresses.lookup
 WHERE addresses.lookup = :lookup

-- of_id: a person with the address that is their home
SELECT persons.id, persons.language, persons.language_chosen, persons.unreachable_at, addresses.lookup, addresses.door,
       stops.stopped_at, persons.paused_until
  FROM persons
  JOIN addresses ON addresses.person_id = persons.id
  LEFT JOIN stops ON stops.lookup = addresses.lookup
 WHERE persons.id = :person
 ORDER BY coalesce(addresses.home_at, addresses.created_at) DESC
 LIMIT 1

-- add: a new person
INSERT INTO persons (id, language, created_at, last_heard_at) VALUES (:id, :language, :now, :now)

-- add_address: how a person is reached through one door
INSERT INTO addresses (lookup, person_id, door, sealed, created_at, home_at)
VALUES (:lookup, :person, :door, :sealed, :now, :home_at)

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

-- without_purpose: persons who have no contact, wait for no call, are no other's, and have been silent since a moment
DELETE FROM persons
 WHERE last_heard_at < :since
   AND NOT EXISTS (SELECT 1 FROM same_persons WHERE same_persons.person_id = persons.id)
   AND NOT EXISTS (SELECT 1 FROM contacts WHERE contacts.person_id = persons.id)
   AND NOT EXISTS (SELECT 1 FROM conversations WHERE conversations.person_id = persons.id)
   AND NOT EXISTS (SELECT 1 FROM call_backs WHERE call_backs.person_id = persons.id
                      AND (state IN ('asking', 'open') OR ask_at IS NOT NULL))

-- addresses_of: every address of a person, home first
SELECT lookup, door, sealed FROM addresses WHERE person_id = :person
 ORDER BY coalesce(home_at, created_at) DESC

-- sealed: an address, encrypted
SELECT sealed FROM addresses WHERE lookup = :lookup

-- make_home: the person is written to at this address from now on, wherever the clock jumps
UPDATE addresses
   SET home_at = max(:now, (SELECT max(coalesce(other.home_at, other.created_at)) + 1 FROM addresses AS other
                             WHERE other.person_id = addresses.person_id))
 WHERE lookup = :lookup

-- move_address: this address is another person's
UPDATE addresses SET person_id = :person WHERE lookup = :lookup

-- move_addresses: and so are all of that one's
UPDATE addresses SET person_id = :to WHERE person_id = :person

-- copy_stop: whoever has said stop at one address has said it at all
INSERT INTO stops (lookup, stopped_at)
SELECT :lookup, max(stops.stopped_at) FROM stops JOIN addresses ON addresses.lookup = stops.lookup
 WHERE addresses.person_id = :person HAVING max(stops.stopped_at) IS NOT NULL
ON CONFLICT DO NOTHING

-- is_fresh: nothing was ever asked of this person, and nothing is planned
SELECT NOT EXISTS (SELECT 1 FROM contacts WHERE person_id = :person)
   AND NOT EXISTS (SELECT 1 FROM conversations WHERE person_id = :person)
   AND NOT EXISTS (SELECT 1 FROM call_backs WHERE person_id = :person)
   AND NOT EXISTS (SELECT 1 FROM same_persons WHERE person_id = :person OR same_as = :person)

-- forget: this person is not known any more
DELETE FROM persons WHERE id = :person

-- note_same: two are one; who was linked to the one that goes is linked to the one that stays
INSERT INTO same_persons (person_id, same_as, noted_at) VALUES (:person, :same_as, :now)
ON CONFLICT (person_id) DO UPDATE SET same_as = excluded.same_as

-- relink: whoever was the same as that one is the same as this one
UPDATE same_persons SET same_as = :same_as WHERE same_as = :person

-- same_as: those who turned out to be this person
SELECT person_id AS id FROM same_persons WHERE same_as = :person

-- move_contacts: what is known of the one is about the other; rows go on carrying whom they carried
UPDATE contacts SET known_as = coalesce(known_as, person_id), person_id = :to WHERE person_id = :person

-- move_conversations: likewise
UPDATE conversations SET known_as = coalesce(known_as, person_id), person_id = :to,
                         turn = CASE WHEN turn = 'open' THEN 'waiting' ELSE turn END
 WHERE person_id = :person

-- move_invitations: so that the same code leads to the same contact
UPDATE invitations SET person_id = :to WHERE person_id = :person

-- move_call_backs: so that they are asked about it
UPDATE call_backs SET person_id = :to WHERE person_id = :person

-- move_messages: buttons they still see are theirs
UPDATE outbox SET person_id = :to WHERE person_id = :person

-- move_return_links: the link they kept leads to the same
UPDATE return_links SET person_id = :to WHERE person_id = :person

-- move_erasure: everything of theirs is to be erased, which is the other's now; one erasure is enough for both
UPDATE erasures SET person_id = :to
 WHERE person_id = :person AND state = 'queued'
   AND NOT EXISTS (SELECT 1 FROM erasures AS other WHERE other.person_id = :to AND other.state = 'queued')

-- drop_erasure: the other waits for the same
DELETE FROM erasures WHERE person_id = :person AND state = 'queued'
