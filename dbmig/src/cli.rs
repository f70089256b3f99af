//! The `--migrate` arguments that a host flattens into its own clap parser.
