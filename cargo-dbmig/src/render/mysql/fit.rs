//! Which values a column's new type doesn't hold. Without strict mode MySQL cuts them to what fits and says nothing.

use dbmig_build::schema::{Column, ColumnType, Table};

use super::definition::{column_type, literal};
use super::online::is_text;

/// Values that don't fit.
pub(super) struct Misfit {
    /// What is true of them.
    pub(super) condition: String,
    /// What is wrong with them, in words: "are longer".
    pub(super) what: String,
}

/// What doesn't fit of the values of a column that is called `x` while it still is what it was; none where all fit.
pub(super) fn misfit(x: &str, (from, before): (&Column, &Table), (to, after): (&Column, &Table)) -> Option<Misfit> {
    let of_type = (from.column_type != to.column_type)
        .then(|| condition(x, &Kind::of(&from.column_type), &Kind::of(&to.column_type)))
        .flatten();
    if let Some((condition, what)) = of_type {
        let what = format!("is to be {}, but values {what}", column_type(&to.column_type));
        return Some(Misfit { condition, what });
    }
    let (old, new) = (character_set(from, before)?, character_set(to, after)?);
    let narrows = old != new && !new.starts_with("utf") && is_text(&from.column_type) && is_text(&to.column_type);
    let wide = |text: &str| format!("HEX(CONVERT({text} USING utf8mb4))");
    narrows.then(|| Misfit {
        condition: format!("{} <> {}", wide(x), wide(&format!("CONVERT({x} USING {new})"))),
        what: format!("is to be of {new}, but values have characters that it lacks"),
    })
}

/// The character set of a column, where it is known.
pub(super) fn character_set(column: &Column, table: &Table) -> Option<String> {
    let of = |collation: &str| collation.split('_').next().map(str::to_owned);
    let own = column.character_set.clone().or_else(|| of(column.collation.as_ref()?.key()));
    own.or_else(|| table.options.character_set.clone())
}

/// Types, as far as what they hold differs.
enum Kind {
    Integer(i128, i128),
    /// Digits, digits behind the point, whether there is no sign.
    Decimal(u32, u32, bool),
    Float,
    /// So many characters.
    Characters(u64),
    /// So many bytes of characters.
    Text(u64),
    /// So many bytes.
    Bytes(u64),
    Enum(Vec<String>),
    Set(Vec<String>),
    Date,
    Datetime,
    Timestamp,
    Time,
    Json,
    Other,
}

