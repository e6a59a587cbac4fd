-- What lots of water meters do against each other, with what lots of their type and age do, and when their mean error leaves the limit if they go on.

-- Ratios; null: may not be claimed.
ALTER TABLE lot_health
  ADD COLUMN relative_posterior_per_year        float8,
  ADD COLUMN relative_posterior_per_year_se     float8,
  ADD COLUMN relative_posterior_per_1000_m3     float8,
  ADD COLUMN relative_posterior_per_1000_m3_se  float8,
  ADD COLUMN relative_exit_date                 date,       -- with probability 0.5
  ADD COLUMN relative_exit_date_earliest        date,       -- with probability 0.05
  ADD COLUMN relative_exit_level_assumed        boolean;    -- nothing was known of the error today, taken as none
