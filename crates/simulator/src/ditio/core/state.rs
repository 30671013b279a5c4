//! Data of Ditio core, and the scope of the client.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{Datelike, Days, NaiveDate};

use crate::ditio::core::people::People;
use crate::ditio::core::resources::absences::Absences;
use crate::ditio::core::resources::certificates::Certificates;
use crate::ditio::core::resources::documents::Documents;
use crate::ditio::core::resources::references::References;
use crate::ditio::core::table::Table;
use crate::ditio::core::{machines, projects, tasks};
use crate::ditio::world::{COMPANIES, World};
use crate::state::SharedState;
use crate::state::random::ObjectIds;

/// Handle on the data; clones share them.
#[derive(Clone)]
pub(super) struct Core(Arc<Inner>);

pub(super) struct Inner {
    pub(super) shared: SharedState,
    pub(super) world: World,
    pub(super) ids: ObjectIds,
    data: Mutex<Data>,
}

/// Data that requests change.
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

    /// Locks the data.
    pub(super) fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the simulated date.
    pub(super) fn today(&self) -> NaiveDate {
        self.shared.clock.now().date_naive()
    }

    /// Returns the last day settled by payroll: the end of the month before last.
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

/// Returns true for the client's company and its subsidiary.
pub(super) fn in_scope(company_id: &str) -> bool {
    COMPANIES[..2].iter().any(|company| company.id == company_id)
}
