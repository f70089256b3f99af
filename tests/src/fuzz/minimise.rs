//! A finding made small, by leaving out ever smaller parts for as long as something is still wrong.

use super::check::check;
use super::{Finding, Watch};

/// The smallest input that was found to have the same kind of fault.
pub fn minimise(finding: &Finding, watch: &Watch) -> Finding {
    let kind = kind(&finding.what);
    let mut small = finding.clone();
    let mut chunk = small.input.chars().count() / 2;
    while chunk > 0 {
        let mut at = 0;
        loop {
            let characters: Vec<char> = small.input.chars().collect();
            if at >= characters.len() {
                break;
            }
            let end = (at + chunk).min(characters.len());
            let input: String = characters[..at].iter().chain(&characters[end..]).collect();
            let run = || check(small.target, small.backend, &input);
            match watch.during(&input, small.target, small.backend, run) {
                Err(what) if self::kind(&what) == kind => small = Finding { input, what, ..small },
                _ => at = end,
            }
        }
        chunk /= 2;
    }
    small
}

/// What a fault is, without the names and places in it.
fn kind(what: &str) -> String {
    what.chars().take_while(|one| *one != ':' && !one.is_ascii_digit() && *one != '"').collect()
}
