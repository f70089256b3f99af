CREATE TABLE group_memberships (
    child_group_id INTEGER NOT NULL,
    parent_group_id INTEGER NOT NULL,
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated TIMESTAMP,
    CONSTRAINT group_memberships_pkey PRIMARY KEY (child_group_id, parent_group_id),
    CONSTRAINT group_memberships_child_group_id_fkey FOREIGN KEY (child_group_id) REFERENCES "groups" (id) ON DELETE CASCADE,
    CONSTRAINT group_memberships_parent_group_id_fkey FOREIGN KEY (parent_group_id) REFERENCES "groups" (id) ON DELETE CASCADE
);

CREATE TABLE user_memberships (
    user_id INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated TIMESTAMP,
    CONSTRAINT user_memberships_pkey PRIMARY KEY (user_id, group_id),
    CONSTRAINT user_memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_memberships_group_id_fkey FOREIGN KEY (group_id) REFERENCES "groups" (id) ON DELETE CASCADE
);
