//! What Ditio core holds, and who may see it.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{Datelike, Days, NaiveDate};

use super::absences::Absences;
use super::certificates::Certificates;
use super::documents::Documents;
use super::people::People;
use super::references::References;
use super::table::Table;
use super::{machines, projects, tasks};
use crate::ditio::world::{COMPANIES, World};
use crate::state::SharedState;
use crate::state::random::ObjectIds;

/// A handle on the state of one run; cheap to clone.
#[derive(Clone)]
pub(super) struct Core(Arc<Inner>);

pub(super) struct Inner {
    pub(super) shared: SharedState,
    pub(super) world: World,
    pub(super) ids: ObjectIds,
    data: Mutex<Data>,
}

pub(super) struct Data {
    pub(super) projects: Table,
    pub(super) tasks: Table,
    pub(super) machines: Table,
    pub(super) documents: Documents,
    pub(super) people: People,
    pub(super) certificates: Certificates,
    pub(super) absences: Absences,
    pub(super) references: References,
}

impl Core {
    pub(super) fn new(shared: &SharedState) -> Self {
        let world = World::new(shared);
        let ids = shared.ids("ditio/core");
        let data = Data {
            projects: projects::seed(&world),
            tasks: tasks::seed(&world),
            machines: machines::seed(&world),
            documents: Documents::default(),
            people: People::seed(&world),
            certificates: Certificates::default(),
            absences: Absences::default(),
            references: References::seed(&world, &ids),
        };
        Self(Arc::new(Inner { shared: shared.clone(), world, ids, data: Mutex::new(data) }))
    }

    pub(super) fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The simulated day.
    pub(super) fn today(&self) -> NaiveDate {
        self.shared.clock.now().date_naive()
    }

    /// The last day that payroll has settled: the end of the month before the last one.
    pub(super) fn settled_until(&self) -> NaiveDate {
        let first = |day: NaiveDate| day.with_day(1).expect("every month has a first");
        let last_month = first(self.today()) - Days::new(1);
        first(last_month) - Days::new(1)
    }
}

impl Deref for Core {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Whether the client's company owns or manages this one.
pub(super) fn in_scope(company_id: &str) -> bool {
    COMPANIES[..2].iter().any(|company| company.id == company_id)
}
