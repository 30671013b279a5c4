//! Clients against a simulator with a world file of one's own, at its own base URLs and at the vendors' host names.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use futures::TryStreamExt;
use keyfob::{
    bits,
    client::auth::TransportConfig,
    ditio::{self, Endpoints},
    ditio_core, ditio_reporting, itempath,
};
use keyfob_simulator::credentials as c;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::{
    run::{Keyfob, folder},
    simulate::serve,
};

const WORKFLOW: &str = "bits:workflow::0f7c2a4e-3b1d-4c5e-8f60-718293a4b5c6";

fn world() -> Value {
    json!({
        "ditio": {
            "projects": [{ "projectNumber": "P-1001", "name": "Bru over Åna", "active": true }],
            "machines": [{
                "machineNumber": "M-001", "name": "Volvo EC220E", "typeId": "beltemaskin", "active": true, "buildYear": 2019,
            }],
            "employees": [{
                "employeeNumber": "1042", "firstName": "Kari", "lastName": "Nordmann", "phone": "+4791234567",
                "birthDate": "1990-05-17", "employment": { "startDate": "2020-01-01", "payroll": 1 },
            }],
        },
        "bits": { "workflows": [{ "id": WORKFLOW }] },
        "itempath": { "storageUnits": [{ "name": "VLM 7", "description": "Reserve", "type": 5 }] },
    })
}

/// Starts `keyfob simulate` with the world. Returns the server, its variables, and the file of its certificate.
fn start(arguments: &[&str]) -> (crate::cli::simulate::Server, Vec<(String, String)>, PathBuf) {
    let folder = folder("world");
    let (file, env_file, certificate) = (folder.join("world.json"), folder.join("env.json"), folder.join("sim.pem"));
    fs::write(&file, world().to_string()).unwrap();
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (file, pem) = (path(&file), path(&certificate));
    let fixed = ["--world", &file, "--certificate", &pem, "--env-format", "json"];
    let server = serve(&[&fixed, arguments].concat(), &env_file);
    let variables: Value = serde_json::from_str(&fs::read_to_string(env_file).unwrap()).unwrap();
    let variables = variables.as_object().unwrap().iter();
    (server, variables.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(), certificate)
}

/// Clients of four APIs.
struct Clients {
    core: ditio_core::Client,
    reporting: ditio_reporting::Client,
    bits: bits::Client,
    itempath: itempath::Client,
}

impl Clients {
    /// Creates clients at these environments, with the credentials of the simulator.
    fn at(
        ditio: &ditio::Environment,
        bits: bits::Environment,
        warehouse: itempath::Environment,
        http: &TransportConfig,
    ) -> Self {
        let credentials = || ditio::Credentials::new(c::DITIO_CLIENT_ID, c::DITIO_CLIENT_SECRET);
        let application = bits::Credentials::new(c::BITS_CLIENT_ID, c::BITS_CLIENT_SECRET);
        let user = itempath::Credentials::new(c::ITEMPATH_USERNAME, c::ITEMPATH_PASSWORD);
        let core = ditio_core::Client::builder(ditio.clone(), credentials()).transport(http.clone());
        let reporting = ditio_reporting::Client::builder(ditio.clone(), credentials()).transport(http.clone());
        Self {
            core: core.build().unwrap(),
            reporting: reporting.build().unwrap(),
            bits: bits::Client::builder(bits, application).transport(http.clone()).build().unwrap(),
            itempath: itempath::Client::builder(warehouse, user).transport(http.clone()).build().unwrap(),
        }
    }

    /// Asserts that the APIs have the data of the world and no others.
    async fn walk(&self) {
        let world = world();
        let core = &self.core;
        let project = core.project_by_number("P-1001").await.unwrap().into_inner();
        check(&project, &world["ditio"]["projects"][0]);
        assert_eq!(core.projects().await.unwrap().len(), 1);
        let machine = core.machine_by_number("M-001").await.unwrap().into_inner();
        check(&machine, &world["ditio"]["machines"][0]);
        assert_eq!(core.machines().await.unwrap().len(), 1);
        let employee = core.employee("1042").await.unwrap().into_inner();
        check(&employee, &world["ditio"]["employees"][0]);
        let reported: Vec<_> = self.reporting.projects().stream().try_collect().await.unwrap();
        let [reported] = &reported[..] else { panic!("{} projects", reported.len()) };
        assert_eq!(reported.id, project.id);
        assert_eq!(reported.number.as_ref().map(ToString::to_string).as_deref(), Some("P-1001"));
        let create = |workflow: &str| {
            let body = bits::types::ApplicationCreate::new(workflow, "SE", "https://shop.example/klar");
            self.bits.create_application(body)
        };
        create(WORKFLOW).await.unwrap();
        assert_eq!(create(c::BITS_WORKFLOW_ID).await.unwrap_err().status().unwrap(), 404);
        let units: Vec<_> = self.itempath.storage_units().stream().try_collect().await.unwrap();
        assert_eq!(units.len(), 1);
        check(&units[0], &world["itempath"]["storageUnits"][0]);
    }
}

