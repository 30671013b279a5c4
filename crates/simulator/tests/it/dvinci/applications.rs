//! Applications: status changes, moves, deletion, references and filters.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Tenant, application, codes, job_opening, person, with};

/// Creates an application of a person with an e-mail address.
async fn new_application(tenant: &Tenant) -> Value {
    let opening = tenant.created("/jobOpenings/", &job_opening("Schweißer")).await;
    let person = tenant.created("/persons/", &with(person("Weiß"), json!({ "email": "w@post.example" }))).await;
    tenant.created("/applications/", &application(&person, &opening)).await
}

#[tokio::test]
async fn a_new_application_has_the_initial_status_and_is_listed_at_its_person() {
    let tenant = Tenant::start().await;
    let created = new_application(&tenant).await;
    assert_eq!(created["applicationStatusId"], "SYS_NEW");
    assert_eq!((&created["rating"], &created["version"]), (&json!("NONE"), &json!(0)));
    let person = tenant.read(&format!("/persons/{}", created["person"]["id"])).await;
    assert_eq!(person["applications"], json!([{ "id": created["id"], "externalId": null }]));
    let path = format!("/persons/{}/delete", created["person"]["id"]);
    let failed = json!({ "success": false, "errorMsg": "Error while deleting entity" });
    assert_eq!(tenant.post(&path).await, (StatusCode::UNPROCESSABLE_ENTITY, failed));
}

