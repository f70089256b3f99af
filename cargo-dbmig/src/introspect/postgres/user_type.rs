//! Types: enums, domains, composites, ranges.

use dbmig_build::schema::{Attribute, Check, Domain, UserType, UserTypeKind};

use super::{column_type, name, object, rows, value};

/// A type, with the attributes of its relation where it is composite and its checks where it is a domain.
pub(super) fn user_type(row: rows::UserType, attributes: Vec<rows::Column>, checks: Vec<Check>) -> UserType {
    let base = column_type(&row.base);
    let kind = match row.kind.as_str() {
        "e" => UserTypeKind::Enum(row.labels),
        "d" => UserTypeKind::Domain(Box::new(Domain {
            base,
            nullable: !row.not_null,
            default: row.default.map(|text| value(&text)),
            collation: row.collation.map(|collation| name(&collation)),
            checks,
        })),
        "c" => UserTypeKind::Composite(attributes.into_iter().map(attribute).collect()),
        "r" => {
            let text = format!("subtype = {base}");
            UserTypeKind::Range(base, text)
        }
        _ => UserTypeKind::Other(String::new()),
    };
    UserType { name: object(row.schema.as_deref(), &row.name), kind, comment: row.comment }
}

fn attribute(row: rows::Column) -> Attribute {
    Attribute {
        name: name(&row.name),
        column_type: column_type(&row.type_use),
        collation: row.collation.map(|collation| name(&collation)),
    }
}
