CREATE SCHEMA audit;
CREATE TYPE audit.level AS ENUM ('low', 'high');
CREATE TABLE users (id SERIAL PRIMARY KEY);
CREATE TABLE audit.entries (id SERIAL PRIMARY KEY, level audit.level NOT NULL, user_id INTEGER REFERENCES users (id));
CREATE TABLE audit.details (id SERIAL PRIMARY KEY, entry_id INTEGER NOT NULL REFERENCES audit.entries (id));
