//! Texts of messages: placeholders and segments.

use crate::digitaleo::request::params::Params;

/// Characters of the GSM alphabet outside ASCII. ASCII characters count as GSM, although the alphabet lacks a few.
const GSM: &str = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€";

/// Replaces the placeholders in a text by the contact's names.
pub(super) fn personalize(text: &str, contact: &Params) -> String {
    ["civility", "firstName", "lastName"]
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(&format!("#{name}#"), &contact.text(name).unwrap_or_default()))
}

/// Returns the number of segments of a text.
///
/// A single segment has at most 160 characters, or 70 if one of them is outside the GSM alphabet. In a text of several
/// segments each has at most 153 or 67, because a header takes the rest.
pub(crate) fn segments(text: &str) -> i64 {
    let is_gsm = text.chars().all(|c| c.is_ascii() || GSM.contains(c));
    let (single, concatenated) = if is_gsm { (160, 153) } else { (70, 67) };
    let length = if is_gsm { text.chars().count() } else { text.encode_utf16().count() };
    if length <= single {
        return 1;
    }
    i64::try_from(length.div_ceil(concatenated)).expect("fewer than 2^63")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_outside_the_gsm_alphabet_make_segments_shorter() {
        for (text, expected) in [
            ("é".repeat(160), 1),
            ("é".repeat(161), 2),
            ("ê".repeat(70), 1),
            ("ê".repeat(71), 2),
            (format!("{}😀", "a".repeat(69)), 2),
        ] {
            assert_eq!(segments(&text), expected, "{}", text.chars().count());
        }
    }
}
