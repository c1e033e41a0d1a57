-- Members of staff, how they sign in, and what they saw and did.

-- add: a member
INSERT INTO members (id, name, email, role, unit, language, made_at)
VALUES (:id, :name, :email, :role, :unit, :language, :now)

-- of_id: one member, removed or not
SELECT * FROM members WHERE id = :id

-- of_email: the member with this address who still works here
SELECT * FROM members WHERE email = :email AND removed_at IS NULL

-- all: everybody who works here
SELECT * FROM members WHERE removed_at IS NULL ORDER BY name, id

-- remove: nobody signs in as this member any more; the address is free for another
UPDATE members SET removed_at = :now, email = NULL WHERE id = :id AND removed_at IS NULL

-- change: what a member may do, and where
UPDATE members SET name = :name, role = :role, unit = :unit WHERE id = :id AND removed_at IS NULL

-- speak: the language a member reads in
UPDATE members SET language = :language WHERE id = :id

-- fill_in: what a member last registered
UPDATE members SET filled_in = :filled_in WHERE id = :id

-- add_link: a one-time link to sign in with
INSERT INTO sign_in_links (token_hash, member_id, made_at, expires_at) VALUES (:token_hash, :member, :now, :expires)

-- link: whom a link lets in
SELECT members.* FROM sign_in_links JOIN members ON members.id = sign_in_links.member_id
 WHERE sign_in_links.token_hash = :token_hash AND sign_in_links.expires_at > :now AND members.removed_at IS NULL

-- spend_link: it lets nobody in any more
DELETE FROM sign_in_links WHERE token_hash = :token_hash

-- forget_links: those of one member
DELETE FROM sign_in_links WHERE member_id = :member

-- add_session: a browser in which a member is signed in
INSERT INTO staff_sessions (token_hash, member_id, made_at, seen_at, expires_at)
VALUES (:token_hash, :member, :now, :now, :expires)

-- session: who is signed in with this cookie, and when they were last seen
SELECT members.*, staff_sessions.seen_at FROM staff_sessions JOIN members ON members.id = staff_sessions.member_id
 WHERE staff_sessions.token_hash = :token_hash AND staff_sessions.expires_at > :now
   AND staff_sessions.seen_at > :idle_since AND members.removed_at IS NULL

-- see: the session was used
UPDATE staff_sessions SET seen_at = :now WHERE token_hash = :token_hash

-- end_session: signed out in this browser
DELETE FROM staff_sessions WHERE token_hash = :token_hash

-- end_sessions: signed out everywhere
DELETE FROM staff_sessions WHERE member_id = :member

-- tidy_links: links that are too old
DELETE FROM sign_in_links WHERE expires_at <= :now

-- tidy_sessions: sessions that are over
DELETE FROM staff_sessions WHERE expires_at <= :now OR seen_at <= :idle_since

-- tidy_audit: what was noted long ago
DELETE FROM audit WHERE at < :since

-- tidy_attempts: tries that slow nobody any more
DELETE FROM attempts WHERE at < :since

-- note: a member saw or did something
INSERT INTO audit (at, member_id, action, subject) VALUES (:now, :member, :action, :subject)

-- noted: what was seen and done, the newest first
SELECT audit.id, audit.at, audit.member_id, members.name, audit.action, audit.subject
  FROM audit LEFT JOIN members ON members.id = audit.member_id
 WHERE audit.id < :before AND (:action IS NULL OR audit.action = :action)
 ORDER BY audit.id DESC LIMIT :limit

-- attempt: something was tried
INSERT INTO attempts (kind, source, at) VALUES (:kind, :source, :now)

-- attempts: how often one source tried since
SELECT count(*) FROM attempts WHERE kind = :kind AND source = :source AND at > :since
