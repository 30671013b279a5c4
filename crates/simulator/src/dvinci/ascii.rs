//! Transliteration of names to ASCII.

/// Transliterates a text to lower-case ASCII letters, digits and hyphens, for e-mail addresses and paths.
pub(super) fn to_ascii(text: &str) -> String {
    let mut ascii = String::new();
    for c in text.to_lowercase().chars() {
        match c {
            'ä' => ascii.push_str("ae"),
            'ö' => ascii.push_str("oe"),
            'ü' => ascii.push_str("ue"),
            'ß' => ascii.push_str("ss"),
            'å' => ascii.push('a'),
            'é' | 'è' | 'ë' => ascii.push('e'),
            'ı' => ascii.push('i'),
            'ł' => ascii.push('l'),
            'ñ' => ascii.push('n'),
            'ř' => ascii.push('r'),
            'ş' => ascii.push('s'),
            'a'..='z' | '0'..='9' => ascii.push(c),
            _ if !ascii.ends_with('-') && !ascii.is_empty() => ascii.push('-'),
            _ => {}
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn umlauts_become_two_letters_and_other_characters_one_hyphen() {
        assert_eq!(to_ascii("Größe (m/w/d)"), "groesse-m-w-d-");
        assert_eq!(to_ascii("Yıldız"), "yildiz");
    }
}
