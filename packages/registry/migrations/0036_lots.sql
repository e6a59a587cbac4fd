-- Lots graded from the uncertain estimates of their members (docs/lots.md, docs/decisions/0160).

-- What the data alone says of a device, no prior of its lot or of the fleet in it, and what the members of its lot have wrong alike;
-- its consumption, on which hangs how well it is estimated.
ALTER TABLE health
  ADD COLUMN data_estimate           float8,
  ADD COLUMN data_standard_error     float8,
  ADD COLUMN data_drift_per_year     float8,
  ADD COLUMN data_drift_per_year_se  float8,
  ADD COLUMN common_error_sd         float8,
  ADD COLUMN mean_load               float8;     -- in whatever unit, compared within a lot

-- Ratios; null: may not be claimed.
CREATE TABLE lot_health (
  tenant                       text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  lot                          text COLLATE "C" NOT NULL,   -- kind|manufacturer|model|class|size|year
  quantity                     text COLLATE "C" NOT NULL,
  run_id                       bigint NOT NULL REFERENCES analysis_runs,
  as_of                        timestamptz,
  "limit"                      float8 NOT NULL,
  members                      integer NOT NULL,
  estimated                    integer NOT NULL,
  verified                     integer NOT NULL,
  mean                         float8,
  mean_se                      float8,
  spread                       float8,
  spread_low                   float8,                      -- 90 %
  spread_high                  float8,
  share                        float8,                      -- of the members beyond the limit: posterior mean
  share_low                    float8,                      -- 90 %
  share_high                   float8,
  share_low_95                 float8,
  share_high_95                float8,
  p_share_over_5               float8,
  p_mean_over_limit            float8,
  effective_members            float8,
  drift_per_year               float8,
  drift_per_year_se            float8,
  exit_date                    date,
  exit_date_earliest           date,
  plan                         jsonb NOT NULL,              -- {n, accept, reject, accept_probability, without_prior, sample}
  PRIMARY KEY (tenant, lot, quantity)
);
SELECT protect_tenant_table('lot_health');
GRANT SELECT, INSERT, UPDATE, DELETE ON lot_health TO verimeter_service;
GRANT SELECT ON lot_health TO verimeter_app;
