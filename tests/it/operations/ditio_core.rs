//! Every operation of Ditio core.

use keyfob::{
    Form, Upload,
    ditio_core::{Client, OPERATIONS, operation::*, types},
};
use keyfob_simulator::{Simulator, credentials};
use serde_json::json;

use super::walk::{Expected, Walk};
use crate::ditio::{environment, valid_credentials};

const COMPANY: &str = credentials::DITIO_COMPANY_ID;
const V4: &str = "/ditio/core/api/v4/integration";
const V5: &str = "/ditio/core/api/v5/integration/employees";

/// Returns an expected request to the v4 integration API.
fn v4(method: &'static str, path: &str) -> Expected {
    Expected::new(method, format!("{V4}/{path}"))
}

fn core(method: &'static str, path: &str) -> Expected {
    Expected::new(method, format!("/ditio/core/api/{path}"))
}

#[tokio::test]
async fn every_operation_of_ditio_core_is_called_and_its_responses_decode_losslessly() {
    let simulator = Simulator::start().await.unwrap();
    let mut walk = Walk::start(simulator.url()).await;
    let client = Client::new(environment(walk.url()), valid_credentials()).unwrap();

    let project = projects(&mut walk, &client).await;
    let order = work_orders(&mut walk, &client, &project).await;
    documents(&mut walk, &client, &project, &order).await;
    files(&mut walk, &client, &project).await;
    machines(&mut walk, &client).await;
    lookups(&mut walk, &client, &project).await;
    references(&mut walk, &client).await;
    users(&mut walk, &client).await;
    employees(&mut walk, &client).await;
    absences(&mut walk, &client).await;
    payroll(&mut walk, &client).await;

    let expected = v4("DELETE", &format!("tasks/{order}"));
    walk.empty(&DeleteWorkOrder::OPERATION, client.delete_work_order(&order).send(), expected).await;
    let expected = v4("DELETE", &format!("projects/{project}"));
    walk.empty(&DeleteProject::OPERATION, client.delete_project(&project).send(), expected).await;
    walk.finish(OPERATIONS, "ditio-core");
}

async fn projects(walk: &mut Walk, client: &Client) -> String {
    let body =
        types::ProjectCreate::new(COMPANY, "P 1/ø").name("Bru over Åna").external_project_number("E-1").active(true);
    let expected = v4("POST", "projects").json(json!({
        "companyId": COMPANY, "projectNumber": "P 1/ø", "name": "Bru over Åna", "externalProjectNumber": "E-1", "active": true,
    }));
    let created = walk.call(&CreateProject::OPERATION, client.create_project(body).send(), expected).await;
    let id = created.id.clone().unwrap();

    let all = walk.list(&Projects::OPERATION, client.projects().send(), v4("GET", "projects")).await;
    assert!(all.len() > 1 && all.iter().any(|project| project.id.as_ref() == Some(&id)));
    let expected = v4("GET", &format!("projects/{id}"));
    let mut read = walk.call(&Project::OPERATION, client.project(&id).send(), expected).await;
    let mut sent_back = walk.last_response();
    sent_back["description"] = "Søndre løp".into();
    let expected = v4("GET", "projects/by-project-number/P%201%2F%C3%B8");
    let found = walk.call(&ProjectByNumber::OPERATION, client.project_by_number("P 1/ø").send(), expected).await;
    assert_eq!(found.id.as_ref(), Some(&id));

    read.description = Some("Søndre løp".into());
    let expected = v4("PUT", &format!("projects/{id}")).json(sent_back);
    let replaced = walk.call(&ReplaceProject::OPERATION, client.replace_project(&id, read).send(), expected).await;
    assert_eq!((replaced.name.as_deref(), replaced.description.as_deref()), (Some("Bru over Åna"), Some("Søndre løp")));
    let patch = types::ProjectPatch::default().name("Bro");
    let expected = v4("PATCH", &format!("projects/{id}")).json(json!({"name": "Bro"}));
    walk.empty(&UpdateProject::OPERATION, client.update_project(&id, patch).send(), expected).await;
    id
}

