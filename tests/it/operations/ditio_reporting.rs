//! Every operation of Ditio reporting.

use keyfob::{
    ResponseValue,
    client::{
        ResponseFuture,
        paging::{Paged, Position},
    },
    ditio_reporting::{Client, OPERATIONS, operation::*, types},
};
use keyfob_simulator::{DitioReporting, DitioTable, Simulator, credentials};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::walk::{Expected, Walk, assert_same};
use crate::ditio::{environment, valid_credentials};

const COMPANY: &str = credentials::DITIO_COMPANY_ID;
const PROJECT: &str = "69a5c4f7256ad8f26e32285d";
const FROM: &str = "2020-01-01";
const TO: &str = "2030-12-31T23:59:59Z";
const SINCE: &str = "2026-03-02T08:00:00Z";
const BEFORE: &str = "2026-03-02T09:00:00.000Z";

/// Sets the filters that nearly every table has.
macro_rules! narrowed {
    ($call:expr) => {
        $call.project_id(PROJECT).company_id(COMPANY).own_company_data_only(true).exclude_data_from_subsidiaries(true)
    };
}

/// Sets the date range of tables that have one.
macro_rules! dated {
    ($call:expr) => {
        $call.from_date_time(FROM).to_date_time(TO)
    };
}

/// Limits a listing to changes since the simulator started.
macro_rules! changed {
    ($call:expr) => {
        $call.modified_since(SINCE).modified_before(BEFORE)
    };
}

fn reporting(path: &str) -> Expected {
    Expected::get(format!("/ditio/reporting/v1/{path}"))
}

fn narrowed(expected: Expected) -> Expected {
    let expected = expected.query("ProjectId", PROJECT).query("CompanyId", COMPANY);
    expected.query("OwnCompanyDataOnly", "true").query("ExcludeDataFromSubsidiaries", "true")
}

fn dated(expected: Expected) -> Expected {
    expected.query("FromDateTime", FROM).query("ToDateTime", TO)
}

/// Listing operation whose future returns one page.
trait Call: Paged + IntoFuture<Output = PageResult<Self>, IntoFuture = ResponseFuture<<Self as Paged>::Page>> {}

impl<O: Paged + IntoFuture<Output = PageResult<O>, IntoFuture = ResponseFuture<O::Page>>> Call for O {}

type PageResult<O> = Result<ResponseValue<<O as Paged>::Page>, keyfob::Error>;

/// The walk over Ditio reporting, with access to the tables of the simulator.
struct Table<'a> {
    walk: &'a mut Walk,
    tables: DitioReporting,
}

impl Table<'_> {
    /// Reads two pages of a table, then deletes a row of the first page and reads the deletion.
    async fn read<O: Call>(
        &mut self,
        table: DitioTable,
        operation: &'static keyfob::Operation,
        (full, changes): (O, O),
        (expected, deletion): (Expected, Expected),
    ) where
        O::Page: Serialize + DeserializeOwned,
        O::Item: Serialize,
    {
        let expected = expected.query("ChunkLimit", "7");
        let mut page = self.walk.call(operation, full.clone().into_future(), expected.clone()).await;
        assert_eq!(serde_json::to_value(&page).unwrap()["syncTypeName"], "full");
        let cursor = O::cursor(&page).filter(|cursor| !cursor.is_empty());
        let rows = self.assert_rows(table, &O::items(&mut page));
        if let Some(cursor) = cursor {
            let expected = expected.query("ContinuationToken", &cursor);
            let mut page = self.walk.call(operation, full.at(Position::Cursor(cursor)).into_future(), expected).await;
            let more = self.assert_rows(table, &O::items(&mut page));
            assert!(more.iter().all(|row| rows.iter().all(|before| before["id"] != row["id"])), "{table}");
        }
        self.deletion(table, operation, changes, deletion, &rows[0]["id"]).await;
    }

    async fn deletion<O: Call>(
        &mut self,
        table: DitioTable,
        operation: &'static keyfob::Operation,
        changes: O,
        expected: Expected,
        id: &Value,
    ) where
        O::Page: Serialize + DeserializeOwned,
    {
        self.tables.delete(table, [id.as_str().unwrap()]);
        let expected = expected.query("ModifiedSince", SINCE).query("ModifiedBefore", BEFORE);
        let page = self.walk.call(operation, changes.into_future(), expected).await;
        let page = serde_json::to_value(&page).unwrap();
        assert_eq!((&page["syncTypeName"], &page["deletedRecordCount"]), (&"incremental".into(), &1.into()), "{table}");
        let last = page["data"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["id"], &last["isDeleted"]), (id, &true.into()), "{table}");
        let deletions = self.tables.deletions(table);
        assert_same(table, deletions.last().unwrap(), last);
    }

    /// Asserts that the typed rows of a page equal the simulator's rows; returns them as JSON.
    fn assert_rows<T: Serialize>(&self, table: DitioTable, rows: &[T]) -> Vec<Value> {
        assert!(!rows.is_empty(), "{table}");
        let stored = self.tables.rows(table);
        let rows: Vec<Value> = rows.iter().map(|row| serde_json::to_value(row).unwrap()).collect();
        for row in &rows {
            let stored = stored.iter().find(|stored| stored["id"] == row["id"]).unwrap();
            assert_same(table, stored, row);
        }
        rows
    }
}

