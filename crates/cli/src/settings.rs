//! What the command line, the environment and the profile say, in that order.

mod file;
mod profile;

use std::collections::BTreeMap;

use anyhow::Context;
use keyfob::{ClientBuilder, RetryPolicy, SecretString, TransportConfig, auth::FileStore, client::Session};

use self::profile::Profile;
use crate::args::Connection;
use crate::console::{NOTED, note, paint};
use crate::exit::Usage;
use crate::registry::Api;

/// Every variable that a client is made from.
pub(crate) const VARIABLES: [&str; 26] = [
    "DITIO_IDENTITY_BASE",
    "DITIO_API_BASE",
    "DITIO_REPORTING_BASE",
    "DITIO_MASSTRANSPORT_BASE",
    "DITIO_CLIENT_ID",
    "DITIO_CLIENT_SECRET",
    "DITIO_COMPANY_ID",
    "DITIO_ACCESS_TOKEN",
    "BITS_BASE",
    "BITS_CLIENT_ID",
    "BITS_CLIENT_SECRET",
    "ITEMPATH_BASE",
    "ITEMPATH_USERNAME",
    "ITEMPATH_PASSWORD",
    "ITEMPATH_TOKEN",
    "DVINCI_BASE",
    "DVINCI_CLIENT_ID",
    "DVINCI_CLIENT_SECRET",
    "DVINCI_API_USER",
    "DVINCI_API_TOKEN",
    "DIGITALEO_OAUTH_BASE",
    "DIGITALEO_CONTACTS_BASE",
    "DIGITALEO_API_BASE",
    "DIGITALEO_SMS_BASE",
    "DIGITALEO_CLIENT_ID",
    "DIGITALEO_CLIENT_SECRET",
];

/// Whether a variable holds what nobody else may see.
pub(crate) fn is_secret(variable: &str) -> bool {
    ["_SECRET", "_TOKEN", "_PASSWORD"].iter().any(|end| variable.ends_with(end))
}

/// Where a value comes from; what is said nearer to the call wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Arguments,
    Environment,
    Profile,
}

/// What is known about the connection to one API.
pub(crate) struct Settings {
    arguments: BTreeMap<&'static str, String>,
    profile: Profile,
    transport: TransportConfig,
    connection: Connection,
}

impl Settings {
    /// Reads the profile and the certificate, and checks what was said about base URLs.
    pub(crate) fn new(api: &Api, connection: Connection) -> anyhow::Result<Self> {
        let profile = Profile::load(&connection)?;
        let arguments = base_urls(api, &connection.base_url)?;
        let mut transport = TransportConfig::new().user_agent(concat!("keyfob-cli/", env!("CARGO_PKG_VERSION")));
        if connection.allow_plain_http || profile.allow_plain_http {
            transport = transport.allow_plain_http();
        }
        if let Some(path) = connection.ca.as_ref().or(profile.ca.as_ref()) {
            let pem =
                std::fs::read(path).map_err(|error| Usage::caused(error, format!("cannot read {}", path.display())))?;
            transport =
                transport.root_certificate_pem(&pem).with_context(|| format!("cannot use {}", path.display()))?;
        }
        Ok(Self { arguments, profile, transport, connection })
    }

    /// The variable's value, if it has one anywhere; an empty one counts as none.
    pub(crate) fn optional(&self, variable: &str) -> Option<String> {
        self.find(variable).map(|(_, value)| value)
    }

    /// The variable's value, which has to be there.
    pub(crate) fn required(&self, variable: &str) -> anyhow::Result<String> {
        Ok(self.optional(variable).ok_or_else(|| {
            let (vendor, key) = profile::key(variable);
            let name = self.connection.profile.as_deref().unwrap_or("NAME");
            Usage::new(format!(
                "{variable} is not set: export it, or put {key} under [profiles.{name}.{vendor}] into keyfob.toml"
            ))
        })?)
    }

    /// A secret, which has to be there.
    pub(crate) fn secret(&self, variable: &str) -> anyhow::Result<SecretString> {
        self.required(variable).map(Into::into)
    }

    /// Whether the other kind of credentials is to be used, a ready-made token or a pair of headers: it is if it was said
    /// nearer to the call than what can fetch a token. Both in one place, the latter wins: it can be renewed.
    #[allow(dead_code, reason = "not every API needs it, and a build may have one API")]
    pub(crate) fn prefers(&self, token: &str, over: [&str; 2]) -> bool {
        let layer = |variable| self.find(variable).map(|(layer, _)| layer);
        let fetching =
            over.map(layer).into_iter().collect::<Option<Vec<_>>>().and_then(|layers| layers.into_iter().max());
        match (layer(token), fetching) {
            (Some(token), Some(fetching)) => token < fetching,
            (token, _) => token.is_some(),
        }
    }

    /// Builds the client with all that is not specific to an API, and gives its session.
    pub(crate) fn build<C: From<Session> + AsRef<Session>>(
        &self,
        builder: ClientBuilder<C>,
    ) -> anyhow::Result<Session> {
        let mut builder = builder.transport(self.transport.clone());
        match store() {
            Ok(store) => builder = builder.token_store(store),
            Err(error) => note(format!("{} tokens are not kept: {error}", paint(NOTED, "warning:"))),
        }
        if self.connection.no_retry {
            builder = builder.retry(RetryPolicy::none());
        }
        if let Some(timeout) = self.connection.timeout {
            builder = builder.timeout(timeout);
        }
        Ok(builder.build()?.as_ref().clone())
    }

    /// Whether everything is to be sent once.
    pub(crate) fn no_retry(&self) -> bool {
        self.connection.no_retry
    }

    fn find(&self, variable: &str) -> Option<(Layer, String)> {
        let filled = |value: &String| !value.trim().is_empty();
        let argument = self.arguments.get(variable).cloned().map(|value| (Layer::Arguments, value));
        let environment = || std::env::var(variable).ok().filter(filled).map(|value| (Layer::Environment, value));
        let profile = || self.profile.get(variable).filter(filled).map(|value| (Layer::Profile, value));
        argument.or_else(environment).or_else(profile)
    }
}

/// Where tokens are kept from one run to the next, so that a loop in a shell asks for one and not for one each time: in
/// `KEYFOB_TOKENS`, or below the user's cache directory.
fn store() -> Result<FileStore, keyfob::auth::Error> {
    match std::env::var_os("KEYFOB_TOKENS").filter(|directory| !directory.is_empty()) {
        Some(directory) => FileStore::open(directory),
        None => FileStore::in_cache_directory(),
    }
}

/// What `--base-url` says, as the variables it stands for.
fn base_urls(api: &Api, given: &[String]) -> Result<BTreeMap<&'static str, String>, Usage> {
    let hosts = api.hosts.iter().map(|(host, _)| *host);
    let named = |text: &str| text.split_once('=').map(|(host, url)| (host.to_owned(), url.to_owned()));
    given
        .iter()
        .map(|text| {
            // A URL may hold an equals sign itself, but not before its scheme.
            let (host, url) = named(text)
                .filter(|(host, _)| !host.contains(':'))
                .unwrap_or_else(|| (api.hosts[0].0.to_owned(), text.clone()));
            let Some((_, variable)) = api.hosts.iter().find(|(known, _)| *known == host) else {
                let known: Vec<_> = hosts.clone().collect();
                return Err(Usage::new(format!("{} has no host {host}: it has {}", api.name, known.join(", "))));
            };
            Ok((*variable, url))
        })
        .collect()
}
