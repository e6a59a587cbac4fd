-- Lots against each other where there is no reference (docs/decisions/0162): differences to the other lots in the same districts or areas.

-- Ratios; null: may not be claimed. No share follows from them: what all lots have in common is not known.
ALTER TABLE lot_health
  ADD COLUMN relative_drift_per_year        float8,
  ADD COLUMN relative_drift_per_year_se     float8,
  ADD COLUMN relative_drift_per_1000_m3     float8,
  ADD COLUMN relative_drift_per_1000_m3_se  float8,
  ADD COLUMN relative_homes                 integer,    -- members that they rest on
  ADD COLUMN relative_minimum_detectable    float8;     -- per year, with 90 % power
