-- Destructive: drops the table user_memberships with all its rows.
DROP TABLE user_memberships;

-- Destructive: drops the table group_memberships with all its rows.
DROP TABLE group_memberships;
