//! Initial data: three buildings, their machines and contents, and the orders of the last weeks.

mod articles;
mod history;
mod names;
pub(super) mod native;
mod orders;
mod stock;
pub(super) mod storage;

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::Value;

use crate::itempath::context::Context;
use crate::itempath::loaded::{Loaded, Role};
use crate::itempath::rules::users::ROLES;
use crate::itempath::store::Store;
use crate::itempath::store::row::Row;
use crate::state::SharedState;
use crate::state::random::Random;

/// Builds the initial store.
pub(super) fn store(shared: &SharedState, now: NaiveDateTime) -> Store {
    let mut store = Store::new(shared.options.seed);
    let loaded = shared.extensions.get::<Loaded>().unwrap_or_default();
    let role = |(id, name): (&str, &str)| Role { id: id.to_owned(), name: name.to_owned() };
    store.roles = loaded.roles().unwrap_or_else(|| ROLES.map(role).to_vec());
    let context = Context { store: &mut store, now, user: Row::new() };
    let mut seeder = Seeder { context, random: shared.random("itempath/data") };
    native::users(&mut seeder);
    let storage = storage::fill(&mut seeder, &loaded);
    let articles = articles::fill(&mut seeder);
    stock::fill(&mut seeder, &storage, &articles);
    articles::fill_kits(&mut seeder, &articles);
    orders::fill(&mut seeder, &articles);
    history::fill(&mut seeder, &storage, &articles);
    native::fill(&mut seeder);
    store
}

/// The store being seeded.
struct Seeder<'a> {
    context: Context<'a>,
    random: Random,
}

impl Seeder<'_> {
    /// Stores a row, visible at once, and returns its id.
    fn add(&mut self, path: &str, row: Value) -> String {
        match row {
            Value::Object(row) => self.context.insert_visible(path, row),
            _ => String::new(),
        }
    }

    /// Returns the time a number of minutes before the start.
    fn minutes_ago(&self, minutes: u64) -> NaiveDateTime {
        self.context.now - TimeDelta::minutes(i64::try_from(minutes).unwrap_or_default())
    }

    /// Returns a random whole quantity from 1 to `max`.
    fn quantity(&mut self, max: u32) -> f64 {
        f64::from(1 + u32::try_from(self.random.below(u64::from(max))).unwrap_or_default())
    }

    fn integer(&mut self, below: u64) -> i64 {
        i64::try_from(self.random.below(below)).unwrap_or_default()
    }
}
