//! Every operation of `ItemPath`.

use keyfob::itempath::{Client, Credentials, Environment, Filter, OPERATIONS, operation::*, types};
use keyfob_simulator::{Simulator, credentials};
use serde_json::{Value, json};

use super::walk::{Expected, Walk};

fn api(method: &'static str, path: &str) -> Expected {
    Expected::new(method, format!("/itempath/api/{path}"))
}

/// Returns an expected request for two rows of the first page of a listing.
fn page(path: &str) -> Expected {
    api("GET", path).query("limit", "2").query("page", "0")
}

/// Returns the id of the first row of a listing response.
fn first_id(response: &impl serde::Serialize, key: &str) -> String {
    let response = serde_json::to_value(response).unwrap();
    id(&response[key][0])
}

/// Returns the id of the object in an envelope.
fn enveloped_id(response: &impl serde::Serialize, key: &str) -> String {
    id(&serde_json::to_value(response).unwrap()[key])
}

fn id(row: &Value) -> String {
    match &row["id"] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        other => panic!("no id: {other} in {row}"),
    }
}

/// Lists two rows of a resource and reads the first one; returns its id.
macro_rules! read {
    ($walk:ident, $client:ident: $List:ident $list:ident, $One:ident $one:ident, $path:literal, $key:literal) => {{
        let rows = $walk.call(&$List::OPERATION, $client.$list().limit(2).page(0).send(), page($path)).await;
        let id = first_id(&rows, $key);
        let expected = api("GET", &format!("{}/{id}", $path));
        $walk.call(&$One::OPERATION, $client.$one(id.parse::<_>().unwrap()).send(), expected).await;
        id
    }};
}

/// Like `read`, for a resource whose ids are strings.
macro_rules! read_text {
    ($walk:ident, $client:ident: $List:ident $list:ident, $One:ident $one:ident, $path:literal, $key:literal) => {{
        let rows = $walk.call(&$List::OPERATION, $client.$list().limit(2).page(0).send(), page($path)).await;
        let id = first_id(&rows, $key);
        let expected = api("GET", &format!("{}/{id}", $path));
        $walk.call(&$One::OPERATION, $client.$one(&id).send(), expected).await;
        id
    }};
}

#[tokio::test]
async fn every_operation_of_itempath_is_called_and_its_responses_decode_losslessly() {
    let simulator = Simulator::start().await.unwrap();
    let mut walk = Walk::start(simulator.url()).await;
    let known = Credentials::new(credentials::ITEMPATH_USERNAME, credentials::ITEMPATH_PASSWORD);
    let client = Client::new(Environment::at(format!("{}/itempath", walk.url())), known).unwrap();
    let client = &client;

    users(&mut walk, client).await;
    let material = materials(&mut walk, client).await;
    material_codes(&mut walk, client, &material).await;
    let order = orders(&mut walk, client, &material).await;
    order_lines(&mut walk, client, &order, &material).await;
    transactions(&mut walk, client).await;
    batches(&mut walk, client).await;
    storage_rules(&mut walk, client, &material).await;
    cost_centers(&mut walk, client).await;
    kits(&mut walk, client, &material).await;
    images(&mut walk, client).await;
    stock(&mut walk, client).await;
    storage(&mut walk, client).await;
    system(&mut walk, client).await;
    deleted_orders(&mut walk, client, &order, &material).await;
    tokens(&mut walk, client).await;
    walk.finish(OPERATIONS, "itempath");
}

