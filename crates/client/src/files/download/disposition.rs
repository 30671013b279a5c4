//! File names in `Content-Disposition` headers (RFC 6266, RFC 8187).

/// Returns the file name of a header, not sanitized.
///
/// `filename*` takes precedence over `filename`. A name in an unknown character set, or invalid in its character set,
/// is ignored.
pub(super) fn name(header: &[u8]) -> Option<String> {
    let (mut plain, mut extended) = (None, None);
    for (parameter, value) in Parameters::of(header) {
        if parameter.eq_ignore_ascii_case(b"filename*") {
            extended = extended.or_else(|| decode(&value));
        } else if parameter.eq_ignore_ascii_case(b"filename") {
            plain = plain.or_else(|| Some(text(value)));
        }
    }
    extended.or(plain).filter(|name| !name.is_empty())
}

/// Iterator over the parameters after the disposition type: names, and values without quotes.
struct Parameters<'a>(&'a [u8]);

impl<'a> Parameters<'a> {
    fn of(header: &'a [u8]) -> Self {
        let start = header.iter().position(|byte| *byte == b';').unwrap_or(header.len());
        Self(&header[start..])
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = (&'a [u8], Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.0.trim_ascii_start();
            let rest = rest.strip_prefix(b";").unwrap_or(rest);
            if rest.is_empty() {
                return None;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'=' | b';')).unwrap_or(rest.len());
            let (name, rest) = rest.split_at(end);
            let Some(rest) = rest.strip_prefix(b"=") else {
                // Without a value it is not a parameter.
                self.0 = rest;
                continue;
            };
            let rest = rest.trim_ascii_start();
            let (value, rest) = if let Some(quoted) = rest.strip_prefix(b"\"") {
                unquote(quoted)
            } else {
                let end = rest.iter().position(|byte| *byte == b';').unwrap_or(rest.len());
                (rest[..end].trim_ascii_end().to_vec(), &rest[end..])
            };
            self.0 = rest;
            return Some((name.trim_ascii(), value));
        }
    }
}

/// Returns the contents of a quoted string, and the rest after the parameter. Without a closing quote the string ends
/// with the header.
fn unquote(quoted: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut value = Vec::new();
    let mut bytes = quoted.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                let rest = &quoted[at + 1..];
                let next = rest.iter().position(|byte| *byte == b';').unwrap_or(rest.len());
                return (value, &rest[next..]);
            }
            b'\\' => value.extend(bytes.next().map(|(_, escaped)| *escaped)),
            byte => value.push(*byte),
        }
    }
    (value, b"")
}

/// Decodes an extended value: `UTF-8'language'percent-encoded`.
fn decode(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |byte| *byte == b'\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'%' {
            let (high, low) = (hex(*bytes.next()?)?, hex(*bytes.next()?)?);
            decoded.push(high << 4 | low);
        } else {
            decoded.push(*byte);
        }
    }
    if charset.eq_ignore_ascii_case(b"utf-8") {
        String::from_utf8(decoded).ok()
    } else if charset.eq_ignore_ascii_case(b"iso-8859-1") {
        Some(latin(&decoded))
    } else {
        None
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Decodes a header value. The standard says ISO-8859-1, but services send UTF-8.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| latin(error.as_bytes()))
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Option<&str>) {
        assert_eq!(name(header.as_bytes()).as_deref(), expected, "{header}");
    }

    #[test]
    fn file_names_are_decoded_in_every_notation() {
        check("attachment; filename=plan.pdf", Some("plan.pdf"));
        check("attachment; filename=\"plan A.pdf\"", Some("plan A.pdf"));
        check("inline;FILENAME = \"a;b=\\\"c\\\".pdf\" ; size=3", Some("a;b=\"c\".pdf"));
        check("attachment; filename*=UTF-8''plan%20%C3%B8%E2%82%AC.pdf", Some("plan ø€.pdf"));
        check("attachment; filename*=iso-8859-1'no'plan%20%F8.pdf", Some("plan ø.pdf"));
        check("attachment; filename=plan a.pdf ; x=y", Some("plan a.pdf"));
        check("attachment; filename=\"plan ø.pdf\"", Some("plan ø.pdf"));
        assert_eq!(name(b"attachment; filename=\"plan \xf8.pdf\"").as_deref(), Some("plan ø.pdf"));
        check("attachment; filename=\"no end", Some("no end"));
        check("attachment; filename=\"a%20b.pdf\"", Some("a%20b.pdf"));
    }

    #[test]
    fn the_extended_name_takes_precedence_in_any_order_unless_it_is_invalid() {
        check("attachment; filename=\"n.pdf\"; filename*=UTF-8''n%C3%B8.pdf", Some("nø.pdf"));
        check("attachment; filename*=UTF-8''n%C3%B8.pdf; filename=\"n.pdf\"", Some("nø.pdf"));
        for extended in ["UTF-8''n%C3.pdf", "UTF-8''n%C", "UTF-8''n%zz", "koi8-r''n", "n.pdf", "UTF-8'n"] {
            check(&format!("attachment; filename*={extended}; filename=n.pdf"), Some("n.pdf"));
        }
    }

    #[test]
    fn a_header_without_a_name_has_none() {
        for header in
            ["", "attachment", "attachment;", "inline; name=x", "filename=x", "attachment; filename=\"\"", "; ;"]
        {
            check(header, None);
        }
        check("attachment; filename; filename=a", Some("a"));
        check("attachment; x=\"filename=evil\"; filename=a", Some("a"));
    }

    proptest! {
        #[test]
        fn any_name_survives_both_notations(given in "\\PC{1,40}") {
            let quoted = given.replace('\\', "\\\\").replace('"', "\\\"");
            prop_assert_eq!(name(format!("attachment; filename=\"{quoted}\"; a=b").as_bytes()), Some(given.clone()));
            let encoded = crate::codegen::encode_path(&given);
            prop_assert_eq!(name(format!("attachment; a=b; filename*=utf-8''{encoded}").as_bytes()), Some(given));
        }

        #[test]
        fn any_bytes_are_parsed_without_a_panic(header in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = name(&header);
        }
    }
}
