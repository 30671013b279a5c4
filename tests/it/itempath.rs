//! ItemPath: the types of all releases, filters on custom fields, and credentials.

use futures::TryStreamExt;
use keyfob::{
    ErrorKind,
    client::NumberOrString,
    itempath::{Client, Credentials, Environment, Filter, OPERATIONS, types},
};
use keyfob_simulator::{Simulator, Vendor, credentials as c};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn client(simulator: &Simulator) -> Client {
    Client::builder(environment(simulator), Credentials::token(c::ITEMPATH_TOKEN)).strict(true).build().unwrap()
}

fn environment(simulator: &Simulator) -> Environment {
    Environment::at(format!("{}/itempath", simulator.url()))
}

/// Values of flags.
const FLAG: &[&str] = &["0", "1", "true", "false"];
/// Ids of ItemPath's own objects.
const ID: &[&str] = &["17", r#""7F1C2B6E-0000-4000-A000-000000000003""#];

/// Values that releases send in a field of a resource: those of the vendor's newest pages, of older pages and of samples.
const VALUES: [(&str, &str, &[&str]); 28] = [
    ("users", "roleId", &["2", r#""7F1C2B6E-0000-4000-A000-000000000001""#, "null"]),
    ("users", "viewId", &["1", r#""7F1C2B6E-0000-4000-A000-000000000002""#, "null"]),
    ("materials", "isBlocked", FLAG),
    ("materials", "isCounted", FLAG),
    ("orders", "hasStock", FLAG),
    ("order_lines", "hasStock", FLAG),
    ("work_order_lines", "pickError", &["3", r#""no stock""#, "null"]),
    ("work_order_lines", "putError", &["3", r#""no space""#, "null"]),
    ("storage_rules", "isDefaultBin", FLAG),
    ("locations", "isMarkedFull", FLAG),
    ("locations", "isCounted", FLAG),
    ("location_contents", "isCounted", FLAG),
    ("location_content_breakdowns", "isBlocked", FLAG),
    ("location_content_breakdowns", "lot", &["12", r#""L12""#, "null"]),
    ("location_content_breakdowns", "serialNumber", &["12", r#""S12""#, "null"]),
    ("storage_units", "isManualSequenceNumbers", FLAG),
    ("access_points", "isBlocked", FLAG),
    ("carriers", "isBlockedForPick", FLAG),
    ("carriers", "isBlockedForPut", FLAG),
    ("carriers", "name", &["10", r#""010""#]),
    ("carriers", "number", &["10", r#""10""#]),
    ("zones", "color", &["16777215", r#""16777215""#, r#""white""#]),
    ("kits", "hasStock", FLAG),
    ("kit_lines", "hasStock", FLAG),
    ("images", "origin", &["1", r#""C:\\\\Photos\\\\1.jpg""#, "null"]),
    ("calls", "id", ID),
    ("connections", "id", ID),
    ("connections", "status", &["1", r#""Connected""#]),
];

/// Decodes a response as received, and with each of the values of [`VALUES`] in the object at `row`. Each value must be
/// retained.
#[track_caller]
fn decode<T: Serialize + DeserializeOwned>(path: &str, response: &Value, row: &str) {
    let parsed = |response: &Value| -> Result<T, _> { serde_json::from_value(response.clone()) };
    parsed(response).unwrap_or_else(|error| panic!("{path}: {error}"));
    let values = VALUES.iter().filter(|(of, ..)| *of == path);
    for (name, value) in values.flat_map(|(_, name, values)| values.iter().map(move |value| (*name, *value))) {
        let value: Value = serde_json::from_str(value).unwrap();
        let mut response = response.clone();
        response.pointer_mut(row).unwrap_or_else(|| panic!("{path}: no object at {row}"))[name] = value.clone();
        let decoded = parsed(&response).unwrap_or_else(|error| panic!("{path}: {name} of {value}: {error}"));
        let encoded = serde_json::to_value(&decoded).unwrap();
        assert_eq!(encoded.pointer(row).unwrap().get(name).unwrap_or(&Value::Null), &value, "{path}: {name}");
    }
}

macro_rules! every_response {
    ($($path:literal $key:literal: $List:ident, $one:literal: $One:ident;)*) => {
        /// Paths of the listings below.
        const PATHS: &[&str] = &[$($path),*];

        /// Decodes a page and a single object of every resource.
        async fn decode_all(client: &Client) {
            let get = async |path: String| {
                let request = client.session().request(keyfob::Method::GET, &format!("/api/{path}"));
                let request = request.query(&[("limit", "2")]);
                request.send::<Value>().await.unwrap_or_else(|error| panic!("{path}: {error}")).into_inner()
            };
            $({
                let page = get($path.to_owned()).await;
                decode::<types::$List>($path, &page, &format!("/{}/0", $key));
                let id = page[$key][0]["id"].clone();
                let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
                let single = get(format!("{}/{id}", $path)).await;
                decode::<types::$One>($path, &single, $one);
            })*
        }
    };
}

every_response! {
    "users" "users": UserList, "/user": UserEnvelope;
    "materials" "materials": MaterialList, "/material": MaterialEnvelope;
    "material_codes" "material_codes": MaterialCodeList, "/material_code": MaterialCodeEnvelope;
    "material_properties" "material_properties": MaterialPropertyList, "/material_property": MaterialPropertyEnvelope;
    "orders" "orders": OrderList, "/order": OrderEnvelope;
    "order_lines" "order_lines": OrderLineList, "/order_line": OrderLineEnvelope;
    "transactions" "transactions": TransactionList, "/transaction": TransactionEnvelope;
    "batches" "batches": BatchList, "/batch": BatchEnvelope;
    "work_order_lines" "work_order_lines": WorkOrderLineList, "/work_order_line": WorkOrderLineEnvelope;
    "storage_rules" "storage_rules": StorageRuleList, "/storage_rule": StorageRuleEnvelope;
    "locations" "locations": LocationList, "/location": LocationEnvelope;
    "location_contents" "contents": LocationContentList, "/location_content": LocationContentEnvelope;
    "location_content_breakdowns" "location_content_breakdowns": LocationContentBreakdownList,
        "/location_content_breakdown": LocationContentBreakdownEnvelope;
    "warehouses" "warehouses": WarehouseList, "/warehouse": WarehouseEnvelope;
    "storage_units" "storage_units": StorageUnitList, "/storage_unit": StorageUnitEnvelope;
    "access_points" "access_points": AccessPointList, "/access_point": AccessPointEnvelope;
    "carriers" "carriers": CarrierList, "/carrier": CarrierEnvelope;
    "shelves" "shelves": ShelfList, "/shelf": ShelfEnvelope;
    "bins" "bins": BinList, "/bin": BinEnvelope;
    "zones" "zones": ZoneList, "/zone": ZoneEnvelope;
    "stations" "stations": StationList, "/station": StationEnvelope;
    "clients" "clients": PowerPickClientList, "/client": PowerPickClientEnvelope;
    "cost_centers" "cost_centers": CostCenterList, "/cost_center": CostCenterEnvelope;
    "kits" "kits": KitList, "/kit": KitEnvelope;
    "kit_lines" "kit_lines": KitLineList, "/kit_line": KitLineEnvelope;
    "images" "images": ImageList, "/image": ImageEnvelope;
    "reports" "reports": ReportList, "/report": ReportEnvelope;
    "calls" "calls": ApiCallList, "/call": ApiCallEnvelope;
    "connections" "connections": ConnectionList, "": Connection;
}

#[tokio::test]
async fn every_typed_response_decodes_with_the_types_of_all_releases() {
    let listed = OPERATIONS.iter().filter(|operation| operation.open_query);
    let mut listed: Vec<_> = listed.map(|operation| operation.path.trim_start_matches("/api/")).collect();
    let mut covered = PATHS.to_vec();
    listed.sort_unstable();
    covered.sort_unstable();
    assert_eq!(listed, covered, "every listing is in this test");
    let simulator = Simulator::start().await.unwrap();
    decode_all(&client(&simulator)).await;
}

#[tokio::test]
async fn an_image_with_an_origin_and_a_user_with_a_role_are_read() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator);
    let images: Vec<_> = client.images().limit(5).stream().try_collect().await.unwrap();
    assert!(images.len() == 10 && images.iter().all(|image| image.origin.as_ref().unwrap().contains('\\')));
    let image = client.image(images[0].id.clone().unwrap()).await.unwrap().into_inner().image.unwrap();
    assert_eq!(image, images[0]);
    let user = client.user(1).await.unwrap().into_inner().user.unwrap();
    assert!(matches!(user.role_id, Some(NumberOrString::String(_))), "{user:?}");
    let calls = client.api_calls().limit(1).await.unwrap().into_inner().calls;
    let id = calls[0].id.clone().unwrap().to_string();
    assert_eq!(client.api_call(id).await.unwrap().into_inner().call.unwrap(), calls[0]);
    let carriers = client.carriers().number(["10"]).limit(5).await.unwrap().into_inner().carriers;
    assert_eq!(carriers.len(), 1);
    assert_eq!((carriers[0].name.as_deref(), carriers[0].is_blocked_for_pick), (Some("010"), Some(false)));
}

#[test]
fn a_role_is_sent_as_text_or_as_a_number() {
    let body = |id: NumberOrString| serde_json::to_value(types::UserUpdate::new().role_id(id)).unwrap();
    assert_eq!(body("5D0C9A52".into()), json!({"roleId": "5D0C9A52"}));
    assert_eq!(body(2.into()), json!({"roleId": 2}));
    let flags = types::MaterialCreate::new("x").is_blocked(true);
    assert_eq!(serde_json::to_value(flags).unwrap(), json!({"name": "x", "isBlocked": true}));
}

#[tokio::test]
async fn a_listing_is_filtered_by_a_custom_field_under_its_own_name() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator);
    let count = async |materials: keyfob::itempath::operation::Materials| {
        materials.limit(20).stream().try_collect::<Vec<_>>().await.unwrap().len()
    };
    let all = count(client.materials()).await;
    let league = count(client.materials().filter("League", "A")).await;
    assert!(league > 20 && league < all, "{league} of {all}");
    assert_eq!(count(client.materials().filter("League", Filter::not("A"))).await, all - league);
    let both = client.materials().filter("League", "A").filter("GroupCode", Filter::like("tanch"));
    assert!(count(both).await < league);
    let error = client.materials().filter("limit", "5").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
}

/// Returns a client with credentials from these variables, besides the address of the simulator.
fn client_from(simulator: &Simulator, variables: &[(&str, &str)]) -> Client {
    let base = format!("{}/itempath", simulator.url());
    let variables: Vec<_> = variables.iter().copied().chain([("ITEMPATH_BASE", base.as_str())]).collect();
    Client::from_vars(&variables).unwrap()
}

/// Returns the last path segments of all token requests.
fn token_requests(simulator: &Simulator) -> Vec<String> {
    let requests = simulator.requests().into_iter().filter(|request| request.path.starts_with("/itempath/api/users/"));
    requests.map(|request| request.path.rsplit('/').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn an_application_token_and_a_refresh_token_are_obtained_from_the_environment() {
    let simulator = Simulator::start().await.unwrap();
    let user = [
        ("ITEMPATH_APPLICATION_USERNAME", c::ITEMPATH_APPLICATION_USERNAME),
        ("ITEMPATH_APPLICATION_PASSWORD", c::ITEMPATH_APPLICATION_PASSWORD),
    ];
    let machine = client_from(&simulator, &user);
    machine.materials().limit(1).await.unwrap();
    machine.stations().limit(1).await.unwrap();
    assert_eq!(token_requests(&simulator), ["login", "application-token"]);
    let token = machine.session().authenticator().unwrap().token_info().unwrap();
    assert_eq!(token.lifetime, None, "an application token does not expire");

    let person = types::LoginCreate::new(c::ITEMPATH_USERNAME, c::ITEMPATH_PASSWORD);
    let refresh_token = machine.login(person).await.unwrap().into_inner().refresh_token.unwrap();
    let before = token_requests(&simulator).len();
    let from_refresh_token = || client_from(&simulator, &[("ITEMPATH_REFRESH_TOKEN", &refresh_token)]);
    let person = from_refresh_token();
    person.materials().limit(1).await.unwrap();
    // A rejected token is replaced without a login.
    let authenticator = person.session().authenticator().unwrap();
    let _ = authenticator.reject(authenticator.authorization().await.unwrap().generation());
    person.materials().limit(1).await.unwrap();
    assert_eq!(token_requests(&simulator)[before..], ["refresh", "refresh"]);

    simulator.expire_tokens(Vendor::ItemPath);
    let error = from_refresh_token().materials().limit(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(format!("{error} {source}").contains("sign in again"), "{error} {source}");
    assert!(!format!("{error:?}").contains(&refresh_token));
}
