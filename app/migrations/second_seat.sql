-- Where several people must agree, the database counts them: no other way of writing leads past it (review.md 8, invariant 4).

CREATE OR REPLACE FUNCTION review_round_seats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM review_round r WHERE r.id = NEW.id AND r.state = 'approved')
       AND (SELECT count(*) FROM review_seat s
            WHERE s.round_id = NEW.id AND s.verdict = 'approve' AND s.undone_at IS NULL) < NEW.seats_needed THEN
        RAISE EXCEPTION 'too few people agreed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

-- At the end of the transaction: the verdict is written before its seat.
CREATE CONSTRAINT TRIGGER review_round_seats AFTER UPDATE ON review_round
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'approved' AND OLD.state <> 'approved' AND NEW.seats_needed > 1)
    EXECUTE FUNCTION review_round_seats();

CREATE OR REPLACE FUNCTION review_round_seats_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'how many must agree never changes' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER review_round_seats_kept BEFORE UPDATE OF seats_needed ON review_round
    FOR EACH ROW WHEN (NEW.seats_needed <> OLD.seats_needed)
    EXECUTE FUNCTION review_round_seats_kept();
