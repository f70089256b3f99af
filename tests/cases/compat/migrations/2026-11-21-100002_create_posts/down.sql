-- Destructive: drops the table posts with all its rows.
DROP TABLE posts;
