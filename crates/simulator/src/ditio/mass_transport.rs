//! Ditio mass transport: import of machine states and weights, with the scope `masstransportapiv1`.

mod api_error;
mod body;
mod live;
mod seeded;
mod states;
mod trips;
mod weights;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};

use self::states::State;
use self::weights::Weight;
use super::audience::{self, Audience};
use super::world::World;
use crate::state::SharedState;
use crate::state::random::ObjectIds;
use crate::web::Routes;

/// Maximum body size of the vendor's web server, in bytes.
const MAX_BODY_BYTES: usize = 30_000_000;

/// The state of the API, shared by its handlers.
#[derive(Clone)]
struct Api(Arc<Inner>);

struct Inner {
    shared: SharedState,
    world: World,
    ids: ObjectIds,
    data: Mutex<Data>,
}

/// Imported data, in the order of arrival.
#[derive(Default)]
struct Data {
    states: Vec<State>,
    weights: Vec<Weight>,
}

impl Api {
    fn new(shared: &SharedState) -> Self {
        let world = World::new(shared);
        let ids = shared.ids("ditio/mass-transport");
        let data =
            Data { states: seeded::states(shared, &world, &ids), weights: seeded::weights(shared, &world, &ids) };
        Self(Arc::new(Inner { shared: shared.clone(), world, ids, data: Mutex::new(data) }))
    }

    fn data(&self) -> MutexGuard<'_, Data> {
        self.0.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Builds the router over freshly seeded data.
pub(crate) fn router(shared: &SharedState) -> Router {
    let routes = Routes::new()
        .route("/api/external-excavator-state", post(states::create))
        .route("/api/external-excavator-state/import", post(states::import))
        .route("/api/external-excavator-state/latest-timestamp/{company}/{project}", get(states::latest))
        .route("/api/external-excavator-state/aggregated-data-per-state", post(states::aggregate))
        .route("/api/external-weight-measure", post(weights::create))
        .route("/api/external-weight-measure/query", post(weights::query))
        .route("/api/external-weight-measure/export", post(weights::export))
        .route("/api/external-weight-measure/mark-verified", put(weights::mark_verified))
        .route("/api/external-weight-measure/mark-approved", put(weights::mark_approved))
        .route("/api/external-weight-measure/mark-invoiced", put(weights::mark_invoiced))
        .route("/api/live/company", get(live::company))
        .route("/api/mass-transport-report/mass-transport-report", post(trips::report));
    let audience = Audience::new(shared, "masstransportapiv1", || 401);
    let guarded = routes.map(|router| audience::require(router, audience).layer(DefaultBodyLimit::max(MAX_BODY_BYTES)));
    guarded.finish(Api::new(shared))
}
