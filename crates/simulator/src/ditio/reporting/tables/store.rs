//! The tables: rows computed from the seed, with an overlay of changes.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};

use crate::ditio::reporting::items::Items;
use crate::ditio::reporting::switches::DitioSwitches;
use crate::ditio::reporting::tables::layout::{Calendar, Layout};
use crate::ditio::reporting::tables::overlay::{Entry, Key, Overlay};
use crate::ditio::reporting::tables::row::Row;
use crate::ditio::reporting::tables::rows::{self, Context};
use crate::ditio::reporting::tables::table::{DitioTable as T, Order};
use crate::ditio::reporting::tables::writes::tombstone_row;
use crate::ditio::reporting::times::parse;
use crate::ditio::world::World;
use crate::state::SharedState;

/// Data of the reporting API. It has no [`SharedState`], which contains it: a reference cycle would never be freed.
#[derive(Debug)]
pub(crate) struct Store {
    pub(in crate::ditio::reporting) context: Context,
    tables: Vec<Table>,
    switches: RwLock<DitioSwitches>,
    pub(in crate::ditio::reporting) items: Items,
}

/// A table with its changes.
#[derive(Debug)]
pub(in crate::ditio::reporting) struct Table {
    pub(in crate::ditio::reporting) kind: T,
    pub(in crate::ditio::reporting) layout: Layout,
    /// For tables whose ids other APIs share: id and index in the world, ordered by id.
    world_rows: Option<Vec<(String, usize)>>,
    overlay: RwLock<Overlay>,
}

impl Store {
    pub(in crate::ditio::reporting) fn new(shared: &SharedState) -> Self {
        let world = World::new(shared);
        let now = shared.clock.now();
        let tables = T::ALL.map(|kind| Table::new(kind, shared, &world, now));
        let store = Self {
            context: Context {
                world,
                files: format!("{}/ditio/core/api/file", shared.url),
                mass_types: {
                    let layout = &tables[T::FlowMassTypes.at()].layout;
                    (0..layout.count).map(|i| layout.id(i)).collect()
                },
                table_digits: tables.iter().map(|table| table.layout.table_digits().to_owned()).collect(),
            },
            tables: tables.into(),
            switches: RwLock::default(),
            items: Items::new(shared),
        };
        for table in &store.tables {
            table.seed_deletions(&store.context);
        }
        store
    }

    pub(in crate::ditio::reporting) fn table(&self, kind: T) -> &Table {
        &self.tables[kind.at()]
    }

    pub(crate) fn switches(&self) -> DitioSwitches {
        self.switches.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in crate::ditio::reporting) fn switch(&self, change: impl FnOnce(&mut DitioSwitches)) {
        change(&mut self.switches.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Table {
    fn new(kind: T, shared: &SharedState, world: &World, now: DateTime<Utc>) -> Self {
        let world_rows = rows::world_rows(kind, world);
        let (count, per_day, calendar) = match &world_rows {
            Some(world_rows) => (world_rows.len() as u64, 1, Calendar::Workdays),
            None => size(kind, shared.options.scale),
        };
        let random = shared.random(&format!("ditio/reporting/{kind}"));
        Self {
            kind,
            layout: Layout::new(count, per_day, calendar, now, random),
            world_rows,
            overlay: RwLock::default(),
        }
    }

    /// Returns the number of computed rows.
    pub(in crate::ditio::reporting) fn count(&self) -> u64 {
        self.layout.count
    }

    pub(in crate::ditio::reporting) fn read(&self) -> RwLockReadGuard<'_, Overlay> {
        self.overlay.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::ditio::reporting) fn write(&self) -> RwLockWriteGuard<'_, Overlay> {
        self.overlay.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::ditio::reporting) fn id(&self, i: u64) -> String {
        match &self.world_rows {
            Some(world_rows) => world_rows[to_usize(i)].0.clone(),
            None => self.layout.id(i),
        }
    }

    pub(in crate::ditio::reporting) fn index_of(&self, id: &str) -> Option<u64> {
        match &self.world_rows {
            Some(world_rows) => {
                let found = world_rows.binary_search_by(|(row_id, _)| row_id.as_str().cmp(id)).ok();
                found.map(|at| at as u64)
            }
            None => self.layout.index_of(id),
        }
    }

    /// Returns the position of the `n`-th computed row, in the order of changes or of full extractions.
    pub(in crate::ditio::reporting) fn position(&self, by_change: bool, n: u64) -> Key {
        if by_change {
            return Key::Time(self.layout.modified_at(n));
        }
        match self.kind.order() {
            Order::Id => Key::Id(self.id(n)),
            Order::Time(_) => Key::Time(rows::extraction_time(self.kind, &self.layout, n)),
        }
    }

    /// Returns the index of the `n`-th computed row.
    pub(in crate::ditio::reporting) fn nth(&self, by_change: bool, n: u64) -> u64 {
        if by_change { self.layout.rank(n) } else { n }
    }

    /// Computes a row.
    pub(in crate::ditio::reporting) fn row(&self, context: &Context, i: u64) -> Row {
        let world_index = self.world_rows.as_ref().map_or(0, |world_rows| world_rows[to_usize(i)].1);
        rows::row(self.kind, context, &self.layout, i, world_index)
    }

    /// Returns the position of a row in a full extraction.
    pub(in crate::ditio::reporting) fn key(&self, id: &str, row: &Row) -> Key {
        match self.kind.order() {
            Order::Id => Key::Id(id.to_owned()),
            Order::Time(member) => Key::Time(row.text(member).and_then(parse).unwrap_or(i64::MIN)),
        }
    }

    /// Adds three rows deleted before the start of the simulator, two of them at the same time.
    fn seed_deletions(&self, context: &Context) {
        if self.world_rows.is_some() || self.count() < 3 || self.kind == T::CrewListRegistrations {
            return;
        }
        let mut overlay = self.write();
        for n in 0..3 {
            let id = self.layout.id(self.count() + n);
            let mut row = self.row(context, n);
            row.set("id", id.as_str());
            let at = self.layout.last_change() + [0, 0, 60_000][to_usize(n)] + 3_600_000;
            let entry = Entry {
                output: tombstone_row(self.kind, &row, at),
                key: self.key(&id, &row),
                original: row,
                deleted: true,
                changed: at,
            };
            overlay.put(&id, None, entry);
        }
    }
}

/// Returns the number of rows, the minimum per day, and the days with rows.
fn size(kind: T, scale: u64) -> (u64, u64, Calendar) {
    let (divisor, minimum, per_day) = match kind {
        T::TimeRegistrations => (1, 0, 8),
        T::FlowTripRegistrations => (2, 60, 6),
        T::MachineRegistrations => (4, 40, 4),
        T::PayrollLines | T::PayrollLinesExtended => (4, 40, 6),
        T::AbsenceRegistrations | T::ChecklistRegistrations => (20, 30, 1),
        T::Images => (20, 36, 3),
        T::IncidentRegistrations => (25, 30, 1),
        T::MachineIncidentRegistrations | T::MachineChecklistRegistrations => (50, 20, 1),
        T::CrewListRegistrations => return (90, 12, Calendar::EveryDay),
        T::FlowLocations => return (12, 1, Calendar::Workdays),
        _ => return (8, 1, Calendar::Workdays),
    };
    ((scale / divisor).max(minimum), per_day, Calendar::Workdays)
}

fn to_usize(i: u64) -> usize {
    usize::try_from(i).expect("an index in memory")
}
