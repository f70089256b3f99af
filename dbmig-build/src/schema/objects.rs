//! The objects of one kind in a schema: a map by name that costs next to nothing to clone.
//!
//! Diff, target, render and the proofs all start from a schema that they already have and change a few objects of it.
//! So clones share what neither of them changes, and comparing two of them looks only at what they don't share.

use std::borrow::Borrow;
use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use super::ObjectName;

/// Tables, views, types or sequences by name, in the order of their names: to its users a `BTreeMap`.
///
/// What is asked to be changed (`get_mut`, `values_mut`, `iter_mut`) is no longer shared with other clones, whether it
/// is changed or not: whoever changes few objects of many should ask for those alone.
pub struct Objects<T> {
    map: Arc<BTreeMap<ObjectName, Arc<T>>>,
}

impl<T> Objects<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Whether there is one of this name.
    pub fn contains_key<Q: Ord + ?Sized>(&self, name: &Q) -> bool
    where
        ObjectName: Borrow<Q>,
    {
        self.map.contains_key(name)
    }

    /// The one of this name.
    pub fn get<Q: Ord + ?Sized>(&self, name: &Q) -> Option<&T>
    where
        ObjectName: Borrow<Q>,
    {
        self.map.get(name).map(|one| &**one)
    }

    /// The one of this name, with the name as it stands here.
    pub fn get_key_value(&self, name: &ObjectName) -> Option<(&ObjectName, &T)> {
        self.map.get_key_value(name).map(|(name, one)| (name, &**one))
    }

    /// The names.
    pub fn keys(&self) -> btree_map::Keys<'_, ObjectName, Arc<T>> {
        self.map.keys()
    }

    /// The objects, by name.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.map.values().map(|one| &**one)
    }

    /// The objects with their names.
    pub fn iter(&self) -> Iter<'_, T> {
        self.map.iter().map(|(name, one)| (name, &**one))
    }
}

impl<T: Clone> Objects<T> {
    /// The one of this name, to be changed.
    pub fn get_mut(&mut self, name: &ObjectName) -> Option<&mut T> {
        // Asking for one that isn't there is no reason to unshare the others.
        if !self.map.contains_key(name) {
            return None;
        }
        Arc::make_mut(&mut self.map).get_mut(name).map(Arc::make_mut)
    }

    /// Changes the one of this name, if it is there.
    pub fn change(&mut self, name: &ObjectName, change: impl FnOnce(&mut T)) {
        if let Some(one) = self.get_mut(name) {
            change(one);
        }
    }

    /// The objects, to be changed: all of them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        Arc::make_mut(&mut self.map).values_mut().map(Arc::make_mut)
    }

    /// The objects with their names, to be changed: all of them.
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        Arc::make_mut(&mut self.map).iter_mut().map(|(name, one)| (name, Arc::make_mut(one)))
    }

    /// Puts one in; gives the one that it replaces.
    pub fn insert(&mut self, name: ObjectName, one: T) -> Option<T> {
        Arc::make_mut(&mut self.map).insert(name, Arc::new(one)).map(Arc::unwrap_or_clone)
    }

    /// Takes one out.
    pub fn remove(&mut self, name: &ObjectName) -> Option<T> {
        if !self.map.contains_key(name) {
            return None;
        }
        Arc::make_mut(&mut self.map).remove(name).map(Arc::unwrap_or_clone)
    }

    /// Puts in what `other` has under a name, shared with it.
    pub fn share(&mut self, other: &Objects<T>, name: &ObjectName) {
        if let Some((name, one)) = other.map.get_key_value(name) {
            Arc::make_mut(&mut self.map).insert(name.clone(), one.clone());
        }
    }

    /// Shares with `other` what is equal in both, so that comparing them again costs nothing.
    pub fn share_equal(&mut self, other: &Objects<T>)
    where
        T: PartialEq,
    {
        if Arc::ptr_eq(&self.map, &other.map) {
            return;
        }
        for (name, one) in Arc::make_mut(&mut self.map) {
            match other.map.get(name) {
                Some(same) if Arc::ptr_eq(one, same) || one == same => *one = same.clone(),
                _ => {}
            }
        }
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        *self = Objects::default();
    }

    /// Leaves those that `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&ObjectName, &T) -> bool) {
        Arc::make_mut(&mut self.map).retain(|name, one| keep(name, one));
    }
}

/// The objects with their names.
type Iter<'a, T> = std::iter::Map<
    btree_map::Iter<'a, ObjectName, Arc<T>>,
    fn((&'a ObjectName, &'a Arc<T>)) -> (&'a ObjectName, &'a T),
>;

/// The objects with their names, to be changed.
type IterMut<'a, T> = std::iter::Map<
    btree_map::IterMut<'a, ObjectName, Arc<T>>,
    fn((&'a ObjectName, &'a mut Arc<T>)) -> (&'a ObjectName, &'a mut T),
>;

impl<T> Clone for Objects<T> {
    fn clone(&self) -> Objects<T> {
        Objects { map: self.map.clone() }
    }
}

impl<T> Default for Objects<T> {
    fn default() -> Objects<T> {
        Objects { map: Arc::default() }
    }
}

impl<T: PartialEq> PartialEq for Objects<T> {
    fn eq(&self, other: &Objects<T>) -> bool {
        let pairs = || self.map.iter().zip(&*other.map);
        let is_same = |one: &Arc<T>, other: &Arc<T>| Arc::ptr_eq(one, other) || one == other;
        Arc::ptr_eq(&self.map, &other.map)
            || self.len() == other.len() && pairs().all(|(one, other)| one.0 == other.0 && is_same(one.1, other.1))
    }
}

