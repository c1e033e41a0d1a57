-- People's own words, for those who may read them.

-- words: texts that no later one took the place of, the newest first
SELECT a.id, c.journey, v.fingerprint, a.question, COALESCE(f.unit, c.unit) AS unit,
    COALESCE(f.service, c.service) AS service, a.language, a.recorded_at, a.text
FROM answers AS a
JOIN conversations AS v ON v.id = a.conversation_id
JOIN follow_ups AS f ON f.id = a.follow_up_id
JOIN contacts AS c ON c.id = a.contact_id
WHERE a.id < :before AND a.text IS NOT NULL AND a.text <> '' AND c.simulated = :simulated
  AND NOT EXISTS (SELECT 1 FROM answers AS newer WHERE newer.supersedes = a.id)
  AND (:journey IS NULL OR c.journey = :journey)
  AND (:question IS NULL OR a.question = :question)
  AND (:unit IS NULL OR COALESCE(f.unit, c.unit) = :unit)
  AND (:first IS NULL OR a.week BETWEEN :first AND :last)
ORDER BY a.id DESC LIMIT :limit;
