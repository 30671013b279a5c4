//! Quoting for POSIX shells.

use std::path::Path;

/// Quotes `text` with single quotes, in which a shell performs no expansion.
pub(crate) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Returns `path` as one word of a shell, quoted only if necessary.
pub(crate) fn path(path: &Path) -> String {
    word(path.display().to_string())
}

/// Returns `path` as an argument of the shell's `.` command, which searches `PATH` for a name without a slash.
pub(crate) fn source_path(path: &Path) -> String {
    let text = path.display().to_string();
    word(if text.contains('/') { text } else { format!("./{text}") })
}

fn word(text: String) -> String {
    if text.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c)) { text } else { quote(&text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_file_name_is_sourced_from_the_current_directory() {
        assert_eq!(source_path(Path::new("sim.env")), "./sim.env");
        assert_eq!(source_path(Path::new("/tmp/my sim.env")), "'/tmp/my sim.env'");
    }

    #[test]
    fn a_path_is_one_word() {
        assert_eq!(path(Path::new("hours.csv")), "hours.csv");
        assert_eq!(path(Path::new("it's.csv")), r"'it'\''s.csv'");
    }
}
