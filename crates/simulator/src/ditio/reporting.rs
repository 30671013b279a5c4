//! Ditio reporting: bulk extraction, with the scope `reportingapiv1`.

mod api_error;
pub(crate) mod control;
mod extract;
mod files;
mod handle;
mod items;
mod switches;
pub(super) mod tables;
pub(super) mod times;

use std::sync::Arc;

use axum::Router;

pub use handle::DitioReporting;
pub use switches::DitioSwitches;
use tables::store::Store;
pub use tables::table::DitioTable;

use crate::state::SharedState;

/// Builds the router over freshly seeded tables.
pub(crate) fn router(shared: &SharedState) -> Router {
    let store = Arc::new(Store::new(shared));
    shared.extensions.insert(Arc::clone(&store));
    extract::endpoint::router(shared, store)
}
