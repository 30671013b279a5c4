//! Options of the connection to an API, shared by commands.

use std::path::PathBuf;

use clap::Args;

/// Address, credentials profile and connection options.
///
/// Options that are absent come from the environment, then from the profile.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Profile of keyfob.toml to use
    #[arg(long, env = "KEYFOB_PROFILE", hide_env_values = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Configuration file to use instead of the nearest keyfob.toml
    #[arg(long, env = "KEYFOB_CONFIG", hide_env_values = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Base URL of the API; HOST=URL, for example identity=URL, for an API with several hosts
    #[arg(long, value_name = "[HOST=]URL")]
    pub(crate) base_url: Vec<String>,
    /// Root certificate (PEM) to trust in addition to the system roots
    #[arg(long, env = "KEYFOB_CA", hide_env_values = true, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Allow http without TLS to other machines: secrets can then be read on the network
    #[arg(long)]
    pub(crate) allow_plain_http: bool,
    /// Time limit of each attempt
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<std::time::Duration>,
    /// Send each request once, without retries
    #[arg(long)]
    pub(crate) no_retry: bool,
    /// Retry each request for this time, for example 90s, 10m or 1h30m; exports do so for 10m by default
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "no_retry")]
    pub(crate) retry_for: Option<std::time::Duration>,
}

impl Connection {
    /// Merges two sets of options: options after the operation override the options before it (`earlier`).
    pub(crate) fn or(mut self, earlier: &Self) -> Self {
        self.profile = self.profile.or_else(|| earlier.profile.clone());
        self.config = self.config.or_else(|| earlier.config.clone());
        self.base_url.splice(0..0, earlier.base_url.iter().cloned());
        self.ca = self.ca.or_else(|| earlier.ca.clone());
        self.allow_plain_http |= earlier.allow_plain_http;
        self.timeout = self.timeout.or(earlier.timeout);
        self.no_retry |= earlier.no_retry;
        self.retry_for = self.retry_for.or(earlier.retry_for);
        self
    }
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds, for example 30 or 2.5".to_owned())?;
    if seconds <= 0.0 {
        return Err("expected more than zero seconds".to_owned());
    }
    std::time::Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Parses a duration such as `90s`, `10m` or `1h30m`.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    let duration = humantime::parse_duration(text).ok().filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| "expected a duration, for example 90s, 10m or 1h30m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h30m", 5400), ("2h", 7200), ("1h 30min", 5400)] {
            assert_eq!(duration(text).map(|time| time.as_secs()), Ok(seconds), "{text}");
        }
        for text in ["", "10", "m", "-1m", "10x", "0", "0s", "99999999999999999999s", "18446744073709551615h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
