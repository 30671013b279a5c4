//! Ditio reporting: bulk extraction, with the scope `reportingapiv1`.

mod api_error;
pub(crate) mod control;
mod cursor;
mod endpoint;
mod extract;
mod extract_query;
mod files;
mod filter;
mod handle;
mod items;
mod layout;
mod overlay;
pub(super) mod row;
pub(super) mod rows;
pub(super) mod store;
mod switches;
mod table;
pub(super) mod times;
mod writes;

use std::sync::Arc;

use axum::Router;

pub use handle::DitioReporting;
use store::Store;
pub use switches::DitioSwitches;
pub use table::DitioTable;

use crate::state::SharedState;

/// Builds the router over freshly seeded tables.
pub(crate) fn router(shared: &SharedState) -> Router {
    let store = Arc::new(Store::new(shared));
    shared.extensions.insert(Arc::clone(&store));
    endpoint::router(shared, store)
}
