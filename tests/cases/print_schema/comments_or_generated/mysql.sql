CREATE TABLE notes (id INTEGER AUTO_INCREMENT PRIMARY KEY, body TEXT COMMENT 'The text.', feeling ENUM('sad', 'ok'));
