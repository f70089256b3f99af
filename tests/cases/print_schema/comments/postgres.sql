CREATE TABLE notes (id SERIAL PRIMARY KEY, body TEXT, silent TEXT);
COMMENT ON TABLE notes IS 'What people write.

Two paragraphs.';
COMMENT ON COLUMN notes.body IS '  the "text" itself';
CREATE TABLE silent (id SERIAL PRIMARY KEY);
