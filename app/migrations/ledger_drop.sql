-- Takes back ledger.sql; to be run before the tables are dropped.
DROP TRIGGER IF EXISTS review_event_chain ON review_event;
DROP TRIGGER IF EXISTS review_event_no_change ON review_event;
DROP TRIGGER IF EXISTS review_event_no_truncate ON review_event;
DROP TRIGGER IF EXISTS ledger_head_no_delete ON ledger_head;
DROP TRIGGER IF EXISTS ledger_head_no_truncate ON ledger_head;
DROP TRIGGER IF EXISTS review_round_guard ON review_round;
DROP TRIGGER IF EXISTS unit_uscc_guard ON unit;
DROP FUNCTION IF EXISTS ledger_chain();
DROP FUNCTION IF EXISTS ledger_refuse();
DROP FUNCTION IF EXISTS review_round_guard();
DROP FUNCTION IF EXISTS unit_uscc_guard();
