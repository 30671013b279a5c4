//! Validation of addresses, numbers, dates and senders.

use chrono::{NaiveDate, NaiveDateTime};

/// Media of messages, in the order of the documentation.
pub(super) const MEDIA: [&str; 4] = ["SMS", "EMAIL", "VOICE", "VOICEMAIL"];

/// Returns the canonical name of a medium, given in any case.
pub(super) fn medium(text: &str) -> Option<&'static str> {
    MEDIA.into_iter().find(|medium| medium.eq_ignore_ascii_case(text))
}

pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let labels = || domain.split('.');
    !local.is_empty()
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>'))
        && !domain.contains('@')
        && labels().count() > 1
        && labels().all(|label| !label.is_empty())
}

/// Converts a phone number to E.164; French national numbers get the prefix `+33`.
pub(super) fn phone(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    let international = if let Some(rest) = plain.strip_prefix('+') {
        rest.to_owned()
    } else if let Some(rest) = plain.strip_prefix("00") {
        rest.to_owned()
    } else {
        let rest = plain.strip_prefix('0').filter(|rest| rest.len() == 9)?;
        format!("33{rest}")
    };
    let valid = (8..=15).contains(&international.len()) && international.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| format!("+{international}"))
}

/// Returns whether a text is a date in the form `DD/MM/YYYY` or `YYYY-MM-DD`.
pub(super) fn is_birth_date(text: &str) -> bool {
    NaiveDate::parse_from_str(text, "%d/%m/%Y").is_ok() || NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Returns whether a text has the form `YYYY-MM-DD HH:MM`, with or without seconds.
pub(super) fn is_date_time(text: &str) -> bool {
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"].iter().any(|format| NaiveDateTime::parse_from_str(text, format).is_ok())
}

/// Returns whether a text is a valid sender: at most 11 letters, digits and spaces.
pub(super) fn is_sender(text: &str) -> bool {
    (1..=11).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_are_converted_to_e_164() {
        for (input, expected) in [
            ("0605040302", Some("+33605040302")),
            ("06 05.04-03 02", Some("+33605040302")),
            ("+336000000001", Some("+336000000001")),
            ("0033605040302", Some("+33605040302")),
            ("12", None),
            ("06050403O2", None),
        ] {
            assert_eq!(phone(input).as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn addresses_without_a_domain_or_with_spaces_are_invalid() {
        assert!(is_email("zoé.lefèvre@exemple.fr"));
        for bad in ["zoe", "zoe@", "@exemple.fr", "zoe@exemple", "zoe @exemple.fr", "a@b@c.fr", "a@b..fr"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
