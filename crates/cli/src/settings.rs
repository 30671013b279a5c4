//! Settings of a connection: from the command line, the environment and the profile, in that order.

pub(crate) mod file;
pub(crate) mod profile;
pub(crate) mod trusted;

use std::collections::BTreeMap;

use anyhow::Context;
use keyfob::{
    ApiClient, ClientBuilder, RetryPolicy, TransportConfig,
    auth::{FileStore, is_loopback},
    client::Session,
    env::{Process, Variable, Variables},
};
use url::Url;

use self::profile::Profile;
use crate::args::connection::Connection;
use crate::console::{WARNING, note, paint};
use crate::redact;
use crate::usage_error::UsageError;

/// Source of a value, in order of precedence.
#[derive(Clone, Copy, Debug)]
enum Layer {
    Arguments,
    Environment,
    Profile,
}

/// Settings of the connection to an API.
pub(crate) struct Settings {
    arguments: BTreeMap<&'static str, String>,
    profile: Profile,
    transport: TransportConfig,
    connection: Connection,
}

impl Settings {
    /// Reads the profile and the certificate, and checks the hosts of `--base-url`.
    ///
    /// `hosts` are the hosts of the API, the default one first, each with the variable that has its base URL. `known` are
    /// the variables of all vendors, which a profile may set.
    pub(crate) fn new(
        api: &str,
        hosts: &[(&'static str, Variable)],
        known: &[Variable],
        connection: Connection,
    ) -> anyhow::Result<Self> {
        let mut profile = Profile::load(&connection, known)?;
        let arguments = base_urls(api, hosts, &connection.base_url)?;
        let mut transport = TransportConfig::new().user_agent(concat!("keyfob-cli/", env!("CARGO_PKG_VERSION")));
        if connection.allow_plain_http || profile.allow_plain_http {
            transport = transport.allow_plain_http();
        }
        let certificate = match &connection.ca {
            Some(path) => Some((path.clone(), file::read(path)?.0)),
            None => profile.certificate.take(),
        };
        if let Some((path, pem)) = certificate {
            transport =
                transport.root_certificate_pem(&pem).with_context(|| format!("cannot use {}", path.display()))?;
        }
        let settings = Self { arguments, profile, transport, connection };
        settings.check_scheme(hosts)?;
        settings.remember_secrets(known);
        Ok(settings)
    }

    /// Rejects plain http to other machines, unless it is allowed.
    fn check_scheme(&self, hosts: &[(&'static str, Variable)]) -> Result<(), UsageError> {
        if self.transport.allows_plain_http() {
            return Ok(());
        }
        for (_, variable) in hosts {
            let url = self.get(variable.name()).and_then(|url| Url::parse(&url).ok());
            if url.is_some_and(|url| url.scheme() == "http" && !is_loopback(&url)) {
                return Err(UsageError::new(format!(
                    "{} is plain http, where credentials are not protected; use https, or --allow-plain-http on a \
                     private network",
                    variable.name()
                )));
            }
        }
        Ok(())
    }

    /// Records the secrets in use, so that no output shows them.
    fn remember_secrets(&self, known: &[Variable]) {
        let section = |variable: &Variable| profile::key(variable.name()).0;
        for secret in known.iter().filter(|variable| variable.is_secret()) {
            let Some(value) = self.get(secret.name()) else { continue };
            redact::remember(&value);
            let ids =
                known.iter().filter(|id| !id.is_secret() && id.host().is_none() && section(id) == section(secret));
            for id in ids.filter_map(|id| self.get(id.name())) {
                redact::remember_basic(&id, &value);
            }
        }
    }

    /// Builds the client with the options that all APIs share, and returns its session.
    pub(crate) fn build<C: ApiClient>(&self, builder: ClientBuilder<C>) -> anyhow::Result<Session> {
        let mut builder = builder.transport(self.transport.clone());
        match store() {
            Ok(store) => builder = builder.token_store(store),
            Err(error) => note(format!("{} tokens are not stored between runs: {error}", paint(WARNING, "warning:"))),
        }
        if self.connection.no_retry {
            builder = builder.retry(RetryPolicy::none());
        } else if let Some(time) = self.connection.retry_for {
            builder = builder.retry(RetryPolicy::default().retry_for(time));
        }
        if let Some(timeout) = self.connection.timeout {
            builder = builder.timeout(timeout);
        }
        Ok(builder.build()?.as_ref().clone())
    }

    /// Returns true if calls are sent once, without retries.
    pub(crate) fn no_retry(&self) -> bool {
        self.connection.no_retry
    }

    fn find(&self, variable: &str) -> Option<(Layer, String)> {
        let is_set = |value: &String| !value.trim().is_empty();
        let argument = self.arguments.get(variable).cloned().map(|value| (Layer::Arguments, value));
        let environment = || Process.get(variable).filter(is_set).map(|value| (Layer::Environment, value));
        let profile = || self.profile.get(variable).filter(is_set).map(|value| (Layer::Profile, value));
        argument.or_else(environment).or_else(profile)
    }
}

impl Variables for Settings {
    fn get(&self, name: &str) -> Option<String> {
        self.find(name).map(|(_, value)| value)
    }

    fn rank(&self, name: &str) -> usize {
        self.find(name).map_or(usize::MAX, |(layer, _)| layer as usize)
    }

    fn advice(&self, name: &str) -> String {
        let (vendor, key) = profile::key(name);
        let profile = self.connection.profile.as_deref().unwrap_or("NAME");
        format!("export it, or put {key} under [profiles.{profile}.{vendor}] into keyfob.toml")
    }
}

/// Opens the token store: in `KEYFOB_TOKENS`, or below the user's cache directory. Runs share the stored
/// tokens, so that a shell loop fetches a single token.
fn store() -> Result<FileStore, keyfob::auth::Error> {
    match std::env::var_os("KEYFOB_TOKENS").filter(|directory| !directory.is_empty()) {
        Some(directory) => FileStore::open(directory),
        None => FileStore::in_cache_directory(),
    }
}

/// Returns the values of `--base-url` by the variables that they replace.
fn base_urls(
    api: &str,
    hosts: &[(&'static str, Variable)],
    given: &[String],
) -> Result<BTreeMap<&'static str, String>, UsageError> {
    let default = hosts.first().map_or("", |(host, _)| host);
    let named = |text: &str| text.split_once('=').map(|(host, url)| (host.to_owned(), url.to_owned()));
    given
        .iter()
        .map(|text| {
            // A URL may contain an equals sign, but not before its scheme.
            let (host, url) = named(text)
                .filter(|(host, _)| !host.contains(':'))
                .unwrap_or_else(|| (default.to_owned(), text.clone()));
            let Some((_, variable)) = hosts.iter().find(|(known, _)| *known == host) else {
                let known: Vec<_> = hosts.iter().map(|(known, _)| *known).collect();
                return Err(UsageError::new(format!("{api} has no host {host}; its hosts are {}", known.join(", "))));
            };
            Ok((variable.name(), url))
        })
        .collect()
}
