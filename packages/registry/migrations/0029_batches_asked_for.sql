-- Readings on their way to QuestDB: imports that ask for them later, and backups (docs/decisions/0141, 0142).

-- Batches of the file of which it is not known yet what became of their rows: not in the counts.
ALTER TABLE import_positions ADD COLUMN batches bigint[] NOT NULL DEFAULT '{}';

-- What was settled while a backup reads the store. Its snapshot does not have that, so that it leaves it out; kept for as long as one runs.
CREATE TABLE settled_batches (
  id        bigint PRIMARY KEY,
  content   bytea NOT NULL,
  outcomes  bytea NOT NULL
);
ALTER TABLE settled_batches ALTER content SET STORAGE EXTERNAL, ALTER outcomes SET STORAGE EXTERNAL;
GRANT SELECT, INSERT, DELETE ON settled_batches TO verimeter_service;

-- A backup holds the lock, shared; where nobody does it is had for the rest of this transaction, so that a backup that begins waits for its end.
CREATE FUNCTION keep_settled_batch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('verimeter.settled_batches')) THEN
    INSERT INTO public.settled_batches (id, content, outcomes) VALUES (OLD.id, OLD.content, OLD.outcomes);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER keep_settled AFTER UPDATE OF settled_at ON store_batches FOR EACH ROW
  WHEN (OLD.settled_at IS NULL AND NEW.settled_at IS NOT NULL) EXECUTE FUNCTION keep_settled_batch();
CREATE TRIGGER keep_removed AFTER DELETE ON store_batches FOR EACH ROW
  WHEN (OLD.settled_at IS NULL AND OLD.outcomes IS NOT NULL) EXECUTE FUNCTION keep_settled_batch();
