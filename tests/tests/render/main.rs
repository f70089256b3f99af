//! What is rendered runs on real servers, up and down, with rows in the tables, and makes of the schema what it should.

mod postgres;
