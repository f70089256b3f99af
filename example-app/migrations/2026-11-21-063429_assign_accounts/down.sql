-- Destructive: drops the table account_assignments with all its rows.
DROP TABLE account_assignments;
