//! Initial data: Nordlicht, a group of an energy supplier, a grid operator and a pump manufacturer.

mod candidates;
mod jobs;
mod onboardings;
mod organisation;
mod texts;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::dvinci::auth::api_users::API_USERS;
use crate::dvinci::rest::crud;
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::Row;
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::state::SharedState;
use crate::state::random::Random;

/// Builds the initial store.
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

/// The store being seeded, with the same rules as for requests.
struct Seeder {
    store: Store,
    random: Random,
    now: DateTime<Utc>,
}

impl Seeder {
    /// Returns a time in the past, a number of days before the start plus minutes.
    fn days_ago(&self, days: i64, minutes: i64) -> DateTime<Utc> {
        self.now - TimeDelta::days(days) + TimeDelta::minutes(minutes)
    }

    fn write_context(at: DateTime<Utc>) -> WriteContext {
        WriteContext { caller: API_USERS[0].caller, at }
    }

    /// Creates an entity as the API user.
    fn create(&mut self, table: Table, at: DateTime<Utc>, body: &Value) -> Key {
        let body = object(body);
        let key = crud::insert(&mut self.store, &Self::write_context(at), table, &body);
        key.unwrap_or_else(|error| panic!("seeded data must satisfy the rules of {table:?}: {error:?} in {body:?}"))
    }

    /// Stores a row that no request could have created.
    fn put(&mut self, table: Table, key: Key, row: &Value) {
        self.store.put(table, key, object(row));
    }

    /// Changes members that no request can change.
    fn change(&mut self, table: Table, key: &Key, changes: &Value) {
        let changes = object(changes);
        self.store.modify(table, key, |row| row.extend(changes));
    }
}

fn object(value: &Value) -> Row {
    value.as_object().cloned().unwrap_or_default()
}

/// Returns the date a number of days after a time, such as `2026-02-01`.
fn day(at: DateTime<Utc>, days: i64) -> Value {
    json!((at + TimeDelta::days(days)).date_naive().to_string())
}
