CREATE TABLE account_assignments (
    user_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated TIMESTAMP,
    CONSTRAINT account_assignments_pkey PRIMARY KEY (user_id, account_id),
    CONSTRAINT account_assignments_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT account_assignments_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
