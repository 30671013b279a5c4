//! Ids in the format of Bits: `bits:<kind>::<uuid>`.

use crate::state::random::Random;

/// Returns a random UUID, version 4.
pub(super) fn uuid(random: &mut Random) -> String {
    let hex = random.hex(32);
    let variant = *random.pick(&['8', '9', 'a', 'b']);
    format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// Returns a new id of a kind: `application`, `workflow`, `customer`.
pub(super) fn new(kind: &str, random: &mut Random) -> String {
    format!("bits:{kind}::{}", uuid(random))
}

/// Returns whether a text is a well-formed id of the kind.
pub(super) fn is_valid(kind: &str, text: &str) -> bool {
    let digits =
        text.strip_prefix("bits:").and_then(|rest| rest.strip_prefix(kind)).and_then(|rest| rest.strip_prefix("::"));
    digits.is_some_and(|digits| {
        digits.len() == 36
            && digits.char_indices().all(|(at, digit)| match at {
                8 | 13 | 18 | 23 => digit == '-',
                _ => matches!(digit, '0'..='9' | 'a'..='f'),
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_is_valid_for_its_kind_only() {
        let id = new("application", &mut Random::new(7, "test"));
        assert!(is_valid("application", &id), "{id}");
        assert!(!is_valid("workflow", &id));
        assert!(!is_valid("application", &id.to_uppercase()));
        assert!(!is_valid("application", "bits:application::1"));
    }
}
