//! What was once, where a database still knows it.

use std::cmp::Ordering;

/// Something of the past, which makes no difference to what is there: any two are equal.
#[derive(Clone, Debug, Default)]
pub struct Past<T>(pub T);

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
