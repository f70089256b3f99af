CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (id SERIAL PRIMARY KEY, feels mood NOT NULL);