async fn work_orders(walk: &mut Walk, client: &Client, project: &str) -> String {
    let body = types::WorkOrderCreate::new(COMPANY, project, "WO-1")
        .name("Grøft")
        .estimated_hour_qty(500.0)
        .external_project_number("E-1");
    let expected = v4("POST", "tasks").json(json!({
        "companyId": COMPANY, "projectId": project, "externalId": "WO-1", "name": "Grøft", "estimatedHourQty": 500,
        "externalProjectNumber": "E-1",
    }));
    let created = walk.call(&CreateWorkOrder::OPERATION, client.create_work_order(body).send(), expected).await;
    let id = created.id.clone().unwrap();

    let expected = v4("GET", &format!("tasks/{id}"));
    let mut read = walk.call(&WorkOrder::OPERATION, client.work_order(&id).send(), expected).await;
    let mut sent_back = walk.last_response();
    sent_back["name"] = "Kum".into();
    let expected = v4("GET", &format!("tasks/project/{project}"));
    let of_project =
        walk.list(&ProjectWorkOrders::OPERATION, client.project_work_orders(project).send(), expected).await;
    assert_eq!(of_project.len(), 1);
    let expected = v4("GET", "tasks/by-project-number/P%201%2F%C3%B8");
    let call = client.work_orders_by_project_number("P 1/ø").send();
    assert_eq!(walk.list(&WorkOrdersByProjectNumber::OPERATION, call, expected).await.len(), 1);
    let expected = v4("GET", "tasks/by-project-number/P%201%2F%C3%B8/by-task-number/WO-1");
    let call = client.work_orders_by_number("P 1/ø", "WO-1").send();
    assert_eq!(walk.list(&WorkOrdersByNumber::OPERATION, call, expected).await[0].id.as_ref(), Some(&id));
    let expected = v4("GET", "tasks/by-external-project-number/E-1/by-external-id/WO-1");
    let call = client.work_order_by_external_id("E-1", "WO-1").send();
    assert_eq!(walk.call(&WorkOrderByExternalId::OPERATION, call, expected).await.id.as_ref(), Some(&id));

    read.name = Some("Kum".into());
    let expected = v4("PUT", &format!("tasks/{id}")).json(sent_back);
    walk.call(&ReplaceWorkOrder::OPERATION, client.replace_work_order(&id, read).send(), expected).await;
    let expected = v4("PATCH", &format!("tasks/{id}")).json(json!({"active": true}));
    let patch = types::WorkOrderPatch::default().active(true);
    walk.empty(&UpdateWorkOrder::OPERATION, client.update_work_order(&id, patch).send(), expected).await;
    id
}

async fn documents(walk: &mut Walk, client: &Client, project: &str, order: &str) {
    let form = || Form::new().file("plan.txt", Upload::text("tegning"));
    let parts = ["name=\"file\"", "filename=\"plan.txt\"", "tegning"];
    let expected = v4("POST", &format!("projects/{project}/documents")).query("section", "Tegninger").multipart(&parts);
    let call = client.upload_project_documents(project, form()).section("Tegninger").send();
    let uploaded = walk.call(&UploadProjectDocuments::OPERATION, call, expected).await;
    let file = uploaded.info_page_files[0].file_reference_id.clone().unwrap();
    let expected = v4("GET", &format!("projects/{project}/documents"));
    let pages = walk.list(&ProjectDocuments::OPERATION, client.project_documents(project).send(), expected).await;
    assert_eq!(pages[0].section.as_deref(), Some("Tegninger"));
    let expected = v4("GET", &format!("projects/{project}/documents/{file}"));
    let call = client.download_project_document(project, &file).send();
    assert_eq!(walk.download(&DownloadProjectDocument::OPERATION, call, expected).await, "tegning");
    let expected = v4("PUT", &format!("projects/{project}/documents/description"))
        .query("section", "Tegninger")
        .json(json!({"description": null}));
    let change = types::DocumentDescriptionChange::new(None);
    let call = client.describe_project_documents(project, change).section("Tegninger").send();
    walk.call(&DescribeProjectDocuments::OPERATION, call, expected).await;
    let expected = v4("DELETE", &format!("projects/{project}/documents/{file}"));
    let call = client.delete_project_document(project, &file).send();
    walk.empty(&DeleteProjectDocument::OPERATION, call, expected).await;

    let expected = v4("POST", &format!("tasks/{order}/documents"))
        .query("replaceExistingFilesWithSameName", "true")
        .multipart(&parts);
    let call = client.upload_work_order_documents(order, form()).replace_existing_files_with_same_name(true).send();
    let uploaded = walk.call(&UploadWorkOrderDocuments::OPERATION, call, expected).await;
    let file = uploaded.info_page_files[0].file_reference_id.clone().unwrap();
    let expected = v4("GET", &format!("tasks/{order}/documents"));
    walk.list(&WorkOrderDocuments::OPERATION, client.work_order_documents(order).send(), expected).await;
    let expected = v4("GET", &format!("tasks/{order}/documents/{file}"));
    let call = client.download_work_order_document(order, &file).send();
    assert_eq!(walk.download(&DownloadWorkOrderDocument::OPERATION, call, expected).await, "tegning");
    let expected = v4("DELETE", &format!("tasks/{order}/documents/{file}"));
    let call = client.delete_work_order_document(order, &file).send();
    walk.empty(&DeleteWorkOrderDocument::OPERATION, call, expected).await;
}

