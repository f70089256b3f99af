CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE notes (id SERIAL PRIMARY KEY, body TEXT, feeling mood);
COMMENT ON COLUMN notes.body IS 'The text.';
