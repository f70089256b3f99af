//! Errors of commands, and their exit codes.
