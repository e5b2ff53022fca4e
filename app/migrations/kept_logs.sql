-- The logs of logins and requests are written once. A line goes only when the law no longer asks for it (six months).

CREATE OR REPLACE FUNCTION kept_log_no_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An account that is deleted takes its number along, nothing else of the line.
    IF TG_TABLE_NAME = 'login_event' AND to_jsonb(NEW) = to_jsonb(OLD) || '{"account_id": null}'::jsonb THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a line of a log stays as it was written' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE OR REPLACE FUNCTION kept_log_no_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '183 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'logs are kept for six months at least' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE OR REPLACE TRIGGER login_event_no_change BEFORE UPDATE ON login_event
    FOR EACH ROW EXECUTE FUNCTION kept_log_no_change();
CREATE OR REPLACE TRIGGER login_event_no_loss BEFORE DELETE ON login_event
    FOR EACH ROW EXECUTE FUNCTION kept_log_no_loss();
CREATE OR REPLACE TRIGGER login_event_no_truncate BEFORE TRUNCATE ON login_event
    FOR EACH STATEMENT EXECUTE FUNCTION kept_log_no_loss();
CREATE OR REPLACE TRIGGER request_event_no_change BEFORE UPDATE ON request_event
    FOR EACH ROW EXECUTE FUNCTION kept_log_no_change();
CREATE OR REPLACE TRIGGER request_event_no_loss BEFORE DELETE ON request_event
    FOR EACH ROW EXECUTE FUNCTION kept_log_no_loss();
CREATE OR REPLACE TRIGGER request_event_no_truncate BEFORE TRUNCATE ON request_event
    FOR EACH STATEMENT EXECUTE FUNCTION kept_log_no_loss();
