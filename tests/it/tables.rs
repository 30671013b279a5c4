//! Descriptions of tables: they agree with the operations, the row types and the responses of the simulator.

use std::collections::BTreeSet;

use keyfob::{
    ApiClient, Timestamp, bits,
    client::{
        decode::WireStruct,
        table::{ChangeDetection, ColumnType, Table, TablePaging},
    },
    digitaleo, ditio_core, ditio_mass_transport, ditio_reporting, dvinci, itempath,
};
use keyfob_simulator::Simulator;
use serde_json::Value;

fn all() -> Vec<&'static Table> {
    let apis = [
        ditio_core::Client::TABLES,
        ditio_reporting::Client::TABLES,
        ditio_mass_transport::Client::TABLES,
        bits::Client::TABLES,
        itempath::Client::TABLES,
        dvinci::Client::TABLES,
        digitaleo::Client::TABLES,
    ];
    apis.concat()
}

/// Returns the name of a table for messages.
fn name(table: &Table) -> String {
    format!("{} of {}", table.name, table.operation.api)
}

#[test]
fn a_table_is_a_listing_that_needs_no_parameters() {
    let tables = all();
    assert!(tables.len() >= 65, "{} tables", tables.len());
    let mut names = BTreeSet::new();
    for table in tables {
        assert!(names.insert((table.operation.api, table.name)), "{} twice", name(table));
        let operation = table.operation;
        assert_eq!((operation.id, operation.method, operation.body), (table.name, "GET", ""), "{}", name(table));
        assert!(operation.required.is_empty() && !operation.path.contains('{'), "{}", name(table));
        let mut parameters: Vec<&str> = table.parameters.iter().map(|(name, _)| *name).collect();
        parameters.extend(table.page_size.map(|size| size.parameter));
        parameters.extend(table.window.iter().flat_map(|window| [window.from, window.to]));
        parameters.extend(match table.changes {
            ChangeDetection::Snapshot => None,
            ChangeDetection::ModifiedSince { parameter, .. } | ChangeDetection::Append { parameter, .. } => {
                Some(parameter)
            }
        });
        parameters.extend(match table.paging {
            TablePaging::Single => None,
            TablePaging::Cursor { parameter, .. }
            | TablePaging::Page { parameter, .. }
            | TablePaging::Offset { parameter, .. } => Some(parameter),
        });
        let distinct: BTreeSet<_> = parameters.iter().collect();
        assert_eq!(distinct.len(), parameters.len(), "a parameter of {} has two uses: {parameters:?}", name(table));
        for parameter in parameters {
            assert!(operation.query.contains(&parameter), "{} has no parameter {parameter}", name(table));
        }
    }
}

#[test]
fn the_key_and_the_marks_of_a_table_are_columns() {
    for table in all() {
        let columns: BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(columns.len(), table.columns.len(), "a column of {} occurs twice", name(table));
        let kind = |wanted: &str| {
            let column = table.columns.iter().find(|column| column.name == wanted);
            column.unwrap_or_else(|| panic!("{} has no column {wanted}", name(table))).kind
        };
        assert!(!table.key.is_empty(), "{} has no key", name(table));
        for key in table.key {
            let column = table.columns.iter().find(|column| column.name == *key);
            assert!(!column.unwrap().sensitive, "the key of {} is not always copied", name(table));
            assert!(matches!(kind(key), ColumnType::Text | ColumnType::Integer), "{}", name(table));
        }
        match table.changes {
            ChangeDetection::Snapshot => {}
            ChangeDetection::ModifiedSince { deleted, .. } => assert_eq!(kind(deleted), ColumnType::Boolean),
            ChangeDetection::Append { column, .. } => {
                assert!(matches!(kind(column), ColumnType::Timestamp | ColumnType::TimestampTz | ColumnType::Integer));
            }
        }
        if let Some(column) = table.window.and_then(|window| window.column) {
            assert!(
                matches!(kind(column), ColumnType::Date | ColumnType::Timestamp | ColumnType::TimestampTz),
                "{}",
                name(table)
            );
        }
    }
}

/// Asserts that the tables of an API are those listed, and that their columns are the fields of the row types.
macro_rules! check_rows {
    ($api:ident: $($table:ident $row:ident,)*) => {
        let names: Vec<_> = $api::TABLES.iter().map(|table| table.name).collect();
        assert_eq!(names, [$(stringify!($table)),*]);
        $(
            let table = $api::TABLES.iter().find(|table| table.name == stringify!($table)).unwrap();
            let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(columns, $api::types::$row::empty().field_names(), "{}", name(table));
        )*
    };
}

