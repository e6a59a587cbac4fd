-- Edits of single values by a person, as versions beside the reading, which stays (docs/decisions/0170).

ALTER TABLE value_versions
  ADD COLUMN action     text CHECK (action IN ('replace', 'fill', 'confirm', 'reject', 'undo')),  -- null: computed
  ADD COLUMN edited_by  text,                          -- key of the person, or who ran the command
  ADD COLUMN reason     text,
  ADD COLUMN pinned     boolean NOT NULL DEFAULT false, -- a person's word: validation puts nothing in its place
  ADD COLUMN replaces   integer,                       -- the version in force before; null: the reading, or nothing
  ADD COLUMN undoes     integer,
  ADD CHECK ((action IS NULL) = (edited_by IS NULL) AND (action IS NULL) = (reason IS NULL)),
  ADD CHECK ((action IS NOT DISTINCT FROM 'undo') = (undoes IS NOT NULL)),
  ADD CHECK (action IS NOT NULL OR NOT pinned);
CREATE UNIQUE INDEX value_versions_undone ON value_versions (channel_id, ts, undoes) WHERE undoes IS NOT NULL;
GRANT INSERT, UPDATE (superseded_at) ON value_versions TO verimeter_app;
