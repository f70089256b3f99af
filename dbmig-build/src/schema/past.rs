//! What was once, where a database still knows it.

use std::cmp::Ordering;
use std::fmt;

/// Something of the past, which makes no difference to what is there: any two are equal.
#[derive(Clone, Default)]
pub struct Past<T>(pub T);

/// All are shown alike, as they are equal: texts of two schemas are compared, too.
impl<T> fmt::Debug for Past<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Past")
    }
}

impl<T> PartialEq for Past<T> {
    fn eq(&self, _: &Past<T>) -> bool {
        true
    }
}

impl<T> Eq for Past<T> {}

impl<T> PartialOrd for Past<T> {
    fn partial_cmp(&self, other: &Past<T>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Past<T> {
    fn cmp(&self, _: &Past<T>) -> Ordering {
        Ordering::Equal
    }
}
