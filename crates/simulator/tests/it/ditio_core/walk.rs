//! Every operation once, in the order of the vendor's own collection.

use base64::Engine;
use keyfob_simulator::{Simulator, credentials};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Ditio, read_response};

/// Client that records each response and asserts success.
struct Walk {
    ditio: Ditio,
    transcript: Vec<String>,
}

impl Walk {
    async fn start() -> Self {
        let simulator = Simulator::builder().seed(7).start().await.unwrap();
        Self { ditio: Ditio::over(simulator).await, transcript: Vec::new() }
    }

    async fn call(&mut self, method: Method, path: &str, body: Value) -> Value {
        let sent = if body.is_null() { None } else { Some(body) };
        let (status, body) = self.ditio.call(method.clone(), path, sent).await;
        assert!(status.is_success(), "{method} {path}: {status} {body}");
        self.transcript.push(format!("{method} {path} {status} {body}"));
        body
    }

    async fn get(&mut self, path: &str) -> Value {
        self.call(Method::GET, path, Value::Null).await
    }

    async fn upload(&mut self, path: &str, name: &str, bytes: &'static [u8]) -> String {
        let part = Part::bytes(bytes).file_name(name.to_owned()).mime_str("application/octet-stream").unwrap();
        let form = Form::new().part("file", part);
        let (status, body) =
            read_response(self.ditio.request(Method::POST, path).multipart(form).send().await.unwrap()).await;
        assert!(status.is_success(), "POST {path}: {status} {body}");
        self.transcript.push(format!("POST {path} {status} {body}"));
        id(&body["files"][0]["fileReference"])
    }
}

fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

async fn projects_and_tasks(walk: &mut Walk) -> (String, String) {
    let company = credentials::DITIO_COMPANY_ID;
    let root = "/api/v4/integration/projects";
    let new =
        json!({ "companyId": company, "projectNumber": "P-2026-001", "name": "Prosjekt Fjellhall", "active": true });
    let project = id(&walk.call(Method::POST, root, new.clone()).await);
    walk.get(root).await;
    walk.get(&format!("{root}/by-project-number/P-2026-001")).await;
    walk.get(&format!("{root}/{project}")).await;
    walk.call(Method::PATCH, &format!("{root}/{project}"), json!({ "name": "Fjellhall, byggetrinn 2" })).await;
    walk.call(Method::PUT, &format!("{root}/{project}"), new).await;

    let root = "/api/v4/integration/tasks";
    let task = |number: &str| json!({ "companyId": company, "projectId": project, "externalId": number, "name": "Grøft", "active": true });
    let first = id(&walk.call(Method::POST, root, task("WO-100")).await);
    let second = id(&walk.call(Method::POST, root, task("WO-101")).await);
    walk.get(&format!("{root}/project/{project}")).await;
    walk.get(&format!("{root}/by-project-number/P-2026-001")).await;
    walk.get(&format!("{root}/by-project-number/P-2026-001/by-task-number/WO-100")).await;
    walk.get(&format!("{root}/{first}")).await;
    walk.call(Method::PATCH, &format!("{root}/{first}"), json!({ "externalProjectNumber": "EXT-1" })).await;
    walk.get(&format!("{root}/by-external-project-number/EXT-1/by-external-id/WO-100")).await;
    walk.call(Method::PUT, &format!("{root}/{second}"), task("WO-102")).await;
    walk.call(Method::DELETE, &format!("{root}/{second}"), Value::Null).await;
    (project, first)
}

async fn documents(walk: &mut Walk, project: &str, task: &str) {
    for owner in [format!("projects/{project}"), format!("tasks/{task}")] {
        for kind in ["documents", "files"] {
            let root = format!("/api/v4/integration/{owner}/{kind}");
            let file = walk.upload(&root, "tegning-Ø1.pdf", b"%PDF-1.7 tegning").await;
            walk.get(&root).await;
            walk.get(&format!("{root}/{file}")).await;
            walk.get(&format!("/api/file/{file}")).await;
            walk.call(Method::DELETE, &format!("{root}/{file}"), Value::Null).await;
        }
    }
    let root = format!("/api/v4/integration/projects/{project}/documents");
    walk.call(Method::PUT, &format!("{root}/description"), json!({ "description": "Tegninger" })).await;
    for by in ["file", "filereference"] {
        let file = walk.upload(&root, "notat.txt", b"notat").await;
        walk.call(Method::DELETE, &format!("/api/{by}/{file}"), Value::Null).await;
    }
}

