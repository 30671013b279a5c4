//! Which addresses secrets may be sent to.

use reqwest::Url;

use crate::error::Error;

/// Reads an address and refuses what could not work or would leak.
///
/// The text itself never shows in the error: it might hold a password.
pub(crate) fn parse(what: &str, text: &str) -> Result<Url, Error> {
    let wrong = |how: &str| Error::configuration(format!("the {what} {how}"));
    let text = text.trim();
    if text.is_empty() {
        return Err(wrong("is empty; give the whole address, with https://"));
    }
    let scheme = text.split_once(':').filter(|(_, rest)| rest.starts_with("//")).map(|(scheme, _)| scheme);
    if !scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")) {
        return Err(wrong("has no https:// in front; give the whole address"));
    }
    let url = Url::parse(text)
        .map_err(|error| wrong("is not an address; give it as https://host/path").with_source(error))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a user name or a password; give them as credentials instead"));
    }
    if url.fragment().is_some() {
        return Err(wrong("has a #fragment; leave it out"));
    }
    Ok(url)
}

/// Refuses plain http, unless it stays on this machine or was allowed by name.
pub(crate) fn check_scheme(url: &Url, plain_http_allowed: bool) -> Result<(), Error> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if plain_http_allowed || is_loopback(url) => Ok(()),
        "http" => Err(Error::configuration(format!(
            "{} is plain http, which would show the secret to the network; use https, or TransportConfig::allow_plain_http \
             if that network is your own",
            origin(url)
        ))),
        _ => Err(Error::configuration(format!("{} is neither https nor http", origin(url)))),
    }
}

/// Scheme, host and port: as much of an address as may be shown.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    match literal.parse::<std::net::IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(), &str>) {
        let result = parse("token URL", text).and_then(|url| check_scheme(&url, false));
        match (result, expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                let line = error.to_string();
                assert!(line.contains(part) && !line.contains('\n'), "{text}: {line}");
                assert!(!format!("{error:?}").contains("canary"), "{error:?}");
            }
            (result, _) => panic!("{text}: {result:?}"),
        }
    }

    #[test]
    fn an_address_that_cannot_work_or_would_leak_is_refused_with_what_to_do() {
        check("https://id.example.com/connect/token", Ok(()));
        check("http://127.0.0.1:8080/token", Ok(()));
        check("http://[::1]:8080/token", Ok(()));
        check("http://localhost/token", Ok(()));
        check("http://id.localhost/token", Ok(()));
        check("http://192.168.1.5/token", Err("allow_plain_http"));
        check("http://localhost.example.com/token", Err("allow_plain_http"));
        check("http://127.0.0.1.example.com/token", Err("allow_plain_http"));
        check("id.example.com/token", Err("no https://"));
        check("localhost:8080", Err("no https://"));
        check("ftp://id.example.com", Err("no https://"));
        check("", Err("is empty"));
        check("https://", Err("not an address"));
        check("https://user:canary@id.example.com/token", Err("give them as credentials"));
        check("https://canary@id.example.com/token", Err("give them as credentials"));
        check("https://id.example.com/token#x", Err("fragment"));
    }

    #[test]
    fn plain_http_is_possible_by_name() {
        let url = parse("token URL", "http://192.168.1.5/token").expect("an address");
        assert!(check_scheme(&url, true).is_ok());
    }
}
