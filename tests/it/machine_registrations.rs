//! Synchronization of machine registrations from a service with the limits of the vendor's request collection.

use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt};
use keyfob::{
    client::auth::{Clock, FakeClock},
    ditio_reporting::{
        Client, Credentials,
        sync::{Change, Changes, Checkpoint},
        types::MachineRegistration,
    },
};
use keyfob_simulator::{DitioTable, Simulator, credentials};
use serde_json::Value;
use url::form_urlencoded;

use crate::ditio::environment;

type Listing = keyfob::ditio_reporting::operation::MachineRegistrations;

/// A strict simulator, a client that shares its clock, and the day of the first row.
struct Strict {
    simulator: Simulator,
    client: Client,
    clock: FakeClock,
    first_day: DateTime<Utc>,
}

impl Strict {
    async fn start() -> Self {
        let simulator = Simulator::builder().scale(400).start().await.unwrap();
        simulator.ditio_reporting().switch(|switches| switches.strict_machine_registrations = true);
        let (clock, fake) = Clock::fake();
        fake.set_wall(SystemTime::from(simulator.now()));
        let token = Credentials::token(credentials::DITIO_ACCESS_TOKEN);
        let client = Client::builder(environment(simulator.url()), token).clock(clock).build().unwrap();
        let rows = simulator.ditio_reporting().rows(DitioTable::MachineRegistrations);
        let first_day = rows.iter().map(day).min().unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
        Self { simulator, client, clock: fake, first_day }
    }

    fn sync(&self, checkpoint: Option<Checkpoint>) -> Changes<Listing> {
        self.client
            .sync(self.client.machine_registrations().chunk_limit(20), checkpoint)
            .in_periods(self.first_day, None)
    }

    fn advance(&self, by: TimeDelta) {
        self.simulator.advance(by.to_std().unwrap());
        self.clock.set_wall(SystemTime::from(self.simulator.now()));
    }

    fn ids(&self) -> Vec<String> {
        let rows = self.simulator.ditio_reporting().rows(DitioTable::MachineRegistrations);
        sorted(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()))
    }
}

fn day(row: &Value) -> NaiveDate {
    row["stopDateTime"].as_str().unwrap()[..10].parse().unwrap()
}

fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids.dedup();
    ids
}

fn id(change: &Change<MachineRegistration>) -> String {
    match change {
        Change::Upsert(row) => row.id.clone().unwrap(),
        Change::Delete { id, .. } => id.clone(),
    }
}

#[tokio::test]
async fn a_strict_service_rejects_long_periods_and_old_changes() {
    let strict = Strict::start().await;
    let machines = || strict.client.machine_registrations();
    let now = strict.simulator.now();
    let week = now - TimeDelta::days(7);
    machines().from_date_time(week).to_date_time(now).await.unwrap();
    machines().modified_since(now - TimeDelta::days(3)).await.unwrap();
    machines().modified_since(week - TimeDelta::days(30)).from_date_time(week).to_date_time(now).await.unwrap();
    for rejected in [
        machines(),
        machines().from_date_time(week),
        machines().from_date_time(week - TimeDelta::seconds(1)).to_date_time(now),
        machines().modified_since(now - TimeDelta::days(3) - TimeDelta::seconds(1)),
    ] {
        assert_eq!(rejected.await.unwrap_err().status().unwrap(), 400);
    }
}

#[tokio::test]
async fn a_copy_of_machine_registrations_is_complete_if_the_service_limits_periods_to_7_days() {
    let strict = Strict::start().await;
    let mut changes = strict.sync(None);
    let mut rows = Vec::new();
    // Resumes after each 45 changes, more than a page has, so that periods are interrupted.
    loop {
        let received: Vec<_> = changes.by_ref().take(45).try_collect().await.unwrap();
        if received.is_empty() {
            break;
        }
        rows.extend(received.iter().map(id));
        let stored = serde_json::to_string(&changes.checkpoint()).unwrap();
        let stored: Checkpoint = serde_json::from_str(&stored).unwrap();
        if stored.is_finished() {
            break;
        }
        changes = strict.sync(Some(stored));
    }
    assert_eq!(sorted(rows.into_iter()), strict.ids());
    let mut periods = 0;
    for request in strict.simulator.requests() {
        let parameter = |name: &str| {
            let found = form_urlencoded::parse(request.query.as_bytes()).find(|(key, _)| key == name);
            found.map(|(_, value)| value.parse::<DateTime<Utc>>().unwrap())
        };
        if let (Some(from), Some(to)) = (parameter("FromDateTime"), parameter("ToDateTime")) {
            assert!(to - from <= TimeDelta::days(7), "{}", request.query);
            periods += 1;
        }
        assert_eq!(request.status, 200, "{}", request.query);
    }
    assert!(periods > 5, "{periods} periods");
}

#[tokio::test]
async fn later_runs_list_the_changes_of_the_last_days_and_report_that_older_ones_are_out_of_reach() {
    let strict = Strict::start().await;
    let mut changes = strict.sync(None);
    while changes.try_next().await.unwrap().is_some() {}
    let first = changes.checkpoint();
    strict.advance(TimeDelta::days(2));
    let deleted = &strict.ids()[4];
    strict.simulator.ditio_reporting().delete(DitioTable::MachineRegistrations, [deleted]);
    let mut changes = strict.sync(Some(first.clone()));
    let received: Vec<_> = changes.by_ref().try_collect().await.unwrap();
    assert!(matches!(&received[..], [Change::Delete { id, .. }] if id == deleted), "{received:?}");
    assert!(!changes.is_expired());

    strict.advance(TimeDelta::days(2));
    let mut changes = strict.sync(Some(first));
    let error = changes.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
    assert!(changes.is_expired());
    let again: Vec<_> = strict.sync(None).try_collect().await.unwrap();
    assert_eq!(sorted(again.iter().map(id)), strict.ids());
}