/// Asserts that a record has all members of an entry.
#[track_caller]
fn check(record: &impl Serialize, entry: &Value) {
    let record = serde_json::to_value(record).unwrap();
    for (name, value) in entry.as_object().unwrap() {
        let found = &record[name];
        let members = value.as_object().into_iter().flatten();
        let is_equal =
            found == value || value.is_object() && members.into_iter().all(|(name, value)| found[name] == *value);
        assert!(is_equal, "{name}: {record}");
    }
}

#[tokio::test]
async fn clients_find_exactly_the_data_of_a_world_file() {
    let (_server, variables, _) = start(&[]);
    assert!(variables.contains(&("BITS_WORKFLOW_ID".to_owned(), WORKFLOW.to_owned())));
    let clients = Clients::at(
        &ditio::Environment::from_vars(&variables).unwrap(),
        bits::Environment::from_vars(&variables).unwrap(),
        itempath::Environment::from_vars(&variables).unwrap(),
        &TransportConfig::new(),
    );
    clients.walk().await;
}

#[tokio::test]
async fn clients_at_the_vendors_host_names_find_the_same_data_through_a_proxy() {
    let (_server, variables, certificate) = start(&[]);
    let (_, base) = variables.iter().find(|(name, _)| name == "BITS_BASE").unwrap();
    let http = TransportConfig::new().proxy(base.strip_suffix("/bits").unwrap()).unwrap();
    let http = http.root_certificate_pem(&fs::read(certificate).unwrap()).unwrap();
    let plant = itempath::Environment::tenant("plant.itempath.com");
    Clients::at(&ditio::Environment::Test, bits::Environment::Production, plant, &http).walk().await;
}

#[tokio::test]
async fn clients_at_the_vendors_host_names_find_the_same_data_through_their_resolver() {
    let (_server, variables, certificate) = start(&["--tls"]);
    let (_, base) = variables.iter().find(|(name, _)| name == "BITS_BASE").unwrap();
    let address: SocketAddr = base.trim_start_matches("https://").strip_suffix("/bits").unwrap().parse().unwrap();
    let http = TransportConfig::new().root_certificate_pem(&fs::read(certificate).unwrap()).unwrap();
    let http = http.configure_client(move |builder| {
        let names = ["identity.ditio.dev", "core-api.ditio.dev", "api.bits.bi", "plant.itempath.com"];
        names.iter().fold(builder.no_proxy(), |builder, name| builder.resolve(name, address))
    });
    let at = |host: &str, path: &str| format!("https://{host}:{}{path}", address.port());
    let ditio = ditio::Environment::Custom(Endpoints {
        identity: at("identity.ditio.dev", ""),
        core: at("core-api.ditio.dev", "/core"),
        reporting: at("core-api.ditio.dev", "/reporting"),
        mass_transport: None,
    });
    let warehouse = itempath::Environment::at(at("plant.itempath.com", ""));
    Clients::at(&ditio, bits::Environment::at(at("api.bits.bi", "")), warehouse, &http).walk().await;
}

#[test]
fn the_command_line_reaches_the_simulator_at_the_vendors_host_names_with_a_proxy_setting() {
    let (_server, variables, certificate) = start(&[]);
    let (_, base) = variables.iter().find(|(name, _)| name == "BITS_BASE").unwrap();
    let run = Keyfob::new(&["call", "ditio-core", "machine_by_number", "--machine-number", "M-001"])
        .env("DITIO_ENVIRONMENT", "test")
        .env("DITIO_CLIENT_ID", c::DITIO_CLIENT_ID)
        .env("DITIO_CLIENT_SECRET", c::DITIO_CLIENT_SECRET)
        .env("HTTPS_PROXY", base.strip_suffix("/bits").unwrap())
        .env("KEYFOB_CA", certificate.to_str().unwrap())
        .run();
    assert_eq!(run.json()["name"], "Volvo EC220E");
}

#[test]
fn a_world_file_that_cannot_be_read_is_refused_with_the_known_members() {
    let file = folder("invalid").join("world.json");
    fs::write(&file, r#"{"ditio": {"machines": [{"machineNo": "M-001"}]}}"#).unwrap();
    let run = Keyfob::new(&["simulate", "--listen", "127.0.0.1:0", "--world", file.to_str().unwrap()]).run();
    run.failed(2, &["is not a world", "unknown member `machineNo`", "machineNumber"]);
    let run = Keyfob::new(&["simulate", "--listen", "127.0.0.1:0", "--world", "nothing.json"]).run();
    run.failed(2, &["cannot read nothing.json"]);
}
