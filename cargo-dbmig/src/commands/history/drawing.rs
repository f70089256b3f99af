//! The history as a drawing of lines, as git draws its own: newest on top, a column for each open line.

use dbmig::revision::order::IdSet;
use dbmig::revision::{Graph, Id};

/// Draws revisions, given newest first; `text` says what stands beside each. Parents that aren't among them are left
/// out.
pub(super) fn draw(graph: &Graph, ids: &[Id], text: impl Fn(Id) -> String) -> Vec<String> {
    let shown = IdSet::of(graph, ids.iter().copied());
    let mut drawing = Drawing::default();
    for &id in ids {
        let parents = graph.parents(id).iter().copied().filter(|parent| shown.contains(*parent)).collect::<Vec<_>>();
        drawing.revision(id, &parents, &text(id));
    }
    drawing.lines
}

#[derive(Default)]
struct Drawing {
    /// The revision that each column comes to next; none where a column is free.
    columns: Vec<Option<Id>>,
    lines: Vec<String>,
}

impl Drawing {
    fn revision(&mut self, id: Id, parents: &[Id], text: &str) {
        let at = self.column_of(id);
        self.join(at, id);
        let mut rows = text.lines();
        self.row(at, '*', rows.next().unwrap_or_default());
        let (first, others) = parents.split_first().map_or((None, [].as_slice()), |(first, rest)| (Some(first), rest));
        self.columns[at] = first.copied();
        for &parent in others {
            self.fork(at, parent);
        }
        rows.for_each(|row| self.row(at, '|', row));
        while self.columns.last() == Some(&None) {
            self.columns.pop();
        }
    }

    /// The first column that comes to a revision, else a free one.
    fn column_of(&mut self, id: Id) -> usize {
        let coming = self.columns.iter().position(|&next| next == Some(id));
        let free = || self.columns.iter().position(Option::is_none);
        coming.or_else(free).unwrap_or_else(|| {
            self.columns.push(None);
            self.columns.len() - 1
        })
    }

    /// Ends the further columns that come to a revision, each in the nearest one: `|/`, from afar `|_|/`.
    fn join(&mut self, at: usize, id: Id) {
        while let Some(from) = (at + 1..self.columns.len()).rev().find(|&column| self.columns[column] == Some(id)) {
            let to = (at..from).rev().find(|&column| self.columns[column] == Some(id)).unwrap_or(at);
            let mut line = String::new();
            for (column, next) in self.columns.iter().enumerate().filter(|&(column, _)| column != from) {
                let bar = if next.is_some() || column == at { '|' } else { ' ' };
                let is_passed = column >= to && column + 1 < from;
                line.push(if is_passed && next.is_none() && column != to { '_' } else { bar });
                line.push(match column + 1 == from {
                    true => '/',
                    false if is_passed => '_',
                    false => ' ',
                });
            }
            self.lines.push(line.trim_end().to_owned());
            self.columns.remove(from);
            // What stood to the right has moved one to the left: `/` at each of them.
            if let Some(moved) = self.lines.last_mut().filter(|_| from < self.columns.len()) {
                *moved = slanted(moved, from, &self.columns);
            }
        }
    }

    /// Opens a column for a further parent to the right of a column: `|\\`.
    fn fork(&mut self, at: usize, parent: Id) {
        let mut line = String::new();
        for (column, next) in self.columns.iter().enumerate() {
            let is_right = column > at;
            line.push(match next {
                None if column != at => ' ',
                _ if is_right => '\\',
                _ => '|',
            });
            line.push(if column == at { '\\' } else { ' ' });
            if column == at && at + 1 < self.columns.len() {
                line.push(' ');
            }
        }
        self.columns.insert(at + 1, Some(parent));
        self.lines.push(line.trim_end().to_owned());
    }

    /// A row of text beside the columns.
    fn row(&mut self, at: usize, mark: char, text: &str) {
        let mut line = String::with_capacity(2 * self.columns.len() + 1 + text.len());
        for (column, next) in self.columns.iter().enumerate() {
            line.push_str(match next {
                _ if column == at && mark == '*' => "* ",
                Some(_) => "| ",
                None => "  ",
            });
        }
        line.push(' ');
        line.push_str(text);
        line.truncate(line.trim_end().len());
        self.lines.push(line);
    }
}

/// A line of a join in which the columns to its right move to the left.
fn slanted(line: &str, from: usize, columns: &[Option<Id>]) -> String {
    let kept: String = line.chars().take(2 * from).collect();
    let moved = columns[from..].iter().map(|next| if next.is_some() { " /" } else { "  " });
    (kept + &moved.collect::<String>()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use dbmig::revision::Node;
    use dbmig::version::Version;

    use super::*;

    fn drawn(edges: &[(&str, &[&str])]) -> String {
        let node = |(version, parents): &(&str, &[&str])| Node {
            version: Version::from(*version),
            name: (*version).to_owned(),
            message: String::new(),
            parents: parents.iter().map(|parent| Version::from(*parent)).collect(),
            depends_on: Vec::new(),
            labels: Vec::new(),
        };
        let graph = Graph::link(edges.iter().map(node).collect()).unwrap();
        let ids: Vec<Id> = graph.ids().rev().collect();
        draw(&graph, &ids, |id| graph.version(id).to_string()).join("\n")
    }

    #[test]
    fn a_line() {
        assert_eq!(drawn(&[("1", &[]), ("2", &["1"]), ("3", &["2"])]), "*  3\n*  2\n*  1");
    }

    #[test]
    fn a_branch_and_its_merge() {
        let edges: &[(&str, &[&str])] = &[("1", &[]), ("2", &["1"]), ("3", &["1"]), ("4", &["2", "3"]), ("5", &["4"])];
        assert_eq!(drawn(edges), "*  5\n*  4\n|\\\n| *  3\n* |  2\n|/\n*  1");
    }

    #[test]
    fn two_heads_and_two_roots() {
        let edges: &[(&str, &[&str])] = &[("1", &[]), ("2", &["1"]), ("3", &[]), ("4", &["3"])];
        assert_eq!(drawn(edges), "*  4\n*  3\n*  2\n*  1");
        let edges: &[(&str, &[&str])] = &[("1", &[]), ("2", &[]), ("3", &["1"]), ("4", &["2"])];
        assert_eq!(drawn(edges), "*  4\n| *  3\n* |  2\n  *  1");
    }

    #[test]
    fn three_branches_end_in_one() {
        let edges: &[(&str, &[&str])] = &[("1", &[]), ("2", &["1"]), ("3", &["1"]), ("4", &["1"])];
        assert_eq!(drawn(edges), "*  4\n| *  3\n| | *  2\n| |/\n|/\n*  1");
    }

    #[test]
    fn a_line_that_passes_others() {
        let edges: &[(&str, &[&str])] =
            &[("1", &[]), ("2", &["1"]), ("3", &["1"]), ("4", &["1"]), ("5", &["3"]), ("6", &["2", "4"])];
        let expected = "*  6\n|\\\n| | *  5\n| * |  4\n| | *  3\n* | |  2\n| |/\n|/\n*  1";
        assert_eq!(drawn(edges), expected);
    }
}