async fn machines(walk: &mut Walk) {
    let company = credentials::DITIO_COMPANY_ID;
    let root = "/api/v4/integration/machines";
    let new =
        |number: &str| json!({ "companyId": company, "machineNumber": number, "typeId": "dumper", "active": true });
    let machine = id(&walk.call(Method::POST, root, new("D-1")).await);
    walk.get(&format!("{root}/by-machine-number/D-1")).await;
    walk.call(Method::PATCH, &format!("{root}/{machine}"), json!({ "name": "Volvo A30G" })).await;
    let fuel = json!({ "fuelConsumptionRate": 12.5, "fuelConsumptionUnit": 0, "fuelType": 1 });
    walk.call(Method::PATCH, &format!("{root}/{machine}/esg"), fuel).await;
    walk.get(&format!("{root}?includeEquipmentDetails=true")).await;
    walk.get(&format!("{root}/{machine}")).await;
    walk.call(Method::PUT, &format!("{root}/{machine}"), json!({ "hourMeter": 3500 })).await;
    walk.call(Method::POST, &format!("{root}/create/array"), json!([new("D-2"), new("D-3")])).await;
    let item = json!({ "id": machine, "companyId": company, "machineNumber": "D-1", "note": "ny" });
    walk.call(Method::PUT, &format!("{root}/update/array"), json!([item])).await;
    walk.get(&format!("{root}/is-machine-deletable/{machine}")).await;
    walk.call(Method::DELETE, &format!("{root}/{machine}"), Value::Null).await;
    walk.get("/api/MachineType").await;
    walk.get("/api/ProjNotificationTypeSetup").await;
}

async fn users(walk: &mut Walk) {
    let root = "/api/v4/integration/users";
    let user = json!({
        "companyId": credentials::DITIO_COMPANY_ID, "employeeNumber": "9001", "firstName": "Åse", "lastName": "Lønning",
        "mobileWork": "+4798765432", "birthDate": "17.05.1990", "employmentStartDate": "2025-09-01",
    });
    let created = walk.call(Method::POST, root, user.clone()).await;
    let identity = created["identityId"].as_str().unwrap().replace('|', "%7C");
    let profile = created["companyProfileId"].as_str().unwrap().to_owned();
    walk.get(root).await;
    walk.get(&format!("{root}/by-employee-number/9001")).await;
    walk.get(&format!("{root}/by-profile-id/{profile}")).await;
    walk.get(&format!("{root}/is-identity-deletable/{identity}")).await;
    walk.call(Method::PATCH, &format!("{root}/{profile}"), json!({ "workTitle": "Formann" })).await;
    walk.call(Method::PATCH, &format!("{root}/disable/{profile}"), Value::Null).await;
    walk.call(Method::PATCH, &format!("{root}/enable/{profile}"), json!({})).await;
    walk.call(Method::PUT, &format!("{root}/{identity}"), user.clone()).await;
    walk.call(Method::POST, &format!("{root}/scim"), user).await;
    walk.call(Method::DELETE, &format!("{root}/{identity}"), Value::Null).await;
}

