-- +goose Up
-- What clients look rows up by; more indexes would make every write dearer.
CREATE INDEX statuses_device_id ON statuses (app, device_id);
CREATE INDEX statuses_user_principal_name ON statuses (app, user_principal_name);
