-- Intervals of registers on the grid of quarter-hours, formed for good once a day is over (docs/decisions/0127, 0129).

-- The intervals of a channel that end within a day (UTC), the end of the day included. A day that comes out otherwise, because readings or events
-- of the register came later, is a version of its own; the one before stays. What is usual is null.
CREATE TABLE interval_days (
  tenant         text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  channel_id     integer NOT NULL REFERENCES channels ON DELETE CASCADE,
  day            date NOT NULL,
  version        integer NOT NULL,
  algorithm      smallint NOT NULL,            -- version of the rules
  formed_at      timestamptz NOT NULL DEFAULT now(),
  superseded_at  timestamptz,                  -- null: the version in force
  edges          integer[],                    -- quarter-hours since the start of the day that bound the intervals; null: 0 to 96
  shifts_us      integer[],                    -- of the reading at each edge, microseconds behind it; null: all 0
  scale          smallint,                     -- decimals of `quanta`
  quanta         integer[],                    -- amounts x 10^scale; null elements: not known
  amounts        float8[],                     -- where they are no such numbers
  coverages      float8[],                     -- null: as edges and shifts say
  events         smallint[],                   -- bits of what happened inside; null: nothing
  PRIMARY KEY (channel_id, day, version)
);
CREATE UNIQUE INDEX interval_days_in_force ON interval_days (channel_id, day) WHERE superseded_at IS NULL;
CREATE INDEX interval_days_day ON interval_days USING brin (day);
SELECT protect_tenant_table('interval_days');
GRANT SELECT, INSERT, UPDATE, DELETE ON interval_days TO verimeter_service;
GRANT SELECT ON interval_days TO verimeter_app;

-- Up to where a tenant's intervals are formed.
CREATE TABLE interval_looks (
  tenant         text COLLATE "C" PRIMARY KEY REFERENCES tenants ON DELETE CASCADE,
  algorithm      smallint NOT NULL,
  formed_until   date,                         -- days before it are formed; null: none yet
  forming_until  date,                         -- of a look that is not done
  next_channel   integer,                      -- of that: channels from here on are still to be formed
  looked_at      timestamptz NOT NULL,         -- up to where arrivals and events for formed days were looked at
  shown          text NOT NULL,
  swept_at       timestamptz NOT NULL,
  swept_shown    text NOT NULL
);
SELECT protect_tenant_table('interval_looks');
GRANT SELECT, INSERT, UPDATE, DELETE ON interval_looks TO verimeter_service;
GRANT SELECT ON interval_looks TO verimeter_app;