#[tokio::test]
async fn every_operation_of_ditio_reporting_is_called_and_its_responses_decode_losslessly() {
    let simulator = Simulator::start().await.unwrap();
    let mut walk = Walk::start(simulator.url()).await;
    let client = Client::new(environment(walk.url()), valid_credentials()).unwrap();

    let mut table = Table { walk: &mut walk, tables: simulator.ditio_reporting() };
    hours(&mut table, &client).await;
    absences_and_payroll(&mut table, &client).await;
    safety(&mut table, &client).await;
    flow(&mut table, &client).await;
    people_on_site(&mut table, &client).await;
    metadata(&mut table, &client).await;
    goods(&mut walk, &client).await;
    files(&mut walk, &client, &simulator).await;
    walk.finish(OPERATIONS, "ditio-reporting");
}

async fn metadata(table: &mut Table<'_>, client: &Client) {
    let calls = (narrowed!(client.work_orders()).chunk_limit(7), changed!(client.work_orders()));
    let path = reporting("project/work-breakdown-structure");
    let expected = (narrowed(path.clone()), path);
    table.read(DitioTable::WorkBreakdownStructure, &WorkOrders::OPERATION, calls, expected).await;
    let calls = (client.users().company_id(COMPANY).chunk_limit(7), changed!(client.users()));
    let expected = (reporting("user").query("CompanyId", COMPANY), reporting("user"));
    table.read(DitioTable::User, &Users::OPERATION, calls, expected).await;
    let calls = (narrowed!(client.resources()).chunk_limit(7), changed!(client.resources()));
    let expected = (narrowed(reporting("resource")), reporting("resource"));
    table.read(DitioTable::Resource, &Resources::OPERATION, calls, expected).await;
    let calls = (narrowed!(client.projects()).chunk_limit(7), changed!(client.projects()));
    let expected = (narrowed(reporting("project")), reporting("project"));
    table.read(DitioTable::Project, &Projects::OPERATION, calls, expected).await;
}

async fn hours(table: &mut Table<'_>, client: &Client) {
    let call = dated!(narrowed!(client.time_registrations())).chunk_limit(7);
    let calls = (call, changed!(client.time_registrations()));
    let path = reporting("time-registrations");
    let expected = (dated(narrowed(path.clone())), path);
    table.read(DitioTable::TimeRegistrations, &TimeRegistrations::OPERATION, calls, expected).await;
    let call = dated!(client.machine_registrations()).project_id(PROJECT).company_id(COMPANY).chunk_limit(7);
    let calls = (call, changed!(client.machine_registrations()));
    let path = reporting("machine-registrations");
    let expected = (dated(path.clone()).query("ProjectId", PROJECT).query("CompanyId", COMPANY), path);
    table.read(DitioTable::MachineRegistrations, &MachineRegistrations::OPERATION, calls, expected).await;
}

async fn absences_and_payroll(table: &mut Table<'_>, client: &Client) {
    let call = dated!(narrowed!(client.absence_registrations())).chunk_limit(7).include_sensitive_data(true);
    let call = call.approved(true).approved_payroll(true).locked(true);
    let calls = (call, changed!(client.absence_registrations()));
    let path = reporting("absence-registrations");
    let expected = dated(narrowed(path.clone())).query("IncludeSensitiveData", "true").query("Approved", "true");
    let expected = (expected.query("ApprovedPayroll", "true").query("Locked", "true"), path);
    table.read(DitioTable::AbsenceRegistrations, &AbsenceRegistrations::OPERATION, calls, expected).await;

    let everybody =
        |expected: Expected| expected.query("ExportFilter", "All").query("UserPayrollTypeFilter", "AllUsers");
    let call = dated!(narrowed!(client.payroll_lines())).chunk_limit(7).export_filter("All");
    let call = call.user_payroll_type_filter(types::UserPayrollType::AllUsers);
    let calls = (call, changed!(client.payroll_lines()).export_filter("All").user_payroll_type_filter("AllUsers"));
    let path = reporting("payroll-lines");
    let expected = (everybody(dated(narrowed(path.clone()))), everybody(path));
    table.read(DitioTable::PayrollLines, &PayrollLines::OPERATION, calls, expected).await;
    let call = dated!(narrowed!(client.payroll_lines_extended())).chunk_limit(7).export_filter("All");
    let call = call.user_payroll_type_filter(types::UserPayrollType::AllUsers);
    let changes = changed!(client.payroll_lines_extended()).export_filter("All").user_payroll_type_filter("AllUsers");
    let path = reporting("payroll-lines-extended");
    let expected = (everybody(dated(narrowed(path.clone()))), everybody(path));
    table.read(DitioTable::PayrollLinesExtended, &PayrollLinesExtended::OPERATION, (call, changes), expected).await;
}

