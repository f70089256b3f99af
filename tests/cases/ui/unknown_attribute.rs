//! The attribute without the derive that makes it legal.

struct User {
    #[dbmig(length = 64)]
    name: String,
}

fn main() {}
