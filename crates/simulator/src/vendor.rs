//! The vendors that the simulator plays.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A vendor: the unit of tokens, of faults and of the request log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Vendor {
    /// Ditio: identity, core, reporting and mass transport.
    Ditio,
    /// Bits.
    Bits,
    /// `ItemPath`.
    ItemPath,
    /// d.vinci.
    Dvinci,
    /// Digitaleo: oauth, contacts, api and sms.
    Digitaleo,
}

impl Vendor {
    /// Every vendor, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Ditio, Self::Bits, Self::ItemPath, Self::Dvinci, Self::Digitaleo];

    /// The name in paths and in the control API: `ditio`, `bits`, `itempath`, `dvinci`, `digitaleo`.
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
