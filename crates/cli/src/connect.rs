//! Makes each API's client from the settings.

use keyfob::client::Session;

use crate::settings::Settings;

#[cfg(any(feature = "ditio-core", feature = "ditio-mass-transport", feature = "ditio-reporting"))]
mod ditio {
    use keyfob::auth;
    use keyfob::ditio::{Credentials, Endpoints, Environment, Scope};

    use crate::settings::Settings;

    /// Production, but for what was said.
    pub(super) fn endpoints(settings: &Settings) -> Endpoints {
        let production = Environment::Production.endpoints();
        Endpoints {
            identity: settings.optional("DITIO_IDENTITY_BASE").unwrap_or(production.identity),
            core: settings.optional("DITIO_API_BASE").unwrap_or(production.core),
            reporting: settings.optional("DITIO_REPORTING_BASE").unwrap_or(production.reporting),
            mass_transport: settings.optional("DITIO_MASSTRANSPORT_BASE"),
        }
    }

    pub(super) fn credentials(settings: &Settings, scopes: &[Scope]) -> anyhow::Result<auth::Credentials> {
        let client = ["DITIO_CLIENT_ID", "DITIO_CLIENT_SECRET"];
        let credentials = if settings.prefers("DITIO_ACCESS_TOKEN", client) {
            Credentials::token(settings.secret("DITIO_ACCESS_TOKEN")?)
        } else {
            Credentials::new(settings.required(client[0])?, settings.secret(client[1])?)
        };
        Ok(credentials.scoped(&Environment::Custom(endpoints(settings)), scopes))
    }
}

#[cfg(feature = "ditio-core")]
pub(crate) fn ditio_core(settings: &Settings) -> anyhow::Result<Session> {
    use keyfob::ditio_core::{Client, Scope};

    let credentials = ditio::credentials(settings, &[Scope::Core])?;
    settings.build(Client::builder().base_url(ditio::endpoints(settings).core).credentials(credentials))
}

#[cfg(feature = "ditio-reporting")]
pub(crate) fn ditio_reporting(settings: &Settings) -> anyhow::Result<Session> {
    use keyfob::ditio_reporting::{Client, Scope};

    let credentials = ditio::credentials(settings, &[Scope::Reporting, Scope::Core])?;
    let endpoints = ditio::endpoints(settings);
    let builder = Client::builder().base_url(endpoints.reporting).server("core", endpoints.core);
    settings.build(builder.credentials(credentials))
}

#[cfg(feature = "ditio-mass-transport")]
pub(crate) fn ditio_mass_transport(settings: &Settings) -> anyhow::Result<Session> {
    use keyfob::ditio_mass_transport::{Client, Scope};

    let base_url = settings.required("DITIO_MASSTRANSPORT_BASE")?;
    let credentials = ditio::credentials(settings, &[Scope::MassTransport])?;
    settings.build(Client::builder().base_url(base_url).credentials(credentials))
}

#[cfg(feature = "bits")]
pub(crate) fn bits(settings: &Settings) -> anyhow::Result<Session> {
    use keyfob::bits::{BASE_URL, Client, Credentials};

    let base_url = settings.optional("BITS_BASE").unwrap_or_else(|| BASE_URL.to_owned());
    let credentials = Credentials::new(settings.required("BITS_CLIENT_ID")?, settings.secret("BITS_CLIENT_SECRET")?);
    let credentials = credentials.at(&base_url);
    settings.build(Client::builder().base_url(base_url).credentials(credentials))
}

#[cfg(feature = "itempath")]
pub(crate) fn itempath(settings: &Settings) -> anyhow::Result<Session> {
    use keyfob::itempath::{Client, Credentials};

    let base_url = settings.required("ITEMPATH_BASE")?;
    let user = ["ITEMPATH_USERNAME", "ITEMPATH_PASSWORD"];
    let credentials = if settings.prefers("ITEMPATH_TOKEN", user) {
        Credentials::token(settings.secret("ITEMPATH_TOKEN")?)
    } else {
        Credentials::new(settings.required(user[0])?, settings.secret(user[1])?)
    };
    let credentials = credentials.at(&base_url);
    settings.build(Client::builder().base_url(base_url).credentials(credentials))
}

#[cfg(feature = "dvinci")]
pub(crate) fn dvinci(settings: &Settings) -> anyhow::Result<Session> {
    use keyfob::dvinci::{Client, Credentials};

    let origin = settings.required("DVINCI_BASE")?;
    let client = ["DVINCI_CLIENT_ID", "DVINCI_CLIENT_SECRET"];
    let credentials = if settings.prefers("DVINCI_API_USER", client) {
        Credentials::headers(settings.required("DVINCI_API_USER")?, settings.secret("DVINCI_API_TOKEN")?)
    } else {
        Credentials::new(settings.required(client[0])?, settings.secret(client[1])?)
    };
    let credentials = credentials.at(&origin);
    let builder = Client::builder().open_server("feed", origin.clone()).open_server("apply", origin.clone());
    settings.build(builder.base_url(origin).credentials(credentials))
}

#[cfg(feature = "digitaleo")]
pub(crate) fn digitaleo(settings: &Settings) -> anyhow::Result<Session> {
    use keyfob::digitaleo::{Client, Credentials, Hosts};

    let public = Hosts::default();
    let hosts = Hosts {
        oauth: settings.optional("DIGITALEO_OAUTH_BASE").unwrap_or(public.oauth),
        contacts: settings.optional("DIGITALEO_CONTACTS_BASE").unwrap_or(public.contacts),
        api: settings.optional("DIGITALEO_API_BASE").unwrap_or(public.api),
        sms: settings.optional("DIGITALEO_SMS_BASE").unwrap_or(public.sms),
    };
    let credentials =
        Credentials::new(settings.required("DIGITALEO_CLIENT_ID")?, settings.secret("DIGITALEO_CLIENT_SECRET")?);
    let builder = Client::builder()
        .credentials(credentials.at(&hosts))
        .base_url(hosts.contacts.clone())
        .server("contacts", hosts.contacts)
        .server("api", hosts.api)
        .server("sms", hosts.sms);
    settings.build(builder)
}
