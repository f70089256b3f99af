//! Two schemas in a form in which they are equal where they mean the same: what a server fills in or rewrites, and what
//! one side alone can know, is made equal.

use std::collections::BTreeSet;

use dbmig::Backend;
use dbmig_build::schema::{
    Expression, ExpressionToken, Index, IndexKey, Name, Schema, Table, TableOptions, UserTypeKind,
};

use super::{partition, toast};

/// In which form the expressions of the chain's schema are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expressions {
    /// In that in which the database keeps them: they are compared by their tokens.
    AsKept,
    /// As they were written: parentheses and the casts of literals, which servers add, count for nothing.
    AsWritten,
}

/// Both schemas in a form to compare, `chain` first.
pub fn comparable(chain: &Schema, live: &Schema, backend: Backend, expressions: Expressions) -> (Schema, Schema) {
    let (chain, live) = comparable_in_order(chain, live, backend, expressions);
    (chain.normalized(), live.normalized())
}

/// The same, with everything in the order that it has.
pub(super) fn comparable_in_order(
    chain: &Schema,
    live: &Schema,
    backend: Backend,
    expressions: Expressions,
) -> (Schema, Schema) {
    let (mut chain, mut live) = (chain.clone(), live.clone());
    for table in live.tables.values_mut() {
        if let Some(stated) = chain.tables.get(&table.name) {
            forget_mysql_columns(table, stated, backend);
            forget_unstated(table, &stated.options);
            match backend {
                Backend::Mysql => forget_parameters(table, &stated.options),
                Backend::Postgres => toast::forget_parameters(table, &stated.options, &live.types),
                Backend::Sqlite => {}
            }
            if stated.options.partition_of.is_some() {
                forget_names_in_partition(table, stated);
            }
        }
    }
    for schema in [&mut chain, &mut live] {
        complete_references(schema);
        forget_texts(schema, backend);
        if backend != Backend::Sqlite {
            schema.tables.values_mut().for_each(forget_what_says_nothing);
        }
        match backend {
            Backend::Mysql => schema.tables.values_mut().for_each(forget_mysql_names),
            Backend::Sqlite => schema.tables.values_mut().for_each(single_quote),
            Backend::Postgres => {}
        }
        if expressions == Expressions::AsWritten && backend != Backend::Sqlite {
            each_expression(schema, simplify);
        }
    }
    (chain, live)
}

/// PostgreSQL chooses the names of a partition's indexes, by what the columns are called when they are made.
fn forget_names_in_partition(live: &mut Table, stated: &Table) {
    let known: BTreeSet<Name> = live.indexes.iter().map(|index| index.name.clone()).collect();
    let mut free: Vec<&Index> = stated.indexes.iter().filter(|index| !known.contains(&index.name)).collect();
    for index in live.indexes.iter_mut().filter(|index| stated.index(&index.name).is_none()) {
        let same = |one: &&Index| Index { name: index.name.clone(), ..(*one).clone() } == *index;
        if let Some(at) = free.iter().position(same) {
            index.name = free.remove(at).name.clone();
        }
    }
}

/// SQLite takes `"x"` for a text where there is no such column, and writes it `'x'` when anything is renamed.
fn single_quote(table: &mut Table) {
    let columns: BTreeSet<Name> = table.columns.iter().map(|column| column.name.clone()).collect();
    let is_text = |token: &ExpressionToken| {
        token.text.starts_with('"') && token.name.as_ref().is_some_and(|name| !columns.contains(name))
    };
    each_expression_of(table, &mut |expression| {
        if !expression.tokens().iter().any(is_text) {
            return;
        }
        let quoted = |token: &ExpressionToken| match token.name.as_ref().filter(|_| is_text(token)) {
            Some(name) => {
                let text: Box<str> = format!("'{}'", name.as_str().replace('\'', "''")).into();
                ExpressionToken { key: text.clone(), text, name: None, gap: token.gap }
            }
            None => token.clone(),
        };
        *expression = Expression::new(expression.tokens().iter().map(quoted).collect());
    });
}

