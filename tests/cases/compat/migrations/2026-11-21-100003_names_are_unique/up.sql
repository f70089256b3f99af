-- dbmig: check users.name is to be unique, but rows share a value
SELECT name, count(*) AS rows FROM users GROUP BY name HAVING count(*) > 1 LIMIT 6;

-- This script drops tables that others may refer to: with foreign keys on, SQLite would delete the
-- rows that refer to them. dbmig switches them off before the transaction begins and checks them
-- before it ends; run by anything else with foreign keys on, the script stops here and changes
-- nothing.
CREATE TEMPORARY TABLE __dbmig_foreign_keys_off (
    foreign_keys INTEGER CONSTRAINT "foreign keys must be off here: run this migration with dbmig" CHECK (foreign_keys = 0)
);
INSERT INTO temp.__dbmig_foreign_keys_off SELECT foreign_keys FROM pragma_foreign_keys;
DROP TABLE temp.__dbmig_foreign_keys_off;

-- Rebuilds users, since ALTER TABLE can't do all of this: unique constraint `users_name_key` is
-- added.
CREATE TABLE __dbmig_new_users (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    CONSTRAINT users_name_key UNIQUE (name)
);
INSERT INTO __dbmig_new_users (id, name)
SELECT
    id,
    name
FROM users;
DROP TABLE users;
ALTER TABLE __dbmig_new_users RENAME TO users;
