//! Checksums over SQL tokens.
//!
//! A checksum tells whether a script still does what it did, so it is taken over the script's tokens:
//! comments, white space and line endings don't count. It guards against accidents, not against
//! attackers, and every host compiles it; hence FNV-1a (128 bits) instead of a cryptographic hash.

use std::fmt;

const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A checksum over the tokens of a script, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Checksum(u128);

impl Checksum {
    /// The checksum of a sequence of tokens. `\r\n` within a token counts as `\n`.
    ///
    /// Source: FNV-1a, <https://datatracker.ietf.org/doc/html/rfc9923>.
    pub fn of_tokens<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Checksum {
        let mut hash = OFFSET_BASIS;
        let mut feed = |byte: u8| hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        for token in tokens {
            let mut bytes = token.bytes().peekable();
            while let Some(byte) = bytes.next() {
                if byte != b'\r' || bytes.peek() != Some(&b'\n') {
                    feed(byte);
                }
            }
            // A byte that UTF-8 never holds ends a token, so that `a b` and `ab` differ.
            feed(0xff);
        }
        Checksum(hash)
    }

    /// Reads the 32 hexadecimal digits that `Display` writes.
    pub fn parse(digits: &str) -> Option<Checksum> {
        let hexadecimal = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        hexadecimal.then(|| u128::from_str_radix(digits, 16).ok().map(Checksum))?
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_borders_count_and_line_endings_do_not() {
        let sum = |tokens: &[&str]| Checksum::of_tokens(tokens.iter().copied());
        assert_ne!(sum(&["a", "b"]), sum(&["ab"]));
        assert_ne!(sum(&["a", "b"]), sum(&["b", "a"]));
        assert_eq!(sum(&["'a\r\nb'"]), sum(&["'a\nb'"]));
    }

    #[test]
    fn text_form_reads_back() {
        let sum = Checksum::of_tokens(["select", "1"]);
        assert_eq!(Checksum::parse(&sum.to_string()), Some(sum));
        assert_eq!(Checksum::parse("12"), None);
        assert_eq!(Checksum::parse(&"+".repeat(32)), None);
    }

    #[test]
    fn empty_input_is_the_published_offset_basis() {
        assert_eq!(Checksum::of_tokens([]).to_string(), "6c62272e07bb014262b821756295c58d");
    }
}