async fn tokens(walk: &mut Walk, client: &Client) {
    let (name, password) = (credentials::ITEMPATH_APPLICATION_USERNAME, credentials::ITEMPATH_APPLICATION_PASSWORD);
    let expected = api("POST", "users/login").json(json!({"username": name, "password": password}));
    let call = client.login(types::LoginCreate::new(name, password)).send();
    let login = walk.call(&Login::OPERATION, call, expected).await;
    let refresh_token = login.refresh_token.unwrap();
    let call = client.refresh(&refresh_token).send();
    let refreshed = walk.call(&Refresh::OPERATION, call, api("POST", "users/refresh")).await;
    assert_ne!(refreshed.access_token, login.access_token);
    let call = client.application_token(&refresh_token).send();
    let issued = walk.call(&ApplicationToken::OPERATION, call, api("POST", "users/application-token")).await;
    let environment = Environment::at(format!("{}/itempath", walk.url()));
    Client::new(environment, Credentials::token(issued.token.unwrap())).unwrap().stations().limit(1).await.unwrap();
    walk.discard();
}

async fn users(walk: &mut Walk, client: &Client) {
    read!(walk, client: Users users, User user, "users", "users");
    let body = types::UserCreate::new("søren", "hemmelig").email("soren@example.com").is_admin(false);
    let expected = api("POST", "users").json(json!({
        "username": "søren", "password": "hemmelig", "email": "soren@example.com", "isAdmin": false,
    }));
    let created = walk.call(&CreateUser::OPERATION, client.create_user(body).send(), expected).await;
    let id = enveloped_id(&created, "user");
    let number = id.parse::<i64>().unwrap();
    let expected = api("PUT", &format!("users/{id}")).json(json!({"email": null, "phone": "+45 1"}));
    let body = types::UserUpdate::new().email(keyfob::Patch::Null).phone("+45 1".to_owned());
    walk.call(&UpdateUser::OPERATION, client.update_user(number, body).send(), expected).await;
    walk.empty(&DeleteUser::OPERATION, client.delete_user(number).send(), api("DELETE", &format!("users/{id}"))).await;
}

async fn materials(walk: &mut Walk, client: &Client) -> String {
    let expected = page("materials")
        .query("name", "[like]a")
        .query("currentQuantity", "[gt]0")
        .query("currentQuantity", "[lt]100000")
        .query("GroupCode", "[not]x");
    let filters = [Filter::gt(0), Filter::lt(100_000)].map(String::from);
    let call = client
        .materials()
        .limit(2)
        .page(0)
        .name([Filter::like("a")].map(String::from))
        .current_quantity(filters)
        .filter("GroupCode", Filter::not("x"))
        .send();
    walk.call(&Materials::OPERATION, call, expected).await;
    read_text!(walk, client: MaterialProperties material_properties, MaterialProperty material_property, "material_properties", "material_properties");

    let body = types::MaterialCreate::new("Kugelhahn ø 20").info1("Messing");
    let expected = api("POST", "materials").json(json!({"name": "Kugelhahn ø 20", "Info1": "Messing"}));
    let created = walk.call(&CreateMaterial::OPERATION, client.create_material(body).send(), expected).await;
    let material = enveloped_id(&created, "material");
    let expected = api("GET", &format!("materials/{material}"));
    walk.call(&Material::OPERATION, client.material(&material).send(), expected).await;
    let expected = api("PUT", &format!("materials/{material}")).json(json!({"Info1": null, "Info2": "é"}));
    let body = types::MaterialUpdate::new().info1(keyfob::Patch::Null).info2("é".to_owned());
    walk.call(&UpdateMaterial::OPERATION, client.update_material(&material, body).send(), expected).await;
    let created = client.create_material(types::MaterialCreate::new("wegwerfen")).await.unwrap();
    walk.discard();
    let deleted = enveloped_id(&*created, "material");
    let expected = api("DELETE", &format!("materials/{deleted}"));
    walk.empty(&DeleteMaterial::OPERATION, client.delete_material(&deleted).send(), expected).await;
    material
}

