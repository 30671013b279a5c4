//! The tenant at the start: Nordlicht, a group of an energy supplier, a grid operator and a maker of pumps.

mod candidates;
mod jobs;
mod onboardings;
mod organisation;
mod texts;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::call::{Row, Writer};
use super::crud;
use super::guard::API_USERS;
use super::store::{Key, Store};
use super::table::Table;
use crate::state::SharedState;
use crate::state::random::Random;

pub(super) fn store(shared: &SharedState) -> Store {
    let mut seeder = Seeder {
        store: Store::new(shared.ids("dvinci/files")),
        random: shared.random("dvinci/data"),
        now: shared.clock.now(),
    };
    organisation::seed(&mut seeder);
    jobs::seed(&mut seeder);
    candidates::seed(&mut seeder);
    onboardings::seed(&mut seeder);
    seeder.store
}

/// Fills a store through the rules that calls go through too.
struct Seeder {
    store: Store,
    random: Random,
    now: DateTime<Utc>,
}

impl Seeder {
    /// A time of the past; days count backwards from the start.
    fn days_ago(&self, days: i64, minutes: i64) -> DateTime<Utc> {
        self.now - TimeDelta::days(days) + TimeDelta::minutes(minutes)
    }

    fn writer(at: DateTime<Utc>) -> Writer {
        Writer { caller: API_USERS[0].caller, at }
    }

    /// Creates an entity as the API user would have.
    fn create(&mut self, table: Table, at: DateTime<Utc>, body: &Value) -> Key {
        let body = object(body);
        let key = crud::insert(&mut self.store, &Self::writer(at), table, &body);
        key.unwrap_or_else(|refusal| panic!("the seed keeps the rules of {table:?}: {refusal:?} in {body:?}"))
    }

    /// Stores a row that no call could have created.
    fn put(&mut self, table: Table, key: Key, row: &Value) {
        self.store.put(table, key, object(row));
    }

    /// Changes what only people inside can change.
    fn change(&mut self, table: Table, key: &Key, changes: &Value) {
        let changes = object(changes);
        self.store.touch(table, key, |row| row.extend(changes));
    }
}

fn object(value: &Value) -> Row {
    value.as_object().cloned().unwrap_or_default()
}

/// `2026-02-01`, so many days from an instant.
fn day(at: DateTime<Utc>, days: i64) -> Value {
    json!((at + TimeDelta::days(days)).date_naive().to_string())
}
