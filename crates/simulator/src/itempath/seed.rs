//! The warehouse at the start: three buildings, their machines, what lies in them, and the work of the last weeks.

mod articles;
mod history;
mod names;
mod orders;
mod own;
mod stock;
mod storage;

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::Value;

use super::engine::Work;
use super::store::{Row, Store};
use crate::state::SharedState;
use crate::state::random::Random;

pub(super) use own::APPLICATION_USER;

/// The store as it is at the start.
pub(super) fn store(shared: &SharedState, now: NaiveDateTime) -> Store {
    let mut store = Store::new(shared.options.seed);
    let work = Work { store: &mut store, now, user: Row::new() };
    let mut seeding = Seeding { work, random: shared.random("itempath/data") };
    own::users(&mut seeding);
    let storage = storage::fill(&mut seeding);
    let articles = articles::fill(&mut seeding);
    stock::fill(&mut seeding, &storage, &articles);
    articles::kits(&mut seeding, &articles);
    orders::fill(&mut seeding, &articles);
    history::fill(&mut seeding, &storage, &articles);
    own::rest(&mut seeding);
    store
}

/// Rows on their way into the store.
struct Seeding<'a> {
    work: Work<'a>,
    random: Random,
}

impl Seeding<'_> {
    /// Stores a row, visible at once, and gives its id.
    fn add(&mut self, path: &str, row: Value) -> String {
        match row {
            Value::Object(row) => self.work.insert_settled(path, row),
            _ => String::new(),
        }
    }

    /// A time so many minutes before the start.
    fn ago(&self, minutes: u64) -> NaiveDateTime {
        self.work.now - TimeDelta::minutes(i64::try_from(minutes).unwrap_or_default())
    }

    /// A whole quantity below a limit, at least 1.
    fn quantity(&mut self, below: u32) -> f64 {
        f64::from(1 + u32::try_from(self.random.below(u64::from(below))).unwrap_or_default())
    }

    fn integer(&mut self, below: u64) -> i64 {
        i64::try_from(self.random.below(below)).unwrap_or_default()
    }
}
