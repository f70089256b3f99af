CREATE TABLE docs_src (id INTEGER PRIMARY KEY NOT NULL, body TEXT);
CREATE VIRTUAL TABLE docs USING fts5(title, body UNINDEXED, content='docs_src', tokenize = 'porter');
CREATE VIRTUAL TABLE notes USING fts5(body);
