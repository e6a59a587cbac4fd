-- What arrived since an instant is found without a look at every channel: rows are appended as they arrive, so that a few kilobytes per
-- partition say where they are (docs/decisions/0092-late-readings.md). Partitions that are made later copy it.
CREATE INDEX IF NOT EXISTS readings_received ON readings USING brin (received_at) WITH (autosummarize = on);