/// What a server chose by itself isn't compared: MySQL's engine, character set and collation.
fn forget_unstated(live: &mut Table, stated: &TableOptions) {
    let options = &mut live.options;
    if stated.engine.is_none() {
        options.engine = None;
    }
    if stated.character_set.is_none() {
        options.character_set = None;
    }
    if stated.collation.is_none() {
        options.collation = None;
    }
}

/// Of MySQL's parameters only those are compared that the chain states: 0 is mostly what is so anyway, and not told.
fn forget_parameters(live: &mut Table, stated: &TableOptions) {
    let own = std::mem::take(&mut live.options.parameters);
    let known = |(name, value): &(String, String)| {
        let told = own.iter().find(|(other, _)| other == name);
        let is_told = TOLD.contains(&name.as_str()) && (told.is_some() || value != "0");
        if is_told { told.cloned() } else { Some((name.clone(), value.clone())) }
    };
    live.options.parameters = stated.parameters.iter().filter_map(known).collect();
}

/// The parameters that MySQL tells of.
const TOLD: [&str; 10] = [
    "avg_row_length",
    "checksum",
    "delay_key_write",
    "key_block_size",
    "max_rows",
    "min_rows",
    "pack_keys",
    "row_format",
    "stats_persistent",
    "stats_sample_pages",
];

/// A character set has a collation, and a collation its character set: what isn't stated isn't compared. What a column
/// states and its table has anyway isn't told of the column. MariaDB's JSON is LONGTEXT, told by a check that a column
/// with a check of its own lacks. Its `NOT NULL ON UPDATE CURRENT_TIMESTAMP` has the date of zeros for a default.
fn forget_mysql_columns(live: &mut Table, chain: &Table, backend: Backend) {
    let (own_collation, own_set) = (live.options.collation.clone(), live.options.character_set.clone());
    for column in live.columns.iter_mut().filter(|_| backend == Backend::Mysql) {
        let Some(stated) = chain.column(&column.name) else { continue };
        if column.collation.is_none() && column.character_set.is_none() {
            let collation = stated.collation.as_ref();
            column.collation = collation.filter(|one| own_collation.as_deref() == Some(one.key())).cloned();
            let set = stated.character_set.as_ref();
            column.character_set = set.filter(|one| own_set.as_deref() == Some(one)).cloned();
        }
        let is_json = stated.column_type.name == "json" && column.column_type.name == "longtext";
        if is_json {
            column.column_type.clone_from(&stated.column_type);
        }
        if is_json || stated.collation.is_none() && stated.character_set == column.character_set {
            column.collation.clone_from(&stated.collation);
        }
        if is_json || stated.character_set.is_none() && stated.collation == column.collation {
            column.character_set.clone_from(&stated.character_set);
        }
        let is_zero = |one: &Expression| one.to_string().starts_with("'0000-00-00 00:00:00");
        if stated.default.is_none() && stated.on_update.is_some() && column.default.as_ref().is_some_and(is_zero) {
            column.default = None;
        }
    }
}

/// `DEFAULT NULL` is no default, of whatever type the NULL is. Of an expression's collation in an index nobody can tell whether it was stated.
fn forget_what_says_nothing(table: &mut Table) {
    let is_null = |default: &Expression| match default.tokens() {
        [null, rest @ ..] if &*null.key == "null" => {
            let is_operator = |key: &str| matches!(key, "is" | "or" | "and" | "in" | "like" | "between");
            let is_of_type = |text: &str| text.chars().all(|one| one.is_alphanumeric() || " _:()[],.\"".contains(one));
            let is_cast = |first: &ExpressionToken| &*first.key == "::";
            rest.first().is_none_or(is_cast) && rest.iter().all(|one| is_of_type(&one.key) && !is_operator(&one.key))
        }
        _ => false,
    };
    for column in &mut table.columns {
        column.default = column.default.take().filter(|default| !is_null(default));
    }
    for column in table.indexes.iter_mut().flat_map(|index| &mut index.columns) {
        if column.name().is_none() {
            column.collation = None;
        }
        if let IndexKey::Expression(expression) = &column.key {
            if let [ExpressionToken { name: Some(only), .. }] = expression.tokens() {
                column.key = IndexKey::Column(only.clone());
            }
        }
    }
}

