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
    Year,
    /// So many bits.
    Bit(u32),
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
            "year" => Kind::Year,
            "bit" => Kind::Bit(digits(0).unwrap_or(1).min(64)),
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
            Kind::Year => same(4),
            Kind::Enum(labels) => {
                let longest = labels.iter().map(|label| label.len() as u64).max().unwrap_or(0);
                same(longest.saturating_sub(2))
            }
            Kind::Bit(_) | Kind::Float | Kind::Set(_) | Kind::Json | Kind::Other => same(u64::MAX),
        }
    }

    /// The whole numbers that values are or are taken for: the place of a label, the bits of a set.
    fn numbers(&self) -> Option<(i128, i128)> {
        match self {
            Kind::Integer(least, most) => Some((*least, *most)),
            Kind::Year => Some((0, 2155)),
            Kind::Bit(bits) => Some((0, (1 << bits) - 1)),
            Kind::Enum(labels) => Some((0, labels.len() as i128)),
            Kind::Set(labels) => Some((0, bits(labels))),
            _ => None,
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Kind::Integer(..) | Kind::Year | Kind::Decimal(..) | Kind::Float)
    }

    fn is_time(&self) -> bool {
        matches!(self, Kind::Date | Kind::Datetime | Kind::Timestamp | Kind::Time)
    }
}

/// The greatest number that a set's values are.
fn bits(labels: &[String]) -> i128 {
    (1_i128 << labels.len().min(64)) - 1
}

/// A condition and what is wrong where it is true.
fn condition(x: &str, from: &Kind, to: &Kind) -> Option<(String, &'static str)> {
    match to {
        Kind::Integer(least, most) => of_integer(x, from, (*least, *most)),
        Kind::Bit(bits) => of_integer(x, from, (0, (1 << bits) - 1)),
        Kind::Year => of_year(x, from),
        Kind::Decimal(digits, scale, unsigned) => of_decimal(x, from, (*digits, *scale, *unsigned)),
        Kind::Float if from.is_number() || from.is_time() || from.numbers().is_some() => None,
        Kind::Float => {
            let number =
                format!("{} NOT REGEXP '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'", text(x, from));
            Some((number, "are no numbers"))
        }
        Kind::Characters(most) => {
            (from.length().1 > *most).then(|| (format!("CHAR_LENGTH({x}) > {most}"), "are longer"))
        }
        Kind::Text(most) | Kind::Bytes(most) => {
            let fits = from.length().0 <= *most || *most == 0xFFFF_FFFF;
            (!fits).then(|| (format!("LENGTH({x}) > {most}"), "are longer"))
        }
        Kind::Enum(labels) => of_enum(x, from, labels),
        Kind::Set(labels) => of_set(x, from, labels),
        Kind::Date | Kind::Datetime | Kind::Timestamp | Kind::Time => of_time(x, from, to),
        Kind::Json if from.is_number() || matches!(from, Kind::Json) => None,
        Kind::Json => Some((format!("JSON_VALID({x}) = 0"), "are no JSON")),
        Kind::Other => None,
    }
}

const OUT: &str = "are out of range";

/// A value as text, where it may be none.
fn text(x: &str, from: &Kind) -> String {
    match from {
        Kind::Characters(_) | Kind::Text(_) | Kind::Enum(_) | Kind::Set(_) => x.to_owned(),
        _ => format!("CAST({x} AS CHAR)"),
    }
}

fn of_integer(x: &str, from: &Kind, (least, most): (i128, i128)) -> Option<(String, &'static str)> {
    let range = format!("NOT BETWEEN {least} AND {most}");
    match from {
        Kind::Integer(a, b) => (*a < least || *b > most).then(|| (format!("{x} {range}"), OUT)),
        Kind::Decimal(..) | Kind::Float => {
            Some((format!("{x} <> ROUND({x}) OR {x} {range}"), "have a fraction or are out of range"))
        }
        _ if from.is_time() => Some((format!("{x} + 0 {range}"), OUT)),
        _ => match from.numbers() {
            Some((a, b)) => (a < least || b > most).then(|| (format!("{x} + 0 {range}"), OUT)),
            None => {
                let text = text(x, from);
                let condition = format!("{text} NOT REGEXP '^[+-]?[0-9]+$' OR CAST({text} AS DECIMAL(65)) {range}");
                Some((condition, "are no whole numbers or out of range"))
            }
        },
    }
}

/// Numbers below 100 are taken for years of these times.
fn of_year(x: &str, from: &Kind) -> Option<(String, &'static str)> {
    match from {
        Kind::Year => None,
        Kind::Characters(_) | Kind::Text(_) => {
            let condition = format!("{x} NOT REGEXP '^[0-9]{{4}}$' OR {x} NOT BETWEEN 1901 AND 2155");
            Some((condition, "are no years"))
        }
        // A server wants nothing beside the year, and takes none out of a time of the day.
        _ if from.is_time() => Some((format!("{x} IS NOT NULL"), "are no years")),
        _ => Some((format!("{x} + 0 NOT BETWEEN 1901 AND 2155"), "are no years")),
    }
}

