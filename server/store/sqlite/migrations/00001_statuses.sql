-- +goose Up
CREATE TABLE apps (
    number INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    app    TEXT NOT NULL,
    UNIQUE (tenant, app)
) STRICT;

CREATE TABLE statuses (
    app                             INTEGER NOT NULL REFERENCES apps (number),
    id                              TEXT NOT NULL,
    user_status                     TEXT NOT NULL, -- '' if there is none
    device_name                     TEXT,
    device_id                       TEXT,
    last_sync_date_time             TEXT NOT NULL, -- as it was sent
    last_sync_instant               TEXT NOT NULL, -- the same instant, in a sortable form
    mobile_app_install_status_value TEXT NOT NULL,
    install_state                   TEXT NOT NULL,
    install_state_detail            TEXT NOT NULL, -- '' if it was never set
    error_code                      INTEGER NOT NULL,
    os_version                      TEXT,
    os_description                  TEXT,
    user_name                       TEXT,
    user_principal_name             TEXT,
    display_version                 TEXT,
    PRIMARY KEY (app, id)
) STRICT, WITHOUT ROWID;