async fn material_codes(walk: &mut Walk, client: &Client, material: &str) {
    read_text!(walk, client: MaterialCodes material_codes, MaterialCode material_code, "material_codes", "material_codes");
    let body = types::MaterialCodeCreate::new("ü-1", material).pack_size(12);
    let expected = api("POST", "material_codes").json(json!({"name": "ü-1", "materialId": material, "packSize": 12}));
    let created = walk.call(&CreateMaterialCode::OPERATION, client.create_material_code(body).send(), expected).await;
    let code = id(&serde_json::to_value(&created).unwrap()["material_code"][0]);
    let at = format!("material_codes/{code}");
    let expected = api("PUT", &at).json(json!({"name": "ü-2"}));
    let body = types::MaterialCodeUpdate::new().name("ü-2");
    walk.call(&UpdateMaterialCode::OPERATION, client.update_material_code(&code, body).send(), expected).await;
    let call = client.delete_material_code(&code).send();
    walk.empty(&DeleteMaterialCode::OPERATION, call, api("DELETE", &at)).await;
}

/// Returns an order with one line of a material.
fn order_of(material: &str, name: &str) -> types::OrderCreate {
    let line = types::NewOrderLine::new(2.0).material_id(material);
    types::OrderCreate::new(name).direction_type(types::DirectionType::Put).order_lines([line])
}

async fn orders(walk: &mut Walk, client: &Client, material: &str) -> String {
    read_text!(walk, client: Orders orders, Order order, "orders", "orders");
    let direction = serde_json::to_value(types::DirectionType::Put).unwrap();
    let expected = api("POST", "orders").json(json!({
        "name": "Lieferung Å", "directionType": direction, "order_lines": [{"materialId": material, "quantity": 2}],
    }));
    let call = client.create_order(order_of(material, "Lieferung Å")).send();
    let created = walk.call(&CreateOrder::OPERATION, call, expected).await;
    let order = enveloped_id(&created, "order");
    let expected = api("PUT", &format!("orders/{order}")).json(json!({"Info1": "ß"}));
    let body = types::OrderUpdate::new().info1("ß".to_owned());
    walk.call(&UpdateOrder::OPERATION, client.update_order(&order, body).send(), expected).await;
    order
}

async fn deleted_orders(walk: &mut Walk, client: &Client, order: &str, material: &str) {
    let expected = api("DELETE", &format!("orders/{order}"));
    walk.empty(&DeleteOrderPlain::OPERATION, client.delete_order_plain(order).send(), expected).await;
    let created = client.create_order(order_of(material, "zweite")).await.unwrap();
    walk.discard();
    let order = enveloped_id(&*created, "order");
    let expected = api("DELETE", &format!("orders/{order}/delete"));
    walk.call(&DeleteOrder::OPERATION, client.delete_order(&order).send(), expected).await;
}

async fn order_lines(walk: &mut Walk, client: &Client, order: &str, material: &str) {
    read_text!(walk, client: OrderLines order_lines, OrderLine order_line, "order_lines", "order_lines");
    let body = types::OrderLineCreate::new(order, material, 1.5);
    let expected = api("POST", "order_lines").json(json!({"orderId": order, "materialId": material, "quantity": 1.5}));
    let created = walk.call(&CreateOrderLine::OPERATION, client.create_order_line(body).send(), expected).await;
    let line = enveloped_id(&created, "order_line");
    let at = format!("order_lines/{line}");
    let body = types::OrderLineUpdate::new().quantity(3.0);
    let expected = api("PUT", &at).json(json!({"quantity": 3}));
    walk.call(&UpdateOrderLine::OPERATION, client.update_order_line(&line, body).send(), expected).await;
    walk.empty(&DeleteOrderLine::OPERATION, client.delete_order_line(&line).send(), api("DELETE", &at)).await;
}

async fn transactions(walk: &mut Walk, client: &Client) {
    let id =
        read_text!(walk, client: Transactions transactions, Transaction transaction, "transactions", "transactions");
    let state = types::ExportStateType::from(3);
    let body = || types::TransactionUpdate::new().export_state_type(state);
    let at = format!("transactions/{id}");
    let expected = api("PUT", &at).json(json!({"exportStateType": 3}));
    walk.call(&UpdateTransaction::OPERATION, client.update_transaction(&id, body()).send(), expected).await;
    let expected = api("POST", &at).json(json!({"exportStateType": 3}));
    walk.call(&UpdateTransactionByPost::OPERATION, client.update_transaction_by_post(&id, body()).send(), expected)
        .await;
}

