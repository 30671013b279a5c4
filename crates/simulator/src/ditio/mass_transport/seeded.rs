//! States and weights imported before the start of the simulator.

use serde_json::{Map, Value, json};

use super::states::State;
use super::weights::Weight;
use crate::ditio::reporting::tables::rows::hundredths;
use crate::ditio::reporting::times::{DAY, MINUTE, utc};
use crate::ditio::world::{COMPANIES, World};
use crate::state::SharedState;
use crate::state::random::ObjectIds;

const STATES: [&str; 3] = ["Working", "Idle", "Moving"];
const MASSES: [&str; 4] = ["Sprengstein", "Leire (våt)", "Pukk 22/63", "Grus 0–32"];
const COMMENTS: [&str; 4] = ["", "Kø ved vekt", "Vått lass; «omvekt»", "Følgeseddel \"mangler\""];

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Generates the states: eight spans for each of three machines of the first project, from two days ago.
pub(super) fn states(shared: &SharedState, world: &World, ids: &ObjectIds) -> Vec<State> {
    let mut random = shared.random("ditio/mass-transport/states");
    let project = &world.projects[0];
    let mut states = Vec::new();
    for machine in world.machines.iter().take(3) {
        let mut start = shared.clock.now().timestamp_millis() - 2 * DAY;
        for span in 0..8 {
            let minutes = i64::try_from(5 + random.below(80)).unwrap_or(5);
            let end = start + minutes * MINUTE;
            let state = STATES[span % STATES.len()];
            let record = json!({
                "id": ids.next(),
                "companyId": COMPANIES[0].id,
                "projectId": project.id,
                "machineId": machine.number,
                "state": state,
                "startTime": utc(start),
                "endTime": utc(end),
            });
            states.push(State {
                company: COMPANIES[0].id.to_owned(),
                project: project.id.clone(),
                machine: machine.number.clone(),
                name: state.to_owned(),
                start,
                end,
                record: members(record),
            });
            start = end;
        }
    }
    states
}

/// Generates 40 weights, a quarter each with no step, one, two and three steps done.
pub(super) fn weights(shared: &SharedState, world: &World, ids: &ObjectIds) -> Vec<Weight> {
    let mut random = shared.random("ditio/mass-transport/weights");
    let first = shared.clock.now().timestamp_millis() - 5 * DAY;
    let mut weights = Vec::new();
    for number in 0..40_i64 {
        let project = random.pick(world.own_projects());
        let truck = random.pick(world.own_machines());
        let at = utc(first + number * 97 * MINUTE);
        let record = json!({
            "id": ids.next(),
            "companyId": project.company.id,
            "projectId": project.id,
            "machineId": truck.number,
            "registrationNumber": truck.registration_number,
            "massType": random.pick(&MASSES),
            "quantity": hundredths(800 + random.below(2_600)),
            "unitOfMeasure": "Ton",
            "trailer": random.below(2) == 0,
            "receiptNumber": format!("VS-{}", 70_000 + number),
            "customerName": project.customer,
            "comment": random.pick(&COMMENTS),
            "weighedDateTime": at,
            "createdDateTime": at,
            "verified": number % 4 > 0,
            "approved": number % 4 > 1,
            "invoiced": number % 4 > 2,
        });
        weights.push(Weight(members(record)));
    }
    weights
}
