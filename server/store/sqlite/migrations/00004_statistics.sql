-- +goose Up
-- Statistics for SQLite's query planner. Without them it assumes ten rows per app and reads all rows of the app instead of using
-- an index. An app may have a million rows; a user or a device has about ten.
ANALYZE apps; -- creates sqlite_stat1
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('statuses', 'statuses', '1000000 100000 1'),
    ('statuses', 'statuses_user_status', '1000000 100000 10'),
    ('statuses', 'statuses_device_id', '1000000 100000 10'),
    ('statuses', 'statuses_user_principal_name', '1000000 100000 10');
ANALYZE sqlite_schema; -- loads sqlite_stat1
