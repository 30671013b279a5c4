//! Texts of messages: personal, and cut into what one message can carry.

use super::Params;

/// The letters of the GSM alphabet that are not ASCII; ASCII that it lacks does not matter for a length.
const GSM: &str = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€";

/// A text with the contact's own names.
pub(super) fn personal(text: &str, contact: &Params) -> String {
    ["civility", "firstName", "lastName"]
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(&format!("#{name}#"), &contact.text(name).unwrap_or_default()))
}

/// How many messages a text takes: 160 characters fit in one, 70 if one of them is outside the GSM alphabet, a few
/// less in each when there are several.
pub(crate) fn segments(text: &str) -> i64 {
    let is_gsm = text.chars().all(|letter| letter.is_ascii() || GSM.contains(letter));
    let (alone, together) = if is_gsm { (160, 153) } else { (70, 67) };
    let length = if is_gsm { text.chars().count() } else { text.encode_utf16().count() };
    if length <= alone {
        return 1;
    }
    i64::try_from(length.div_ceil(together)).expect("fewer than 2^63")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_outside_the_alphabet_make_messages_shorter() {
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
