//! Validation of URLs to which secrets are sent.

use std::net::IpAddr;

use reqwest::Url;

use crate::error::Error;

/// Parses the URL of an endpoint and rejects URLs that cannot work or would leak a secret.
///
/// `name` identifies the URL in error messages. The URL itself does not appear in them, because it may contain a
/// password.
pub(crate) fn parse(name: &str, text: &str) -> Result<Url, Error> {
    let invalid = |problem: &str| Error::configuration(format!("the {name} {problem}"));
    let text = text.trim();
    if text.is_empty() {
        return Err(invalid("is empty; set the complete URL, with https://"));
    }
    let scheme = text.split_once(':').filter(|(_, rest)| rest.starts_with("//")).map(|(scheme, _)| scheme);
    if !scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")) {
        return Err(invalid("does not start with https://; set the complete URL"));
    }
    let url =
        Url::parse(text).map_err(|error| invalid("is not a URL; write it as https://host/path").with_source(error))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("contains a user name or a password; set them as credentials instead"));
    }
    if url.fragment().is_some() {
        return Err(invalid("has a #fragment; remove it"));
    }
    Ok(url)
}

/// Rejects plain http, unless the host is loopback or plain http is allowed.
pub(crate) fn check_scheme(url: &Url, plain_http_allowed: bool) -> Result<(), Error> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if plain_http_allowed || is_loopback(url) => Ok(()),
        "http" => Err(Error::configuration(format!(
            "{} uses plain http, which would send the secret unencrypted",
            origin(url)
        ))
        .with_hint("use https, or TransportConfig::allow_plain_http on a private network")),
        _ => Err(Error::configuration(format!("{} uses a scheme other than https and http; use https", origin(url)))),
    }
}

/// Returns scheme, host and port, the parts of a URL that may appear in errors and logs.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Returns true if the host is this machine: `localhost`, a name below it, or a loopback address, also an IPv4-mapped
/// one.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    match literal.parse::<IpAddr>() {
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
    fn a_url_that_cannot_work_or_would_leak_is_rejected_with_advice() {
        check("https://id.example.com/connect/token", Ok(()));
        check("http://127.0.0.1:8080/token", Ok(()));
        check("http://[::1]:8080/token", Ok(()));
        check("http://[::ffff:127.0.0.1]:8080/token", Ok(()));
        check("http://[::ffff:192.0.2.1]:8080/token", Err("allow_plain_http"));
        check("http://localhost/token", Ok(()));
        check("http://id.localhost/token", Ok(()));
        check("http://192.168.1.5/token", Err("allow_plain_http"));
        check("http://localhost.example.com/token", Err("allow_plain_http"));
        check("http://127.0.0.1.example.com/token", Err("allow_plain_http"));
        check("id.example.com/token", Err("does not start with https://"));
        check("localhost:8080", Err("does not start with https://"));
        check("ftp://id.example.com", Err("does not start with https://"));
        check("", Err("is empty"));
        check("https://", Err("not a URL"));
        check("https://user:canary@id.example.com/token", Err("set them as credentials"));
        check("https://canary@id.example.com/token", Err("set them as credentials"));
        check("https://id.example.com/token#x", Err("fragment"));
    }

    #[test]
    fn plain_http_to_other_hosts_can_be_allowed() {
        let url = parse("token URL", "http://192.168.1.5/token").expect("a URL");
        assert!(check_scheme(&url, true).is_ok());
    }
}
