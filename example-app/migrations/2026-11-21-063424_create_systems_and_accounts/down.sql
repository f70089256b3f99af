-- Destructive: drops the table accounts with all its rows.
DROP TABLE accounts;

-- Destructive: drops the table systems with all its rows.
DROP TABLE systems;
