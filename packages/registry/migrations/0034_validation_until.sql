-- What reaches into a time is found by its end: of what a channel showed in years all but the last days lies before it.
CREATE INDEX validation_exceptions_until ON validation_exceptions (channel_id, until_ts);
-- The newest of a tenant; without the channel, or the search for those of one channel goes through all times of this index.
DROP INDEX validation_exceptions_newest;
CREATE INDEX validation_exceptions_newest ON validation_exceptions (tenant, ts DESC);
