-- +goose Up
-- Text compares by its bytes. A key of an index has at most 2,704 bytes, an id of 1,024 characters may have 4,096: indexes
-- take the first 128 characters, and the primary key a digest beside them, which only longer ids have. Pages keep room for
-- new versions of their rows, so that an update which changes no indexed column leaves the indexes alone.
CREATE TABLE statuses (
    tenant                          text COLLATE "C" NOT NULL,
    app                             text COLLATE "C" NOT NULL, -- the first 128 characters and a digest where it is longer
    app_rest                        text COLLATE "C" NOT NULL, -- the characters that follow
    id                              text COLLATE "C" NOT NULL, -- the first 128 characters
    id_digest                       text COLLATE "C" NOT NULL, -- '' unless it is longer
    id_rest                         text COLLATE "C" NOT NULL, -- the characters that follow
    user_status                     text COLLATE "C" NOT NULL, -- '' for none
    device_name                     text COLLATE "C",
    device_id                       text COLLATE "C",
    last_sync_date_time             text COLLATE "C" NOT NULL, -- as it was sent
    last_sync_instant               text COLLATE "C" NOT NULL, -- the same, sortable
    mobile_app_install_status_value text COLLATE "C" NOT NULL,
    install_state                   text COLLATE "C" NOT NULL,
    install_state_detail            text COLLATE "C" NOT NULL, -- '' where it was never set
    error_code                      integer NOT NULL,
    os_version                      text COLLATE "C",
    os_description                  text COLLATE "C",
    user_name                       text COLLATE "C",
    user_principal_name             text COLLATE "C",
    display_version                 text COLLATE "C",
    PRIMARY KEY (tenant, app, id, id_digest)
) WITH (fillfactor = 85);

-- What clients look rows up by; more indexes would make every write dearer. They leave out the rows that have nothing to
-- look up, and so the planner takes none of them to find a row by its key.
CREATE INDEX statuses_user_status ON statuses (tenant, app, left(user_status, 128)) WHERE user_status > '';
CREATE INDEX statuses_device_id ON statuses (tenant, app, left(device_id, 128)) WHERE device_id IS NOT NULL;
CREATE INDEX statuses_user_principal_name ON statuses (tenant, app, left(user_principal_name, 128)) WHERE user_principal_name IS NOT NULL;
