//! Every operation of Ditio mass transport.

use keyfob::ditio_mass_transport::{Client, OPERATIONS, operation::*, types};
use keyfob_simulator::{Simulator, credentials};
use serde_json::json;

use super::walk::{Expected, Walk};
use crate::ditio::{environment, valid_credentials};

const COMPANY: &str = credentials::DITIO_COMPANY_ID;
const PROJECT: &str = "69a5c4f7256ad8f26e32285d";

fn states(method: &'static str, path: &str) -> Expected {
    Expected::new(method, format!("/ditio/mass-transport/api/external-excavator-state{path}"))
}

fn weights(method: &'static str, path: &str) -> Expected {
    Expected::new(method, format!("/ditio/mass-transport/api/external-weight-measure{path}"))
}

#[tokio::test]
async fn every_operation_of_ditio_mass_transport_is_called_and_its_responses_decode_losslessly() {
    let simulator = Simulator::start().await.unwrap();
    let mut walk = Walk::start(simulator.url()).await;
    let client = Client::new(environment(walk.url()), valid_credentials()).unwrap();

    excavator_states(&mut walk, &client).await;
    weight_measures(&mut walk, &client).await;
    walk.finish(OPERATIONS, "ditio-mass-transport");
}

async fn excavator_states(walk: &mut Walk, client: &Client) {
    let time = |text: &str| text.parse::<keyfob::Timestamp>().unwrap();
    let state = |from: &str, to: &str| {
        types::ExcavatorState::new(COMPANY, PROJECT, "EX 001/ø", types::OperatingState::Working, time(from), time(to))
    };
    let wire = |from: &str, to: &str| {
        json!({
            "companyId": COMPANY, "projectId": PROJECT, "machineId": "EX 001/ø", "state": "Working",
            "startTime": from, "endTime": to,
        })
    };
    let (first, second) = ("2026-03-02T08:00:00Z", "2026-03-02T08:45:00Z");
    let (third, fourth) = ("2026-03-02T09:00:00.5+01:00", "2026-03-02T10:15:00Z");
    let expected = states("POST", "").json(wire(first, second));
    let call = client.create_excavator_state(state(first, second)).send();
    let stored = walk.call(&CreateExcavatorState::OPERATION, call, expected).await;
    assert_eq!((&stored["machineId"], &stored["state"]), (&json!("EX 001/ø"), &json!("Working")));

    let expected = states("POST", "/import").json(json!([wire(second, fourth), wire(third, second)]));
    let call = client.import_excavator_states([state(second, fourth), state(third, second)]).send();
    walk.call(&ImportExcavatorStates::OPERATION, call, expected).await;

    let expected = states("GET", &format!("/latest-timestamp/{COMPANY}/{PROJECT}"));
    let call = client.latest_excavator_state_timestamp(COMPANY, PROJECT).send();
    let latest = walk.call(&LatestExcavatorStateTimestamp::OPERATION, call, expected).await;
    assert_eq!(latest, json!(fourth), "the imported state is the latest");
    let expected = states("GET", "/latest-timestamp/company-123/a%2Fb%20%C3%B8");
    let call = client.latest_excavator_state_timestamp("company-123", "a/b ø").send();
    let none = walk.call(&LatestExcavatorStateTimestamp::OPERATION, call, expected).await;
    assert_eq!(none, json!("0001-01-01T00:00:00"), "the project has no state");

    let filter = json!({"companyId": COMPANY, "projectId": PROJECT, "machineId": "EX 001/ø"});
    let expected = states("POST", "/aggregated-data-per-state").json(filter.clone());
    let call = client.aggregated_excavator_states(filter).send();
    let sums = walk.call(&AggregatedExcavatorStates::OPERATION, call, expected).await;
    assert_eq!((&sums[0]["state"], &sums[0]["count"]), (&json!("Working"), &json!(3)));
}

async fn weight_measures(walk: &mut Walk, client: &Client) {
    let ticket = json!({"companyId": COMPANY, "projectId": PROJECT, "quantity": 17.25, "receiptNumber": "VS-1; «ø»"});
    let expected = weights("POST", "").json(ticket.clone());
    let call = client.create_weight_measure(ticket).send();
    let stored = walk.call(&CreateWeightMeasure::OPERATION, call, expected).await;
    let id = stored["id"].as_str().unwrap();

    let filter = json!({"companyId": COMPANY, "receiptNumber": "VS-1; «ø»"});
    let expected = weights("POST", "/query").json(filter.clone());
    let found = walk.call(&WeightMeasures::OPERATION, client.weight_measures(filter.clone()).send(), expected).await;
    assert_eq!(found, json!([stored]));
    let expected = weights("POST", "/export").json(filter.clone());
    let call = client.export_weight_measures(filter).send();
    let table = walk.text(&ExportWeightMeasures::OPERATION, call, expected).await;
    assert!(table.lines().nth(1).unwrap().contains(";17,25;"), "{table}");

    let expected = weights("PUT", "/mark-verified").json(json!([id]));
    let call = client.mark_weight_measures_verified(json!([id])).send();
    let marked = walk.call(&MarkWeightMeasuresVerified::OPERATION, call, expected).await;
    assert_eq!((&marked[0]["verified"], &marked[0]["approved"]), (&json!(true), &json!(false)));
    let expected = weights("PUT", "/mark-approved").json(json!({"ids": [id]}));
    let call = client.mark_weight_measures_approved(json!({"ids": [id]})).send();
    let marked = walk.call(&MarkWeightMeasuresApproved::OPERATION, call, expected).await;
    assert_eq!((&marked[0]["approved"], &marked[0]["invoiced"]), (&json!(true), &json!(false)));
    let expected = weights("PUT", "/mark-invoiced").json(json!([id]));
    let call = client.mark_weight_measures_invoiced(json!([id])).send();
    let marked = walk.call(&MarkWeightMeasuresInvoiced::OPERATION, call, expected).await;
    assert_eq!((&marked[0]["receiptNumber"], &marked[0]["invoiced"]), (&json!("VS-1; «ø»"), &json!(true)));
}
