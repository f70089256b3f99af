CREATE TABLE systems (
    id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(64) NOT NULL,
    platform VARCHAR(32) NOT NULL,
    host VARCHAR(255),
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated TIMESTAMP
);

CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY,
    username VARCHAR(64) NOT NULL,
    user_id INTEGER NOT NULL,
    system_id INTEGER NOT NULL,
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated TIMESTAMP,
    CONSTRAINT accounts_username_user_id_system_id_key UNIQUE (username, user_id, system_id),
    CONSTRAINT accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT accounts_system_id_fkey FOREIGN KEY (system_id) REFERENCES systems (id) ON DELETE CASCADE
);
