//! Ditio reporting: bulk extraction, under the scope `reportingapiv1`.

mod ask;
pub(crate) mod control;
mod cursor;
mod endpoint;
mod extract;
mod files;
mod filter;
mod handle;
mod items;
mod layout;
mod overlay;
mod refusal;
pub(super) mod row;
pub(super) mod rows;
mod store;
mod switches;
mod table;
pub(super) mod times;
mod writes;

use std::sync::Arc;

use axum::Router;

pub use handle::DitioReporting;
pub(crate) use store::{Slot, Store};
pub use switches::DitioSwitches;
pub use table::DitioTable;

use crate::shared::Shared;

pub(crate) fn router(shared: &Shared) -> Router {
    let store = Arc::new(Store::new(shared));
    shared.ditio_reporting.put(Arc::clone(&store));
    endpoint::router(shared, store)
}
