-- +goose Up
-- Lists of one user status are read in the order of ids, which the primary key adds to the index.
CREATE INDEX statuses_user_status ON statuses (app, user_status);
