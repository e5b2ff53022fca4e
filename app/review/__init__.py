"""The desk: the one door that changes a status; queue, evidence, ledger, calendar, outbox."""
