//! What Bits holds: one customer, its workflows, its applications.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::ids;
use super::organizations::Organization;
use crate::state::SharedState;
use crate::state::random::Random;
use crate::vendor::credentials::BITS_WORKFLOW_ID;

/// How an application may end.
const OUTCOMES: [&str; 2] = ["APPROVED", "MANUAL_REVIEW"];
/// The seeded applications: their age in seconds, and how they end.
const SEEDED: [(i64, &str); 8] = [
    (30 * 86_400, "APPROVED"),
    (29 * 86_400, "DECLINED"),
    (21 * 86_400, "FAILED"),
    (20 * 86_400, "CANCELLED"),
    (8 * 86_400, "APPROVED"),
    (2 * 86_400, "MANUAL_REVIEW"),
    (120, "APPROVED"),
    (0, "APPROVED"),
];
/// An applicant opens an application so long after its creation,
const STARTS_AFTER: TimeDelta = TimeDelta::seconds(60);
/// and is through after so long.
const ENDS_AFTER: TimeDelta = TimeDelta::seconds(600);

pub(super) struct World {
    pub(super) customer_id: String,
    pub(super) workflows: Vec<String>,
    pub(super) applications: BTreeMap<String, Application>,
    random: Random,
}

pub(super) struct Application {
    created: DateTime<Utc>,
    outcome: &'static str,
    country: String,
    /// What the organization is made from, each time that somebody asks: it is much larger.
    origin: Random,
}

impl Application {
    pub(super) fn organization(&self) -> Organization {
        Organization::new(&self.country, &mut self.origin.clone())
    }

    /// The state is a matter of simulated time: nobody else plays the applicant.
    pub(super) fn status(&self, now: DateTime<Utc>) -> &'static str {
        let age = now - self.created;
        if age < STARTS_AFTER {
            "NOT_STARTED"
        } else if age < ENDS_AFTER {
            "IN_PROGRESS"
        } else {
            self.outcome
        }
    }
}

impl World {
    pub(super) fn new(shared: &SharedState) -> Self {
        let mut random = shared.random("bits/world");
        let mut world = Self {
            customer_id: ids::new("customer", &mut random),
            workflows: vec![BITS_WORKFLOW_ID.to_owned(), ids::new("workflow", &mut random)],
            applications: BTreeMap::new(),
            random,
        };
        let now = shared.clock.now();
        for (age, outcome) in SEEDED {
            world.add(now - TimeDelta::seconds(age), "SE", outcome);
        }
        world
    }

    /// The id of the first seeded application, without building the rest.
    pub(super) fn an_application_id(shared: &SharedState) -> String {
        let world = Self::new(shared);
        world.applications.into_keys().next().expect("some are seeded")
    }

    /// Creates an application and gives its id.
    pub(super) fn create(&mut self, now: DateTime<Utc>, country: &str) -> String {
        let outcome = self.random.pick(&OUTCOMES);
        self.add(now, country, outcome)
    }

    fn add(&mut self, created: DateTime<Utc>, country: &str, outcome: &'static str) -> String {
        let id = ids::new("application", &mut self.random);
        let origin = self.random.clone();
        Organization::new(country, &mut self.random);
        let application = Application { created, outcome, country: country.to_owned(), origin };
        self.applications.insert(id.clone(), application);
        id
    }
}
