//! What can go wrong between a chain and a database.
