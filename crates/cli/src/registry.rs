//! The APIs that this binary is built with.

use keyfob::client::Session;
use keyfob::client::table::Table;
use keyfob::env::Variable;
use keyfob::{ApiClient, Operation};

use crate::args::connection::Connection;
use crate::connect::connect;
use crate::settings::Settings;
use crate::suggest::{did_you_mean, find};
use crate::usage_error::UsageError;

/// An API.
pub(crate) struct Api {
    /// Name on the command line: the feature of `keyfob`.
    pub(crate) name: &'static str,
    /// Display name.
    pub(crate) title: &'static str,
    /// All operations of the specification.
    pub(crate) operations: &'static [&'static Operation],
    /// All tables of the specification: the listings that can be copied.
    pub(crate) tables: &'static [&'static Table],
    /// Variables of the vendor.
    pub(crate) variables: &'static [Variable],
    /// Opens the client.
    pub(crate) connect: fn(&Settings) -> anyhow::Result<Session>,
    base_url: Variable,
    credentials: &'static [&'static [Variable]],
}

pub(crate) static APIS: &[Api] = &[
    #[cfg(feature = "ditio-core")]
    Api::of::<keyfob::ditio_core::Client>("Ditio core", keyfob::ditio_core::OPERATIONS),
    #[cfg(feature = "ditio-reporting")]
    Api::of::<keyfob::ditio_reporting::Client>("Ditio reporting", keyfob::ditio_reporting::OPERATIONS),
    #[cfg(feature = "ditio-mass-transport")]
    Api::of::<keyfob::ditio_mass_transport::Client>("Ditio mass transport", keyfob::ditio_mass_transport::OPERATIONS),
    #[cfg(feature = "bits")]
    Api::of::<keyfob::bits::Client>("Bits", keyfob::bits::OPERATIONS),
    #[cfg(feature = "itempath")]
    Api::of::<keyfob::itempath::Client>("ItemPath", keyfob::itempath::OPERATIONS),
    #[cfg(feature = "dvinci")]
    Api::of::<keyfob::dvinci::Client>("d.vinci", keyfob::dvinci::OPERATIONS),
    #[cfg(feature = "digitaleo")]
    Api::of::<keyfob::digitaleo::Client>("Digitaleo", keyfob::digitaleo::OPERATIONS),
];

/// Returns the variables of all vendors. A variable that several APIs of a vendor share occurs once per API.
pub(crate) fn variables() -> Vec<Variable> {
    APIS.iter().flat_map(|api| api.variables.iter().copied()).collect()
}

/// Finds an API by name.
pub(crate) fn api(name: &str) -> Result<&'static Api, UsageError> {
    let names = || APIS.iter().map(|api| api.name);
    let found = find(name, names()).and_then(|name| APIS.iter().find(|api| api.name == name));
    found.ok_or_else(|| {
        let suggestion = did_you_mean(name, names());
        let known = names().collect::<Vec<_>>().join(", ");
        let hint = if suggestion.is_empty() { format!("; the APIs are {known}") } else { suggestion };
        UsageError::new(format!("there is no API {name}{hint}"))
    })
}

impl Api {
    #[allow(dead_code, reason = "a build may have no API")]
    const fn of<C: ApiClient>(title: &'static str, operations: &'static [&'static Operation]) -> Self {
        Self {
            name: C::NAME,
            title,
            operations,
            tables: C::TABLES,
            variables: C::VARIABLES,
            connect: connect::<C>,
            base_url: C::BASE_URL,
            credentials: C::CREDENTIALS,
        }
    }

    /// Returns the hosts and the variables with their base URLs, the API's default host first.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = (&'static str, Variable)> + Clone {
        let others = self.variables.iter().copied().filter(|variable| *variable != self.base_url);
        std::iter::once(self.base_url).chain(others).filter_map(|variable| Some((variable.host()?, variable)))
    }

    /// Reads the settings of a connection to this API.
    pub(crate) fn settings(&self, connection: Connection) -> anyhow::Result<Settings> {
        Settings::new(self.name, &self.hosts().collect::<Vec<_>>(), &variables(), connection)
    }

    /// Returns the names of the variables that hold credentials, for advice.
    pub(crate) fn credentials(&self) -> String {
        let names = |kind: &&[Variable]| kind.iter().map(Variable::name).collect::<Vec<_>>().join(" and ");
        self.credentials.iter().map(names).collect::<Vec<_>>().join(", or ")
    }

    /// Returns the client id or the user name of the settings, on which the visible rows depend.
    pub(crate) fn account(&self, settings: &Settings) -> Option<String> {
        let names = self.credentials.iter().copied().flatten().filter(|variable| !variable.is_secret());
        names.into_iter().find_map(|variable| variable.optional(settings))
    }

    /// Finds an operation of the API by name.
    pub(crate) fn operation(&self, name: &str) -> Result<&'static Operation, UsageError> {
        let names = || self.operations.iter().map(|operation| operation.id);
        let found = find(name, names());
        let found = found.and_then(|name| self.operations.iter().copied().find(|operation| operation.id == name));
        found.ok_or_else(|| {
            let suggestion = did_you_mean(name, names());
            let hint = format!("`keyfob apis {}` lists all {}", self.name, self.operations.len());
            let suggestion = if suggestion.is_empty() { String::from(":") } else { suggestion };
            UsageError::new(format!("{} has no operation {name}{suggestion} {hint}", self.title))
        })
    }

    /// Finds a table of the API by name.
    pub(crate) fn table(&self, name: &str) -> Result<&'static Table, UsageError> {
        let names = || self.tables.iter().map(|table| table.name);
        let found = find(name, names());
        let found = found.and_then(|name| self.tables.iter().copied().find(|table| table.name == name));
        found.ok_or_else(|| {
            if let Some(operation) = find(name, self.operations.iter().map(|operation| operation.id)) {
                let call = format!("call it with `keyfob call {} {operation}`", self.name);
                return UsageError::new(format!("{operation} of {} is not a table; {call}", self.title));
            }
            let suggestion = did_you_mean(name, names());
            let known = names().collect::<Vec<_>>().join(", ");
            let hint = if suggestion.is_empty() { format!("; the tables are {known}") } else { suggestion };
            UsageError::new(format!("{} has no table {name}{hint}", self.title))
        })
    }
}
