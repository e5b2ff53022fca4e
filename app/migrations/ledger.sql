-- The ledger chains itself, is append-only, and what must never change is refused by the database (review.md 4, 8).

CREATE OR REPLACE FUNCTION ledger_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head ledger_head%ROWTYPE;
BEGIN
    INSERT INTO ledger_head (chain, seq, digest) VALUES (NEW.chain, 0, '') ON CONFLICT (chain) DO NOTHING;
    SELECT * INTO head FROM ledger_head WHERE chain = NEW.chain FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.prev_digest := head.digest;
    NEW.digest := encode(sha256(convert_to(head.digest || E'\n' || NEW.body, 'UTF8')), 'hex');
    UPDATE ledger_head SET seq = NEW.seq, digest = NEW.digest WHERE chain = NEW.chain;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE OR REPLACE TRIGGER review_event_chain BEFORE INSERT ON review_event
    FOR EACH ROW EXECUTE FUNCTION ledger_chain();
CREATE OR REPLACE TRIGGER review_event_no_change BEFORE UPDATE OR DELETE ON review_event
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE OR REPLACE TRIGGER review_event_no_truncate BEFORE TRUNCATE ON review_event
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE OR REPLACE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE OR REPLACE TRIGGER ledger_head_no_truncate BEFORE TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

-- A decided round stays as it was decided; only the desk's undo, which says so, may open it again.
CREATE OR REPLACE FUNCTION review_round_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.case_id, OLD.kind, OLD.subject_id, OLD.evidence_digest, OLD.round_no, OLD.receipt_no, OLD.is_change)
       IS DISTINCT FROM
       (NEW.case_id, NEW.kind, NEW.subject_id, NEW.evidence_digest, NEW.round_no, NEW.receipt_no, NEW.is_change)
       OR OLD.parent_id IS DISTINCT FROM NEW.parent_id
       OR OLD.submitted_by_id IS DISTINCT FROM NEW.submitted_by_id THEN
        RAISE EXCEPTION 'what a round decides on never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state IN ('approved', 'rejected', 'withdrawn', 'superseded', 'lapsed')
       AND NEW IS DISTINCT FROM OLD
       AND NOT (OLD.state IN ('approved', 'rejected')
                AND coalesce(current_setting('gongjiu.undo', true), '') = 'on') THEN
        RAISE EXCEPTION 'a decided round never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER review_round_guard BEFORE UPDATE ON review_round
    FOR EACH ROW EXECUTE FUNCTION review_round_guard();

-- A registered credit code never changes (table (b) row 1).
CREATE OR REPLACE FUNCTION unit_uscc_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a registered credit code cannot be changed'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ck_unit_uscc_immutable';
END
$$;

CREATE OR REPLACE TRIGGER unit_uscc_guard BEFORE UPDATE OF uscc ON unit
    FOR EACH ROW WHEN (OLD.uscc IS NOT NULL AND NEW.uscc IS DISTINCT FROM OLD.uscc)
    EXECUTE FUNCTION unit_uscc_guard();
