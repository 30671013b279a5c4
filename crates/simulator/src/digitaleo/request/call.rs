//! The decoded request that an operation handles.

use crate::digitaleo::request::body::UploadedFile;
use crate::digitaleo::request::params::Params;
use crate::digitaleo::time;
use crate::digitaleo::world::World;
use crate::state::SharedState;

/// The hosts with resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::digitaleo) enum Host {
    Contacts,
    Api,
    Sms,
}

/// A decoded request and the data that its operation reads and writes.
pub(in crate::digitaleo) struct Call<'a> {
    pub(in crate::digitaleo) host: Host,
    pub(in crate::digitaleo) shared: &'a SharedState,
    pub(in crate::digitaleo) world: &'a mut World,
    pub(in crate::digitaleo) params: Params,
    pub(in crate::digitaleo) files: Vec<UploadedFile>,
}

impl Call<'_> {
    /// Returns the time of a write, formatted.
    pub(in crate::digitaleo) fn next_timestamp(&self) -> String {
        time::format(self.shared.clock.next_timestamp())
    }
}
