-- Tokens of programs count for nothing once what they were founded on has changed: those made before this moment.

CREATE OR REPLACE FUNCTION login_session_end(which integer, why text) RETURNS void LANGUAGE sql AS $$
    UPDATE login_session SET ended_at = clock_timestamp(), ended_why = why WHERE account_id = which AND ended_at IS NULL;
    INSERT INTO token_floor (account_id, since) SELECT id, clock_timestamp() FROM ab_user WHERE id = which
        ON CONFLICT (account_id) DO UPDATE SET since = excluded.since;
$$;
