-- Destructive: drops the table groups with all its rows.
DROP TABLE "groups";
