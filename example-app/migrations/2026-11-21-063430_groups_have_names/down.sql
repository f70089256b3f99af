-- This script drops tables that others may refer to: with foreign keys on, SQLite would delete the
-- rows that refer to them. dbmig switches them off before the transaction begins and checks them
-- before it ends; run by anything else with foreign keys on, the script stops here and changes
-- nothing.
CREATE TEMPORARY TABLE __dbmig_foreign_keys_off (
    foreign_keys INTEGER CONSTRAINT "foreign keys must be off here: run this migration with dbmig" CHECK (foreign_keys = 0)
);
INSERT INTO temp.__dbmig_foreign_keys_off SELECT foreign_keys FROM pragma_foreign_keys;
DROP TABLE temp.__dbmig_foreign_keys_off;

ALTER TABLE "groups" RENAME COLUMN name TO title;

-- Rebuilds groups, since ALTER TABLE can't do all of this: unique constraint `groups_name_key` is
-- dropped; unique constraint `groups_title_key` is added.
CREATE TABLE __dbmig_new_groups (
    id INTEGER NOT NULL PRIMARY KEY,
    title VARCHAR(64) NOT NULL,
    owner_id INTEGER NOT NULL,
    description VARCHAR(200),
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated TIMESTAMP,
    CONSTRAINT groups_title_key UNIQUE (title),
    CONSTRAINT groups_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users (id)
);
INSERT INTO __dbmig_new_groups (id, title, owner_id, description, created, updated)
SELECT
    id,
    title,
    owner_id,
    description,
    created,
    updated
FROM "groups";
DROP TABLE "groups";
ALTER TABLE __dbmig_new_groups RENAME TO "groups";
CREATE INDEX groups_owner_id_idx ON "groups" (owner_id);