async fn files(walk: &mut Walk, client: &Client, project: &str) {
    for round in 0..2 {
        let form = Form::new().file(format!("{round}.txt"), Upload::text("fil"));
        let expected = v4("POST", &format!("projects/{project}/documents")).multipart(&["fil"]);
        let call = client.upload_project_documents(project, form).send();
        let uploaded = walk.call(&UploadProjectDocuments::OPERATION, call, expected).await;
        let file = uploaded.files[0].file_reference.as_ref().unwrap().id.clone().unwrap();
        let expected = core("GET", &format!("file/{file}"));
        assert_eq!(walk.download(&DownloadFile::OPERATION, client.download_file(&file).send(), expected).await, "fil");
        if round == 0 {
            let expected = core("DELETE", &format!("file/{file}"));
            walk.empty(&DeleteFile::OPERATION, client.delete_file(&file).send(), expected).await;
        } else {
            let expected = core("DELETE", &format!("filereference/{file}"));
            walk.empty(&DeleteFileReference::OPERATION, client.delete_file_reference(&file).send(), expected).await;
        }
    }
}

async fn machines(walk: &mut Walk, client: &Client) {
    let types = walk.list(&MachineTypes::OPERATION, client.machine_types().send(), core("GET", "MachineType")).await;
    let kind = types[0].type_id.clone().unwrap();
    let body =
        types::MachineCreate::new(COMPANY, "M 1").name("Volvo EC220E").type_id(&kind).weight(22_000.0).build_year(2022);
    let expected = v4("POST", "machines").json(json!({
        "companyId": COMPANY, "machineNumber": "M 1", "name": "Volvo EC220E", "typeId": kind, "weight": 22000, "buildYear": 2022,
    }));
    let created = walk.call(&CreateMachine::OPERATION, client.create_machine(body).send(), expected).await;
    let id = created.id.clone().unwrap();
    let expected = v4("POST", "machines/create/array")
        .json(json!([{"companyId": COMPANY, "machineNumber": "M-2", "isEquipment": true}]));
    let more = [types::MachineCreate::new(COMPANY, "M-2").is_equipment(true)];
    walk.call(&CreateMachines::OPERATION, client.create_machines(more).send(), expected).await;
    let expected = v4("GET", "machines").query("includeEquipmentDetails", "true");
    let call = client.machines().include_equipment_details(true).send();
    assert!(walk.list(&Machines::OPERATION, call, expected).await.len() > 2);
    let expected = v4("GET", &format!("machines/{id}"));
    let mut read = walk.call(&Machine::OPERATION, client.machine(&id).send(), expected).await;
    let mut sent_back = walk.last_response();
    sent_back["note"] = "på verksted".into();
    let expected = v4("GET", "machines/by-machine-number/M%201");
    walk.call(&MachineByNumber::OPERATION, client.machine_by_number("M 1").send(), expected).await;
    read.note = Some("på verksted".into());
    let expected = v4("PUT", &format!("machines/{id}")).json(sent_back.clone());
    let saved = walk.call(&SaveMachine::OPERATION, client.save_machine(&id, read.clone()).send(), expected).await;
    assert_eq!(saved.note.as_deref(), Some("på verksted"));
    let expected = v4("PUT", "machines/update/array").json(json!([sent_back]));
    walk.call(&SaveMachines::OPERATION, client.save_machines([read]).send(), expected).await;
    let expected = v4("PATCH", &format!("machines/{id}")).json(json!({"note": ""}));
    let patch = types::MachinePatch::default().note("");
    walk.empty(&UpdateMachine::OPERATION, client.update_machine(&id, patch).send(), expected).await;
    let esg = types::MachineEsg::default().fuel_consumption_rate(12.5).fuel_type(types::FuelType::Diesel);
    let expected = v4("PATCH", &format!("machines/{id}/esg")).json(json!({"fuelConsumptionRate": 12.5, "fuelType": 1}));
    walk.empty(&UpdateMachineEsg::OPERATION, client.update_machine_esg(&id, esg).send(), expected).await;
    let expected = v4("GET", &format!("machines/is-machine-deletable/{id}"));
    let call = client.is_machine_deletable(&id).send();
    assert!(walk.call(&IsMachineDeletable::OPERATION, call, expected).await);
    let expected = v4("DELETE", &format!("machines/{id}"));
    walk.empty(&DeleteMachine::OPERATION, client.delete_machine(&id).send(), expected).await;
}

