-- Keys with which case systems call us: hashed, for one unit or for all.

-- add: a key
INSERT INTO api_keys (id, key_hash, name, unit, made_by, made_at)
VALUES (:id, :key_hash, :name, :unit, :made_by, :now)

-- of_hash: the key with this hash, while it is good
SELECT id, name, unit, made_by, made_at, last_used_at, revoked_at
  FROM api_keys WHERE key_hash = :key_hash AND revoked_at IS NULL

-- of_id: one key, revoked or not
SELECT id, name, unit, made_by, made_at, last_used_at, revoked_at FROM api_keys WHERE id = :id

-- all: every key, those that are good first, the newest first
SELECT id, name, unit, made_by, made_at, last_used_at, revoked_at
  FROM api_keys ORDER BY revoked_at IS NOT NULL, made_at DESC, id

-- use: it was used
UPDATE api_keys SET last_used_at = :now WHERE id = :id

-- revoke: it lets nobody in any more
UPDATE api_keys SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL
