//! The seeded rows, with a module per family of tables.

mod absence;
mod crew;
mod images;
mod machines;
mod masses;
mod metadata;
mod payroll;
mod safety;
mod time;

use serde_json::{Value, json};

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::Row;
use crate::ditio::reporting::tables::table::DitioTable as T;
use crate::ditio::reporting::times::{HOUR, UNSET};
use crate::ditio::world::{Machine, Person, Project, WorkOrder, World};
use crate::state::random::Random;

/// Data that all rows refer to.
#[derive(Debug)]
pub(in crate::ditio::reporting) struct Context {
    pub(in crate::ditio::reporting) world: World,
    /// Base URL of files in the core API.
    pub(in crate::ditio::reporting) files: String,
    /// Six digits per table, for the ids of its files.
    pub(in crate::ditio::reporting) table_digits: Vec<String>,
    /// Ids of the mass types.
    pub(in crate::ditio::reporting) mass_types: Vec<String>,
}

impl Context {
    /// Returns one of the people who approve rows.
    fn approver(&self, number: usize) -> &Person {
        &self.world.people[number % self.world.people.len()]
    }

    pub(in crate::ditio::reporting) fn file_url(&self, kind: T, variant: u8, i: u64) -> String {
        format!("{}/{}", self.files, self.file_id(kind, variant, i))
    }

    /// Returns the id of a file of row `i`.
    pub(in crate::ditio::reporting) fn file_id(&self, kind: T, variant: u8, i: u64) -> String {
        format!("6610f1a3{:02x}{variant:02x}{}{i:06x}", kind as u8, self.table_digits[kind.at()])
    }
}

/// Returns the time that orders row `i` in a full extraction.
pub(in crate::ditio::reporting) fn extraction_time(kind: T, layout: &Layout, i: u64) -> i64 {
    match kind {
        T::MachineRegistrations => layout.time_within_day(i / 2 * 2, 12 * HOUR, 5 * HOUR),
        T::FlowTripRegistrations => layout.time_within_day(i / 3 * 3, 5 * HOUR, 9 * HOUR),
        T::Images | T::CrewListRegistrations => layout.created(i),
        _ => layout.day(i),
    }
}

/// Returns the ids of rows that other APIs share, with their indexes in the world, ordered by id.
pub(in crate::ditio::reporting) fn world_rows(kind: T, world: &World) -> Option<Vec<(String, usize)>> {
    fn numbered<'a, R: 'a>(rows: &'a [R], id: impl Fn(&'a R) -> &'a str) -> Vec<(String, usize)> {
        rows.iter().enumerate().map(|(at, row)| (id(row).to_owned(), at)).collect()
    }
    let mut world_rows = match kind {
        T::Project => numbered(&world.projects, |project| &project.id),
        T::WorkBreakdownStructure => numbered(&world.work_orders, |order| &order.id),
        T::User => numbered(&world.people, |person| &person.profile_id),
        T::Resource => {
            let mut world_rows = numbered(&world.people, |person| &person.profile_id);
            let machines = numbered(&world.machines, |machine| &machine.id);
            world_rows.extend(machines.into_iter().map(|(id, at)| (id, at + world.people.len())));
            world_rows
        }
        _ => return None,
    };
    world_rows.sort();
    Some(world_rows)
}

/// Computes row `i`. `world_index` is the index given by [`world_rows`], else unused.
pub(in crate::ditio::reporting) fn row(kind: T, context: &Context, layout: &Layout, i: u64, world_index: usize) -> Row {
    match kind {
        T::Project => metadata::project(context, layout, i, world_index),
        T::WorkBreakdownStructure => metadata::work_order(context, layout, i, world_index),
        T::User => metadata::user(context, layout, i, world_index),
        T::Resource => metadata::resource(context, layout, i, world_index),
        T::TimeRegistrations => time::row(context, layout, i),
        T::MachineRegistrations => machines::row(context, layout, i),
        T::AbsenceRegistrations => absence::row(context, layout, i),
        T::PayrollLines => payroll::row(context, layout, i, false),
        T::PayrollLinesExtended => payroll::row(context, layout, i, true),
        T::IncidentRegistrations | T::MachineIncidentRegistrations => safety::incident(kind, context, layout, i),
        T::ChecklistRegistrations | T::MachineChecklistRegistrations => safety::checklist(kind, context, layout, i),
        T::Images => images::row(context, layout, i),
        T::FlowTripRegistrations => masses::trip(context, layout, i),
        T::FlowLocations => masses::location(context, layout, i),
        T::FlowMassTypes => masses::mass_type(layout, i),
        T::CrewListRegistrations => crew::row(context, layout, i),
    }
}

/// Person, machine, work order and project chosen for a row.
struct Subjects<'a> {
    random: Random,
    project: &'a Project,
    order: &'a WorkOrder,
    person: &'a Person,
    machine: &'a Machine,
}

impl<'a> Subjects<'a> {
    fn of(world: &'a World, layout: &Layout, i: u64) -> Self {
        let mut random = layout.random(i);
        let order = random.pick(&world.work_orders);
        Self {
            order,
            project: &world.projects[order.project],
            person: random.pick(&world.people),
            machine: random.pick(&world.machines),
            random,
        }
    }
}

/// Returns true with a probability of one in `of`.
fn one_in(random: &mut Random, of: u64) -> bool {
    random.below(of) == 0
}

/// Converts a number of hundredths to a JSON number with at most two decimals, without a fraction if it is whole.
pub(in crate::ditio) fn hundredths(number: u64) -> Value {
    let whole = i64::try_from(number).unwrap_or(i64::MAX);
    if number.is_multiple_of(100) {
        return (whole / 100).into();
    }
    let exact: f64 = u32::try_from(number).map_or(0.0, f64::from);
    (exact / 100.0).into()
}

/// Rounds a coordinate to six decimals.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1_000_000.0).round() / 1_000_000.0
}

/// Returns a date, or the year 1 if it is unset.
fn or_unset(text: Option<String>) -> Value {
    text.map_or_else(|| UNSET.into(), Value::from)
}

/// Returns a raw code and its text.
fn code_and_text(code: usize, texts: &[&'static str]) -> (Value, &'static str) {
    (json!(code), texts[code])
}
