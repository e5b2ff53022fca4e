-- A key of a program ends with what it was founded on: the password, the account, the trust in whoever made it, its role.
-- A change of another role ends the logins, but no key that speaks under this one.

CREATE OR REPLACE FUNCTION login_session_end(which integer, why text) RETURNS void LANGUAGE sql AS $$
    UPDATE login_session SET ended_at = clock_timestamp(), ended_why = why WHERE account_id = which AND ended_at IS NULL;
    INSERT INTO token_floor (account_id, since) SELECT id, clock_timestamp() FROM ab_user WHERE id = which
        ON CONFLICT (account_id) DO UPDATE SET since = excluded.since;
    UPDATE api_key SET key_state = 'ended', ended_at = clock_timestamp(), changed_on = clock_timestamp()
        WHERE account_id = which AND key_state = 'active' AND why <> 'roles';
$$;

CREATE OR REPLACE FUNCTION api_key_hat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE api_key SET key_state = 'ended', ended_at = clock_timestamp(), changed_on = clock_timestamp()
        WHERE hat_id = NEW.id AND key_state = 'active';
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER api_key_hat AFTER UPDATE ON hat FOR EACH ROW
    WHEN ((OLD.account_id, OLD.role, OLD.region_code, OLD.unit_id, OLD.school_id, OLD.agency_id, OLD.grants, OLD.active)
        IS DISTINCT FROM
        (NEW.account_id, NEW.role, NEW.region_code, NEW.unit_id, NEW.school_id, NEW.agency_id, NEW.grants, NEW.active))
    EXECUTE FUNCTION api_key_hat();
