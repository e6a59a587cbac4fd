-- What decoders remember is read by what has changed: the transaction that wrote a row last. A worker that saw all transactions before
-- `pg_snapshot_xmin` of its snapshot reads the rows of those from there on.
ALTER TABLE source_memory ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX source_memory_changed_in ON source_memory (changed_in);
