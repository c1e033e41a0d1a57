-- Who waits for a call, for those who make them.

-- take: a member says that they will call; where they take over, in place of whoever said so before
UPDATE call_backs SET taken_by = :member, taken_at = :now
 WHERE id = :id AND state = 'open' AND way = 'call-me' AND taken_by IS NOT :member
   AND (:over OR taken_by IS NULL)

-- queue: who waits, the nearest deadline first, and who said that they would call
SELECT call_backs.id, call_backs.contact_id, call_backs.unit, call_backs.service, call_backs.way, call_backs.slot,
       call_backs.asked_at, call_backs.deadline, call_backs.taken_by, members.name AS taken_name, call_backs.taken_at,
       EXISTS (SELECT 1 FROM numbers_to_call WHERE numbers_to_call.call_back_id = call_backs.id) AS has_number
  FROM call_backs LEFT JOIN members ON members.id = call_backs.taken_by
 WHERE call_backs.state = 'open' AND (:unit IS NULL OR call_backs.unit = :unit)
   AND (:id IS NULL OR call_backs.id = :id)
 ORDER BY call_backs.deadline, call_backs.id LIMIT :limit

-- waiting: how many wait, and how many of them after their deadline
SELECT count(*) AS number, coalesce(sum(deadline < :now), 0) AS late FROM call_backs
 WHERE state = 'open' AND (:unit IS NULL OR unit = :unit)