fn of_decimal(x: &str, from: &Kind, (digits, scale, unsigned): (u32, u32, bool)) -> Option<(String, &'static str)> {
    let out = |x: &str| out_of(x, digits, scale, unsigned);
    match from {
        Kind::Decimal(a, b, sign) => {
            let fits = *b <= scale && a - b <= digits - scale && (*sign || !unsigned);
            (!fits).then(|| (out(x), "have more digits or are out of range"))
        }
        Kind::Float => {
            let sign = if unsigned { format!(" OR {x} < 0") } else { String::new() };
            Some((format!("ABS({x}) >= 1e{}{sign}", digits - scale), OUT))
        }
        _ if from.is_time() => Some((out(&format!("({x} + 0)")), OUT)),
        _ => match from.numbers() {
            Some((a, b)) => {
                let most = 10_i128.checked_pow(digits.saturating_sub(scale))?;
                let fits = b < most && -a < most && (a >= 0 || !unsigned);
                let number = if from.is_number() { x.to_owned() } else { format!("({x} + 0)") };
                (!fits).then(|| (out(&number), OUT))
            }
            None => {
                let text = text(x, from);
                let number = format!("{text} NOT REGEXP '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$'");
                Some((format!("{number} OR {}", out(&text)), "are no such numbers"))
            }
        },
    }
}

/// A number is taken for the place of a label.
fn of_enum(x: &str, from: &Kind, labels: &[String]) -> Option<(String, &'static str)> {
    const NONE: &str = "are none of these";
    match from {
        Kind::Enum(old) => {
            let gone: Vec<&str> = old.iter().filter(|label| !labels.contains(label)).map(String::as_str).collect();
            (!gone.is_empty()).then(|| (format!("{x} IN ({})", gone.join(", ")), NONE))
        }
        _ if from.is_number() => Some((format!("{x} NOT BETWEEN 1 AND {}", labels.len()), NONE)),
        _ => Some((format!("{} NOT IN ({})", text(x, from), labels.join(", ")), NONE)),
    }
}

fn of_set(x: &str, from: &Kind, labels: &[String]) -> Option<(String, &'static str)> {
    const OTHERS: &str = "have others than these";
    match from {
        Kind::Set(old) => {
            let gone = old.iter().filter(|label| !labels.contains(label));
            let found: Vec<String> = gone.map(|label| format!("FIND_IN_SET({label}, {x}) > 0")).collect();
            (!found.is_empty()).then(|| (found.join(" OR "), OTHERS))
        }
        Kind::Enum(old) if old.iter().all(|label| labels.contains(label)) => None,
        _ if from.is_number() => Some((format!("{x} NOT BETWEEN 0 AND {}", bits(labels)), OTHERS)),
        _ => {
            // What is left without these labels, each with a comma on both sides.
            let text = text(x, from);
            let all = format!("CONCAT(',', REPLACE({text}, ',', ',,'), ',')");
            let rest = labels.iter().fold(all, |rest, label| format!("REPLACE({rest}, CONCAT(',', {label}, ','), '')"));
            Some((format!("{text} <> '' AND {rest} <> ''"), OTHERS))
        }
    }
}

fn of_time(x: &str, from: &Kind, to: &Kind) -> Option<(String, &'static str)> {
    let (first, last) = (literal("1970-01-02"), literal("2038-01-18"));
    match (from, to) {
        (Kind::Date | Kind::Datetime, Kind::Timestamp) => Some((format!("{x} NOT BETWEEN {first} AND {last}"), OUT)),
        (Kind::Datetime | Kind::Timestamp, Kind::Date) => Some((format!("{x} <> DATE({x})"), "have a time of the day")),
        _ if from.is_time() => None,
        // Read as a date, it is one without month and day; no column takes that.
        (Kind::Year, Kind::Date | Kind::Datetime | Kind::Timestamp) => {
            Some((format!("{x} IS NOT NULL"), "are years alone"))
        }
        _ => {
            let (name, what) = match to {
                Kind::Date => ("DATE", "are no dates"),
                Kind::Time => ("TIME", "are no times"),
                _ => ("DATETIME", "are no dates with times"),
            };
            let range = match to {
                Kind::Timestamp => format!(" OR CAST({x} AS DATETIME) NOT BETWEEN {first} AND {last}"),
                _ => String::new(),
            };
            Some((format!("{x} IS NOT NULL AND CAST({x} AS {name}) IS NULL{range}"), what))
        }
    }
}

/// True of numbers that a decimal can't hold as they are; a cast makes the nearest that it can of them.
fn out_of(x: &str, digits: u32, scale: u32, unsigned: bool) -> String {
    let sign = if unsigned { format!(" OR {x} < 0") } else { String::new() };
    format!("{x} <> CAST({x} AS DECIMAL({digits}, {scale})){sign}")
}
