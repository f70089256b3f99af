-- Destructive: drops the column users.admin with its values.
ALTER TABLE users DROP COLUMN admin;
