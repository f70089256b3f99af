-- Destructive: drops the table users with all its rows.
DROP TABLE users;
