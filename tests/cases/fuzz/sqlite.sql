-- dbmig: allow(drop-table) gone since May
CREATE TABLE IF NOT EXISTS main."users" (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL ON CONFLICT FAIL,
    name VARCHAR(64) NOT NULL UNIQUE DEFAULT 'it''s' COLLATE NOCASE, age UNSIGNED BIG INT CHECK (age > (1 + 2) * 3),
    up INT CONSTRAINT fk REFERENCES users (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, [odd name] TEXT[],
    twice INT GENERATED ALWAYS AS (age * 2) STORED, `é` BLOB DEFAULT x'00ff',
    CONSTRAINT u UNIQUE (name, age DESC) ON CONFLICT REPLACE FOREIGN KEY (up) REFERENCES users, CHECK (age <> 7));
CREATE TABLE typed (a ANY PRIMARY KEY, b INT) WITHOUT ROWID, STRICT;
CREATE TABLE other AS SELECT * FROM users;
CREATE TABLE part AS SELECT id, name AS n FROM users WHERE id > 1;
CREATE UNIQUE INDEX i ON users (lower(name) COLLATE binary DESC, age) WHERE age IS NOT NULL; /* why */
CREATE VIEW v (a, b) AS SELECT name, users.age FROM users JOIN other ON users.id = other.id;
CREATE TRIGGER t AFTER UPDATE OF name, age ON users WHEN NEW.name <> OLD.name BEGIN
    UPDATE users SET age = CASE WHEN age THEN 1 ELSE 2 END WHERE id = NEW.id; INSERT INTO other (name) VALUES (NEW.name); END;
CREATE VIRTUAL TABLE s USING fts5(title, body UNINDEXED, tokenize = 'porter');
ALTER TABLE users ADD COLUMN extra TEXT NOT NULL DEFAULT '';
ALTER TABLE users RENAME COLUMN name TO "full name";
ALTER TABLE users RENAME TO people;
ALTER TABLE people DROP COLUMN extra;
PRAGMA legacy_alter_table = ON;
ALTER TABLE people ALTER COLUMN age SET NOT NULL;
ALTER TABLE people ADD CONSTRAINT c CHECK (age > 0);
ALTER TABLE people DROP CONSTRAINT c;
ALTER TABLE people RENAME age TO years;
CREATE TABLE typed_new (a TEXT PRIMARY KEY NOT NULL, b INT REFERENCES people (id));
INSERT INTO typed_new SELECT a, b FROM typed;
DROP TABLE typed;
ALTER TABLE typed_new RENAME TO typed;
CREATE TEMP TABLE copy AS SELECT id FROM people;
DROP INDEX IF EXISTS i;
DROP TRIGGER t;
DROP VIEW v;
-- dbmig: replay CREATE TABLE made (a INT)
SELECT ?1, :a, @b, $c, 1.5e3, .5, 0xff, a->>'$.b' || 'c' FROM x; -- dbmig: todo decide
DROP TABLE other;
