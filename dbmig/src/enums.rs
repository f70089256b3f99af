//! Enums as columns: what `#[derive(dbmig::Enum)]` expands to stands on this.
//!
//! The derive names no SQL type. Which types hold an enum's labels is said of the types, where they are emitted, so that
//! a model may stand in another crate than the schema, and one enum in columns of several types (on MySQL each column
//! has its own).

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::expression::TypedExpressionType;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Nullable, SingleValue, SqlType, Text, is_nullable};

/// An enum without fields that is a column's type; derive it.
pub trait Enum: Sized + 'static {
    /// The variants in the order of their declaration.
    const ALL: &'static [Self];
    /// Their labels in the database, in the same order.
    const LABELS: &'static [&'static str];

    /// The variant's label in the database.
    fn label(&self) -> &'static str;

    /// The variant with a label.
    fn from_label(label: &str) -> Option<Self>;
}

/// An SQL type that holds labels of enums, NULL aside.
///
/// [`crate::enum_type!`] says it of a type of your own; the emitted schema says it of the types in it.
pub trait EnumType: EnumExpression + SqlType<IsNull = is_nullable::NotNull> + SingleValue {}

/// An SQL type that a label can be compared with or written into: an [`EnumType`], or one that takes NULL.
pub trait EnumExpression: SqlType + TypedExpressionType {
    /// All labels that it holds; none where it takes any text.
    const LABELS: Option<&'static [&'static str]>;
}

impl EnumType for Text {}

impl EnumExpression for Text {
    const LABELS: Option<&'static [&'static str]> = None;
}

impl<T> EnumExpression for Nullable<T>
where
    T: EnumType,
    Nullable<T>: SqlType + TypedExpressionType,
{
    const LABELS: Option<&'static [&'static str]> = <T as EnumExpression>::LABELS;
}

/// Reads a label.
///
/// # Errors
///
/// A value that is no label of the enum.
pub fn read<T, ST, DB>(value: DB::RawValue<'_>) -> deserialize::Result<T>
where
    T: Enum,
    ST: EnumType,
    DB: Backend,
    String: FromSql<Text, DB>,
{
    const {
        assert!(
            within(<ST as EnumExpression>::LABELS, T::LABELS),
            "the column's type has a label that this enum has no variant for: `cargo dbmig migrate` compares them"
        );
    }
    let label = <String as FromSql<Text, DB>>::from_sql(value)?;
    T::from_label(&label).ok_or_else(|| format!("`{label}` is none of {}", T::LABELS.join(", ")).into())
}

/// Writes a label.
///
/// # Errors
///
/// Those of writing text.
pub fn write<'b, T, ST, DB>(value: &'b T, out: &mut Output<'b, '_, DB>) -> serialize::Result
where
    T: Enum,
    ST: EnumExpression,
    DB: Backend,
    str: ToSql<Text, DB>,
{
    const {
        let of_type = <ST as EnumExpression>::LABELS;
        assert!(
            of_type.is_none() || within(Some(T::LABELS), labels(of_type)),
            "this enum has a variant whose label the column's type lacks: `cargo dbmig migrate` compares them"
        );
    }
    <str as ToSql<Text, DB>>::to_sql(value.label(), out)
}

/// Whether all of some labels are among others.
const fn within(some: Option<&[&str]>, all: &[&str]) -> bool {
    let some = labels(some);
    let mut at = 0;
    while at < some.len() {
        if !holds(all, some[at]) {
            return false;
        }
        at += 1;
    }
    true
}

const fn labels<'a>(some: Option<&'a [&'a str]>) -> &'a [&'a str] {
    match some {
        Some(labels) => labels,
        None => &[],
    }
}

const fn holds(all: &[&str], label: &str) -> bool {
    let mut at = 0;
    while at < all.len() {
        if is_same(all[at].as_bytes(), label.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Says of an SQL type of your own that it holds labels of enums: `dbmig::enum_type!(crate::schema::Mood, ["sad", "ok"])`,
/// or without the labels where they aren't to be checked. What `dbmig::embed!()` includes says it of the types in it.
#[macro_export]
macro_rules! enum_type {
    ($path:path $(, [$($label:literal),* $(,)?])?) => {
        impl $crate::enums::EnumType for $path {}
        impl $crate::enums::EnumExpression for $path {
            const LABELS: ::core::option::Option<&'static [&'static str]> = $crate::enum_labels!($([$($label),*])?);
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! enum_labels {
    () => {
        ::core::option::Option::None
    };
    ([$($label:literal),*]) => {
        ::core::option::Option::Some(&[$($label),*])
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_compared_as_sets() {
        for (some, all, expected) in [
            (Some(&["a", "b"][..]), &["b", "a"][..], true),
            (Some(&["a", "c"]), &["b", "a"], false),
            (Some(&["A"]), &["a"], false),
            (None, &["a"], true),
            (Some(&[]), &[], true),
        ] {
            assert_eq!(within(some, all), expected, "{some:?} {all:?}");
        }
    }
}
