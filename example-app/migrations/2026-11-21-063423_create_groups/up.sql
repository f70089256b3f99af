CREATE TABLE "groups" (
    id INTEGER NOT NULL PRIMARY KEY,
    title VARCHAR(64) NOT NULL,
    owner_id INTEGER NOT NULL,
    description VARCHAR(200),
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated TIMESTAMP,
    CONSTRAINT groups_title_key UNIQUE (title),
    CONSTRAINT groups_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users (id)
);
CREATE INDEX groups_owner_id_idx ON "groups" (owner_id);