/// A reference to no columns is one to the primary key.
fn complete_references(schema: &mut Schema) {
    let keys: Vec<(_, Vec<Name>)> = schema
        .tables
        .values()
        .filter_map(|table| {
            let key = table.primary_key.as_ref()?;
            Some((table.name.clone(), key.columns.iter().filter_map(|one| one.name().cloned()).collect()))
        })
        .collect();
    let keys: std::collections::BTreeMap<_, _> = keys.into_iter().collect();
    for reference in schema.tables.values_mut().flat_map(|table| &mut table.foreign_keys) {
        if reference.referenced.is_empty() {
            reference.referenced = keys.get(&reference.table).cloned().unwrap_or_default();
        }
    }
}

/// SQLite keeps the texts of triggers and views but for quotes; the others print them anew.
fn forget_texts(schema: &mut Schema, backend: Backend) {
    let triggers = schema.tables.values_mut().flat_map(|table| &mut table.triggers).map(|one| &mut one.sql);
    for text in triggers.chain(schema.views.values_mut().map(|view| &mut view.sql)) {
        *text = if backend == Backend::Sqlite { text.replace('"', "") } else { String::new() };
    }
    for kind in schema.types.values_mut().map(|one| &mut one.kind) {
        match kind {
            UserTypeKind::Range(_, text) | UserTypeKind::Other(text) => text.clear(),
            _ => {}
        }
    }
    if backend == Backend::Postgres {
        for options in schema.tables.values_mut().map(|table| &mut table.options) {
            if let Some(partition) = &mut options.partition_of {
                partition.bound = bound(&partition.bound);
            }
            options.partition_by = options.partition_by.as_deref().map(squeezed);
        }
    }
    if backend == Backend::Mysql {
        for options in schema.tables.values_mut().map(|table| &mut table.options) {
            options.partition_by = options.partition_by.as_deref().map(partition::rule);
        }
    }
}

/// A partition's bound with each literal as a string: `FROM (0)` is kept as `FROM ('0')`, `E'\\\\xff'` as `'\\xff'`.
fn bound(text: &str) -> String {
    let text = squeezed(text);
    let (mut made, mut letters) = (String::new(), text.chars().peekable());
    let (mut quoted, mut escapes) = (false, false);
    while let Some(letter) = letters.next() {
        let begins = !quoted && made.ends_with(['(', ',']);
        match letter {
            '\'' => {
                quoted = !quoted;
                escapes &= quoted || letters.peek() == Some(&'\'');
                made.push(letter);
            }
            'e' if begins && letters.peek() == Some(&'\'') => escapes = true,
            '\\' if quoted && escapes => made.extend(letters.next()),
            '-' | '0'..='9' if begins => {
                made.extend(['\'', letter]);
                while let Some(next) = letters.next_if(|next| next.is_ascii_digit() || *next == '.') {
                    made.push(next);
                }
                made.push('\'');
            }
            _ => made.push(letter),
        }
    }
    made
}

/// Without white space and case.
fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Checks that were given no name get one from the server.
fn forget_mysql_names(table: &mut Table) {
    let prefix = format!("{}_chk_", table.name.name.key());
    for check in &mut table.checks {
        let number = |name: &Name| {
            let rest = name.key().strip_prefix("constraint_").or_else(|| name.key().strip_prefix(prefix.as_str()));
            rest.is_some_and(|rest| rest.parse::<u32>().is_ok())
        };
        check.name = check.name.take().filter(|name| !number(name));
    }
    if let Some(key) = &mut table.primary_key {
        key.name = None;
    }
}

/// Does something to every expression of a schema.
pub(super) fn each_expression(schema: &mut Schema, mut change: fn(&mut Expression)) {
    schema.tables.values_mut().for_each(|table| each_expression_of(table, &mut change));
    for index in schema.views.values_mut().flat_map(|view| &mut view.indexes) {
        index.predicate.iter_mut().for_each(change);
        let keys = index.columns.iter_mut().map(|column| &mut column.key);
        for key in keys {
            if let IndexKey::Expression(expression) = key {
                change(expression);
            }
        }
    }
    for kind in schema.types.values_mut().map(|one| &mut one.kind) {
        if let UserTypeKind::Domain(domain) = kind {
            domain.default.iter_mut().for_each(change);
            domain.checks.iter_mut().for_each(|check| change(&mut check.expression));
        }
    }
}

