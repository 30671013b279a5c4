//! The tables: rows computed from the seed, and what was written over them.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, Utc};

use super::items::Items;
use super::layout::{Layout, Pace};
use super::overlay::{Entry, Key, Overlay};
use super::row::Row;
use super::rows::{self, Context};
use super::switches::DitioSwitches;
use super::table::{DitioTable as T, Order};
use super::times::parse;
use super::writes::buried;
use crate::ditio::world::World;
use crate::state::SharedState;

/// Everything that the reporting API knows. It holds no [`SharedState`], which holds it.
#[derive(Debug)]
pub(crate) struct Store {
    pub(super) context: Context,
    tables: Vec<Table>,
    switches: RwLock<DitioSwitches>,
    pub(super) items: Items,
}

#[derive(Debug)]
pub(super) struct Table {
    pub(super) kind: T,
    pub(super) layout: Layout,
    /// For the tables whose ids other APIs know too: id and place in the world, in the order of ids.
    known: Option<Vec<(String, usize)>>,
    overlay: RwLock<Overlay>,
}

impl Store {
    pub(super) fn new(shared: &SharedState) -> Self {
        let world = World::new(shared);
        let now = shared.clock.now();
        let tables = T::ALL.map(|kind| Table::new(kind, shared, &world, now));
        let store = Self {
            context: Context {
                world,
                files: format!("{}/ditio/core/api/file", shared.url),
                mass_types: {
                    let kinds = &tables[T::FlowMassTypes.at()].layout;
                    (0..kinds.count).map(|i| kinds.id(i)).collect()
                },
                marks: tables.iter().map(|table| table.layout.mark().to_owned()).collect(),
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

    pub(super) fn table(&self, kind: T) -> &Table {
        &self.tables[kind.at()]
    }

    pub(crate) fn switches(&self) -> DitioSwitches {
        self.switches.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn switch(&self, change: impl FnOnce(&mut DitioSwitches)) {
        change(&mut self.switches.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Table {
    fn new(kind: T, shared: &SharedState, world: &World, now: DateTime<Utc>) -> Self {
        let known = rows::known(kind, world);
        let (count, per_day, pace) = match &known {
            Some(known) => (known.len() as u64, 1, Pace::Working),
            None => size(kind, shared.options.scale),
        };
        let random = shared.random(&format!("ditio/reporting/{kind}"));
        Self { kind, layout: Layout::new(count, per_day, pace, now, random), known, overlay: RwLock::default() }
    }

    /// How many rows are computed.
    pub(super) fn count(&self) -> u64 {
        self.layout.count
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Overlay> {
        self.overlay.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Overlay> {
        self.overlay.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn id(&self, i: u64) -> String {
        match &self.known {
            Some(known) => known[place(i)].0.clone(),
            None => self.layout.id(i),
        }
    }

    pub(super) fn index_of(&self, id: &str) -> Option<u64> {
        match &self.known {
            Some(known) => {
                let found = known.binary_search_by(|(known, _)| known.as_str().cmp(id)).ok();
                found.map(|at| at as u64)
            }
            None => self.layout.index_of(id),
        }
    }

    /// The position of the `n`th row, in the order of changes or in that of full extractions.
    pub(super) fn position(&self, by_change: bool, n: u64) -> Key {
        if by_change {
            return Key::Time(self.layout.modified_at(n));
        }
        match self.kind.order() {
            Order::Id => Key::Id(self.id(n)),
            Order::Time(_) => Key::Time(rows::moment(self.kind, &self.layout, n)),
        }
    }

    /// Which row is the `n`th.
    pub(super) fn nth(&self, by_change: bool, n: u64) -> u64 {
        if by_change { self.layout.rank(n) } else { n }
    }

    /// The computed row.
    pub(super) fn row(&self, context: &Context, i: u64) -> Row {
        let subject = self.known.as_ref().map_or(0, |known| known[place(i)].1);
        rows::row(self.kind, context, &self.layout, i, subject)
    }

    /// Where a full extraction has this row.
    pub(super) fn key(&self, id: &str, row: &Row) -> Key {
        match self.kind.order() {
            Order::Id => Key::Id(id.to_owned()),
            Order::Time(member) => Key::Time(row.text(member).and_then(parse).unwrap_or(i64::MIN)),
        }
    }

    /// Three rows that were deleted before the simulator started, two of them at once.
    fn seed_deletions(&self, context: &Context) {
        if self.known.is_some() || self.count() < 3 || self.kind == T::CrewListRegistrations {
            return;
        }
        let mut overlay = self.write();
        for extra in 0..3 {
            let id = self.layout.id(self.count() + extra);
            let mut row = self.row(context, extra);
            row.set("id", id.as_str());
            let at = self.layout.rested() + [0, 0, 60_000][place(extra)] + 3_600_000;
            let entry = Entry {
                shown: buried(self.kind, &row, at),
                key: self.key(&id, &row),
                facts: row,
                deleted: true,
                changed: at,
            };
            overlay.put(&id, None, entry);
        }
    }
}

/// How many rows, how many a day at least, and when.
fn size(kind: T, scale: u64) -> (u64, u64, Pace) {
    let (share, least, per_day) = match kind {
        T::TimeRegistrations => (1, 0, 8),
        T::FlowTripRegistrations => (2, 60, 6),
        T::MachineRegistrations => (4, 40, 4),
        T::PayrollLines | T::PayrollLinesExtended => (4, 40, 6),
        T::AbsenceRegistrations | T::ChecklistRegistrations => (20, 30, 1),
        T::Images => (20, 36, 3),
        T::IncidentRegistrations => (25, 30, 1),
        T::MachineIncidentRegistrations | T::MachineChecklistRegistrations => (50, 20, 1),
        T::CrewListRegistrations => return (90, 12, Pace::Presence),
        T::FlowLocations => return (12, 1, Pace::Working),
        _ => return (8, 1, Pace::Working),
    };
    ((scale / share).max(least), per_day, Pace::Working)
}

fn place(i: u64) -> usize {
    usize::try_from(i).expect("a place in memory")
}