async fn batches(walk: &mut Walk, client: &Client) {
    read_text!(walk, client: Batches batches, Batch batch, "batches", "batches");
    let expected = api("POST", "batches").json(json!({"name": "Früh"}));
    let call = client.create_batch(types::BatchCreate::new("Früh")).send();
    let created = walk.call(&CreateBatch::OPERATION, call, expected).await;
    let batch = enveloped_id(&created, "batch");
    let at = format!("batches/{batch}");
    let expected = api("PUT", &at).json(json!({"name": "Spät"}));
    let call = client.update_batch(&batch, types::BatchUpdate::new().name("Spät")).send();
    walk.call(&UpdateBatch::OPERATION, call, expected).await;
    walk.empty(&DeleteBatch::OPERATION, client.delete_batch(&batch).send(), api("DELETE", &at)).await;

    let line = read_text!(walk, client: WorkOrderLines work_order_lines, WorkOrderLine work_order_line, "work_order_lines", "work_order_lines");
    let expected = api("PUT", &format!("work_order_lines/{line}")).json(json!({"handlingRank": 3}));
    let body = types::WorkOrderLineUpdate::new().handling_rank(3);
    walk.call(&UpdateWorkOrderLine::OPERATION, client.update_work_order_line(&line, body).send(), expected).await;
}

async fn storage_rules(walk: &mut Walk, client: &Client, material: &str) {
    let bin = read_text!(walk, client: Bins bins, Bin bin, "bins", "bins");
    read_text!(walk, client: StorageRules storage_rules, StorageRule storage_rule, "storage_rules", "storage_rules");
    let expected = api("POST", "storage_rules").json(json!({"materialId": material, "binId": bin}));
    let call = client.create_storage_rule(types::StorageRuleCreate::new(material, &bin)).send();
    let created = walk.call(&CreateStorageRule::OPERATION, call, expected).await;
    let rule = enveloped_id(&created, "storage_rule");
    let at = format!("storage_rules/{rule}");
    let expected = api("PUT", &at).json(json!({"name": "ï"}));
    let call = client.update_storage_rule(&rule, types::StorageRuleUpdate::new().name("ï".to_owned())).send();
    walk.call(&UpdateStorageRule::OPERATION, call, expected).await;
    walk.call(&DeleteStorageRule::OPERATION, client.delete_storage_rule(&rule).send(), api("DELETE", &at)).await;
}

async fn cost_centers(walk: &mut Walk, client: &Client) {
    read_text!(walk, client: CostCenters cost_centers, CostCenter cost_center, "cost_centers", "cost_centers");
    let expected = api("POST", "cost_centers").json(json!({"name": "Kostenstelle ñ"}));
    let call = client.create_cost_center(types::CostCenterCreate::new("Kostenstelle ñ")).send();
    let created = walk.call(&CreateCostCenter::OPERATION, call, expected).await;
    let center = enveloped_id(&created, "cost_center");
    let at = format!("cost_centers/{center}");
    let expected = api("PUT", &at).json(json!({"description": "œ"}));
    let call = client.update_cost_center(&center, types::CostCenterUpdate::new().description("œ".to_owned())).send();
    walk.call(&UpdateCostCenter::OPERATION, call, expected).await;
    walk.empty(&DeleteCostCenter::OPERATION, client.delete_cost_center(&center).send(), api("DELETE", &at)).await;
}

