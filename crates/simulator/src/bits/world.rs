//! Data of the simulated account: one customer, its workflows and its applications.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::bits::ids;
use crate::bits::loaded::Loaded;
use crate::bits::organizations::Organization;
use crate::state::SharedState;
use crate::state::random::Random;
use crate::vendor::credentials::BITS_WORKFLOW_ID;

/// Possible outcomes of a new application.
const OUTCOMES: [&str; 2] = ["APPROVED", "MANUAL_REVIEW"];
/// Seeded applications: age in seconds and outcome.
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
/// Simulated time from the creation of an application to its start by the applicant.
const STARTS_AFTER: TimeDelta = TimeDelta::seconds(60);
/// Simulated time from the creation of an application to its outcome.
const ENDS_AFTER: TimeDelta = TimeDelta::seconds(600);

/// Data of the account.
pub(super) struct World {
    pub(super) customer_id: String,
    pub(super) workflows: Vec<String>,
    pub(super) applications: BTreeMap<String, Application>,
    random: Random,
}

/// An onboarding application.
pub(super) struct Application {
    created: DateTime<Utc>,
    outcome: &'static str,
    country: String,
    /// Random state from which the organization is generated on each read, because storing it would take more memory.
    organization_seed: Random,
}

impl Application {
    pub(super) fn organization(&self) -> Organization {
        Organization::new(&self.country, &mut self.organization_seed.clone())
    }

    /// Returns the status, which depends on simulated time only: there is no applicant.
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
            workflows: workflows(shared, &mut random),
            applications: BTreeMap::new(),
            random,
        };
        let now = shared.clock.now();
        for (age, outcome) in SEEDED {
            world.add(now - TimeDelta::seconds(age), "SE", outcome);
        }
        world
    }

    /// Returns the id of the first seeded application.
    pub(super) fn first_application_id(shared: &SharedState) -> String {
        let world = Self::new(shared);
        world.applications.into_keys().next().expect("applications are seeded")
    }

    /// Creates an application and returns its id.
    pub(super) fn create(&mut self, now: DateTime<Utc>, country: &str) -> String {
        let outcome = self.random.pick(&OUTCOMES);
        self.add(now, country, outcome)
    }

    fn add(&mut self, created: DateTime<Utc>, country: &str, outcome: &'static str) -> String {
        let id = ids::new("application", &mut self.random);
        let organization_seed = self.random.clone();
        Organization::new(country, &mut self.random);
        let application = Application { created, outcome, country: country.to_owned(), organization_seed };
        self.applications.insert(id.clone(), application);
        id
    }
}

/// Returns the loaded workflows, or the fixed workflow and a seeded one.
fn workflows(shared: &SharedState, random: &mut Random) -> Vec<String> {
    let seeded = ids::new("workflow", random);
    match shared.extensions.get::<Loaded>().as_deref() {
        Some(Loaded { workflows: Some(loaded) }) => loaded.iter().map(|workflow| workflow.id.clone()).collect(),
        _ => vec![BITS_WORKFLOW_ID.to_owned(), seeded],
    }
}
