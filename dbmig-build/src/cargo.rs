//! All contact of the build script with Cargo: environment in, directives out.