async fn kits(walk: &mut Walk, client: &Client, material: &str) {
    read_text!(walk, client: Kits kits, Kit kit, "kits", "kits");
    read_text!(walk, client: KitLines kit_lines, KitLine kit_line, "kit_lines", "kit_lines");
    let line: types::NewKitLine = serde_json::from_value(json!({"materialId": material, "quantity": 1})).unwrap();
    let expected =
        api("POST", "kits").json(json!({"name": "Satz æ", "lines": [{"materialId": material, "quantity": 1}]}));
    let created = walk
        .call(&CreateKit::OPERATION, client.create_kit(types::KitCreate::new("Satz æ", [line])).send(), expected)
        .await;
    let kit = enveloped_id(&created, "kit");
    let at = format!("kits/{kit}");
    let expected = api("PUT", &at).json(json!({"target": "Ziel"}));
    let call = client.update_kit(&kit, types::KitUpdate::new().target("Ziel".to_owned())).send();
    walk.call(&UpdateKit::OPERATION, call, expected).await;

    let expected = api("POST", "kit_lines").json(json!({"kitId": kit, "materialId": material, "quantity": 2}));
    let call = client.create_kit_line(types::KitLineCreate::new(&kit, material, 2.0)).send();
    let created = walk.call(&CreateKitLine::OPERATION, call, expected).await;
    let line = enveloped_id(&created, "kit_line");
    let line_at = format!("kit_lines/{line}");
    let expected = api("PUT", &line_at).json(json!({"quantity": 2.5}));
    let call = client.update_kit_line(&line, types::KitLineUpdate::new().quantity(2.5)).send();
    walk.call(&UpdateKitLine::OPERATION, call, expected).await;
    walk.empty(&DeleteKitLine::OPERATION, client.delete_kit_line(&line).send(), api("DELETE", &line_at)).await;
    walk.empty(&DeleteKit::OPERATION, client.delete_kit(&kit).send(), api("DELETE", &at)).await;
}

async fn images(walk: &mut Walk, client: &Client) {
    read_text!(walk, client: Images images, Image image, "images", "images");
    let expected = api("POST", "images").json(json!({"name": "ç.jpg"}));
    let call = client.create_image(types::ImageCreate::new().name("ç.jpg")).send();
    walk.call(&CreateImage::OPERATION, call, expected).await;
}

async fn stock(walk: &mut Walk, client: &Client) {
    read_text!(walk, client: Locations locations, Location location, "locations", "locations");
    read_text!(walk, client: LocationContents location_contents, LocationContent location_content, "location_contents", "contents");
    read_text!(
        walk, client: LocationContentBreakdowns location_content_breakdowns,
        LocationContentBreakdown location_content_breakdown, "location_content_breakdowns", "location_content_breakdowns"
    );
}

async fn storage(walk: &mut Walk, client: &Client) {
    read_text!(walk, client: Warehouses warehouses, Warehouse warehouse, "warehouses", "warehouses");
    read_text!(walk, client: StorageUnits storage_units, StorageUnit storage_unit, "storage_units", "storage_units");
    read_text!(walk, client: AccessPoints access_points, AccessPoint access_point, "access_points", "access_points");
    read_text!(walk, client: Carriers carriers, Carrier carrier, "carriers", "carriers");
    read_text!(walk, client: Shelves shelves, Shelf shelf, "shelves", "shelves");
    read_text!(walk, client: Zones zones, Zone zone, "zones", "zones");
    read_text!(walk, client: Stations stations, Station station, "stations", "stations");
    read_text!(walk, client: PowerPickClients power_pick_clients, PowerPickClient power_pick_client, "clients", "clients");
}

async fn system(walk: &mut Walk, client: &Client) {
    read_text!(walk, client: Reports reports, Report report, "reports", "reports");
    read_text!(walk, client: ApiCalls api_calls, ApiCall api_call, "calls", "calls");
    read_text!(walk, client: Connections connections, Connection connection, "connections", "connections");
    let call = client.report_rows().limit(2).page(0).send();
    walk.call(&ReportRows::OPERATION, call, page("report_rows")).await;
    walk.call(&Snapshots::OPERATION, client.snapshots().limit(2).page(0).send(), page("snapshots")).await;
    walk.call(&Settings::OPERATION, client.settings().send(), api("GET", "settings")).await;
}
