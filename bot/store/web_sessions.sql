-- add: a browser in which somebody begins, or comes back
INSERT INTO web_sessions (token_hash, lookup, whole, shown_from, made_at, seen_at, expires_at)
VALUES (:token_hash, :lookup, :whole, :shown_from, :now, :now, :expires)

-- of_token: the session of a cookie, with the address it is for; no address where its first message waits to be taken
SELECT web_sessions.lookup, web_sessions.whole, web_sessions.shown_from, web_sessions.made_at, web_sessions.seen_at,
       addresses.sealed, addresses.person_id
  FROM web_sessions
  LEFT JOIN addresses ON addresses.lookup = web_sessions.lookup
 WHERE web_sessions.token_hash = :token_hash AND web_sessions.expires_at > :now

-- see: it was used, and holds for as long again
UPDATE web_sessions SET seen_at = :now, expires_at = :expires WHERE token_hash = :token_hash

-- remove: nobody is in this browser any more
DELETE FROM web_sessions WHERE token_hash = :token_hash

-- address_of_person: where the person is met in browsers; the one they used last, where there are several
SELECT lookup, sealed FROM addresses
 WHERE person_id = :person AND door = 'web'
 ORDER BY coalesce(home_at, created_at) DESC
 LIMIT 1

-- tidy: sessions that ended, and those whose address is gone; a new one has an hour to get it
DELETE FROM web_sessions
 WHERE expires_at <= :now
    OR (made_at <= :begun_before
        AND NOT EXISTS (SELECT 1 FROM addresses WHERE addresses.lookup = web_sessions.lookup))