impl Kind {
    fn of(column_type: &ColumnType) -> Kind {
        let (name, attributes) = column_type.name.split_once(' ').unwrap_or((&column_type.name, ""));
        let unsigned = attributes.contains("unsigned");
        let number = |at: usize| column_type.arguments.get(at).and_then(|text| text.parse::<u64>().ok());
        let integer = |bits: u32| match unsigned {
            true => Kind::Integer(0, (1 << bits) - 1),
            false => Kind::Integer(-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        };
        let digits = |at| number(at).and_then(|number| u32::try_from(number).ok());
        match name {
            "tinyint" => integer(8),
            "smallint" => integer(16),
            "mediumint" => integer(24),
            "int" => integer(32),
            "bigint" => integer(64),
            "decimal" => Kind::Decimal(digits(0).unwrap_or(10), digits(1).unwrap_or(0), unsigned),
            "float" | "double" => Kind::Float,
            "char" | "varchar" => Kind::Characters(number(0).unwrap_or(1)),
            "tinytext" => Kind::Text(0xFF),
            "text" => Kind::Text(0xFFFF),
            "mediumtext" => Kind::Text(0xFF_FFFF),
            "longtext" => Kind::Text(0xFFFF_FFFF),
            "binary" | "varbinary" => Kind::Bytes(number(0).unwrap_or(1)),
            "tinyblob" => Kind::Bytes(0xFF),
            "blob" => Kind::Bytes(0xFFFF),
            "mediumblob" => Kind::Bytes(0xFF_FFFF),
            "longblob" => Kind::Bytes(0xFFFF_FFFF),
            "enum" => Kind::Enum(column_type.arguments.clone()),
            "set" => Kind::Set(column_type.arguments.clone()),
            "date" => Kind::Date,
            "datetime" => Kind::Datetime,
            "timestamp" => Kind::Timestamp,
            "time" => Kind::Time,
            "json" => Kind::Json,
            _ => Kind::Other,
        }
    }

    /// The most bytes and characters that a value takes as a text.
    fn length(&self) -> (u64, u64) {
        let same = |length: u64| (length, length);
        match self {
            Kind::Integer(least, most) => same(least.to_string().len().max(most.to_string().len()) as u64),
            Kind::Decimal(digits, ..) => same(u64::from(*digits) + 2),
            Kind::Characters(most) => (most * 4, *most),
            Kind::Text(most) | Kind::Bytes(most) => same(*most),
            Kind::Date => same(10),
            Kind::Datetime | Kind::Timestamp => same(26),
            Kind::Time => same(17),
            Kind::Enum(labels) => {
                let longest = labels.iter().map(|label| label.len() as u64).max().unwrap_or(0);
                same(longest.saturating_sub(2))
            }
            Kind::Float | Kind::Set(_) | Kind::Json | Kind::Other => same(u64::MAX),
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Kind::Characters(_) | Kind::Text(_))
    }
}

/// A condition and what is wrong where it is true.
fn condition(x: &str, from: &Kind, to: &Kind) -> Option<(String, &'static str)> {
    const OUT: &str = "are out of range";
    match (from, to) {
        (Kind::Integer(a, b), Kind::Integer(least, most)) if least <= a && b <= most => None,
        (Kind::Integer(..), Kind::Integer(least, most)) => Some((format!("{x} NOT BETWEEN {least} AND {most}"), OUT)),
        (Kind::Decimal(..) | Kind::Float, Kind::Integer(least, most)) => {
            let condition = format!("{x} <> ROUND({x}) OR {x} NOT BETWEEN {least} AND {most}");
            Some((condition, "have a fraction or are out of range"))
        }
        (text, Kind::Integer(least, most)) if text.is_text() => {
            let number = format!("{x} NOT REGEXP '^[+-]?[0-9]+$'");
            let condition = format!("{number} OR CAST({x} AS DECIMAL(65)) NOT BETWEEN {least} AND {most}");
            Some((condition, "are no whole numbers or out of range"))
        }
        (Kind::Integer(a, b), Kind::Decimal(digits, scale, unsigned)) => {
            let most = 10_i128.checked_pow(digits.saturating_sub(*scale))?;
            let fits = *b < most && -*a < most && (*a >= 0 || !unsigned);
            (!fits).then(|| (out_of(x, *digits, *scale, *unsigned), OUT))
        }
        (Kind::Decimal(a, b, sign), Kind::Decimal(digits, scale, unsigned)) => {
            let fits = b <= scale && a - b <= digits - scale && (*sign || !unsigned);
            (!fits).then(|| (out_of(x, *digits, *scale, *unsigned), "have more digits or are out of range"))
        }
        (Kind::Float, Kind::Decimal(digits, scale, unsigned)) => {
            let sign = if *unsigned { format!(" OR {x} < 0") } else { String::new() };
            Some((format!("ABS({x}) >= 1e{}{sign}", digits - scale), OUT))
        }
        (text, Kind::Decimal(digits, scale, unsigned)) if text.is_text() => {
            let number = format!("{x} NOT REGEXP '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$'");
            let condition = format!("{number} OR {}", out_of(x, *digits, *scale, *unsigned));
            Some((condition, "are no such numbers"))
        }
        (text, Kind::Float) if text.is_text() => {
            let condition = format!("{x} NOT REGEXP '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'");
            Some((condition, "are no numbers"))
        }
        (_, Kind::Characters(most)) => {
            (from.length().1 > *most).then(|| (format!("CHAR_LENGTH({x}) > {most}"), "are longer"))
        }
        (_, Kind::Text(most) | Kind::Bytes(most)) => {
            let fits = from.length().0 <= *most || *most == 0xFFFF_FFFF;
            (!fits).then(|| (format!("LENGTH({x}) > {most}"), "are longer"))
        }
        (Kind::Enum(old), Kind::Enum(labels)) => {
            let gone: Vec<&str> = old.iter().filter(|label| !labels.contains(label)).map(String::as_str).collect();
            (!gone.is_empty()).then(|| (format!("{x} IN ({})", gone.join(", ")), "are none of these"))
        }
        (text, Kind::Enum(labels)) if text.is_text() => {
            Some((format!("{x} NOT IN ({})", labels.join(", ")), "are none of these"))
        }
        (Kind::Set(old), Kind::Set(labels)) => {
            let gone = old.iter().filter(|label| !labels.contains(label));
            let found: Vec<String> = gone.map(|label| format!("FIND_IN_SET({label}, {x}) > 0")).collect();
            (!found.is_empty()).then(|| (found.join(" OR "), "have others than these"))
        }
        (text, Kind::Date | Kind::Datetime | Kind::Timestamp | Kind::Time) if text.is_text() => {
            let (name, what) = match to {
                Kind::Date => ("DATE", "are no dates"),
                Kind::Time => ("TIME", "are no times"),
                _ => ("DATETIME", "are no dates with times"),
            };
            Some((format!("{x} IS NOT NULL AND CAST({x} AS {name}) IS NULL"), what))
        }
        (Kind::Date | Kind::Datetime, Kind::Timestamp) => {
            let (first, last) = (literal("1970-01-02"), literal("2038-01-18"));
            Some((format!("{x} NOT BETWEEN {first} AND {last}"), OUT))
        }
        (text, Kind::Json) if text.is_text() => Some((format!("JSON_VALID({x}) = 0"), "are no JSON")),
        _ => None,
    }
}

/// True of numbers that a decimal can't hold as they are; a cast makes the nearest that it can of them.
fn out_of(x: &str, digits: u32, scale: u32, unsigned: bool) -> String {
    let sign = if unsigned { format!(" OR {x} < 0") } else { String::new() };
    format!("{x} <> CAST({x} AS DECIMAL({digits}, {scale})){sign}")
}
