-- due: what is due for contacts that nobody has opened, or whose person answers in a browser and has to come back by
-- themselves; the nearest deadline first
SELECT follow_ups.id, follow_ups.contact_id, follow_ups.phase, follow_ups.useful_until
  FROM follow_ups JOIN contacts ON contacts.id = follow_ups.contact_id
 WHERE follow_ups.state = 'planned' AND follow_ups.due_at <= :now
   AND (follow_ups.bound = 0 AND contacts.invitation = 'personal'
        OR follow_ups.bound = 1 AND contacts.reference IS NOT NULL
           AND (SELECT door FROM addresses WHERE addresses.person_id = contacts.person_id
                 ORDER BY coalesce(home_at, created_at) DESC LIMIT 1) IS 'web'
           AND NOT EXISTS (SELECT 1 FROM stops JOIN addresses ON addresses.lookup = stops.lookup
                            WHERE addresses.person_id = contacts.person_id)
           AND NOT EXISTS (SELECT 1 FROM persons
                            WHERE persons.id = contacts.person_id AND persons.paused_until > :now))
   AND follow_ups.useful_until > :now AND follow_ups.handed_over_at IS NULL
   AND contacts.cancelled_at IS NULL AND contacts.not_asked IS NULL
   AND (:unit IS NULL OR contacts.unit = :unit)
 ORDER BY follow_ups.useful_until, follow_ups.id LIMIT :limit

-- begin: a file is being made
INSERT INTO hand_overs (id, at, rows) VALUES (:id, :now, 0) ON CONFLICT (id) DO NOTHING

-- mark: this follow-up stands in the file
UPDATE follow_ups SET handed_over_at = :now, hand_over_id = :id WHERE id = :follow_up

-- record: it was handed over, or taken back, for its history
INSERT INTO follow_up_history (follow_up_id, at, week, state, disposition, reason, outcome, late, due_at, useful_until,
                               retrospective, with_during, handed_over_at)
SELECT id, :now, :week, state, disposition, reason, outcome, late, due_at, useful_until, retrospective, with_during,
       handed_over_at FROM follow_ups WHERE id = :follow_up

-- count: so many rows stand in the file
UPDATE hand_overs SET rows = (SELECT count(*) FROM follow_ups WHERE hand_over_id = :id) WHERE id = :id

-- rows_of: what stands in a file
SELECT id, contact_id, phase, useful_until FROM follow_ups
 WHERE hand_over_id = :id AND state = 'planned' AND id > :after ORDER BY id LIMIT :limit

-- of_id: one file
SELECT id, at, rows, undone_at FROM hand_overs WHERE id = :id

-- all: every file, the newest first
SELECT id, at, rows, undone_at FROM hand_overs ORDER BY at DESC, id

-- planned_in: what of a file is still planned
SELECT id AS value FROM follow_ups WHERE hand_over_id = :id AND state = 'planned'

-- take_back: this follow-up did not go out
UPDATE follow_ups SET handed_over_at = NULL, hand_over_id = NULL WHERE id = :follow_up

-- undone: the file counts for nothing
UPDATE hand_overs SET undone_at = :now WHERE id = :id AND undone_at IS NULL