async fn safety(table: &mut Table<'_>, client: &Client) {
    let expected = |path: &str| (narrowed(reporting(path)), reporting(path));
    let calls = (narrowed!(client.incident_registrations()).chunk_limit(7), changed!(client.incident_registrations()));
    let operation = &IncidentRegistrations::OPERATION;
    table.read(DitioTable::IncidentRegistrations, operation, calls, expected("incident-registrations")).await;
    let call = narrowed!(client.machine_incident_registrations()).chunk_limit(7);
    let calls = (call, changed!(client.machine_incident_registrations()));
    let path = expected("machine-incident-registrations");
    let operation = &MachineIncidentRegistrations::OPERATION;
    table.read(DitioTable::MachineIncidentRegistrations, operation, calls, path).await;
    let call = narrowed!(client.checklist_registrations()).chunk_limit(7);
    let calls = (call, changed!(client.checklist_registrations()));
    let operation = &ChecklistRegistrations::OPERATION;
    table.read(DitioTable::ChecklistRegistrations, operation, calls, expected("checklist-registrations")).await;
    let call = narrowed!(client.machine_checklist_registrations()).chunk_limit(7);
    let calls = (call, changed!(client.machine_checklist_registrations()));
    let path = expected("machine-checklist-registrations");
    let operation = &MachineChecklistRegistrations::OPERATION;
    table.read(DitioTable::MachineChecklistRegistrations, operation, calls, path).await;
    let sources = [types::ImageSource::Feed, types::ImageSource::Checklist];
    let call = dated!(narrowed!(client.images())).chunk_limit(7).sources(sources);
    let wanted = dated(narrowed(reporting("images"))).query("Sources", "feed").query("Sources", "checklist");
    let calls = (call, changed!(client.images()));
    table.read(DitioTable::Images, &Images::OPERATION, calls, (wanted, reporting("images"))).await;
}

async fn flow(table: &mut Table<'_>, client: &Client) {
    let call = dated!(narrowed!(client.flow_trip_registrations())).chunk_limit(7);
    let calls = (call, changed!(client.flow_trip_registrations()));
    let path = reporting("flow-trip-registrations");
    let expected = (dated(narrowed(path.clone())), path);
    table.read(DitioTable::FlowTripRegistrations, &FlowTripRegistrations::OPERATION, calls, expected).await;
    let calls = (narrowed!(client.flow_locations()).chunk_limit(7), changed!(client.flow_locations()));
    let expected = (narrowed(reporting("flow-locations")), reporting("flow-locations"));
    table.read(DitioTable::FlowLocations, &FlowLocations::OPERATION, calls, expected).await;
    let calls = (narrowed!(client.flow_mass_types()).chunk_limit(7), changed!(client.flow_mass_types()));
    let expected = (narrowed(reporting("flow-mass-types")), reporting("flow-mass-types"));
    table.read(DitioTable::FlowMassTypes, &FlowMassTypes::OPERATION, calls, expected).await;
}

async fn people_on_site(table: &mut Table<'_>, client: &Client) {
    let projects = [PROJECT, "another"];
    let call = dated!(client.crew_list_registrations()).chunk_limit(7).include_open(true).project_ids(projects);
    let calls = (call, changed!(client.crew_list_registrations()).include_open(true));
    let path = reporting("crew-list-registrations").query("IncludeOpen", "true");
    let expected = (dated(path.clone()).query("ProjectIds", &projects.join(",")), path);
    table.read(DitioTable::CrewListRegistrations, &CrewListRegistrations::OPERATION, calls, expected).await;
}

async fn goods(walk: &mut Walk, client: &Client) {
    let expected = reporting("item-registrations/web-query").query("FromDate", FROM).query("ToDate", "2026-12-31");
    let call = client.item_registrations().from_date(FROM).to_date("2026-12-31").send();
    let text = walk.text(&ItemRegistrations::OPERATION, call, expected).await;
    assert!(text.lines().count() > 10 && text.contains(";Hovedlager Åsen;"), "{text}");
}

async fn files(walk: &mut Walk, client: &Client, simulator: &Simulator) {
    let rows = simulator.ditio_reporting().rows(DitioTable::ChecklistRegistrations);
    let link = rows.iter().find_map(|row| row["pdfUrl"].as_str()).unwrap();
    let id = link.rsplit('/').next().unwrap();
    let expected = Expected::get(format!("/ditio/core/api/file/{id}"));
    let call = client.download_file(id).send();
    assert!(walk.download(&DownloadFile::OPERATION, call, expected).await.starts_with(b"%PDF"));
}
