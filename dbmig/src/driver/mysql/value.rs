//! Values of any type as text: MySQL sends them in its binary form.

use diesel::deserialize::{FromSql, QueryableByName, Result};
use diesel::mysql::data_types::MysqlTime;
use diesel::mysql::{Mysql, MysqlType, MysqlValue};
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::{BigInt, Double, Float, Timestamp, Unsigned};

/// A row as text, with the names of its columns.
pub(super) struct Named(pub(super) Vec<(String, Option<String>)>);

impl QueryableByName<Mysql> for Named {
    fn build<'a>(row: &impl NamedRow<'a, Mysql>) -> Result<Self> {
        let cell = |at: usize| -> Result<(String, Option<String>)> {
            let field = Row::get(row, at).ok_or("a column is missing")?;
            let name = field.field_name().unwrap_or_default().to_owned();
            Ok((name, field.value().map(text).transpose()?))
        };
        (0..row.field_count()).map(cell).collect::<Result<_>>().map(Named)
    }
}

fn text(value: MysqlValue<'_>) -> Result<String> {
    Ok(match value.value_type() {
        MysqlType::Tiny | MysqlType::Short | MysqlType::Long | MysqlType::LongLong => {
            <i64 as FromSql<BigInt, Mysql>>::from_sql(value)?.to_string()
        }
        MysqlType::UnsignedTiny | MysqlType::UnsignedShort | MysqlType::UnsignedLong | MysqlType::UnsignedLongLong => {
            <u64 as FromSql<Unsigned<BigInt>, Mysql>>::from_sql(value)?.to_string()
        }
        MysqlType::Float => <f32 as FromSql<Float, Mysql>>::from_sql(value)?.to_string(),
        MysqlType::Double => <f64 as FromSql<Double, Mysql>>::from_sql(value)?.to_string(),
        kind @ (MysqlType::Date | MysqlType::Time | MysqlType::DateTime | MysqlType::Timestamp) => {
            match <MysqlTime as FromSql<Timestamp, Mysql>>::from_sql(value) {
                Ok(time) => written(&time, kind),
                // Diesel reads no negative ones.
                Err(_) => "a time before 00:00:00".to_owned(),
            }
        }
        MysqlType::Bit => bytes(value.as_bytes()),
        _ => match std::str::from_utf8(value.as_bytes()) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes(value.as_bytes()),
        },
    })
}

/// As a literal of MySQL's.
fn bytes(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("x'{digits}'")
}

fn written(time: &MysqlTime, kind: MysqlType) -> String {
    let date = format!("{:04}-{:02}-{:02}", time.year, time.month, time.day);
    let fraction = match time.second_part {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    };
    let hours = format!("{:02}:{:02}:{:02}{fraction}", time.hour, time.minute, time.second);
    match kind {
        MysqlType::Date => date,
        MysqlType::Time => hours,
        _ => format!("{date} {hours}"),
    }
}
