//! Sanitizing of file names that a service sends.

/// Maximum length of a name, in bytes: most file systems allow 255, and a number and a suffix may be appended.
const MAX_NAME: usize = 200;
/// Maximum length of an extension that is preserved in a shortened name, in bytes, with its dot: longer than any common
/// extension.
const MAX_EXTENSION: usize = 20;

/// Returns the name without a directory, as a visible file that is not a device; `None` if no character remains.
///
/// Only the last segment of a path is used. Characters become `_` if some file system rejects them (control characters
/// and `< > : " | ? *`) or if they change the text direction, which can hide an extension. Dots and spaces at both ends
/// are removed.
pub(super) fn sanitized(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let safe: String = last.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    let name = trimmed(&safe);
    let name = if is_device(name) { cut(&format!("_{name}")) } else { cut(name) };
    Some(trimmed(&name)).filter(|name| !name.is_empty()).map(str::to_owned)
}

fn trimmed(name: &str) -> &str {
    name.trim_matches(|c: char| c == '.' || c.is_whitespace())
}

fn is_safe(c: char) -> bool {
    let changes_direction = matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !(changes_direction || c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*'))
}

/// Shortens a name to [`MAX_NAME`] bytes and preserves its extension.
fn cut(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let extension = name.rfind('.').filter(|dot| name.len() - dot <= MAX_EXTENSION).map_or("", |dot| &name[dot..]);
    let mut end = MAX_NAME - extension.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", &name[..end])
}

/// Returns `true` for a device name of Windows, with or without an extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || number.is_some_and(|number| "0123456789¹²³".chars().any(|digit| number.chars().eq([digit])))
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sanitized_names_stay_in_their_directory_and_hide_no_extension() {
        for (received, expected) in [
            ("plan Å.pdf", Some("plan Å.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("..\\..\\boot.ini", Some("boot.ini")),
            ("/etc/cron.d/x", Some("x")),
            ("C:\\Users\\me\\a.txt", Some("a.txt")),
            ("C:a.txt", Some("C_a.txt")),
            ("a.txt:stream", Some("a.txt_stream")),
            (".bashrc", Some("bashrc")),
            ("..", None),
            ("...", None),
            ("dir/", None),
            (" . ", None),
            ("", None),
            ("a\0b\r\nc", Some("a_b__c")),
            ("what? <now>|\"*\".txt", Some("what_ _now_____.txt")),
            ("cv.exe. . .", Some("cv.exe")),
            ("invoice\u{202e}fdp.exe", Some("invoice_fdp.exe")),
            ("NUL", Some("_NUL")),
            ("con.txt", Some("_con.txt")),
            ("Com1 .tar.gz", Some("_Com1 .tar.gz")),
            ("lpt²", Some("_lpt²")),
            ("comet.txt", Some("comet.txt")),
            ("console.log", Some("console.log")),
        ] {
            assert_eq!(sanitized(received).as_deref(), expected, "{received:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_is_cut_between_characters() {
        let name = sanitized(&format!("{}.pdf", "ø".repeat(300))).unwrap();
        assert_eq!((name.len(), &name[name.len() - 6..]), (200, "ø.pdf"));
        let name = sanitized(&format!("a{}", "ø".repeat(300))).unwrap();
        assert_eq!(name.len(), 199);
        assert_eq!(sanitized(&format!("a.{}", "b".repeat(300))).unwrap().len(), 200);
    }

    proptest! {
        #[test]
        fn any_name_from_a_service_becomes_one_visible_path_component(given in "(\\PC|[./\\\\: \u{202e}\0\n]|CON|aux){0,300}") {
            if let Some(name) = sanitized(&given) {
                let parts: Vec<_> = Path::new(&name).components().collect();
                prop_assert_eq!(parts, [Component::Normal(name.as_ref())]);
                prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']) && name.len() <= MAX_NAME);
                prop_assert!(!name.contains(['/', '\\', ':']) && !name.chars().any(char::is_control) && !is_device(&name));
                prop_assert_eq!(sanitized(&name), Some(name.clone()), "sanitizing is idempotent");
            }
        }
    }
}
