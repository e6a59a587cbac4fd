-- What reaches into a time is found by its end: of what a channel showed in years all but the last days lies before it.
CREATE INDEX validation_exceptions_until ON validation_exceptions (channel_id, until_ts);
