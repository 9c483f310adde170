-- +goose Up
-- Imports look for the rows of a device in any case of letters. Ids in one case are found through statuses_device_id; this index has the
-- others, which are rare.
CREATE INDEX statuses_device_id_mixed ON statuses (app, device_id COLLATE NOCASE)
    WHERE device_id <> lower(device_id) AND device_id <> upper(device_id);
