-- +goose Up
-- What SQLite plans with. Without it an app counts as ten rows, and all of them are read where an index leads to the few that
-- are asked for: an app may have a million, a user or a device has some ten.
ANALYZE apps; -- makes sqlite_stat1
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('statuses', 'statuses', '1000000 100000 1'),
    ('statuses', 'statuses_user_status', '1000000 100000 10'),
    ('statuses', 'statuses_device_id', '1000000 100000 10'),
    ('statuses', 'statuses_user_principal_name', '1000000 100000 10');
ANALYZE sqlite_schema; -- reads it
