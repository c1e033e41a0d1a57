-- add: an invitation to one contact
INSERT INTO invitations (id, contact_id, code_hash, made_at, expires_at)
VALUES (:id, :contact, :code_hash, :now, :expires)

-- of_code: the invitation with this code's hash
SELECT id, contact_id, person_id, made_at, opened_at, bound_at, expires_at FROM invitations WHERE code_hash = :code_hash

-- of_id: one invitation
SELECT id, contact_id, person_id, made_at, opened_at, bound_at, expires_at FROM invitations WHERE id = :id

-- of_contact: a contact's invitation
SELECT id, contact_id, person_id, made_at, opened_at, bound_at, expires_at FROM invitations
 WHERE contact_id = :contact ORDER BY made_at DESC LIMIT 1

-- opened: somebody looked
UPDATE invitations SET opened_at = :now WHERE id = :id AND opened_at IS NULL

-- bind: the person began
UPDATE invitations SET person_id = :person, bound_at = coalesce(bound_at, :now), opened_at = coalesce(opened_at, :now) WHERE id = :id

-- release: the person said no thanks before anything was answered
UPDATE invitations SET person_id = NULL WHERE contact_id = :contact

-- prolong: the contact was moved
UPDATE invitations SET expires_at = :expires WHERE contact_id = :contact
