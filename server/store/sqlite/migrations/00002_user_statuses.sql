-- +goose Up
-- Lists of the rows of one user status. SQLite appends the primary key to the index, so these rows are in the order of their ids.
CREATE INDEX statuses_user_status ON statuses (app, user_status);