#[test]
fn the_columns_of_a_table_are_the_fields_of_its_row_type() {
    check_rows! {
        ditio_core:
        projects Project, machines Machine, machine_types MachineType, users User, employees Employee,
    }
    check_rows! {
        ditio_reporting:
        projects Project, work_orders WorkOrder, users User, resources Resource, time_registrations TimeRegistration,
        machine_registrations MachineRegistration, absence_registrations AbsenceRegistration,
        payroll_lines PayrollLine, payroll_lines_extended PayrollLine, incident_registrations IncidentRegistration,
        machine_incident_registrations IncidentRegistration, checklist_registrations ChecklistRegistration,
        machine_checklist_registrations ChecklistRegistration, images Image,
        flow_trip_registrations FlowTripRegistration, flow_locations FlowLocation, flow_mass_types FlowMassType,
        crew_list_registrations CrewListRegistration,
    }
    assert_eq!((ditio_mass_transport::TABLES, bits::TABLES), (&[][..], &[][..]));
    check_rows! {
        itempath:
        users User, materials Material, material_codes MaterialCode, material_properties MaterialProperty, orders Order,
        order_lines OrderLine, transactions Transaction, batches Batch, work_order_lines WorkOrderLine,
        storage_rules StorageRule, locations Location, location_contents LocationContent,
        location_content_breakdowns LocationContentBreakdown, warehouses Warehouse, storage_units StorageUnit,
        access_points AccessPoint, carriers Carrier, shelves Shelf, bins Bin, zones Zone,
        power_pick_clients PowerPickClient, cost_centers CostCenter, kits Kit, kit_lines KitLine, images Image,
        reports Report, connections Connection,
    }
    check_rows! {
        dvinci:
        applications ApplicationSummary, hiring_requests HiringRequest, job_openings JobOpening,
        job_publications JobPublication, locations Location, onboardings OnboardingSummary, org_units OrgUnit,
        persons Person, users User, user_groups UserGroup, published_jobs PublishedJob,
    }
    check_rows! {
        digitaleo:
        contacts Contact, lists ContactList, fields Field, campaigns Campaign,
    }
}

/// Lists the rows of the first page of a table as a mirror does, with further query parameters.
async fn list<C: ApiClient>(client: &C, table: &Table, more: &[(&str, &str)]) -> (Value, Vec<Value>) {
    let mut call = client.as_ref().operation(table.operation);
    for (name, value) in table.parameters.iter().chain(more) {
        call = call.param(*name, *value);
    }
    if let Some(size) = table.page_size {
        call = call.param(size.parameter, size.default.to_string());
    }
    if let Some(window) = table.window.filter(|window| window.from_required && more.is_empty()) {
        call = call.param(window.from, "2000-01-01");
    }
    let response = call.send::<Value>().await.unwrap_or_else(|error| panic!("{}: {error}", name(table))).into_inner();
    let rows = table.rows.map_or(&response, |field| &response[field]);
    let rows = rows.as_array().unwrap_or_else(|| panic!("{} has no rows in {response}", name(table)));
    (response.clone(), rows.clone())
}

/// Returns true if a column of this type can have the value.
fn fits(kind: ColumnType, value: &Value) -> bool {
    let parses = |value: &Value| value.as_str().is_some_and(|text| text.parse::<Timestamp>().is_ok());
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok()).or(value.as_f64());
    match kind {
        _ if value.is_null() => true,
        ColumnType::Text => value.is_string() || value.is_number() || value.is_boolean(),
        ColumnType::Integer => number(value).is_some_and(|number| number.fract() == 0.0),
        ColumnType::Double | ColumnType::Decimal => number(value).is_some(),
        ColumnType::Boolean => value.is_boolean() || matches!(value.as_i64(), Some(0 | 1)),
        ColumnType::Date | ColumnType::Timestamp | ColumnType::TimestampTz => parses(value),
        _ => true,
    }
}

async fn check_listings<C: ApiClient>(simulator: &Simulator) {
    let client = C::from_vars(&simulator.environment()).unwrap();
    for table in C::TABLES {
        let (response, rows) = list(&client, table, &[]).await;
        assert!(!rows.is_empty(), "{} is empty", name(table));
        let mut keys = BTreeSet::new();
        for row in &rows {
            let key: Vec<String> = table.key.iter().map(|field| row[*field].to_string()).collect();
            assert!(!key.contains(&"null".to_owned()), "a row of {} has no key: {row}", name(table));
            assert!(keys.insert(key), "two rows of {} have the same key: {row}", name(table));
            for column in table.columns {
                let value = &row[column.name];
                assert!(fits(column.kind, value), "{} of {} is {value}", column.name, name(table));
            }
        }
        match table.changes {
            ChangeDetection::Snapshot => {}
            ChangeDetection::ModifiedSince { parameter, mode, .. } => {
                assert_eq!(response[mode.unwrap()], "full", "{}", name(table));
                let (response, _) = list(&client, table, &[(parameter, "2026-01-01T00:00:00Z")]).await;
                assert_eq!(response[mode.unwrap()], "incremental", "{}", name(table));
            }
            ChangeDetection::Append { parameter, prefix, column, .. } => {
                let values: Vec<_> = rows.iter().map(|row| row[column].as_str().unwrap()).collect();
                assert!(values.is_sorted(), "{} is not in the order of {column}", name(table));
                let last = values.last().unwrap();
                let (_, newer) = list(&client, table, &[(parameter, &format!("{prefix}{last}"))]).await;
                assert_eq!(newer, [] as [Value; 0], "{}", name(table));
                let first = values.first().unwrap();
                let (_, newer) = list(&client, table, &[(parameter, &format!("{prefix}{first}"))]).await;
                let expected = values.iter().filter(|value| *value > first).count();
                assert_eq!(newer.len(), expected, "{}", name(table));
            }
        }
    }
}

#[tokio::test]
async fn every_table_can_be_listed_and_its_rows_have_keys_and_columns_of_their_types() {
    let simulator = Simulator::start().await.unwrap();
    check_listings::<ditio_core::Client>(&simulator).await;
    check_listings::<ditio_reporting::Client>(&simulator).await;
    check_listings::<itempath::Client>(&simulator).await;
    check_listings::<dvinci::Client>(&simulator).await;
    check_listings::<digitaleo::Client>(&simulator).await;
}
