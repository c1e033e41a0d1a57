-- add: a code to say aloud, by its keyed hash
INSERT INTO spoken_codes (lookup, invitation_id, open_invitation_id, generation, made_at, expires_at)
VALUES (:lookup, :invitation, :open_invitation, :generation, :now, :expires)

-- of_lookup: the code with this keyed hash, whether it still holds or not
SELECT invitation_id, open_invitation_id, generation, expires_at FROM spoken_codes WHERE lookup = :lookup

-- of_invitation: the newest code of an invitation, whether it still holds or not
SELECT invitation_id, open_invitation_id, generation, expires_at FROM spoken_codes
 WHERE invitation_id = :invitation ORDER BY generation DESC LIMIT 1

-- of_open_invitation: the newest code of an open invitation, whether it still holds or not
SELECT invitation_id, open_invitation_id, generation, expires_at FROM spoken_codes
 WHERE open_invitation_id = :invitation ORDER BY generation DESC LIMIT 1

-- kill: another code takes the place of these; their generation is still known
UPDATE spoken_codes SET expires_at = min(expires_at, :now) WHERE invitation_id = :invitation

-- kill_open: another code takes the place of these; their generation is still known
UPDATE spoken_codes SET expires_at = min(expires_at, :now) WHERE open_invitation_id = :invitation

-- wrong: somebody tried a code that lets nobody in
INSERT INTO wrong_codes (lookup, at) VALUES (:source, :now)

-- wrong_of_source: when this source was wrong, the earliest first
SELECT at FROM wrong_codes WHERE lookup = :source AND at > :since ORDER BY at

-- wrong_of_all: how often anybody was wrong
SELECT count(*) FROM (SELECT 1 FROM wrong_codes WHERE at > :since LIMIT :most)

-- forget_wrong: what no longer slows anybody
DELETE FROM wrong_codes WHERE at <= :since
