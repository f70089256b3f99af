CREATE TABLE wishes (id INTEGER PRIMARY KEY, kind ENUM('big', 'small') NOT NULL);
