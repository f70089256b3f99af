CREATE TABLE `t"] } mod x { compile_error!("out");` (
    id INT NOT NULL PRIMARY KEY,
    `a"] b -> Text, /* x */` TEXT NOT NULL,
    `#[c]` ENUM('a') NOT NULL,
    `r#"d"#` TEXT
);
