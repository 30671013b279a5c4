//! The APIs that this binary was built with.

use keyfob::{Operation, client::Session};

use crate::connect;
use crate::exit::Usage;
use crate::settings::Settings;
use crate::suggest::{did_you_mean, find};

/// One API.
pub(crate) struct Api {
    /// Its name on the command line: the feature of `keyfob`.
    pub(crate) name: &'static str,
    /// For people.
    pub(crate) title: &'static str,
    /// All operations that are described.
    pub(crate) operations: &'static [&'static Operation],
    /// Its hosts and the variables that say where each is, the API's own first.
    pub(crate) hosts: &'static [(&'static str, &'static str)],
    /// The variables that hold credentials, for advice.
    pub(crate) credentials: &'static str,
    pub(crate) connect: fn(&Settings) -> anyhow::Result<Session>,
}

#[rustfmt::skip]
pub(crate) static APIS: &[Api] = &[
    #[cfg(feature = "ditio-core")]
    Api {
        name: "ditio-core", title: "Ditio core", operations: keyfob::ditio_core::OPERATIONS,
        hosts: &[("api", "DITIO_API_BASE"), ("identity", "DITIO_IDENTITY_BASE")],
        credentials: "DITIO_CLIENT_ID and DITIO_CLIENT_SECRET", connect: connect::ditio_core,
    },
    #[cfg(feature = "ditio-reporting")]
    Api {
        name: "ditio-reporting", title: "Ditio reporting", operations: keyfob::ditio_reporting::OPERATIONS,
        hosts: &[("reporting", "DITIO_REPORTING_BASE"), ("api", "DITIO_API_BASE"), ("identity", "DITIO_IDENTITY_BASE")],
        credentials: "DITIO_CLIENT_ID and DITIO_CLIENT_SECRET", connect: connect::ditio_reporting,
    },
    #[cfg(feature = "ditio-mass-transport")]
    Api {
        name: "ditio-mass-transport", title: "Ditio mass transport", operations: keyfob::ditio_mass_transport::OPERATIONS,
        hosts: &[("mass-transport", "DITIO_MASSTRANSPORT_BASE"), ("identity", "DITIO_IDENTITY_BASE")],
        credentials: "DITIO_CLIENT_ID and DITIO_CLIENT_SECRET", connect: connect::ditio_mass_transport,
    },
    #[cfg(feature = "bits")]
    Api {
        name: "bits", title: "Bits", operations: keyfob::bits::OPERATIONS,
        hosts: &[("api", "BITS_BASE")],
        credentials: "BITS_CLIENT_ID and BITS_CLIENT_SECRET", connect: connect::bits,
    },
    #[cfg(feature = "itempath")]
    Api {
        name: "itempath", title: "ItemPath", operations: keyfob::itempath::OPERATIONS,
        hosts: &[("api", "ITEMPATH_BASE")],
        credentials: "ITEMPATH_USERNAME and ITEMPATH_PASSWORD, or ITEMPATH_TOKEN", connect: connect::itempath,
    },
    #[cfg(feature = "dvinci")]
    Api {
        name: "dvinci", title: "d.vinci", operations: keyfob::dvinci::OPERATIONS,
        hosts: &[("api", "DVINCI_BASE")],
        credentials: "DVINCI_CLIENT_ID and DVINCI_CLIENT_SECRET, or DVINCI_API_USER and DVINCI_API_TOKEN", connect: connect::dvinci,
    },
    #[cfg(feature = "digitaleo")]
    Api {
        name: "digitaleo", title: "Digitaleo", operations: keyfob::digitaleo::OPERATIONS,
        hosts: &[("contacts", "DIGITALEO_CONTACTS_BASE"), ("api", "DIGITALEO_API_BASE"), ("sms", "DIGITALEO_SMS_BASE"), ("oauth", "DIGITALEO_OAUTH_BASE")],
        credentials: "DIGITALEO_CLIENT_ID and DIGITALEO_CLIENT_SECRET", connect: connect::digitaleo,
    },
];

/// Finds an API by its name.
pub(crate) fn api(name: &str) -> Result<&'static Api, Usage> {
    let names = || APIS.iter().map(|api| api.name);
    let found = find(name, names()).and_then(|name| APIS.iter().find(|api| api.name == name));
    found.ok_or_else(|| {
        let suggestion = did_you_mean(name, names());
        let known = names().collect::<Vec<_>>().join(", ");
        let all = if suggestion.is_empty() { format!(": there are {known}") } else { suggestion };
        Usage::new(format!("there is no API {name}{all}"))
    })
}

impl Api {
    /// Finds one of its operations by name.
    pub(crate) fn operation(&self, name: &str) -> Result<&'static Operation, Usage> {
        let names = || self.operations.iter().map(|operation| operation.id);
        let found = find(name, names());
        let found = found.and_then(|name| self.operations.iter().copied().find(|operation| operation.id == name));
        found.ok_or_else(|| {
            let suggestion = did_you_mean(name, names());
            let more = format!("`keyfob apis {}` lists all {}", self.name, self.operations.len());
            let suggestion = if suggestion.is_empty() { String::from(":") } else { suggestion };
            Usage::new(format!("{} has no operation {name}{suggestion} {more}", self.title))
        })
    }
}
