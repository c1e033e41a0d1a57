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

-- all_seen: everybody who works here, and when they last used the console
SELECT members.id, members.name, members.email, members.role, members.unit, members.language,
       max(staff_sessions.seen_at) AS "seen_at [moment]"
  FROM members LEFT JOIN staff_sessions ON staff_sessions.member_id = members.id
 WHERE members.removed_at IS NULL GROUP BY members.id ORDER BY members.name, members.id

-- remove: nobody signs in as this member any more; the address is free for another
UPDATE members SET removed_at = :now, email = NULL WHERE id = :id AND removed_at IS NULL

-- change: who a member is, and what they may do and where
UPDATE members SET name = :name, email = :email, role = :role, unit = :unit, language = :language
 WHERE id = :id AND removed_at IS NULL

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

-- forget_chats: the chats in which a member may use commands
DELETE FROM staff_chats WHERE member_id = :member

-- forget_chat_codes: the codes with which a member would link a chat
DELETE FROM staff_chat_codes WHERE member_id = :member

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

-- sessions: in how many browsers a member is signed in
SELECT count(*) FROM staff_sessions WHERE member_id = :member AND expires_at > :now AND seen_at > :idle_since

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

-- noted: what was seen and done, the newest first; where it was done to a member, their name
SELECT audit.id, audit.at, audit.member_id, members.name, audit.action, audit.subject, others.name AS subject_name
  FROM audit LEFT JOIN members ON members.id = audit.member_id LEFT JOIN members AS others ON others.id = audit.subject
 WHERE audit.id < :before AND (:action IS NULL OR audit.action = :action)
   AND (:unit IS NULL OR members.unit = :unit)
 ORDER BY audit.id DESC LIMIT :limit

-- actions: everything that was ever noted, each once
SELECT DISTINCT action FROM audit ORDER BY action

-- attempt: something was tried
INSERT INTO attempts (kind, source, at) VALUES (:kind, :source, :now)

-- attempts: how often one source tried since
SELECT count(*) FROM attempts WHERE kind = :kind AND source = :source AND at > :since
