-- What one person approved where more should have agreed bears a ground; how many must agree changes only by a recount.

CREATE OR REPLACE FUNCTION review_round_seats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM review_round r WHERE r.id = NEW.id AND r.state = 'approved') THEN
        RETURN NULL;
    END IF;
    IF (SELECT count(*) FROM review_seat s
        WHERE s.round_id = NEW.id AND s.verdict = 'approve' AND s.undone_at IS NULL) < NEW.seats_needed THEN
        RAISE EXCEPTION 'too few people agreed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.alone AND NOT EXISTS (SELECT FROM review_seat s WHERE s.round_id = NEW.id AND s.verdict = 'approve'
                                 AND s.undone_at IS NULL AND btrim(s.reason_text) <> '') THEN
        RAISE EXCEPTION 'decided alone without a ground' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

DROP TRIGGER review_round_seats ON review_round;
CREATE CONSTRAINT TRIGGER review_round_seats AFTER UPDATE ON review_round
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'approved' AND OLD.state <> 'approved' AND (NEW.seats_needed > 1 OR NEW.alone))
    EXECUTE FUNCTION review_round_seats();

CREATE OR REPLACE FUNCTION review_round_seats_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seats_wanted <> OLD.seats_wanted OR OLD.state NOT IN ('queued', 'second')
       OR coalesce(current_setting('gongjiu.seats', true), '') <> 'on' THEN
        RAISE EXCEPTION 'how many must agree never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

DROP TRIGGER review_round_seats_kept ON review_round;
CREATE TRIGGER review_round_seats_kept BEFORE UPDATE OF seats_needed, seats_wanted, alone ON review_round
    FOR EACH ROW WHEN ((NEW.seats_needed, NEW.seats_wanted, NEW.alone)
                       IS DISTINCT FROM (OLD.seats_needed, OLD.seats_wanted, OLD.alone))
    EXECUTE FUNCTION review_round_seats_kept();
