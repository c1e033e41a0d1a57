-- get: one fact about the database
SELECT value FROM facts WHERE name = :name

-- set: one fact, new or changed
INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- persons_or_contacts: whether anybody or anything was ever registered
SELECT EXISTS (SELECT 1 FROM persons) OR EXISTS (SELECT 1 FROM contacts)

-- request: the reply given to a request handed over before
SELECT reply FROM requests WHERE id = :id

-- keep_request: the reply given to a request
INSERT INTO requests (id, at, reply) VALUES (:id, :now, :reply)

-- forget_requests: requests too old to be repeated
DELETE FROM requests WHERE at < :since

-- forget: the fact no longer holds
DELETE FROM facts WHERE name = :name
