//! Ditio mass transport: states of excavators, weights, and the two older read routes.

use keyfob_simulator::{DitioTable, Simulator};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{http, read_response, token};

struct Transport {
    simulator: Simulator,
    http: Client,
    token: String,
}

impl Transport {
    async fn start() -> Self {
        let simulator = Simulator::start().await.unwrap();
        let http = http();
        let token = token(&http, simulator.url(), "masstransportapiv1").await;
        Self { simulator, http, token }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let url = format!("{}/ditio/mass-transport/api/{path}", self.simulator.url());
        let request = self.http.request(method, url).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        read_response(request.send().await.unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn put(&self, path: &str, body: Value) -> StatusCode {
        self.call(Method::PUT, path, Some(body)).await.0
    }

    async fn latest(&self, company: &str, project: &str) -> Value {
        let path = format!("external-excavator-state/latest-timestamp/{company}/{project}");
        let (status, time) = self.call(Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK);
        time
    }
}

fn state(machine: &str, start: &str, end: &str) -> Value {
    json!({
        "companyId": "company-123",
        "projectId": "project-456",
        "machineId": machine,
        "state": "Working",
        "startTime": start,
        "endTime": end,
    })
}

#[tokio::test]
async fn states_are_imported_singly_and_in_batches_and_move_the_checkpoint() {
    let transport = Transport::start().await;
    assert_eq!(transport.latest("company-123", "project-456").await, "0001-01-01T00:00:00");
    let one = state("EX-001", "2025-01-15T08:00:00Z", "2025-01-15T08:45:00Z");
    let (status, stored) = transport.post("external-excavator-state", one.clone()).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(stored["id"].as_str().unwrap().len(), 24);
    assert_eq!(stored["machineId"], "EX-001");
    assert_eq!(transport.latest("company-123", "project-456").await, "2025-01-15T08:45:00Z");
    let more = json!([state("EX-002", "2025-01-15T09:00:00Z", "2025-01-15T10:00:00+00:00"), one]);
    let (status, body) = transport.post("external-excavator-state/import", more).await;
    assert_eq!((status, body), (StatusCode::CREATED, Value::Null));
    assert_eq!(transport.latest("company-123", "project-456").await, "2025-01-15T10:00:00Z");
    assert_eq!(transport.latest("company-123", "project-457").await, "0001-01-01T00:00:00");
}

#[tokio::test]
async fn time_is_totalled_by_state_within_the_window() {
    let transport = Transport::start().await;
    let mut idle = state("EX-001", "2025-01-15T10:00:00Z", "2025-01-15T10:30:00Z");
    idle["state"] = json!("Idle");
    let batch = json!([state("EX-001", "2025-01-15T08:00:00Z", "2025-01-15T10:00:00Z"), idle]);
    transport.post("external-excavator-state/import", batch).await;
    let sums = async |more: Value| {
        let mut filter = json!({ "companyId": "company-123", "projectId": "project-456" });
        filter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        transport.post("external-excavator-state/aggregated-data-per-state", filter).await.1
    };
    assert_eq!(
        sums(json!({})).await,
        json!([
            { "state": "Idle", "count": 1, "totalSeconds": 1_800, "totalHours": 0.5 },
            { "state": "Working", "count": 1, "totalSeconds": 7_200, "totalHours": 2 },
        ])
    );
    let clipped = sums(json!({ "fromDateTime": "2025-01-15T09:00:00Z", "toDateTime": "2025-01-15T10:00:00Z" })).await;
    assert_eq!(clipped, json!([{ "state": "Working", "count": 1, "totalSeconds": 3_600, "totalHours": 1 }]));
    assert_eq!(sums(json!({ "machineId": "EX-009" })).await, json!([]));
    let (_, seeded) =
        transport.post("external-excavator-state/aggregated-data-per-state", json!({ "companyId": "012345" })).await;
    let states: Vec<&Value> = seeded.as_array().unwrap().iter().map(|sum| &sum["state"]).collect();
    assert_eq!(states, ["Idle", "Moving", "Working"]);
}

#[tokio::test]
async fn a_batch_with_one_invalid_record_is_rejected_as_a_whole() {
    let transport = Transport::start().await;
    let bad = state("", "2025-01-15T09:00:00Z", "2025-01-15T08:00:00Z");
    let batch = json!([state("EX-1", "2025-01-15T08:00:00Z", "2025-01-15T08:45:00Z"), bad]);
    let (status, body) = transport.post("external-excavator-state/import", batch).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let fields: Vec<&Value> = body["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["[1].machineId", "[1].endTime"]);
    assert_eq!(transport.latest("company-123", "project-456").await, "0001-01-01T00:00:00");
}

#[tokio::test]
async fn a_weight_passes_its_steps_in_order_and_can_be_queried() {
    let transport = Transport::start().await;
    let ticket = json!({
        "companyId": "012345", "projectId": "p-1", "quantity": 24.36, "massType": "Sprengstein",
        "receiptNumber": "VS-1", "comment": "Lass; \"tørt\"", "driverCode": 7,
    });
    let (status, stored) = transport.post("external-weight-measure", ticket).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!((&stored["verified"], &stored["driverCode"]), (&json!(false), &json!(7)));
    let id = stored["id"].clone();
    let mark =
        async |step: &str, body: Value| transport.put(&format!("external-weight-measure/mark-{step}"), body).await;
    assert_eq!(mark("approved", json!([id])).await, StatusCode::BAD_REQUEST, "it is not verified");
    assert_eq!(mark("verified", json!([id])).await, StatusCode::OK);
    assert_eq!(mark("verified", json!({ "ids": [id] })).await, StatusCode::OK, "again changes nothing");
    assert_eq!(mark("invoiced", json!([id])).await, StatusCode::BAD_REQUEST);
    assert_eq!(mark("approved", json!([id])).await, StatusCode::OK);
    assert_eq!(mark("invoiced", json!([id])).await, StatusCode::OK);
    assert_eq!(mark("invoiced", json!(["nobody"])).await, StatusCode::NOT_FOUND);
    assert_eq!(mark("invoiced", json!([])).await, StatusCode::BAD_REQUEST);
    let (_, found) = transport.post("external-weight-measure/query", json!({ "receiptNumber": "VS-1" })).await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["invoiced"], true);

    let url = format!("{}/ditio/mass-transport/api/external-weight-measure/export", transport.simulator.url());
    let request = transport.http.post(url).bearer_auth(&transport.token).json(&json!({ "receiptNumber": "VS-1" }));
    let csv = request.send().await.unwrap().text().await.unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("id;companyId;projectId;"));
    assert!(lines[1].contains(";24,36;") && lines[1].contains("\"Lass; \"\"tørt\"\"\""), "{csv}");
}

#[tokio::test]
async fn seeded_weights_cover_every_step_and_filters_select_them() {
    let transport = Transport::start().await;
    let count =
        async |filter: Value| transport.post("external-weight-measure/query", filter).await.1.as_array().unwrap().len();
    assert_eq!(count(json!({})).await, 40);
    assert_eq!(count(json!({ "verified": false })).await, 10);
    assert_eq!(count(json!({ "approved": true, "invoiced": false })).await, 10);
    let early = count(json!({ "toDateTime": "2026-02-26" })).await;
    let late = count(json!({ "fromDateTime": "2026-02-26" })).await;
    assert!(early > 0 && late > 0 && early + late == 40);
}

#[tokio::test]
async fn invalid_members_are_rejected_by_field() {
    let transport = Transport::start().await;
    let fields = async |path: &str, body: Value| {
        let (status, body) = transport.post(path, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        let errors = body["errors"].as_array().unwrap().iter();
        errors.map(|error| error["field"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let all = ["companyId", "projectId", "machineId", "state", "startTime", "endTime"];
    assert_eq!(fields("external-excavator-state", json!({})).await, all);
    let odd = json!({ "companyId": "c", "projectId": "", "quantity": "much" });
    assert_eq!(fields("external-weight-measure", odd).await, ["projectId", "quantity"]);
    let when = json!({ "fromDateTime": "soon" });
    assert_eq!(fields("external-weight-measure/query", when).await, ["fromDateTime"]);
    assert_eq!(fields("external-excavator-state/import", json!({})).await, [""]);
    let foreign = json!({ "companyId": "098765", "projectId": "p" });
    assert_eq!(transport.post("external-weight-measure", foreign).await.0, StatusCode::FORBIDDEN);
    let url = format!("{}/ditio/mass-transport/api/external-weight-measure/query", transport.simulator.url());
    let text = transport.http.post(&url).bearer_auth(&transport.token).body("{}").send().await.unwrap();
    assert_eq!(text.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn the_live_view_shows_dumpers_and_loaders_some_of_them_offline() {
    let transport = Transport::start().await;
    let (status, live) = transport.call(Method::GET, "live/company", None).await;
    assert_eq!(status, StatusCode::OK);
    let dumpers = live["dumperLiveDataList"].as_array().unwrap();
    let loaders = live["loaderLiveDataList"].as_array().unwrap();
    assert_eq!(dumpers.len() + loaders.len(), 16);
    assert!(dumpers.iter().all(|row| row["dumperId"].is_string() && row["quantity"].is_number()));
    assert!(loaders.iter().all(|row| row["loaderDriverName"].is_string() && row["dumperId"].is_null()));
    let gone = |row: &&Value| row["lastSeen"].as_str().unwrap() < "2026-03-02T07:45:00Z";
    assert!(dumpers.iter().any(|row| gone(&row)) && !dumpers.iter().all(|row| gone(&row)));
}

#[tokio::test]
async fn the_older_report_has_the_trips_of_the_reporting_api() {
    let transport = Transport::start().await;
    let path = "mass-transport-report/mass-transport-report";
    let window = json!({ "fromDate": "2026-02-01T00:00:00Z", "toDate": "2026-03-01T00:00:00Z", "companyId": "" });
    let (status, trips) = transport.post(path, window).await;
    assert_eq!(status, StatusCode::OK);
    let newer = transport.simulator.ditio_reporting().rows(DitioTable::FlowTripRegistrations);
    let inside = newer.iter().filter(|row| row["loadDateTime"].as_str().unwrap() >= "2026-02");
    let ids: Vec<&Value> = inside.map(|row| &row["id"]).collect();
    let trips = trips.as_array().unwrap();
    assert_eq!(trips.iter().map(|trip| &trip["tripId"]).collect::<Vec<_>>(), ids);
    assert!(ids.len() > 50);
    let names =
        "registrationNumber externalProjectId taskDescription unitOfMeasure breaks tags dumperDriverId averageSpeed";
    assert!(names.split(' ').all(|name| trips[0].get(name).is_some()));
    assert!(trips[0].get("isDeleted").is_none());
    let (status, _) = transport.post(path, json!({ "fromDate": "2026-02-01" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_audience_is_checked_and_unknown_paths_are_not_found() {
    let mut transport = Transport::start().await;
    assert_eq!(transport.call(Method::GET, "LIVE/Company", None).await.0, StatusCode::OK);
    assert_eq!(transport.call(Method::GET, "external-weight-measure/1", None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(transport.call(Method::GET, "external-weight-measure", None).await.0, StatusCode::METHOD_NOT_ALLOWED);
    transport.token = token(&transport.http, transport.simulator.url(), "reportingapiv1 ditioapiv3").await;
    for (method, path) in [
        (Method::POST, "external-excavator-state"),
        (Method::POST, "external-excavator-state/import"),
        (Method::GET, "external-excavator-state/latest-timestamp/a/b"),
        (Method::POST, "external-excavator-state/aggregated-data-per-state"),
        (Method::POST, "external-weight-measure"),
        (Method::POST, "external-weight-measure/query"),
        (Method::POST, "external-weight-measure/export"),
        (Method::PUT, "external-weight-measure/mark-verified"),
        (Method::PUT, "external-weight-measure/mark-approved"),
        (Method::PUT, "external-weight-measure/mark-invoiced"),
        (Method::GET, "live/company"),
        (Method::POST, "mass-transport-report/mass-transport-report"),
    ] {
        assert_eq!(transport.call(method, path, Some(json!({}))).await.0, StatusCode::UNAUTHORIZED, "{path}");
    }
}
