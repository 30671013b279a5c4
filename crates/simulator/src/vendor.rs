//! The simulated vendors: their names, and in the modules below everything that lists them.

pub mod credentials;
pub(crate) mod environment;
mod handles;
pub(crate) mod hosts;
pub(crate) mod registry;
pub(crate) mod world;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A simulated vendor. Tokens, faults and log entries belong to a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Vendor {
    /// Ditio: the APIs identity, core, reporting and mass transport.
    Ditio,
    /// Bits.
    Bits,
    /// `ItemPath`.
    ItemPath,
    /// d.vinci.
    Dvinci,
    /// Digitaleo: the hosts oauth, contacts, api and sms.
    Digitaleo,
}

impl Vendor {
    /// Every vendor, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Ditio, Self::Bits, Self::ItemPath, Self::Dvinci, Self::Digitaleo];

    /// Returns the name used in paths and in the control API: `ditio`, `bits`, `itempath`, `dvinci` or `digitaleo`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ditio => "ditio",
            Self::Bits => "bits",
            Self::ItemPath => "itempath",
            Self::Dvinci => "dvinci",
            Self::Digitaleo => "digitaleo",
        }
    }

    /// Returns the vendor's name as the vendor writes it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Ditio => "Ditio",
            Self::Bits => "Bits",
            Self::ItemPath => "ItemPath",
            Self::Dvinci => "d.vinci",
            Self::Digitaleo => "Digitaleo",
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Vendor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|vendor| vendor.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| format!("unknown vendor `{text}`: use ditio, bits, itempath, dvinci or digitaleo"))
    }
}
