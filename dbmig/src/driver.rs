//! The few things that a database must do for us.
