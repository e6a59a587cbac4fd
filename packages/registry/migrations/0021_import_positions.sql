-- How far a file of readings was imported, while its import is not done: one that was cut off goes on there (docs/decisions/0123).
CREATE TABLE import_positions (
  tenant       text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  file         text NOT NULL,                 -- SHA-256 of its size, time, first and last bytes
  rows         bigint NOT NULL,               -- committed, from its start
  stored       bigint NOT NULL,
  duplicate    bigint NOT NULL,
  conflicting  bigint NOT NULL,
  rejected     bigint NOT NULL,
  reached_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, file)
);
SELECT protect_tenant_table('import_positions');
GRANT SELECT, INSERT, UPDATE, DELETE ON import_positions TO verimeter_service;