async fn lookups(walk: &mut Walk, client: &Client, project: &str) {
    walk.call(&AlertTypes::OPERATION, client.alert_types().send(), core("GET", "ProjNotificationTypeSetup")).await;
    let expected = core("GET", "projects").query("activeInactiveAll", "2");
    let call = client.reference_projects().active_inactive_all(types::ActivityFilter::All).send();
    walk.call(&ReferenceProjects::OPERATION, call, expected).await;
    let expected = core("GET", "projects/search").query("searchString", "Bro").query("activeOnly", "true");
    let call = client.search_reference_projects().search_string("Bro").active_only(true).send();
    walk.call(&SearchReferenceProjects::OPERATION, call, expected).await;
    let expected = core("GET", &format!("projects/{project}"));
    walk.call(&ReferenceProject::OPERATION, client.reference_project(project).send(), expected).await;
    let expected = core("GET", &format!("projects/{project}/tasks"));
    let call = client.reference_project_work_orders(project).send();
    walk.call(&ReferenceProjectWorkOrders::OPERATION, call, expected).await;
    walk.call(&ResourceTypes::OPERATION, client.resource_types().send(), core("GET", "resources/types")).await;
    let machine = client.machines().await.unwrap()[0].id.clone().unwrap();
    walk.discard();
    let expected = core("GET", &format!("resources/details/{machine}"));
    walk.call(&ResourceDetails::OPERATION, client.resource_details(&machine).send(), expected).await;
}

async fn references(walk: &mut Walk, client: &Client) {
    use types::ExternalReferenceType::{ExternalProjectNumber, ProcessCode};

    let body = types::ExternalReferenceCreate::new(ExternalProjectNumber, "E-99", "Nittini");
    let expected = core("POST", "project-external-reference").json(json!({
        "externalRefType": "ExternalProjectNumber", "externalRefValue": "E-99", "name": "Nittini",
    }));
    walk.call(&CreateExternalReference::OPERATION, client.create_external_reference(body).send(), expected).await;
    let expected = core("GET", "project-external-reference/type/ExternalProjectNumber");
    let call = client.external_references(ExternalProjectNumber).send();
    let known = walk.list(&ExternalReferences::OPERATION, call, expected).await;
    let id =
        known.iter().find(|known| known.external_ref_value.as_deref() == Some("E-99")).unwrap().id.clone().unwrap();
    let expected = core("GET", "project-external-reference/type/ProcessCode/project/P%201%2F%C3%B8");
    let call = client.project_external_references(ProcessCode, "P 1/ø").send();
    walk.list(&ProjectExternalReferences::OPERATION, call, expected).await;
    let expected = core("PUT", &format!("project-external-reference/disable/{id}"));
    walk.empty(&DisableExternalReference::OPERATION, client.disable_external_reference(&id).send(), expected).await;
    let expected = core("DELETE", &format!("project-external-reference/{id}"));
    walk.empty(&DeleteExternalReference::OPERATION, client.delete_external_reference(&id).send(), expected).await;
}