impl<T: Eq> Eq for Objects<T> {}

impl<T: fmt::Debug> fmt::Debug for Objects<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map.fmt(f)
    }
}

impl<T> FromIterator<(ObjectName, T)> for Objects<T> {
    fn from_iter<I: IntoIterator<Item = (ObjectName, T)>>(all: I) -> Objects<T> {
        Objects { map: Arc::new(all.into_iter().map(|(name, one)| (name, Arc::new(one))).collect()) }
    }
}

impl<T, const N: usize> From<[(ObjectName, T); N]> for Objects<T> {
    fn from(all: [(ObjectName, T); N]) -> Objects<T> {
        all.into_iter().collect()
    }
}

impl<T: Clone> Extend<(ObjectName, T)> for Objects<T> {
    fn extend<I: IntoIterator<Item = (ObjectName, T)>>(&mut self, all: I) {
        let mut all = all.into_iter().map(|(name, one)| (name, Arc::new(one))).peekable();
        if all.peek().is_some() {
            Arc::make_mut(&mut self.map).extend(all);
        }
    }
}

impl<T> Index<&ObjectName> for Objects<T> {
    type Output = T;

    fn index(&self, name: &ObjectName) -> &T {
        &self.map[name]
    }
}

impl<'a, T> IntoIterator for &'a Objects<T> {
    type Item = (&'a ObjectName, &'a T);
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Clone> IntoIterator for &'a mut Objects<T> {
    type Item = (&'a ObjectName, &'a mut T);
    type IntoIter = IterMut<'a, T>;

    fn into_iter(self) -> IterMut<'a, T> {
        self.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use dbmig::Backend;

    use super::*;
    use crate::schema::Name;

    /// A value that counts how often it is cloned.
    struct Counted(Rc<Cell<usize>>);

    impl Clone for Counted {
        fn clone(&self) -> Counted {
            self.0.set(self.0.get() + 1);
            Counted(self.0.clone())
        }
    }

    /// What is compared is a fault.
    #[derive(Clone, Debug)]
    struct Incomparable;

    impl PartialEq for Incomparable {
        fn eq(&self, _other: &Incomparable) -> bool {
            panic!("compared")
        }
    }

    fn name(text: &str) -> ObjectName {
        ObjectName::unqualified(Name::new(text, Backend::Postgres))
    }

    #[test]
    fn a_change_clones_what_is_changed_and_nothing_else() {
        let counts: [Rc<Cell<usize>>; 2] = [Rc::default(), Rc::default()];
        let all = Objects::from([(name("a"), Counted(counts[0].clone())), (name("b"), Counted(counts[1].clone()))]);
        let clones = || counts.each_ref().map(|one| one.get());
        let mut other = all.clone();
        assert!(other.get_mut(&name("c")).is_none() && other.remove(&name("c")).is_none());
        other.insert(name("c"), Counted(Rc::default()));
        other.retain(|_, _| true);
        assert_eq!(clones(), [0, 0]);
        other.change(&name("b"), |_| ());
        assert_eq!(clones(), [0, 1]);
        assert_eq!((all.len(), other.len()), (2, 3));
        let mut part = Objects::default();
        part.share(&all, &name("a"));
        part.share(&all, &name("z"));
        assert_eq!((part.len(), clones()), (1, [0, 1]));
    }

    #[test]
    fn what_became_equal_is_shared_again() {
        let all: Objects<String> = [(name("a"), "x".to_owned()), (name("b"), "y".to_owned())].into();
        let mut other = [(name("a"), "x".to_owned()), (name("b"), "z".to_owned())].into();
        let is_shared = |other: &Objects<String>, text| std::ptr::eq(&all[&name(text)], &other[&name(text)]);
        assert!(!is_shared(&other, "a"));
        other.share_equal(&all);
        assert!(is_shared(&other, "a") && !is_shared(&other, "b"));
    }

    #[test]
    fn what_is_shared_is_equal_without_a_look() {
        let all = Objects::from([(name("a"), Incomparable), (name("b"), Incomparable)]);
        let mut other = all.clone();
        assert_eq!(all, other);
        other.retain(|_, _| true);
        assert_eq!(all, other);
        other.remove(&name("a"));
        assert_ne!(all, other);
    }

    #[test]
    fn it_is_a_map() {
        let mut all: Objects<u32> = [(name("b"), 2), (name("a"), 1)].into();
        all.extend([(name("c"), 3)]);
        assert_eq!(all.insert(name("c"), 4), Some(3));
        all.values_mut().for_each(|one| *one *= 10);
        assert_eq!((all[&name("a")], all.get(&name("c")), all.get(&name("x"))), (10, Some(&40), None));
        let shown: Vec<String> = all.iter().map(|(name, one)| format!("{name}{one}")).collect();
        assert_eq!(shown, ["a10", "b20", "c40"]);
        assert_eq!(all.values().next_back(), Some(&40));
        for (_, one) in &mut all {
            *one += 1;
        }
        all.retain(|_, one| *one > 11);
        assert_eq!(all, [(name("b"), 21), (name("c"), 41)].into());
        assert_eq!(format!("{all:?}"), format!("{:?}", BTreeMap::from([(name("b"), 21), (name("c"), 41)])));
    }
}
