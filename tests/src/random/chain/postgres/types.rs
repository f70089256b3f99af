//! The types of columns, and what may be said of them.

/// A type, what its columns may have for a default, and conditions on a column `{c}`.
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) defaults: &'static [&'static str],
    pub(super) checks: &'static [&'static str],
    /// Computed from the column.
    pub(super) keys: &'static [&'static str],
}

pub(super) const TYPES: [Type; 29] = [
    Type {
        name: "int",
        defaults: &["0", "-1", "(1 + 2)", "'5'", "1 * (2 + 3)"],
        checks: &[
            "{c} > 0",
            "{c} IN (1, 2, 3)",
            "{c} BETWEEN 1 AND 9",
            "NOT ({c} = 3 OR {c} = 4)",
            "{c} % 2 <> 1",
            "{c} != -1",
        ],
        keys: &["{c} + 1", "abs({c})", "({c} - 1) * 2"],
    },
    Type {
        name: "bigint",
        defaults: &["0", "9000000000"],
        checks: &["{c} >= 0::bigint", "{c} = ANY (ARRAY[1, 2])"],
        keys: &["{c} * 2"],
    },
    Type { name: "smallint", defaults: &["0", "7::smallint"], checks: &["{c} < 100"], keys: &["-{c}"] },
    Type {
        name: "text",
        defaults: &["''", "'it''s'", "lower('A')", "'a' || 'b'", "NULL"],
        checks: &[
            "{c} <> ''",
            "{c} LIKE 'a%'",
            "{c} IN ('a', 'b')",
            "length({c}) > 2",
            "{c} ~ '^x'",
            "{c} NOT ILIKE '%z'",
            "char_length({c}) <= 10",
            "{c} IS NOT NULL",
        ],
        keys: &["lower({c})", "{c} || 'x'", "substring({c} from 1 for 2)", "coalesce({c}, '')"],
    },
    Type {
        name: "character varying(20)",
        defaults: &["'x'", "''::varchar"],
        checks: &["{c} IN ('a', 'b')", "{c} = 'a' OR {c} = 'b'", "length(trim({c})) > 0", "{c} LIKE 'a%'"],
        keys: &["upper({c})"],
    },
    Type {
        name: "boolean",
        defaults: &["true", "'f'", "NOT true"],
        checks: &["{c}", "NOT {c}", "{c} IS NOT TRUE"],
        keys: &["NOT {c}"],
    },
    Type {
        name: "numeric(10,2)",
        defaults: &["0.5", "-1", "1e3"],
        checks: &["{c} > 0", "round({c}) = {c}"],
        keys: &["{c} / 2"],
    },
    Type {
        name: "timestamptz",
        defaults: &["now()", "CURRENT_TIMESTAMP", "now() + interval '1 day'"],
        checks: &["{c} > '2020-01-01'"],
        keys: &["{c} AT TIME ZONE 'UTC'"],
    },
    Type {
        name: "date",
        defaults: &["CURRENT_DATE", "'2020-01-01'"],
        checks: &["{c} > DATE '2000-01-01'", "extract(year from {c}) > 1999"],
        keys: &["{c} + 1"],
    },
    Type {
        name: "jsonb",
        defaults: &["'{}'", "'[]'::jsonb"],
        checks: &["{c} ? 'a'", "jsonb_typeof({c}) = 'object'"],
        keys: &["{c} ->> 'a'"],
    },
    Type {
        name: "text[]",
        defaults: &["'{}'", "ARRAY['a', 'b']", "ARRAY[]::text[]"],
        checks: &["'a' = ANY ({c})", "cardinality({c}) < 5"],
        keys: &["{c}[1]"],
    },
    Type {
        name: "mood",
        defaults: &["'sad'", "'ok'::mood"],
        checks: &["{c} <> 'sad'", "{c} IN ('sad', 'ok')"],
        keys: &["{c} = 'ok'"],
    },
    Type { name: "short", defaults: &["'a'"], checks: &["{c} <> 'b'"], keys: &["lower({c})"] },
    Type {
        name: "double precision",
        defaults: &["0", "1.5", "'1'"],
        checks: &["{c} < 1e6", "{c} > 0.5"],
        keys: &["{c} * 2"],
    },
    Type { name: "real", defaults: &["0.5"], checks: &["{c} > 0"], keys: &["-{c}"] },
    Type {
        name: "uuid",
        defaults: &["gen_random_uuid()", "'00000000-0000-0000-0000-000000000000'"],
        checks: &["{c} <> '00000000-0000-0000-0000-000000000000'", "{c} IS NOT NULL"],
        keys: &["coalesce({c}, gen_random_uuid())"],
    },
    Type { name: "bytea", defaults: &["'\\x00'"], checks: &["octet_length({c}) < 99"], keys: &["md5({c})"] },
    Type {
        name: "time",
        defaults: &["'10:00'", "LOCALTIME"],
        checks: &["{c} > '08:00'"],
        keys: &["extract(hour from {c})"],
    },
    Type {
        name: "interval",
        defaults: &["'1 day'", "interval '2 hours'"],
        checks: &["{c} > interval '0'"],
        keys: &["{c} * 2"],
    },
    Type {
        name: "varchar",
        defaults: &["'x'", "current_user", "NULL::varchar"],
        checks: &["{c} IN ('x', 'y', 'abc')", "lower({c}) = {c}", "{c} ~* '^[a-z]'"],
        keys: &["lower({c})", "{c} || ''", "left({c}, 3)"],
    },
    Type {
        name: "char(3)",
        defaults: &["'abc'"],
        checks: &["{c} <> 'zzz'", "{c} IN ('a', 'abc')"],
        keys: &["upper({c})"],
    },
    Type {
        name: "timestamp(3)",
        defaults: &["now()", "CURRENT_TIMESTAMP(3)", "timezone('utc', now())", "'epoch'"],
        checks: &["{c} < '2100-01-01'", "{c} BETWEEN '2000-01-01' AND '2090-01-01'"],
        keys: &["date_trunc('day', {c})", "{c}::date"],
    },
    Type {
        name: "int[]",
        defaults: &["'{}'", "ARRAY[1, 2]", "ARRAY[]::integer[]"],
        checks: &["1 = ANY ({c})", "array_length({c}, 1) < 9", "{c} && ARRAY[1, 5]"],
        keys: &["{c}[1]"],
    },
    Type {
        name: "mood[]",
        defaults: &["'{}'", "ARRAY['ok'::mood]"],
        checks: &["{c} @> ARRAY['ok']::mood[]", "'ok' = ANY ({c})"],
        keys: &["cardinality({c})"],
    },
    Type {
        name: "int4range",
        defaults: &["'empty'", "'[1,5)'", "int4range(1, 3)"],
        checks: &["NOT isempty({c})", "{c} <@ '[0,100)'::int4range", "lower({c}) > 0"],
        keys: &["lower({c})"],
    },
    Type { name: "level", defaults: &["1", "2"], checks: &["{c} > 0", "{c} IN (1, 2, 3)"], keys: &["{c} + 1"] },
    Type { name: "spot", defaults: &["NULL"], checks: &["({c}).x > 0"], keys: &["({c}).x"] },
    Type {
        name: "app.state",
        defaults: &["'new'", "'done'::app.state"],
        checks: &["{c} = 'new'", "{c} IN ('new', 'done')", "{c} = ANY (ARRAY['new', 'done']::app.state[])"],
        keys: &["{c} = 'new'", "{c} <> 'done'"],
    },
    Type { name: "inet", defaults: &["'10.0.0.1'"], checks: &["family({c}) = 4"], keys: &["host({c})"] },
];