async fn users(walk: &mut Walk, client: &Client) {
    let body = types::UserCreate::new(COMPANY, "9001", "Åse", "Nygård", "+4798765432", "1990-05-17", "2026-01-01");
    let expected = v4("POST", "users").json(json!({
        "companyId": COMPANY, "employeeNumber": "9001", "firstName": "Åse", "lastName": "Nygård",
        "mobileWork": "+4798765432", "birthDate": "1990-05-17", "employmentStartDate": "2026-01-01",
    }));
    let created = walk.call(&CreateUser::OPERATION, client.create_user(body).send(), expected).await;
    let (identity, profile) = (created.identity_id.clone().unwrap(), created.company_profile_id.clone().unwrap());
    let encoded = identity.replace('|', "%7C");
    let expected = v4("GET", "users").query("changedSince", "2020-01-01T00:00:00Z");
    let call = client.users().changed_since("2020-01-01T00:00:00Z").send();
    let changed = walk.list(&Users::OPERATION, call, expected).await;
    assert!(changed.iter().any(|user| user.employee_number.as_deref() == Some("9001")));
    let expected = v4("GET", "users/by-employee-number/9001");
    walk.call(&UserByEmployeeNumber::OPERATION, client.user_by_employee_number("9001").send(), expected).await;
    let expected = v4("GET", &format!("users/by-profile-id/{profile}"));
    let mut read = walk.call(&UserByProfileId::OPERATION, client.user_by_profile_id(&profile).send(), expected).await;
    let mut sent_back = walk.last_response();
    sent_back["workTitle"] = "Anleggsarbeider".into();
    let expected = v4("GET", &format!("users/is-identity-deletable/{encoded}"));
    walk.call(&IsIdentityDeletable::OPERATION, client.is_identity_deletable(&identity).send(), expected).await;
    read.work_title = Some("Anleggsarbeider".into());
    let expected = v4("PUT", &format!("users/{encoded}")).json(sent_back.clone());
    let replaced =
        walk.call(&ReplaceUser::OPERATION, client.replace_user(&identity, read.clone()).send(), expected).await;
    assert_eq!(replaced.work_title.as_deref(), Some("Anleggsarbeider"));
    let expected = v4("PATCH", &format!("users/{profile}")).json(json!({"department": "3210"}));
    let patch = types::UserPatch::default().department("3210");
    walk.empty(&UpdateUser::OPERATION, client.update_user(&profile, patch).send(), expected).await;
    let expected = v4("PATCH", &format!("users/disable/{profile}"));
    walk.empty(&DisableUser::OPERATION, client.disable_user(&profile).send(), expected).await;
    let expected = v4("PATCH", &format!("users/enable/{profile}"));
    walk.empty(&EnableUser::OPERATION, client.enable_user(&profile).send(), expected).await;
    let expected = v4("POST", "users/scim").json(sent_back);
    walk.call(&ProvisionUser::OPERATION, client.provision_user(read).send(), expected).await;
    let expected = v4("DELETE", &format!("users/{encoded}"));
    walk.empty(&DeleteUser::OPERATION, client.delete_user(&identity).send(), expected).await;
}

async fn employees(walk: &mut Walk, client: &Client) {
    let day = |day: &str| day.parse::<chrono::NaiveDate>().unwrap();
    let employment = types::EmploymentCreate::new()
        .start_date(day("2026-01-05"))
        .department("Anlegg")
        .payroll(types::EmployeePayroll::Enabled);
    let body = types::EmployeeCreate::new("+4791234567", employment)
        .birth_date(day("1988-02-29"))
        .employee_number("9002")
        .first_name("Øystein")
        .last_name("Ås");
    let expected = Expected::new("POST", V5).json(json!({
        "employeeNumber": "9002", "firstName": "Øystein", "lastName": "Ås", "phone": "+4791234567", "birthDate": "1988-02-29",
        "employment": {"startDate": "2026-01-05", "department": "Anlegg", "payroll": 1},
    }));
    walk.call(&CreateEmployee::OPERATION, client.create_employee(body).send(), expected).await;
    let expected =
        Expected::get(V5).query("includeEmployeesFromSubsidiaries", "true").query("include", "tags,employment-history");
    let include = [types::EmployeeInclude::Tags, types::EmployeeInclude::EmploymentHistory];
    let call = client.employees().include_employees_from_subsidiaries(true).include(include).send();
    assert!(walk.list(&Employees::OPERATION, call, expected).await.len() > 1);
    let expected = Expected::get(format!("{V5}/search")).query("query", "Øystein");
    let found = walk.list(&SearchEmployees::OPERATION, client.search_employees("Øystein").send(), expected).await;
    assert!(found.iter().any(|employee| employee.employee_number.as_deref() == Some("9002")));
    let expected = Expected::get(format!("{V5}/9002"));
    walk.call(&Employee::OPERATION, client.employee("9002").send(), expected).await;
    let patch = types::EmployeePatch::default().email(keyfob::Patch::Null).work_title("Formann");
    let expected = Expected::new("PATCH", format!("{V5}/9002")).json(json!({"email": null, "workTitle": "Formann"}));
    walk.empty(&UpdateEmployee::OPERATION, client.update_employee("9002", patch).send(), expected).await;
    let patch = types::EmploymentPatch::default().department("Management");
    let expected =
        Expected::new("PATCH", format!("{V5}/9002/update-employment")).json(json!({"department": "Management"}));
    walk.empty(&UpdateEmployment::OPERATION, client.update_employment("9002", patch).send(), expected).await;
    let expected = Expected::new("PATCH", format!("{V5}/9002/end-employment")).json(json!({"endDate": "2026-02-27"}));
    let call = client.end_employment("9002", types::EmploymentEnd::new(day("2026-02-27"))).send();
    walk.empty(&EndEmployment::OPERATION, call, expected).await;
    let expected =
        Expected::new("POST", format!("{V5}/9002/create-employment")).json(json!({"startDate": "2026-03-02"}));
    let call = client.create_employment("9002", types::EmploymentCreate::new().start_date(day("2026-03-02"))).send();
    walk.call(&CreateEmployment::OPERATION, call, expected).await;

    let time = |text: &str| text.parse::<keyfob::Timestamp>().unwrap();
    let certificate =
        types::Certificate::new("9002", "Kranførerbevis", time("2026-01-01T00:00:00Z"), time("2031-01-01T00:00:00Z"));
    let expected = v4("POST", "certificates").json(json!([{
        "employeeNumber": "9002", "certificateType": "Kranførerbevis", "issuedDateTime": "2026-01-01T00:00:00Z",
        "validUntilDateTime": "2031-01-01T00:00:00Z",
    }]));
    walk.call(&SaveCertificates::OPERATION, client.save_certificates([certificate]).send(), expected).await;
}

