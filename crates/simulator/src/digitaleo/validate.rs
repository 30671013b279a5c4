//! What values may look like.

use chrono::{NaiveDate, NaiveDateTime};

/// The media of messages, in the order of the documentation.
pub(super) const MEDIA: [&str; 4] = ["SMS", "EMAIL", "VOICE", "VOICEMAIL"];

/// A medium in capitals, from any case.
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

/// A number in E.164; French national numbers get their prefix.
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

/// A day as people in France write it, or as databases do.
pub(super) fn is_birth_date(text: &str) -> bool {
    NaiveDate::parse_from_str(text, "%d/%m/%Y").is_ok() || NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// `YYYY-MM-DD HH:MM`, with seconds or without.
pub(super) fn is_date_time(text: &str) -> bool {
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"].iter().any(|format| NaiveDateTime::parse_from_str(text, format).is_ok())
}

/// The sender of a message: at most 11 letters and digits.
pub(super) fn is_sender(text: &str) -> bool {
    (1..=11).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_become_international() {
        for (given, expected) in [
            ("0605040302", Some("+33605040302")),
            ("06 05.04-03 02", Some("+33605040302")),
            ("+336000000001", Some("+336000000001")),
            ("0033605040302", Some("+33605040302")),
            ("12", None),
            ("06050403O2", None),
        ] {
            assert_eq!(phone(given).as_deref(), expected, "{given}");
        }
    }

    #[test]
    fn addresses_without_a_domain_or_with_blanks_are_refused() {
        assert!(is_email("zoé.lefèvre@exemple.fr"));
        for bad in ["zoe", "zoe@", "@exemple.fr", "zoe@exemple", "zoe @exemple.fr", "a@b@c.fr", "a@b..fr"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
