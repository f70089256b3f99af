CREATE TABLE notes (id INTEGER AUTO_INCREMENT PRIMARY KEY, body TEXT COMMENT '  the "text" itself', silent TEXT) COMMENT 'What people write.

Two paragraphs.';
CREATE TABLE silent (id INTEGER AUTO_INCREMENT PRIMARY KEY);
