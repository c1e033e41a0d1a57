-- Telegram chats that members linked to themselves, the one-time codes for it, and contacts being registered there.

-- link: this chat is the member's; whoever had it before has it no more
INSERT INTO staff_chats (lookup, member_id, linked_at) VALUES (:lookup, :member, :now)
ON CONFLICT (lookup) DO UPDATE SET member_id = :member, linked_at = :now, draft = NULL, drafted_at = NULL

-- unlink: it is nobody's
DELETE FROM staff_chats WHERE lookup = :lookup

-- unlink_member: none of the chats of a member is theirs
DELETE FROM staff_chats WHERE member_id = :member

-- of_lookup: whose a chat is
SELECT * FROM staff_chats WHERE lookup = :lookup

-- of_member: the chats of a member
SELECT * FROM staff_chats WHERE member_id = :member ORDER BY linked_at, lookup

-- everyone: every chat of a member who works here, and how it is reached
SELECT staff_chats.lookup, members.language, addresses.sealed
  FROM staff_chats
  JOIN members ON members.id = staff_chats.member_id
  LEFT JOIN addresses ON addresses.lookup = staff_chats.lookup
 WHERE members.removed_at IS NULL AND members.role IN ('admin', 'staff')
 ORDER BY staff_chats.lookup

-- draft: the contact being registered in a chat
UPDATE staff_chats SET draft = :draft, drafted_at = :now WHERE lookup = :lookup

-- add_code: a code to link a chat with
INSERT INTO staff_chat_codes (code_hash, member_id, made_at, expires_at) VALUES (:code_hash, :member, :now, :expires)

-- forget_codes: those of a member, and all that are too old
DELETE FROM staff_chat_codes WHERE member_id = :member OR expires_at <= :now

-- of_code: whose code it is, while it holds
SELECT member_id FROM staff_chat_codes WHERE code_hash = :code_hash AND expires_at > :now

-- spend_code: it links no chat any more
DELETE FROM staff_chat_codes WHERE code_hash = :code_hash

-- due_between: what is to go out within some time, the earliest first
SELECT follow_ups.contact_id, follow_ups.phase, follow_ups.due_at, contacts.unit, contacts.journey
  FROM follow_ups JOIN contacts ON contacts.id = follow_ups.contact_id
 WHERE follow_ups.state = 'planned' AND follow_ups.due_at >= :since AND follow_ups.due_at < :until
   AND (:unit IS NULL OR contacts.unit = :unit)
 ORDER BY follow_ups.due_at, follow_ups.id LIMIT :limit

-- how_many_due: how many there are of them
SELECT count(*)
  FROM follow_ups JOIN contacts ON contacts.id = follow_ups.contact_id
 WHERE follow_ups.state = 'planned' AND follow_ups.due_at >= :since AND follow_ups.due_at < :until
   AND (:unit IS NULL OR contacts.unit = :unit)

-- starting_between: contacts that take place within some time and are not cancelled, the earliest first
SELECT id, unit, journey, start_at
  FROM contacts
 WHERE start_at >= :since AND start_at < :until AND cancelled_at IS NULL AND (:unit IS NULL OR unit = :unit)
 ORDER BY start_at, id LIMIT :limit
