//! Text in plain letters.

/// Letters for e-mail addresses and paths.
pub(super) fn ascii(text: &str) -> String {
    let mut plain = String::new();
    for c in text.to_lowercase().chars() {
        match c {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'å' => plain.push('a'),
            'é' | 'è' | 'ë' => plain.push('e'),
            'ı' => plain.push('i'),
            'ł' => plain.push('l'),
            'ñ' => plain.push('n'),
            'ř' => plain.push('r'),
            'ş' => plain.push('s'),
            'a'..='z' | '0'..='9' => plain.push(c),
            _ if !plain.ends_with('-') && !plain.is_empty() => plain.push('-'),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn umlauts_become_two_letters_and_gaps_one_hyphen() {
        assert_eq!(ascii("Größe (m/w/d)"), "groesse-m-w-d-");
        assert_eq!(ascii("Yıldız"), "yildiz");
    }
}
