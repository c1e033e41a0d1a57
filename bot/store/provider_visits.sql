-- Sign-ins that have gone to the organisation's provider and are not back yet.

-- add: somebody goes to the provider
INSERT INTO provider_visits (state_hash, nonce, verifier, made_at) VALUES (:state_hash, :nonce, :verifier, :now)

-- spend: somebody is back; nobody comes back twice
DELETE FROM provider_visits WHERE state_hash = :state_hash RETURNING nonce, verifier, made_at AS "made_at [moment]"

-- tidy: those who did not come back
DELETE FROM provider_visits WHERE made_at < :since
