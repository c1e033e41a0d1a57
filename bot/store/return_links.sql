-- The links people come back with, and the passes that take them to another door.

-- add: a link of a person's
INSERT INTO return_links (id, token_hash, person_id, made_at, expires_at) VALUES (:id, :token_hash, :person, :now, :expires)

-- of_person: the person's newest link that holds
SELECT id FROM return_links WHERE person_id = :person AND expires_at > :now ORDER BY made_at DESC, id LIMIT 1

-- person_of: whose link this is
SELECT person_id FROM return_links WHERE token_hash = :token_hash AND expires_at > :now

-- prolong: it holds until then
UPDATE return_links SET expires_at = max(expires_at, :expires) WHERE id = :id

-- add_pass: what takes a person to another door, once
INSERT INTO door_passes (token_hash, person_id, made_at, expires_at) VALUES (:token_hash, :person, :now, :expires)

-- pass_of: whom a pass is of
SELECT person_id FROM door_passes WHERE token_hash = :token_hash AND expires_at > :now

-- spend: it takes nobody anywhere any more
DELETE FROM door_passes WHERE token_hash = :token_hash

-- tidy_links: links that are over
DELETE FROM return_links WHERE expires_at <= :now

-- tidy_passes: passes that are over
DELETE FROM door_passes WHERE expires_at <= :now