fn each_expression_of(table: &mut Table, change: &mut impl FnMut(&mut Expression)) {
    for column in &mut table.columns {
        column.default.iter_mut().chain(&mut column.on_update).for_each(&mut *change);
        column.generated.iter_mut().for_each(|one| change(&mut one.expression));
    }
    table.checks.iter_mut().for_each(|check| change(&mut check.expression));
    for one in &mut table.exclusions {
        one.predicate.iter_mut().for_each(&mut *change);
    }
    for index in &mut table.indexes {
        index.predicate.iter_mut().for_each(&mut *change);
    }
    let elements = table.exclusions.iter_mut().flat_map(|one| one.elements.iter_mut().map(|(column, _)| column));
    let uniques = table.uniques.iter_mut().flat_map(|one| &mut one.columns);
    for column in uniques.chain(elements).chain(table.indexes.iter_mut().flat_map(|one| &mut one.columns)) {
        if let IndexKey::Expression(expression) = &mut column.key {
            change(expression);
        }
    }
}

/// Whether two expressions differ in nothing but what servers add.
pub fn alike(one: &Expression, other: &Expression) -> bool {
    let simple = |expression: &Expression| {
        let mut expression = expression.clone();
        simplify(&mut expression);
        expression
    };
    simple(one) == simple(other)
}

/// Leaves out what servers add to an expression: parentheses, the casts of literals, character sets of strings.
fn simplify(expression: &mut Expression) {
    let mut kept: Vec<ExpressionToken> = Vec::new();
    let mut in_cast = false;
    for token in expression.tokens() {
        let key = &*token.key;
        if in_cast {
            // `::character varying(64)[]`; a type is words, numbers and brackets.
            let continues = token.text.starts_with(|first: char| first.is_alphanumeric() || matches!(first, '_' | '"'))
                && !matches!(key, "and" | "or" | "is" | "in" | "like" | "between" | "then" | "else" | "end" | "when");
            if continues || matches!(key, "(" | ")" | "[" | "]" | ".") {
                continue;
            }
            in_cast = false;
        }
        match key {
            "::" => in_cast = true,
            "(" | ")" => {}
            _ if key.starts_with("_utf8") || key == "_latin1" => {}
            _ => kept.push(ExpressionToken { gap: !kept.is_empty(), ..token.clone() }),
        }
    }
    *expression = Expression::new(kept);
}

/// What differs behind the closing parentheses of two tables: in words, and both values.
pub(super) fn options(chain: &TableOptions, live: &TableOptions) -> Vec<(&'static str, String, String)> {
    let yes = |is_so: bool| if is_so { "yes".to_owned() } else { "no".to_owned() };
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    let all = |one: &TableOptions| {
        let names: Vec<String> = one.inherits.iter().map(ToString::to_string).collect();
        let parameters: Vec<String> = one.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let partition = one.partition_of.as_ref().map(|one| format!("{} {}", one.parent, one.bound));
        [
            ("without rowid", yes(one.without_rowid)),
            ("strict", yes(one.strict)),
            ("module", text(&one.virtual_module)),
            ("unlogged", yes(one.unlogged)),
            ("inherits from", text(&Some(names.join(", ")).filter(|text| !text.is_empty()))),
            ("partition of", text(&partition)),
            ("partitioned by", text(&one.partition_by)),
            ("parameters", text(&Some(parameters.join(", ")).filter(|text| !text.is_empty()))),
            ("engine", text(&one.engine)),
            ("character set", text(&one.character_set)),
            ("collation", text(&one.collation)),
        ]
    };
    let pairs = all(chain).into_iter().zip(all(live));
    pairs.filter(|(one, other)| one != other).map(|((name, one), (_, other))| (name, one, other)).collect()
}
