//! Ids as Bits writes them: `bits:<kind>::<uuid>`.

use crate::state::random::Random;

/// A random UUID, version 4.
pub(super) fn uuid(random: &mut Random) -> String {
    let hex = random.hex(32);
    let variant = *random.pick(&['8', '9', 'a', 'b']);
    format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// A new id of a kind: `application`, `workflow`, `customer`.
pub(super) fn new(kind: &str, random: &mut Random) -> String {
    format!("bits:{kind}::{}", uuid(random))
}

/// Whether a text has the form of an id of this kind.
pub(super) fn is(kind: &str, text: &str) -> bool {
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
    fn a_new_id_has_the_form_of_its_kind_only() {
        let id = new("application", &mut Random::new(7, "test"));
        assert!(is("application", &id), "{id}");
        assert!(!is("workflow", &id));
        assert!(!is("application", &id.to_uppercase()));
        assert!(!is("application", "bits:application::1"));
    }
}
