-- 三员: no way of writing takes the last administrator of a kind away (standards.md 2.4). At the end of the transaction, and
-- one after the other, so that two of them cannot each rely on the one whom the other takes away.

CREATE OR REPLACE FUNCTION administrators_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lost text;
BEGIN
    PERFORM pg_advisory_xact_lock(7203343);
    IF TG_TABLE_NAME = 'hat' THEN
        lost := OLD.role;
    ELSE
        SELECT role INTO lost FROM hat WHERE account_id = OLD.id AND role IN ('sysadmin', 'secadmin', 'auditor')
        ORDER BY active DESC LIMIT 1;
    END IF;
    IF lost IS NOT NULL AND NOT EXISTS (SELECT FROM hat JOIN ab_user ON ab_user.id = hat.account_id
                                        WHERE hat.role = lost AND hat.active AND ab_user.active) THEN
        RAISE EXCEPTION 'the last % stays', lost
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ck_last_administrator';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER hat_administrators_stay AFTER UPDATE ON hat
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.active AND OLD.role IN ('sysadmin', 'secadmin', 'auditor')
          AND (NOT NEW.active OR (NEW.role, NEW.account_id) IS DISTINCT FROM (OLD.role, OLD.account_id)))
    EXECUTE FUNCTION administrators_stay();

CREATE CONSTRAINT TRIGGER hat_administrators_gone AFTER DELETE ON hat
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.active AND OLD.role IN ('sysadmin', 'secadmin', 'auditor'))
    EXECUTE FUNCTION administrators_stay();

CREATE CONSTRAINT TRIGGER ab_user_administrators_stay AFTER UPDATE ON ab_user
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.active AND NEW.active IS NOT TRUE)
    EXECUTE FUNCTION administrators_stay();
