//! Proxies: the caller's, or those of the environment.

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{NoProxy, Proxy, Url};

use crate::error::Error;

/// Hosts that are never reached through a proxy of the environment: those of [`is_loopback`].
///
/// The secrets of a simulator or of a local service must not leave the machine because of a variable that was set for
/// other programs.
///
/// [`is_loopback`]: crate::transport::endpoint::is_loopback
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1,::ffff:127.0.0.0/104";

/// Rules that select the proxy of a request.
#[derive(Clone)]
pub(crate) struct ProxyRules {
    /// URL of the proxy for `http`.
    http: Option<String>,
    /// URL of the proxy for `https`.
    https: Option<String>,
    /// Hosts that are reached without a proxy, in the form of `NO_PROXY`.
    exempt: String,
}

impl ProxyRules {
    /// Creates the rule that sends all requests through one proxy.
    pub(crate) fn all(url: &str) -> Result<Self, Error> {
        let advice = "write it like http://proxy.example.com:3128";
        let invalid = || Error::configuration(format!("the proxy URL is not a URL of http or https; {advice}"));
        // The URL may contain a password and is not quoted.
        let url = Url::parse(url.trim()).map_err(|_| invalid())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(invalid());
        }
        let url = String::from(url);
        Ok(Self { http: Some(url.clone()), https: Some(url), exempt: String::new() })
    }

    /// Reads the rules from the environment.
    pub(crate) fn from_env() -> Self {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads the variables that curl reads, with the same precedence as reqwest, and exempts loopback hosts.
    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let read =
            |upper: &str, lower: &str| variable(upper).or_else(|| variable(lower)).filter(|value| !value.is_empty());
        let exempt = match read("NO_PROXY", "no_proxy") {
            Some(hosts) => format!("{hosts},{LOOPBACK}"),
            None => LOOPBACK.to_owned(),
        };
        if variable("REQUEST_METHOD").is_some() {
            // In a CGI program, the client of the web server sets `HTTP_PROXY` with a header named `Proxy`.
            return Self { http: None, https: None, exempt };
        }
        let all = read("ALL_PROXY", "all_proxy");
        let http = read("HTTP_PROXY", "http_proxy").or_else(|| all.clone());
        Self { http, https: read("HTTPS_PROXY", "https_proxy").or(all), exempt }
    }

    /// Applies the rules to a client, in place of reqwest's own. A value that is not a URL is ignored, as by reqwest.
    pub(crate) fn apply(&self, client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        let http = self.http.as_ref().and_then(|url| Proxy::http(url).ok());
        let https = self.https.as_ref().and_then(|url| Proxy::https(url).ok());
        http.into_iter()
            .chain(https)
            .fold(client.no_proxy(), |client, proxy| client.proxy(proxy.no_proxy(NoProxy::from_string(&self.exempt))))
    }

    /// Returns host and port of the proxy for requests to this URL, without its user name and password.
    pub(crate) fn proxy_for(&self, url: &Url) -> Option<String> {
        let [http, https] = [&self.http, &self.https].map(|url| url.as_deref().unwrap_or_default());
        let matcher = Matcher::builder().http(http).https(https).no(self.exempt.as_str()).build();
        let proxy = matcher.intercept(&url.as_str().parse().ok()?)?;
        Some(proxy.uri().authority()?.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], url: &str, proxy: Option<&str>) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let rules = ProxyRules::from_variables(variable);
        assert_eq!(rules.proxy_for(&Url::parse(url).expect("a URL")).as_deref(), proxy, "{variables:?} {url}");
    }

    #[test]
    fn proxies_of_the_environment_apply_to_their_scheme_except_for_exempt_hosts() {
        let both = &[("HTTP_PROXY", "http://one:1"), ("https_proxy", "http://user:canary@two:2/")];
        check(both, "http://id.example.com/", Some("one:1"));
        check(both, "https://id.example.com/", Some("two:2"));
        check(&[("ALL_PROXY", "three:3")], "https://id.example.com/", Some("three:3"));
        check(&[("HTTP_PROXY", "http://one:1")], "https://id.example.com/", None);
        check(&[("HTTP_PROXY", "")], "http://id.example.com/", None);
        check(&[], "https://id.example.com/", None);
        let exempt = &[("ALL_PROXY", "http://one:1"), ("no_proxy", "example.com, 10.0.0.0/8")];
        check(exempt, "https://id.example.com/", None);
        check(exempt, "https://10.1.2.3/", None);
        check(exempt, "https://example.org/", Some("one:1"));
        check(&[("ALL_PROXY", "http://one:1"), ("NO_PROXY", "*")], "https://example.org/", None);
    }

    #[test]
    fn no_proxy_of_the_environment_applies_to_loopback_hosts() {
        for url in [
            "http://127.0.0.1:8080/",
            "http://127.1.2.3/",
            "http://localhost/",
            "https://LOCALHOST:8443/",
            "http://id.localhost/",
            "http://[::1]:8080/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            let parsed = Url::parse(url).expect("a URL");
            assert!(crate::transport::endpoint::is_loopback(&parsed), "{url}");
            for no_proxy in ["", "example.com", ".example.com,"] {
                check(&[("ALL_PROXY", "http://one:1"), ("NO_PROXY", no_proxy)], url, None);
            }
        }
        check(&[("ALL_PROXY", "http://one:1")], "http://localhost.example.com/", Some("one:1"));
        check(&[("ALL_PROXY", "http://one:1")], "http://192.168.1.5/", Some("one:1"));
    }

    #[test]
    fn a_cgi_program_uses_no_proxy_because_a_header_sets_the_variable() {
        check(&[("HTTP_PROXY", "http://one:1"), ("REQUEST_METHOD", "GET")], "http://id.example.com/", None);
    }

    #[test]
    fn a_proxy_of_the_caller_applies_to_every_host_and_is_named_without_its_password() {
        let rules = ProxyRules::all("http://user:canary@proxy.example.com:3128").expect("a URL");
        for url in ["http://127.0.0.1/", "https://id.example.com/"] {
            let proxy = rules.proxy_for(&Url::parse(url).expect("a URL"));
            assert_eq!(proxy.as_deref(), Some("proxy.example.com:3128"));
        }
        for url in ["", "proxy.example.com:3128", "socks5://user:canary@proxy:1080", "http://user:canary@:3128"] {
            let error = ProxyRules::all(url).err().expect("not a URL");
            assert!(error.to_string().contains("proxy URL"), "{error}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }
}
