//! The text of `keyfob --version`: version, commit, features, target.

use chrono::DateTime;

use crate::registry::APIS;

/// Commit, set by the build script in release builds.
const COMMIT: Option<&str> = option_env!("KEYFOB_COMMIT");
/// Time of the commit or of the sources, in seconds since 1970.
const TIME: Option<&str> = option_env!("KEYFOB_TIME");

/// Returns the lines after `keyfob`.
pub(crate) fn long() -> String {
    let formats = [
        ("parquet", cfg!(feature = "parquet")),
        ("sqlite", cfg!(feature = "sqlite")),
        ("postgres", cfg!(feature = "postgres")),
    ];
    let formats = formats.into_iter().filter_map(|(name, enabled)| enabled.then_some(name));
    let features: Vec<_> = APIS.iter().map(|api| api.name).chain(formats).collect();
    format!(
        "{}\ncommit: {}\nfeatures: {}\ntarget: {}",
        env!("CARGO_PKG_VERSION"),
        commit(COMMIT, TIME),
        features.join(", "),
        env!("KEYFOB_TARGET")
    )
}

/// Describes the commit by the first twelve digits of its hash and its date in UTC.
fn commit(commit: Option<&str>, time: Option<&str>) -> String {
    let time = time.and_then(|time| time.parse().ok()).and_then(|time| DateTime::from_timestamp(time, 0));
    let date = time.map(|time| time.format("%Y-%m-%d").to_string());
    let commit = commit.and_then(|commit| commit.get(..12));
    let parts: Vec<_> = commit.map(str::to_owned).into_iter().chain(date).collect();
    if parts.is_empty() { "unknown (development build)".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_has_a_short_hash_and_a_date_if_they_are_known() {
        let hash = Some("0123456789abcdef0123456789abcdef01234567");
        assert_eq!(commit(hash, Some("1772438400")), "0123456789ab, 2026-03-02");
        assert_eq!(commit(hash, None), "0123456789ab");
        assert_eq!(commit(None, Some("1772438400")), "2026-03-02");
        assert_eq!(commit(None, None), "unknown (development build)");
    }
}
