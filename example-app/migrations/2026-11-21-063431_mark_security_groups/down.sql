-- Destructive: drops the column groups.is_security with its values.
ALTER TABLE "groups" DROP COLUMN is_security;
