CREATE TABLE wishes (id INTEGER PRIMARY KEY, kind ENUM('big', 'it''s small') NOT NULL, colours SET('red', 'green'));
CREATE TABLE plain (id INTEGER PRIMARY KEY);
