//! The seeded companies, projects, people and machines that all Ditio APIs share.

pub(crate) mod loaded;
mod names;
mod people;
mod projects;

pub(crate) use people::Person;
pub(crate) use projects::{Machine, Project, WorkOrder};

use loaded::Loaded;

use crate::state::SharedState;
use crate::vendor::credentials::DITIO_COMPANY_ID;

/// A company.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Company {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) organization_number: &'static str,
}

/// The companies: the client's own, its subsidiary, and a foreign company. Ids have six digits and start with a zero, as
/// the vendor's do.
pub(crate) const COMPANIES: [Company; 3] = [
    Company { id: DITIO_COMPANY_ID, name: "Fjellvåg Entreprenør AS", organization_number: "998877665" },
    Company { id: "012346", name: "Fjellvåg Maskin AS", organization_number: "998877673" },
    Company { id: "098765", name: "Østerdalen Graving AS", organization_number: "912345678" },
];

/// A kind of absence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AbsenceType {
    pub(crate) id: &'static str,
    /// Payroll code. Two types share 510, so that the code alone is ambiguous.
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
}

/// Absence types of the client's company.
pub(crate) const ABSENCE_TYPES: [AbsenceType; 6] = [
    AbsenceType { id: "65a0000000000000000000a1", code: "505", name: "Egenmelding" },
    AbsenceType { id: "65a0000000000000000000a2", code: "506", name: "Sykemelding" },
    AbsenceType { id: "65a0000000000000000000a3", code: "507", name: "Sykt barn" },
    AbsenceType { id: "65a0000000000000000000a4", code: "510", name: "Ferie" },
    AbsenceType { id: "65a0000000000000000000a5", code: "510", name: "Ferie overført" },
    AbsenceType { id: "65a0000000000000000000a6", code: "520", name: "Permisjon uten lønn" },
];

/// Machine types that exist for every company.
pub(crate) const MACHINE_TYPES: [&str; 10] = [
    "hjullaster",
    "beltemaskin",
    "hjulgraver",
    "dumper",
    "lastebil",
    "tippbil",
    "bil",
    "firmabil",
    "traktor",
    "minidumper",
];

/// The seeded or loaded data.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) projects: Vec<Project>,
    pub(crate) work_orders: Vec<WorkOrder>,
    pub(crate) people: Vec<Person>,
    pub(crate) machines: Vec<Machine>,
}

impl World {
    /// Generates the data from the seed and the loaded world: the same data for every API of a simulator.
    pub(crate) fn new(shared: &SharedState) -> Self {
        let loaded = shared.extensions.get::<Loaded>().unwrap_or_default();
        let projects = match &loaded.projects {
            Some(entries) => projects::loaded_projects(shared, entries),
            None => projects::projects(shared),
        };
        let machines = match &loaded.machines {
            Some(entries) => projects::loaded_machines(shared, entries),
            None => projects::machines(shared),
        };
        let people = match &loaded.employees {
            Some(entries) => people::loaded_people(shared, entries),
            None => people::people(shared),
        };
        let work_orders = projects::work_orders(shared, &projects);
        Self { projects, work_orders, people, machines }
    }

    /// Returns the projects of the client's company; all projects if it has none.
    pub(crate) fn own_projects(&self) -> &[Project] {
        own(&self.projects, |project| project.company)
    }

    /// Returns the machines of the client's company; all machines if it has none.
    pub(crate) fn own_machines(&self) -> &[Machine] {
        own(&self.machines, |machine| machine.company)
    }

    /// Returns the people of the client's company; all people if it has none.
    pub(crate) fn own_people(&self) -> &[Person] {
        own(&self.people, |person| person.company)
    }
}

/// Returns the name of a company; empty if unknown.
pub(crate) fn company_name(id: &str) -> &'static str {
    COMPANIES.iter().find(|company| company.id == id).map_or("", |company| company.name)
}

/// Returns the rows of the client's company at the beginning of a list; all rows if there are none.
fn own<T>(rows: &[T], company: impl Fn(&T) -> Company) -> &[T] {
    let count = rows.iter().take_while(|row| company(row).id == DITIO_COMPANY_ID).count();
    if count == 0 { rows } else { &rows[..count] }
}