#[tokio::test]
async fn only_finished_applications_can_be_deleted() {
    let tenant = Tenant::start().await;
    let path = format!("/applications/{}", new_application(&tenant).await["id"]);
    assert_eq!(tenant.post(&format!("{path}/delete")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    tenant.post_ok(&format!("{path}/statusChange/WITHDRAWN")).await;
    tenant.post_ok(&format!("{path}/delete")).await;
    assert_eq!(tenant.get(&path).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_status_change_updates_history_and_dates() {
    let tenant = Tenant::start().await;
    let before = new_application(&tenant).await;
    let path = format!("/applications/{}", before["id"]);
    let body = json!({ "correspondenceTemplateId": "INVITATION", "comment": "Dienstag, 10 Uhr" });
    let (status, _) = tenant.create(&format!("{path}/statusChange/FIRST_INTERVIEW"), &body).await;
    assert_eq!(status, StatusCode::OK);
    let after = tenant.read(&path).await;
    assert_eq!((&after["applicationStatusId"], &after["version"]), (&json!("FIRST_INTERVIEW"), &json!(1)));
    assert!(after["lastStatusChangeDate"].as_str() > before["lastStatusChangeDate"].as_str());
    let history = tenant.read(&format!("{path}/history")).await;
    let last = &history.as_array().unwrap()[1];
    assert_eq!(last["type"], "APPLICATION_STATUS_CHANGE");
    assert_eq!(last["fromApplicationStatusId"], "SYS_NEW");
    assert_eq!(last["toApplicationStatusId"], "FIRST_INTERVIEW");
    assert_eq!(last["comment"], "Dienstag, 10 Uhr");
}

#[tokio::test]
async fn invalid_status_changes_and_templates_are_rejected() {
    let tenant = Tenant::start().await;
    let path = format!("/applications/{}/statusChange", new_application(&tenant).await["id"]);
    for same_or_unknown in ["SYS_NEW", "NIRGENDS"] {
        let response = tenant.post(&format!("{path}/{same_or_unknown}")).await;
        assert_eq!(codes(response), ["statusId statusChangeNotPermitted"]);
    }
    let body = json!({ "correspondenceTemplateId": "REJECTION" });
    let response = tenant.create(&format!("{path}/HIRED"), &body).await;
    assert_eq!(codes(response), ["correspondenceTemplateId correspondenceTemplateNotAllowed"]);
    let opening = json!({ "id": 1 });
    let person = tenant.created("/persons/", &person("Ohne-Adresse")).await;
    let other = tenant.created("/applications/", &application(&person, &opening)).await;
    let path = format!("/applications/{}/statusChange", other["id"]);
    let response = tenant.create(&format!("{path}/REJECTED"), &body).await;
    assert_eq!(codes(response), ["correspondenceTemplateId emailRequired"]);
    tenant.post_ok(&format!("{path}/EMPLOYED")).await;
    assert_eq!(codes(tenant.post(&format!("{path}/SYS_NEW")).await), ["statusId statusChangeNotPermitted"]);
    assert_eq!(tenant.post("/applications/99999/statusChange/HIRED").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_move_requires_another_opening_that_is_not_closed() {
    let tenant = Tenant::start().await;
    let created = new_application(&tenant).await;
    let path = format!("/applications/{}/jobOpeningMove", created["id"]);
    for bad in [created["jobOpening"]["id"].to_string(), "14".to_owned(), "99999".to_owned(), "x".to_owned()] {
        let response = tenant.post(&format!("{path}/{bad}")).await;
        assert_eq!(codes(response), ["jobOpeningId jobOpeningNotAllowed"], "{bad}");
    }
    tenant.post_ok(&format!("{path}/2")).await;
    let moved = tenant.read(&format!("/applications/{}", created["id"])).await;
    assert_eq!(moved["jobOpening"], json!({ "id": 2, "externalId": "req-1002" }));
}

#[tokio::test]
async fn an_update_cannot_change_person_opening_or_status() {
    let tenant = Tenant::start().await;
    let created = new_application(&tenant).await;
    let path = format!("/applications/{}", created["id"]);
    let changes =
        json!({ "person": { "id": 1 }, "jobOpening": { "externalId": "req-1001" }, "applicationStatusId": "HIRED" });
    assert_eq!(
        codes(tenant.put(&path, &with(created.clone(), changes)).await),
        ["person updateNotAllowed", "jobOpening updateNotAllowed", "applicationStatusId updateNotAllowed"]
    );
    // The vendor's reference omits these members from the body.
    let bare = json!({ "version": 0, "languageId": "en", "type": "EMAIL", "rating": null });
    let after = tenant.replaced(&path, &bare).await;
    assert_eq!((&after["person"], &after["languageId"]), (&created["person"], &json!("en")));
    let missing = json!({ "version": 1 });
    let missing = codes(tenant.put(&path, &missing).await);
    assert_eq!(missing, ["languageId mandatory", "type mandatory", "rating mandatory"]);
}

#[tokio::test]
async fn references_accept_either_id_and_the_numeric_id_wins() {
    let tenant = Tenant::start().await;
    let body = json!({ "languageId": "de", "type": "LETTER" });
    let people = json!({ "person": { "externalId": "crm-9004" }, "jobOpening": { "id": 2, "externalId": "req-1001" } });
    let created = tenant.created("/applications/", &with(body.clone(), people)).await;
    assert_eq!(created["person"], json!({ "id": 5, "externalId": "crm-9004" }));
    assert_eq!(created["jobOpening"]["id"], 2);
    let nobody = json!({ "person": { "externalId": "crm-0" }, "jobOpening": {} });
    let response = tenant.create("/applications/", &with(body, nobody)).await;
    assert_eq!(codes(response), ["person.externalId valueNotPermitted", "jobOpening mandatory"]);
}

#[tokio::test]
async fn desired_locations_are_accepted_under_both_names_and_returned_under_one() {
    let tenant = Tenant::start().await;
    let body = json!({ "person": { "id": 1 }, "jobOpening": { "id": 1 }, "languageId": "de", "type": "ONLINE" });
    let created = tenant.created("/applications/", &with(body.clone(), json!({ "desiredLocations": ["KOELN"] }))).await;
    assert_eq!(created["desiredLocationIds"], json!(["KOELN"]));
    assert!(created.get("desiredLocations").is_none());
    let bad = with(body, json!({ "desiredLocations": ["KÖLN"] }));
    assert_eq!(codes(tenant.create("/applications/", &bad).await), ["desiredLocations valueNotPermitted"]);
}

#[tokio::test]
async fn filters_select_by_opening_status_unit_and_inclusive_time_range() {
    let tenant = Tenant::start().await;
    let all = tenant.read("/applications/").await;
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 60);
    let count = async |query: &str| tenant.read(&format!("/applications?{query}")).await.as_array().unwrap().len();
    let same = |name: &str, value: &str| all.iter().filter(|row| row[name] == value).count();
    assert_eq!(count("byApplicationStatusId=REJECTED").await, same("applicationStatusId", "REJECTED"));
    let of_first = all.iter().filter(|row| row["jobOpening"]["id"] == 1).count();
    assert_eq!(count("byJobOpeningId=1").await, of_first);
    assert_eq!(count("byJobOpeningExternalId=req-1001").await, of_first);
    assert!(count("byOrgUnitId=9").await >= of_first);
    let at = all[30]["dateCreated"].as_str().unwrap();
    let expected = all.iter().filter(|row| row["dateCreated"].as_str().unwrap() >= at).count();
    assert_eq!(count(&format!("byDateCreatedFrom={at}")).await, expected);
    assert_eq!(count(&format!("byDateCreatedFrom={at}&byDateCreatedTo={at}")).await, same("dateCreated", at));
    for bad in ["2026-01-01T00:00:00.000%2B01:00", "2026-01-01", "gestern"] {
        let response = tenant.get(&format!("/applications?byLastStatusChangeDateFrom={bad}")).await;
        assert_eq!(codes(response), ["byLastStatusChangeDateFrom typeMismatch"]);
    }
}
