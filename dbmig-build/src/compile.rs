//! The pipeline on one page: read, link, replay, check, emit.