async fn employees_and_their_time(walk: &mut Walk) {
    let root = "/api/v5/integration/employees";
    let employee = json!({
        "employeeNumber": "9002", "firstName": "Bjørn", "lastName": "Sæther", "phone": "+4798765433",
        "birthDate": "1988-02-29", "employment": { "startDate": "2025-01-01", "department": "3210", "payroll": 1 },
    });
    walk.call(Method::POST, root, employee).await;
    walk.get(&format!("{root}?includeEmployeesFromSubsidiaries=true&include=tags")).await;
    walk.get(&format!("{root}/9002?include=tags,employment-history,work-time-arrangements")).await;
    walk.get(&format!("{root}/search?query=s%C3%A6ther")).await;
    walk.call(Method::PATCH, &format!("{root}/9002"), json!({ "email": null })).await;
    walk.call(Method::PATCH, &format!("{root}/9002/update-employment"), json!({ "department": "Management" })).await;
    walk.call(Method::PATCH, &format!("{root}/9002/end-employment"), json!({ "endDate": "2026-03-31" })).await;
    let again = json!({ "startDate": "2026-04-01", "payroll": 1 });
    walk.call(Method::POST, &format!("{root}/9002/create-employment"), again).await;
    let certificate = json!({
        "employeeNumber": "9002", "certificateType": "Kranførerbevis",
        "issuedDateTime": "2025-01-01T00:00:00Z", "validUntilDateTime": "2030-01-01T00:00:00Z",
    });
    walk.call(Method::POST, "/api/v4/integration/certificates", json!([certificate])).await;
    for root in ["/api/integration/absences", "/api/v5/integration/absences"] {
        let absence = json!({
            "externalId": "884213/1/7", "employeeNumber": "9002", "absenceTypeCode": "505",
            "startDate": "2026-03-02", "endDate": "2026-03-08", "hoursPerDay": 7.5,
        });
        walk.call(Method::POST, root, absence).await;
        walk.get(&format!("{root}/884213/1/7")).await;
        walk.call(Method::DELETE, &format!("{root}/884213/1/7"), Value::Null).await;
    }
    for path in ["", "/", "/readonly", "/summary-as-lines", "/file?dataExportType=6"] {
        walk.get(&format!("/api/payroll-export{path}")).await;
    }
    walk.get("/api/v3/onlineusers/activeonly").await;
}

async fn lists(walk: &mut Walk, project: &str) {
    let root = "/api/project-external-reference";
    let value = json!({ "externalRefType": "ExternalProjectNumber", "externalRefValue": "EXT-7", "name": "Ny vår" });
    let reference = id(&walk.call(Method::POST, root, value).await);
    walk.get(&format!("{root}/type/ExternalProjectNumber")).await;
    walk.get(&format!("{root}/type/ProcessCode/project/P-2025-001")).await;
    walk.call(Method::PUT, &format!("{root}/disable/{reference}"), Value::Null).await;
    walk.call(Method::DELETE, &format!("{root}/{reference}"), Value::Null).await;
    walk.get("/api/projects?activeInactiveAll=2").await;
    walk.get("/api/projects/search?searchString=fjell&activeOnly=true").await;
    walk.get(&format!("/api/projects/{project}")).await;
    walk.get(&format!("/api/projects/{project}/tasks?activeInactiveAll=2")).await;
    walk.get("/api/resources/types").await;
    let machines = walk.get("/api/v4/integration/machines").await;
    walk.get(&format!("/api/resources/details/{}", id(&machines[0]))).await;
    walk.call(Method::DELETE, &format!("/api/v4/integration/projects/{project}"), Value::Null).await;
}

async fn everything() -> Vec<String> {
    let mut walk = Walk::start().await;
    let (project, task) = projects_and_tasks(&mut walk).await;
    documents(&mut walk, &project, &task).await;
    machines(&mut walk).await;
    users(&mut walk).await;
    employees_and_their_time(&mut walk).await;
    lists(&mut walk, &project).await;
    walk.transcript
}

#[tokio::test]
async fn every_operation_succeeds_and_two_runs_with_one_seed_get_the_same_responses() {
    let first = everything().await;
    assert_eq!(first.len(), 99);
    assert_eq!(first, everything().await);
}

#[tokio::test]
async fn another_seed_gives_other_data() {
    let projects = async |seed| {
        let simulator = Simulator::builder().seed(seed).start().await.unwrap();
        Ditio::over(simulator).await.call(Method::GET, "/api/v4/integration/projects", None).await.1
    };
    assert_eq!(projects(1).await, projects(1).await);
    assert_ne!(projects(1).await, projects(2).await);
}

#[tokio::test]
async fn with_an_epoch_tokens_are_the_same_in_each_run() {
    let token = async || {
        let epoch = "2026-01-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let simulator = Simulator::builder().listen(listen).epoch(epoch).start().await.unwrap();
        let token = Ditio::over(simulator).await.token;
        let claims = token.split('.').nth(1).unwrap().to_owned();
        // The issuer contains the port; all other claims are the same.
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
        let mut claims: Value = serde_json::from_slice(&claims).unwrap();
        claims["iss"] = Value::Null;
        claims
    };
    let first = token().await;
    assert_eq!(first["exp"], 1_767_227_400);
    assert_eq!(first, token().await);
}
