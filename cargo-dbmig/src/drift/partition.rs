//! MySQL's rules of partitions as they are compared: by what, not which. Partitions come and go with the rows, by statements that
//! no migration holds.

/// A rule without its partitions and their number: `range (year d)`. The words of its expressions are compared, since a server
/// prints expressions anew.
pub(super) fn rule(text: &str) -> String {
    let mut made: Vec<String> = Vec::new();
    let (mut depth, mut looked_at) = (0_u32, false);
    let mut words = words(text).into_iter().peekable();
    while let Some(word) = words.next() {
        match word.as_str() {
            "(" if depth == 0 && looked_at && words.peek().is_some_and(|next| next == "partition") => break,
            "(" => depth += 1,
            ")" => {
                depth = depth.saturating_sub(1);
                looked_at |= depth == 0;
            }
            "partitions" | "subpartitions" | "algorithm" if depth == 0 => drop(words.next()),
            // What the servers print for them.
            "mod" if depth > 0 => {}
            "day" if depth > 0 => made.push("dayofmonth".to_owned()),
            _ => made.push(word),
        }
    }
    made.join(" ")
}

/// Words in lower case, and the parentheses; quotes and operators are left out.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for one in text.chars() {
        if one.is_alphanumeric() || matches!(one, '_' | '$') {
            word.extend(one.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if matches!(one, '(' | ')') {
            words.push(one.to_string());
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    use super::rule;

    #[test]
    fn rules_are_told_apart_by_what_they_look_at() {
        for (written, printed) in [
            (
                "range (YEAR(d)) (partition p0 values less than (2020))",
                "RANGE (year(`d`)) (PARTITION p9 VALUES LESS THAN MAXVALUE)",
            ),
            ("hash(mod(id, 4)) partitions 4", "HASH (`id` MOD 4) PARTITIONS 8"),
            ("linear key algorithm=2 (id)", "LINEAR KEY (`id`) PARTITIONS 2"),
            ("key() partitions 2", "KEY () PARTITIONS 2"),
            (
                "list columns(`partition`) (partition a values in ('x'))",
                "LIST COLUMNS (`partition`) (PARTITION a VALUES IN ('x'))",
            ),
            (
                "range columns(d) subpartition by hash(day(e)) subpartitions 2 (partition p values less than (maxvalue))",
                "RANGE COLUMNS (`d`) SUBPARTITION BY HASH (dayofmonth(`e`)) SUBPARTITIONS 2 (PARTITION p VALUES LESS THAN (MAXVALUE))",
            ),
        ] {
            assert_eq!(rule(written), rule(printed));
        }
        assert_ne!(rule("range (year(d))"), rule("range (to_days(d))"));
        assert_ne!(rule("key (a)"), rule("key (a, b)"));
        assert_ne!(rule("hash (a)"), rule("key (a)"));
    }
}
