-- A login ends with what it was founded on: the password, the account, the roles. Triggers see to it, so that no path can
-- forget it; the request after that finds no session. Every end stands in the login log, whatever brought it about.

CREATE OR REPLACE FUNCTION login_session_end(which integer, why text) RETURNS void LANGUAGE sql AS $$
    UPDATE login_session SET ended_at = clock_timestamp(), ended_why = why WHERE account_id = which AND ended_at IS NULL;
$$;

CREATE OR REPLACE FUNCTION login_session_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM login_session_end(NEW.id, CASE WHEN NEW.active THEN 'password' ELSE 'inactive' END);
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION login_session_hat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM login_session_end(OLD.account_id, 'roles');
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM login_session_end(NEW.account_id, 'roles');
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION login_session_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO login_event (at, account_id, user_name, address, outcome)
        SELECT NEW.ended_at, NEW.account_id,
            CASE WHEN u.username ~ '^[0-9]{11}$' THEN left(u.username, 3) || '****' || right(u.username, 4) ELSE u.username END,
            NEW.address, NEW.ended_why
        FROM ab_user u WHERE u.id = NEW.account_id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER login_session_account AFTER UPDATE ON ab_user FOR EACH ROW
    WHEN (OLD.password IS DISTINCT FROM NEW.password OR (OLD.active IS TRUE AND NEW.active IS NOT TRUE))
    EXECUTE FUNCTION login_session_account();
CREATE OR REPLACE TRIGGER login_session_hat AFTER UPDATE ON hat FOR EACH ROW
    WHEN ((OLD.active OR NEW.active)
        AND (OLD.account_id, OLD.role, OLD.region_code, OLD.unit_id, OLD.school_id, OLD.agency_id, OLD.grants, OLD.active)
            IS DISTINCT FROM
            (NEW.account_id, NEW.role, NEW.region_code, NEW.unit_id, NEW.school_id, NEW.agency_id, NEW.grants, NEW.active))
    EXECUTE FUNCTION login_session_hat();
CREATE OR REPLACE TRIGGER login_session_hat_gone AFTER DELETE ON hat FOR EACH ROW
    WHEN (OLD.active) EXECUTE FUNCTION login_session_hat();
-- Whoever joins the staff logs in anew, under its rules. Others find a further role with the next page.
CREATE OR REPLACE TRIGGER login_session_hat_new AFTER INSERT ON hat FOR EACH ROW
    WHEN (NEW.active AND NEW.role NOT IN ('seeker', 'student', 'unit_owner', 'unit_handler', 'agency'))
    EXECUTE FUNCTION login_session_hat();
CREATE OR REPLACE TRIGGER login_session_noted AFTER UPDATE ON login_session FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION login_session_noted();
