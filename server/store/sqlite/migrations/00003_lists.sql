-- +goose Up
-- The properties that clients look rows up by. More indexes would slow down every write.
CREATE INDEX statuses_device_id ON statuses (app, device_id);
CREATE INDEX statuses_user_principal_name ON statuses (app, user_principal_name);
