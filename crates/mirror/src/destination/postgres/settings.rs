//! Settings of a connection, from a URL.

use std::fmt;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;

use super::tls;
use crate::error::{Error, ErrorKind};

/// Default limit for a connection attempt per address.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Time without data after which the peer is probed, and for which sent data may be unacknowledged: a connection to a
/// server that no longer exists ends, instead of hanging for hours.
const PEER_TIMEOUT: Duration = Duration::from_secs(60);
/// Directory of Debian's and Red Hat's sockets, for a URL without a host.
const SOCKETS: &str = "/var/run/postgresql";

/// Settings of a connection.
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
    /// URL without user, password and options.
    pub(super) name: String,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Settings {
    /// Parses a URL. `password` is used if the URL has none.
    pub(super) fn new(url: &str, password: Option<String>) -> Result<Self, Error> {
        let (base, query) = split(url)?;
        let (mut verify, mut mode, mut roots) = (false, SslMode::Prefer, None);
        let mut options = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match decode(pair) {
                (key, value) if key == "sslmode" => (mode, verify) = ssl_mode(&value)?,
                (key, value) if key == "sslrootcert" => roots = (value != "system").then_some(value),
                (key, _) if is_option_name(&key) => options.push(pair),
                _ => return Err(invalid("the name of an option is invalid")),
            }
        }
        let mut config: Config =
            format!("{base}?{}", options.join("&")).parse().map_err(|error| parse_error(&error))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host(if cfg!(unix) { SOCKETS } else { "localhost" });
        }
        // Servers do not offer TLS on a socket of the same machine.
        let remote = config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
        config.ssl_mode(if remote || !config.get_hostaddrs().is_empty() { mode } else { SslMode::Disable });
        if let (None, Some(password)) = (config.get_password(), password) {
            config.password(password);
        }
        if config.get_application_name().is_none() {
            config.application_name(process_name());
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(PEER_TIMEOUT);
        }
        if !options.iter().any(|pair| pair.starts_with("keepalives_idle=")) {
            config.keepalives_idle(PEER_TIMEOUT);
        }
        Ok(Self { tls: tls::connector(verify, roots.as_deref())?, name: name(&config), config })
    }

    /// Returns the name of the database.
    pub(super) fn database(&self) -> &str {
        self.config.get_dbname().or(self.config.get_user()).unwrap_or("the user's database")
    }
}

/// Splits a URL into the part before the options, and the options.
fn split(url: &str) -> Result<(&str, &str), Error> {
    let Some(rest) = ["postgres://", "postgresql://"].iter().find_map(|scheme| url.strip_prefix(scheme)) else {
        return Err(invalid("it does not begin with postgres:// or postgresql://"));
    };
    // A password may contain a question mark that is not encoded.
    let credentials = rest.find('@').map_or(0, |at| at + 1);
    let options = rest[credentials..].find('?').map_or(rest.len(), |position| credentials + position);
    if rest[credentials..options].contains('@') {
        // Otherwise a part of the password would be taken for the host.
        return Err(invalid("write %40 for each @ in the user name, password and database"));
    }
    let end = url.len() - rest.len() + options;
    Ok((&url[..end], url[end..].trim_start_matches('?')))
}

/// Decodes a pair of key and value. A plus sign is not a space in these URLs.
fn decode(pair: &str) -> (String, String) {
    let pair = pair.replace('+', "%2B");
    form_urlencoded::parse(pair.as_bytes()).next().map(|(key, value)| (key.into(), value.into())).unwrap_or_default()
}

