//! The types of what functions give.
//!
//! Source: <https://www.postgresql.org/docs/current/functions.html>.

use crate::schema::ColumnType;

/// The type of a function's result; `None` where it can't be known. Lengths and precisions don't outlive a call.
pub(super) fn result(name: &str, arguments: &[Option<Option<ColumnType>>]) -> Option<Option<ColumnType>> {
    if let Some(fixed) = fixed(name) {
        return Some(Some(ColumnType::plain(fixed)));
    }
    let first = || arguments.first().cloned().flatten();
    match name {
        "max" | "min" => first()?.map(without_length).map(|one| Some(if is(&one, "varchar") { text() } else { one })),
        "abs" | "nullif" | "mode" | "lag" | "lead" | "first_value" | "last_value" | "nth_value" => {
            first()?.map(|one| Some(without_length(one)))
        }
        "coalesce" | "greatest" | "least" => {
            let mut arguments = arguments.iter().cloned();
            let first = arguments.next()??;
            arguments.try_fold(first, |found, next| match (found, next?) {
                // A bare literal takes the others' type, but not their length.
                (Some(one), None) | (None, Some(one)) => Some(Some(without_length(one))),
                (one, other) => common(one, other),
            })
        }
        "sum" => Some(Some(ColumnType::plain(match plain(first()??)?.as_str() {
            "smallint" | "integer" => "bigint",
            "bigint" | "numeric" => "numeric",
            "real" => "real",
            "double precision" => "double precision",
            "interval" => "interval",
            "money" => "money",
            _ => return None,
        }))),
        "avg" => Some(Some(ColumnType::plain(match plain(first()??)?.as_str() {
            "smallint" | "integer" | "bigint" | "numeric" => "numeric",
            "real" | "double precision" => "double precision",
            "interval" => "interval",
            _ => return None,
        }))),
        "round" | "ceil" | "ceiling" | "floor" | "trunc" => {
            Some(Some(ColumnType::plain(match plain(first()??)?.as_str() {
                "numeric" => "numeric",
                "smallint" | "integer" | "bigint" | "real" | "double precision" => "double precision",
                _ => return None,
            })))
        }
        "date_trunc" => match plain(arguments.get(1).cloned()???)?.as_str() {
            "timestamp" => Some(Some(ColumnType::plain("timestamp"))),
            "timestamptz" | "date" => Some(Some(ColumnType::plain("timestamptz"))),
            "interval" => Some(Some(ColumnType::plain("interval"))),
            _ => None,
        },
        "array_agg" => {
            let element = without_length(first()??);
            (!element.array).then_some(Some(ColumnType { array: true, ..element }))
        }
        _ => None,
    }
}

fn fixed(name: &str) -> Option<&'static str> {
    Some(match name {
        "count" | "row_number" | "rank" | "dense_rank" | "nextval" | "currval" | "lastval" => "bigint",
        "now" | "clock_timestamp" | "statement_timestamp" | "transaction_timestamp" | "to_timestamp" => "timestamptz",
        "lower" | "upper" | "initcap" | "btrim" | "ltrim" | "rtrim" | "trim" | "concat" | "concat_ws" | "replace"
        | "substring" | "substr" | "left" | "right" | "lpad" | "rpad" | "md5" | "split_part" | "string_agg"
        | "to_char" | "encode" | "format" | "regexp_replace" | "repeat" | "reverse" | "translate" | "quote_ident"
        | "quote_literal" => "text",
        "length" | "char_length" | "character_length" | "octet_length" | "position" | "strpos" | "ascii"
        | "array_length" | "cardinality" | "ntile" => "integer",
        "gen_random_uuid" | "uuid_generate_v4" | "uuid_generate_v1" => "uuid",
        "random" | "percent_rank" | "cume_dist" => "double precision",
        "extract" => "numeric",
        "bool_and" | "bool_or" | "every" | "exists" => "boolean",
        "json_agg" | "json_build_object" | "json_build_array" | "row_to_json" | "to_json" => "json",
        "jsonb_agg" | "jsonb_build_object" | "jsonb_build_array" | "to_jsonb" | "jsonb_set" => "jsonb",
        "to_date" => "date",
        "decode" | "digest" | "sha256" => "bytea",
        "to_tsvector" => "tsvector",
        _ => return None,
    })
}

/// The type of a function that is written without parentheses.
pub(super) fn keyword(word: &str) -> Option<&'static str> {
    Some(match word {
        "current_timestamp" => "timestamptz",
        "localtimestamp" => "timestamp",
        "current_date" => "date",
        "current_time" => "timetz",
        "localtime" => "time",
        "current_user" | "session_user" | "user" | "current_role" | "current_catalog" | "current_schema" => "name",
        _ => return None,
    })
}

/// The type to which both of two can be brought, as UNION does; `None` where that can't be known.
pub(super) fn common(one: Option<ColumnType>, other: Option<ColumnType>) -> Option<Option<ColumnType>> {
    const NUMBERS: [&str; 6] = ["smallint", "integer", "bigint", "numeric", "real", "double precision"];
    let (one, other) = match (one, other) {
        (None, one) | (one, None) => return Some(one),
        (Some(one), Some(other)) => (one, other),
    };
    if one == other {
        return Some(Some(one));
    }
    let (one, other) = (without_length(one), without_length(other));
    if one == other {
        return Some(Some(one));
    }
    let rank = |column_type: &ColumnType, of: &[&str]| of.iter().position(|name| is(column_type, name));
    for family in [&NUMBERS[..], &["char", "varchar", "text"], &["date", "timestamp", "timestamptz"]] {
        if let (Some(first), Some(second)) = (rank(&one, family), rank(&other, family)) {
            return Some(Some(ColumnType::plain(family[first.max(second)])));
        }
    }
    None
}

fn text() -> ColumnType {
    ColumnType::plain("text")
}

fn is(column_type: &ColumnType, name: &str) -> bool {
    column_type.name == name && column_type.schema.is_none() && !column_type.array
}

fn plain(column_type: ColumnType) -> Option<String> {
    (column_type.schema.is_none() && !column_type.array).then_some(column_type.name)
}

fn without_length(column_type: ColumnType) -> ColumnType {
    ColumnType { arguments: Vec::new(), ..column_type }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Option<Option<ColumnType>> {
        Some(Some(ColumnType::plain(name)))
    }

    #[test]
    fn aggregates_and_unions() {
        for (function, argument, expected) in
            [("sum", "integer", "bigint"), ("sum", "bigint", "numeric"), ("avg", "real", "double precision")]
        {
            assert_eq!(result(function, &[known(argument)]), known(expected), "{function}({argument})");
        }
        assert_eq!(result("max", &[Some(Some(ColumnType::with_arguments("varchar", [9])))]), known("text"));
        assert_eq!(result("coalesce", &[known("integer"), known("bigint")]), known("bigint"));
        assert_eq!(result("my_function", &[known("integer")]), None);
        assert_eq!(common(None, Some(text())), known("text"));
        assert_eq!(common(Some(text()), Some(ColumnType::plain("integer"))), None);
    }
}
