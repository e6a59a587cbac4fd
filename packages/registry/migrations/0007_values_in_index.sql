-- Readings arrive instant by instant, so that those of one meter lie on as many pages as there are of them. With the value in the
-- index of the primary key a series is read from there, one row after the other (docs/decisions/0093-values-in-the-index.md).
ALTER TABLE readings DROP CONSTRAINT readings_pkey;
ALTER TABLE readings ADD PRIMARY KEY (channel_id, ts) INCLUDE (value);

CREATE OR REPLACE FUNCTION ensure_reading_partitions(p_from timestamptz, p_to timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  month   timestamp := date_trunc('month', p_from AT TIME ZONE 'UTC');
  final   timestamp := date_trunc('month', p_to AT TIME ZONE 'UTC');
  name    text;
  created integer := 0;
BEGIN
  IF p_from > p_to OR p_from < '2000-01-01Z' OR p_to > '2200-01-01Z' THEN
    RAISE EXCEPTION 'no partitions for % to %', p_from, p_to USING ERRCODE = 'invalid_parameter_value';
  END IF;
  WHILE month <= final LOOP
    name := 'readings_' || to_char(month, '"y"YYYY"m"MM');
    IF to_regclass('public.' || name) IS NULL THEN
      PERFORM pg_advisory_xact_lock(hashtext('verimeter.ensure_reading_partitions'));
      -- Asked of the table itself: waiting for an advisory lock does not refresh the cache behind to_regclass.
      IF NOT EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = 'public'::regnamespace) THEN
        EXECUTE format('CREATE TABLE public.%I (LIKE public.readings INCLUDING ALL)', name);
        EXECUTE format(
          'ALTER TABLE public.readings ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
          name, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
        -- Values are read from the index where the visibility map knows their rows, which is what vacuum writes.
        EXECUTE format('ALTER TABLE public.%I SET (autovacuum_vacuum_insert_scale_factor = 0.01)', name);
        created := created + 1;
      END IF;
    END IF;
    month := month + interval '1 month';
  END LOOP;
  RETURN created;
END
$$;

DO $$
DECLARE
  name regclass;
BEGIN
  FOR name IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'readings'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_scale_factor = 0.01)', name);
  END LOOP;
END
$$;
