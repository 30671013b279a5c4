//! Projects, work orders and machines.

use super::loaded::{self, Entry};
use super::names::{CUSTOMERS, MACHINES, SITES, WORK};
use super::{COMPANIES, Company};
use crate::state::SharedState;

/// A building site.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) company: Company,
    pub(crate) number: String,
    pub(crate) external_number: String,
    pub(crate) name: String,
    pub(crate) customer: String,
    pub(crate) address: String,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) active: bool,
    /// Entry of a loaded world that the project comes from.
    pub(crate) entry: Option<Entry>,
}

/// A work order ("task") of a project.
#[derive(Clone, Debug)]
pub(crate) struct WorkOrder {
    pub(crate) id: String,
    /// Index of the project in [`World::projects`](super::World::projects).
    pub(crate) project: usize,
    pub(crate) number: String,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
}

/// A machine or a vehicle.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) id: String,
    pub(crate) company: Company,
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) type_id: String,
    pub(crate) registration_number: String,
    pub(crate) build_year: u64,
    pub(crate) hour_meter: u64,
    /// Entry of a loaded world that the machine comes from.
    pub(crate) entry: Option<Entry>,
}

/// Generates the projects: 13 of the client's company, 2 of its subsidiary, 1 of the foreign company.
pub(super) fn projects(shared: &SharedState) -> Vec<Project> {
    let ids = shared.ids("ditio/projects");
    let mut random = shared.random("ditio/projects");
    let sites = SITES.iter().enumerate().map(|(index, (name, street, town, latitude, longitude))| Project {
        id: ids.next(),
        company: COMPANIES[match index {
            ..13 => 0,
            13..15 => 1,
            _ => 2,
        }],
        number: format!("P-2025-{:03}", index + 1),
        external_number: format!("EXT-{}", 9_900_000 + random.below(99_999)),
        name: (*name).to_owned(),
        customer: (*random.pick(&CUSTOMERS)).to_owned(),
        address: format!("{street}, {town}"),
        latitude: *latitude,
        longitude: *longitude,
        active: index % 6 != 5,
        entry: None,
    });
    sites.collect()
}

/// Creates the projects of a loaded world.
pub(super) fn loaded_projects(shared: &SharedState, entries: &[Entry]) -> Vec<Project> {
    let ids = shared.ids("ditio/projects");
    let degrees = |entry: &Entry, name: &str| entry.get(name).and_then(serde_json::Value::as_f64).unwrap_or_default();
    let projects = loaded::by_company(entries).into_iter().map(|entry| Project {
        id: loaded::text_or(entry, "id", || ids.next()),
        company: loaded::company(entry),
        number: loaded::text(entry, "projectNumber").unwrap_or_default(),
        external_number: loaded::text(entry, "externalProjectNumber").unwrap_or_default(),
        name: loaded::text(entry, "name").unwrap_or_default(),
        customer: loaded::text(entry, "projectCustomerName").unwrap_or_default(),
        address: loaded::text(entry, "projectAddress").unwrap_or_default(),
        latitude: degrees(entry, "projectLocationLatitude"),
        longitude: degrees(entry, "projectLocationLongitude"),
        active: entry.get("active") == Some(&true.into()),
        entry: Some(entry.clone()),
    });
    projects.collect()
}

/// Generates three work orders per project.
pub(super) fn work_orders(shared: &SharedState, projects: &[Project]) -> Vec<WorkOrder> {
    let ids = shared.ids("ditio/tasks");
    let mut random = shared.random("ditio/tasks");
    let numbered = (0..projects.len()).flat_map(|project| (1..=3).map(move |number| (project, number)));
    let orders = numbered.map(|(project, number)| {
        let (name, description) = *random.pick(&WORK);
        WorkOrder { id: ids.next(), project, number: format!("AO-{number:02}"), name, description }
    });
    orders.collect()
}

/// Generates the machines: 16 of the client's company, 2 of its subsidiary, 2 of the foreign company.
pub(super) fn machines(shared: &SharedState) -> Vec<Machine> {
    let ids = shared.ids("ditio/machines");
    let mut random = shared.random("ditio/machines");
    let fleet = (0..20).map(|index| {
        let (name, type_id) = MACHINES[index % MACHINES.len()];
        Machine {
            id: ids.next(),
            company: COMPANIES[match index {
                ..16 => 0,
                16..18 => 1,
                _ => 2,
            }],
            number: format!("FM-{:03}", index + 1),
            name: name.to_owned(),
            type_id: type_id.to_owned(),
            registration_number: format!(
                "{} {:05}",
                random.pick(&["AB", "EK", "VH", "ZT"]),
                10_000 + random.below(89_999)
            ),
            build_year: 2012 + random.below(13),
            hour_meter: 400 + random.below(9_000),
            entry: None,
        }
    });
    fleet.collect()
}

/// Creates the machines of a loaded world.
pub(super) fn loaded_machines(shared: &SharedState, entries: &[Entry]) -> Vec<Machine> {
    let ids = shared.ids("ditio/machines");
    let machines = loaded::by_company(entries).into_iter().map(|entry| Machine {
        id: loaded::text_or(entry, "id", || ids.next()),
        company: loaded::company(entry),
        number: loaded::text(entry, "machineNumber").unwrap_or_default(),
        name: loaded::text(entry, "name").unwrap_or_default(),
        type_id: loaded::text(entry, "typeId").unwrap_or_default(),
        registration_number: loaded::text(entry, "registrationNumber").unwrap_or_default(),
        build_year: loaded::integer(entry, "buildYear"),
        hour_meter: loaded::integer(entry, "hourMeter"),
        entry: Some(entry.clone()),
    });
    machines.collect()
}
