//! Determinism: the same script and seed get the same bytes from all vendors in each run.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use keyfob_simulator::{Simulator, credentials as c};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::http;

/// Number of requests in the script.
const STEPS: usize = 43;

/// Client that records every response: status, headers, body.
struct Script {
    http: Client,
    url: String,
    token: String,
    transcript: Vec<String>,
}

impl Script {
    async fn send(&mut self, request: RequestBuilder) -> Value {
        let response = request.send().await.unwrap();
        let (url, status) = (response.url().clone(), response.status());
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap();
        let shown = String::from_utf8_lossy(&body);
        assert!(status.is_success(), "{url}: {status} {shown}");
        self.transcript.push(format!("{url} {status} {headers:?} {shown}"));
        serde_json::from_slice(&body).unwrap_or(Value::Null)
    }

    async fn log_in(&mut self, path: &str, form: &[(&str, &str)], basic: Option<(&str, &str)>) {
        let request = self.http.post(format!("{}{path}", self.url)).form(form);
        let request = basic.into_iter().fold(request, |request, (id, secret)| request.basic_auth(id, Some(secret)));
        let token = self.send(request).await["access_token"].as_str().unwrap().to_owned();
        self.token = token;
    }

    async fn get(&mut self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        self.send(request).await
    }

    async fn call(&mut self, method: Method, path: &str, body: Value) -> Value {
        let request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
        self.send(request.json(&body)).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        self.call(Method::POST, path, body).await
    }

    async fn ditio(&mut self) {
        let (id, secret) = (c::DITIO_CLIENT_ID, c::DITIO_CLIENT_SECRET);
        let scope = "ditioapiv3 reportingapiv1 masstransportapiv1";
        let grant = ("grant_type", "client_credentials");
        let form = [grant, ("client_id", id), ("client_secret", secret), ("scope", scope)];
        self.log_in("/ditio/identity/connect/token", &form, None).await;
        let root = "/ditio/core/api/v4/integration";
        let new =
            json!({ "companyId": c::DITIO_COMPANY_ID, "projectNumber": "Ø-1", "name": "Fjellhall", "active": true });
        let project = self.post(&format!("{root}/projects"), new).await["id"].as_str().unwrap().to_owned();
        let task = json!({ "companyId": c::DITIO_COMPANY_ID, "projectId": project, "externalId": "1", "name": "Grøft", "active": true });
        self.post(&format!("{root}/tasks"), task).await;
        for path in ["projects", "machines", "users", &format!("tasks/project/{project}")] {
            self.get(&format!("{root}/{path}")).await;
        }
        self.get("/ditio/core/api/payroll-export").await;
        for table in [
            "time-registrations",
            "machine-registrations",
            "incident-registrations",
            "checklist-registrations",
            "absence-registrations",
        ] {
            self.get(&format!("/ditio/reporting/v1/{table}?ChunkLimit=500")).await;
        }
        let state = json!({
            "companyId": "c", "projectId": "p", "machineId": "EX-1", "state": "Working",
            "startTime": "2026-01-15T08:00:00Z", "endTime": "2026-01-15T09:00:00Z",
        });
        self.post("/ditio/mass-transport/api/external-excavator-state", state).await;
        self.post("/ditio/mass-transport/api/external-weight-measure/query", json!({})).await;
    }

    async fn bits(&mut self) {
        let form = [("grant_type", "client_credentials")];
        self.log_in("/bits/v1/oauth2/token", &form, Some((c::BITS_CLIENT_ID, c::BITS_CLIENT_SECRET))).await;
        let new = json!({ "workflowId": c::BITS_WORKFLOW_ID, "countryCode": "SE", "redirectUrl": "http://localhost/" });
        let made = self.post("/bits/v1/applications.create", new).await;
        let id = json!({ "applicationId": made["id"] });
        self.post("/bits/v1/applications.get", id.clone()).await;
        self.post("/bits/v1/applications.organization.get", id).await;
    }

    async fn itempath(&mut self) {
        let body = json!({ "username": c::ITEMPATH_USERNAME, "password": c::ITEMPATH_PASSWORD });
        let tokens = self.post("/itempath/api/users/login", body).await;
        tokens["accessToken"].as_str().unwrap().clone_into(&mut self.token);
        let material = self.get("/itempath/api/materials").await["materials"][0]["id"].clone();
        let line = json!([{ "materialId": material, "quantity": 1 }]);
        self.post("/itempath/api/orders", json!({ "name": "Å-1", "order_lines": line })).await;
        for path in ["orders", "order_lines", "location_contents", "transactions", "bins", "kits", "calls"] {
            self.get(&format!("/itempath/api/{path}")).await;
        }
    }

    async fn dvinci(&mut self) {
        let (id, secret) = (c::DVINCI_CLIENT_ID, c::DVINCI_CLIENT_SECRET);
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        self.log_in("/dvinci/plt/oauth2/token", &form, None).await;
        let new =
            json!({ "name": "Prüfer", "orgUnitId": 6, "responsibleUserId": 7, "type": "DEFAULT", "status": "ACTIVE" });
        self.post("/dvinci/restApi/jobOpenings/", new).await;
        for path in ["jobOpenings", "applications", "persons", "onboardings", "hiringRequests", "dvinciUsers"] {
            self.get(&format!("/dvinci/restApi/{path}/")).await;
        }
    }

    async fn digitaleo(&mut self) {
        let (id, secret) = (c::DIGITALEO_CLIENT_ID, c::DIGITALEO_CLIENT_SECRET);
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        self.log_in("/digitaleo/oauth/token", &form, None).await;
        let contacts = json!({ "contacts": [{ "email": "anaïs@exemple.fr" }] });
        self.post("/digitaleo/contacts/rest/contacts", contacts).await;
        for path in ["contacts/rest/contacts?limit=0", "contacts/rest/lists", "api/rest/campaigns", "api/rest/mailings"]
        {
            self.get(&format!("/digitaleo/{path}")).await;
        }
    }
}

async fn run(seed: u64, address: SocketAddr) -> (SocketAddr, Vec<String>) {
    let epoch: DateTime<Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
    let simulator = Simulator::builder().seed(seed).epoch(epoch).listen(address).start().await.unwrap();
    let url = simulator.url().to_owned();
    let address = url.trim_start_matches("http://").parse().unwrap();
    let mut script = Script { http: http(), url, token: String::new(), transcript: Vec::new() };
    script.ditio().await;
    script.bits().await;
    script.itempath().await;
    script.dvinci().await;
    script.digitaleo().await;
    // The request log must be the same too.
    script.transcript.extend(simulator.requests().iter().map(|request| format!("{} {}", request.path, request.status)));
    drop(script.http);
    simulator.stop().await;
    (address, script.transcript)
}

#[tokio::test]
async fn the_same_script_and_seed_get_the_same_bytes_from_every_vendor() {
    // Links and the issuer of tokens contain the port, so the runs use the same port.
    let (address, first) = run(7, SocketAddr::from(([127, 0, 0, 1], 0))).await;
    let (_, second) = run(7, address).await;
    assert_eq!(first.len(), 2 * STEPS);
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first, second);
    }
    let (_, other) = run(8, address).await;
    let same = first.iter().zip(&other).take(STEPS).filter(|(first, other)| first == other).count();
    assert!(same < 15, "{same} of {STEPS} answers do not depend on the seed");
}
