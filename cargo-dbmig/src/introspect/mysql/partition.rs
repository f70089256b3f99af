//! How tables are partitioned, as `PARTITION BY` would have it.

use dbmig::Backend;
use dbmig_build::schema::Name;

use super::rows;

/// What stands behind `PARTITION BY`: of the rows of one table, which come in order.
pub(super) fn rule(rows: &[rows::Partition]) -> Option<String> {
    let first = rows.first()?;
    let mut text = format!("{} ({})", first.method, first.expression.as_deref().unwrap_or_default());
    let mut names: Vec<&rows::Partition> = rows.iter().collect();
    names.dedup_by(|one, other| one.name == other.name);
    if let (Some(method), Some(expression)) = (&first.inner_method, &first.inner_expression) {
        let each = rows.len() / names.len();
        text.push_str(&format!(" SUBPARTITION BY {method} ({expression}) SUBPARTITIONS {each}"));
    }
    if first.description.is_some() {
        let partitions: Vec<String> = names.into_iter().map(partition).collect();
        text.push_str(&format!(" ({})", partitions.join(", ")));
    } else if names.len() > 1 {
        text.push_str(&format!(" PARTITIONS {}", names.len()));
    }
    Some(text)
}

/// `PARTITION name VALUES …`
fn partition(row: &rows::Partition) -> String {
    let name = Name::new(&row.name, Backend::Mysql).sql();
    let described = row.description.as_deref().unwrap_or_default();
    let values = match described {
        "MAXVALUE" if row.method == "RANGE" => "VALUES LESS THAN MAXVALUE".to_owned(),
        "DEFAULT" => "DEFAULT".to_owned(),
        _ if row.method.starts_with("RANGE") => format!("VALUES LESS THAN ({described})"),
        _ => format!("VALUES IN ({described})"),
    };
    let comment = if row.comment.is_empty() {
        String::new()
    } else {
        format!(" COMMENT '{}'", row.comment.replace('\\', "\\\\").replace('\'', "''"))
    };
    format!("PARTITION {name} {values}{comment}")
}