/// Returns `true` if the text can be the name of an option, and so part of a message.
fn is_option_name(key: &str) -> bool {
    !key.is_empty() && key.len() <= 32 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn ssl_mode(value: &str) -> Result<(SslMode, bool), Error> {
    match value {
        "disable" => Ok((SslMode::Disable, false)),
        "allow" | "prefer" => Ok((SslMode::Prefer, false)),
        "require" | "verify-ca" | "verify-full" => Ok((SslMode::Require, true)),
        _ => Err(invalid("sslmode is disable, prefer, require or verify-full")),
    }
}

/// Returns the URL of the server and the database, without user, password and options.
fn name(config: &Config) -> String {
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    let addresses: Vec<String> = match config.get_hosts() {
        [] => config.get_hostaddrs().iter().map(ToString::to_string).collect(),
        hosts => hosts.iter().map(host_name).collect(),
    };
    let port = |position: usize| {
        let ports = config.get_ports();
        ports.get(position).or(ports.first()).copied().unwrap_or(5432)
    };
    #[cfg(unix)]
    if let [Host::Unix(path)] = config.get_hosts() {
        return format!("postgres:///{database}?host={}&port={}", path.display(), port(0));
    }
    let addresses: Vec<String> =
        addresses.iter().enumerate().map(|(position, address)| format!("{address}:{}", port(position))).collect();
    format!("postgres://{}/{database}", addresses.join(","))
}

fn host_name(host: &Host) -> String {
    match host {
        Host::Tcp(host) => host.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

/// Returns the name of this process in the server's list of sessions, which others see in the error of a locked table.
fn process_name() -> String {
    let variable = ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let host = variable.or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok());
    let host = host.as_deref().map(str::trim).filter(|host| !host.is_empty()).unwrap_or("unknown host");
    // The server truncates names to 63 bytes. The process comes first, because its id is the rarer information.
    format!("keyfob-mirror, process {} on {host}", std::process::id())
}

fn parse_error(error: &tokio_postgres::Error) -> Error {
    // The cause names an option, never its value.
    let cause = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    invalid(&cause)
}

fn invalid(problem: &str) -> Error {
    let form = "postgres://user:password@host:5432/database?sslmode=verify-full";
    let advice = "percent-encode special characters in the user name and password";
    Error::new(
        ErrorKind::Settings,
        format!("the URL of the database is invalid: {problem}; it has the form {form}; {advice}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> Settings {
        Settings::new(url, None).unwrap()
    }

    #[track_caller]
    fn check_name(url: &str, name: &str) {
        let settings = settings(url);
        assert_eq!(settings.name, name);
        assert!(!format!("{settings:?}").contains("secret"));
    }

    #[test]
    fn the_name_has_server_and_database_without_credentials() {
        check_name("postgres://user:secret@db.example.com/copy", "postgres://db.example.com:5432/copy");
        check_name("postgresql://user:secret@h:5433/copy?sslmode=require", "postgres://h:5433/copy");
        check_name("postgres://user:secret?secret@a:1,b:2/copy", "postgres://a:1,b:2/copy");
        check_name("postgres://h/copy?user=user&password=secret", "postgres://h:5432/copy");
        #[cfg(unix)]
        {
            check_name("postgres://user:secret@/copy", "postgres:///copy?host=/var/run/postgresql&port=5432");
            check_name("postgres://user@%2Ftmp%2Fx:7/copy", "postgres:///copy?host=/tmp/x&port=7");
            check_name("postgres:///copy?host=/tmp/x&user=user", "postgres:///copy?host=/tmp/x&port=5432");
        }
    }

    #[test]
    fn an_invalid_url_is_an_error_without_its_contents() {
        for url in [
            "mysql://user:secret@host/copy",
            "user=user password=secret",
            "postgres://user:secret@secret@host/copy",
            "postgres://user:s/ec@re/t@host/copy",
            "postgres://user:secret@host:secret/copy",
            "postgres://user:secret@host/copy?sslmode=secret",
            "postgres://user:secret@host/copy?Secret=secret",
            "postgres://user:secret@host/copy?unknown=secret",
            "postgres://user:secret@host/copy?connect_timeout=secret",
        ] {
            let error = Settings::new(url, None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Settings);
            assert!(!format!("{error} {error:?}").to_lowercase().contains("secret"), "{error}");
        }
        let error = Settings::new("postgres://host/copy?unknown=1", None).unwrap_err();
        assert!(error.to_string().contains("unknown option `unknown`"), "{error}");
        let error = Settings::new("postgres://a@b@host/copy", None).unwrap_err();
        assert!(error.to_string().contains("%40"), "{error}");
    }

    #[test]
    fn the_mode_of_tls_decides_encryption() {
        let mode = |url| settings(url).config.get_ssl_mode();
        assert_eq!(mode("postgres://host/copy"), SslMode::Prefer);
        assert_eq!(mode("postgres://host/copy?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://host/copy?sslmode=verify-full"), SslMode::Require);
        #[cfg(unix)]
        assert_eq!(mode("postgres://%2Ftmp/copy?sslmode=require"), SslMode::Disable);
    }

    #[test]
    fn the_password_of_the_environment_is_used_if_the_url_has_none() {
        let password =
            |url| Settings::new(url, Some("env".to_owned())).unwrap().config.get_password().map(<[u8]>::to_vec);
        assert_eq!(password("postgres://user@host/copy").as_deref(), Some(b"env".as_slice()));
        assert_eq!(password("postgres://user:url@host/copy").as_deref(), Some(b"url".as_slice()));
    }

    #[test]
    fn the_session_names_the_process() {
        let name = settings("postgres://host/copy").config.get_application_name().unwrap().to_owned();
        assert!(name.starts_with(&format!("keyfob-mirror, process {} on ", std::process::id())), "{name}");
        let own = settings("postgres://host/copy?application_name=nightly");
        assert_eq!(own.config.get_application_name(), Some("nightly"));
    }
}
