-- add: a poster, or a card of a sheet
INSERT INTO open_invitations (id, code_hash, kind, sheet, journey, unit, service, channel, language, made_at, expires_at,
                              simulated)
VALUES (:id, :code_hash, :kind, :sheet, :journey, :unit, :service, :channel, :language, :now, :expires, :simulated)

-- of_id: one open invitation
SELECT id, kind, sheet, journey, unit, service, channel, language, made_at, expires_at, used_at, retired_at
  FROM open_invitations WHERE id = :id

-- of_code: the open invitation with this code's hash
SELECT id, kind, sheet, journey, unit, service, channel, language, made_at, expires_at, used_at, retired_at
  FROM open_invitations WHERE code_hash = :code_hash

-- of_sheet: the cards of a sheet, in the order they were printed
SELECT id, kind, sheet, journey, unit, service, channel, language, made_at, expires_at, used_at, retired_at
  FROM open_invitations WHERE sheet = :sheet ORDER BY id

-- listed: posters, and cards by sheet, the newest first, with how many contacts began with them
SELECT coalesce(open_invitations.sheet, open_invitations.id) AS id, open_invitations.kind, open_invitations.journey,
       open_invitations.unit, open_invitations.service, open_invitations.channel,
       max(open_invitations.made_at) AS "made_at [moment]", max(open_invitations.expires_at) AS "expires_at [moment]",
       min(coalesce(open_invitations.retired_at, 0)) > 0 AS retired,
       count(*) AS printed, sum(open_invitations.kind = 'card' AND open_invitations.used_at IS NOT NULL) AS spent,
       sum((SELECT count(*) FROM contacts WHERE contacts.open_invitation_id = open_invitations.id)) AS contacts
  FROM open_invitations
 GROUP BY coalesce(open_invitations.sheet, open_invitations.id)
 ORDER BY max(open_invitations.made_at) DESC, 1

-- use: somebody began with it
UPDATE open_invitations SET used_at = :now WHERE id = :id

-- unspend: who began with the card of this contact said no thanks
UPDATE open_invitations SET used_at = NULL
 WHERE kind = 'card' AND id = (SELECT open_invitation_id FROM contacts WHERE id = :contact)

-- retire: a poster taken down, or what is left of a sheet of cards
UPDATE open_invitations SET retired_at = :now WHERE (id = :id OR sheet = :id) AND retired_at IS NULL

-- is_there: whether there is a poster or a sheet of this id
SELECT EXISTS (SELECT 1 FROM open_invitations WHERE (id = :id AND kind = 'poster') OR sheet = :id)

-- newest_contact: the contact that began last with an open invitation
SELECT id FROM contacts WHERE open_invitation_id = :id ORDER BY registered_at DESC, id LIMIT 1

-- contact_of: the contact that a person began last with an open invitation, unless they said no thanks to all of it
SELECT id FROM contacts
 WHERE open_invitation_id = :id AND person_id = :person AND registered_at >= :since
   AND (NOT EXISTS (SELECT 1 FROM follow_ups
                     WHERE follow_ups.contact_id = contacts.id AND follow_ups.disposition = 'declined')
        OR EXISTS (SELECT 1 FROM follow_ups
                    WHERE follow_ups.contact_id = contacts.id AND follow_ups.disposition IN ('answered', 'partial')))
 ORDER BY registered_at DESC, id LIMIT 1

-- begun_by: how many contacts a person began with open invitations since a moment
SELECT count(*) FROM contacts WHERE person_id = :person AND invitation = 'open' AND registered_at >= :since