async fn absences(walk: &mut Walk, client: &Client) {
    let day = |day: &str| day.parse::<chrono::NaiveDate>().unwrap();
    let push = types::AbsencePush::new("884213/1/7", "9002", day("2026-03-02"), day("2026-03-08"))
        .absence_type_code("505")
        .hours_per_day(7.5);
    let expected = core("POST", "integration/absences").json(json!({
        "externalId": "884213/1/7", "employeeNumber": "9002", "startDate": "2026-03-02", "endDate": "2026-03-08",
        "absenceTypeCode": "505", "hoursPerDay": 7.5,
    }));
    let saved = walk.call(&SaveAbsence::OPERATION, client.save_absence(push).send(), expected).await;
    assert_eq!(saved.days.len(), 5, "work days only");
    let expected = core("GET", "integration/absences/884213/1/7");
    walk.call(&Absence::OPERATION, client.absence("884213/1/7").send(), expected).await;
    let expected = core("DELETE", "integration/absences/884213/1/7");
    walk.empty(&DeleteAbsence::OPERATION, client.delete_absence("884213/1/7").send(), expected).await;
}

async fn payroll(walk: &mut Walk, client: &Client) {
    let window = |expected: Expected| expected.query("fromWorkDate", "2026-02-01").query("toWorkDate", "2026-02-28");
    let expected =
        window(core("GET", "payroll-export/")).query("dataFilter", "10").query("userIds", "a").query("userIds", "b");
    let call = client.payroll_export().from_work_date("2026-02-01").to_work_date("2026-02-28");
    let call = call.data_filter(types::PayrollDataFilter::All).user_ids(["a", "b"]).send();
    walk.list(&PayrollExport::OPERATION, call, expected).await;
    let expected = window(core("GET", "payroll-export/readonly")).query("dataFilter", "10");
    let call = client.payroll_export_readonly().from_work_date("2026-02-01").to_work_date("2026-02-28");
    let call = call.data_filter(types::PayrollDataFilter::All).send();
    assert!(!walk.list(&PayrollExportReadonly::OPERATION, call, expected).await.is_empty());
    let expected = window(core("GET", "payroll-export/summary-as-lines"));
    let call = client.payroll_export_lines().from_work_date("2026-02-01").to_work_date("2026-02-28").send();
    walk.call(&PayrollExportLines::OPERATION, call, expected).await;
    let expected = window(core("GET", "payroll-export/file")).query("dataExportType", "6");
    let call = client
        .download_payroll_export()
        .from_work_date("2026-02-01")
        .to_work_date("2026-02-28")
        .data_export_type(6)
        .send();
    walk.download(&DownloadPayrollExport::OPERATION, call, expected).await;
    let expected =
        core("GET", "v3/onlineusers/activeonly").query("fromDateTime", "2026-03-02").query("projectIds", "a,b");
    let call = client.crew_list().from_date_time("2026-03-02").project_ids(["a", "b"]).send();
    walk.list(&CrewList::OPERATION, call, expected).await;
}
