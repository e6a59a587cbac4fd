-- Readings in QuestDB that retention is about to drop, from the moment on in which they are written down in retired_readings: whoever
-- writes to QuestDB drops them first (docs/decisions/0131).
CREATE TABLE store_drop (
  only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  until_us  bigint NOT NULL  -- all before this instant, microseconds since 1970
);
GRANT SELECT, DELETE ON store_drop TO verimeter_service;
