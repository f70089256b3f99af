//! How much of a text MySQL's indexes take.

use super::{Column, Name, Table};

/// The most that a part of an index may be long, in bytes. Source: InnoDB's limits, with rows of format DYNAMIC.
const MOST: u32 = 3072;

/// How many bytes a character of a MySQL character set may take.
pub fn character_bytes(character_set: &str) -> u32 {
    match character_set {
        "utf8mb4" | "utf32" | "utf16" | "gb18030" => 4,
        "utf8mb3" | "utf8" | "ujis" | "eucjpms" => 3,
        "ucs2" | "big5" | "gbk" | "sjis" | "cp932" | "euckr" | "gb2312" => 2,
        _ => 1,
    }
}

impl Table {
    /// How much of a column an index on it alone takes at most, in characters (bytes of a blob), where it can't take
    /// all of it: of MySQL's texts and blobs, and of long VARCHARs. MariaDB takes as much by itself, and MySQL wants to be told.
    pub fn longest_prefix(&self, column: &Column) -> Option<u32> {
        match column.column_type.name.as_str() {
            "json" => Some(MOST / 4),
            name if name.ends_with("text") || name == "varchar" => {
                let of = |collation: &Name| collation.key().split('_').next().map(str::to_owned);
                let own = column.character_set.clone().or_else(|| of(column.collation.as_ref()?));
                let set = own.or_else(|| self.options.character_set.clone());
                let most = MOST / set.map_or(4, |set| character_bytes(&set));
                // A short one is taken whole.
                let length = column.column_type.arguments.first().and_then(|length| length.parse::<u32>().ok());
                (name != "varchar" || length.is_some_and(|length| length > most)).then_some(most)
            }
            name if name.ends_with("blob") => Some(MOST),
            _ => None,
        }
    }
}
