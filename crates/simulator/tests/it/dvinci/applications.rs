//! Applications: what moves them, what ends them, who they belong to.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Tenant, application, codes, job_opening, person, with};

/// A fresh application of a person with an e-mail address.
async fn fresh(tenant: &Tenant) -> Value {
    let opening = tenant.made("/jobOpenings/", &job_opening("Schweißer")).await;
    let person = tenant.made("/persons/", &with(person("Weiß"), json!({ "email": "w@post.example" }))).await;
    tenant.made("/applications/", &application(&person, &opening)).await
}

#[tokio::test]
async fn an_application_starts_new_and_shows_at_its_person() {
    let tenant = Tenant::start().await;
    let made = fresh(&tenant).await;
    assert_eq!(made["applicationStatusId"], "SYS_NEW");
    assert_eq!((&made["rating"], &made["version"]), (&json!("NONE"), &json!(0)));
    let person = tenant.read(&format!("/persons/{}", made["person"]["id"])).await;
    assert_eq!(person["applications"], json!([{ "id": made["id"], "externalId": null }]));
    let path = format!("/persons/{}/delete", made["person"]["id"]);
    let failed = json!({ "success": false, "errorMsg": "Error while deleting entity" });
    assert_eq!(tenant.post(&path).await, (StatusCode::UNPROCESSABLE_ENTITY, failed));
}

#[tokio::test]
async fn only_finished_applications_can_be_deleted() {
    let tenant = Tenant::start().await;
    let path = format!("/applications/{}", fresh(&tenant).await["id"]);
    assert_eq!(tenant.post(&format!("{path}/delete")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    tenant.done(&format!("{path}/statusChange/WITHDRAWN")).await;
    tenant.done(&format!("{path}/delete")).await;
    assert_eq!(tenant.get(&path).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_change_of_status_is_in_the_history_and_in_the_dates() {
    let tenant = Tenant::start().await;
    let before = fresh(&tenant).await;
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
async fn changes_of_status_have_their_rules() {
    let tenant = Tenant::start().await;
    let path = format!("/applications/{}/statusChange", fresh(&tenant).await["id"]);
    for same_or_unknown in ["SYS_NEW", "NIRGENDS"] {
        let answer = tenant.post(&format!("{path}/{same_or_unknown}")).await;
        assert_eq!(codes(answer), ["statusId statusChangeNotPermitted"]);
    }
    let body = json!({ "correspondenceTemplateId": "REJECTION" });
    let answer = tenant.create(&format!("{path}/HIRED"), &body).await;
    assert_eq!(codes(answer), ["correspondenceTemplateId correspondenceTemplateNotAllowed"]);
    let opening = json!({ "id": 1 });
    let person = tenant.made("/persons/", &person("Ohne-Adresse")).await;
    let other = tenant.made("/applications/", &application(&person, &opening)).await;
    let path = format!("/applications/{}/statusChange", other["id"]);
    let answer = tenant.create(&format!("{path}/REJECTED"), &body).await;
    assert_eq!(codes(answer), ["correspondenceTemplateId emailRequired"]);
    tenant.done(&format!("{path}/EMPLOYED")).await;
    assert_eq!(codes(tenant.post(&format!("{path}/SYS_NEW")).await), ["statusId statusChangeNotPermitted"]);
    assert_eq!(tenant.post("/applications/99999/statusChange/HIRED").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_move_needs_another_opening_that_is_not_closed() {
    let tenant = Tenant::start().await;
    let made = fresh(&tenant).await;
    let path = format!("/applications/{}/jobOpeningMove", made["id"]);
    for bad in [made["jobOpening"]["id"].to_string(), "14".to_owned(), "99999".to_owned(), "x".to_owned()] {
        let answer = tenant.post(&format!("{path}/{bad}")).await;
        assert_eq!(codes(answer), ["jobOpeningId jobOpeningNotAllowed"], "{bad}");
    }
    tenant.done(&format!("{path}/2")).await;
    let moved = tenant.read(&format!("/applications/{}", made["id"])).await;
    assert_eq!(moved["jobOpening"], json!({ "id": 2, "externalId": "req-1002" }));
}

#[tokio::test]
async fn an_update_cannot_change_person_opening_or_status() {
    let tenant = Tenant::start().await;
    let made = fresh(&tenant).await;
    let path = format!("/applications/{}", made["id"]);
    let changes =
        json!({ "person": { "id": 1 }, "jobOpening": { "externalId": "req-1001" }, "applicationStatusId": "HIRED" });
    assert_eq!(
        codes(tenant.put(&path, &with(made.clone(), changes)).await),
        ["person updateNotAllowed", "jobOpening updateNotAllowed", "applicationStatusId updateNotAllowed"]
    );
    // The reference leaves them out of the body altogether.
    let bare = json!({ "version": 0, "languageId": "en", "type": "EMAIL", "rating": null });
    let after = tenant.replaced(&path, &bare).await;
    assert_eq!((&after["person"], &after["languageId"]), (&made["person"], &json!("en")));
    let missing = json!({ "version": 1 });
    let missing = codes(tenant.put(&path, &missing).await);
    assert_eq!(missing, ["languageId mandatory", "type mandatory", "rating mandatory"]);
}

#[tokio::test]
async fn references_go_by_either_id_and_the_number_wins() {
    let tenant = Tenant::start().await;
    let body = json!({ "languageId": "de", "type": "LETTER" });
    let people = json!({ "person": { "externalId": "crm-9004" }, "jobOpening": { "id": 2, "externalId": "req-1001" } });
    let made = tenant.made("/applications/", &with(body.clone(), people)).await;
    assert_eq!(made["person"], json!({ "id": 5, "externalId": "crm-9004" }));
    assert_eq!(made["jobOpening"]["id"], 2);
    let nobody = json!({ "person": { "externalId": "crm-0" }, "jobOpening": {} });
    let answer = tenant.create("/applications/", &with(body, nobody)).await;
    assert_eq!(codes(answer), ["person.externalId valueNotPermitted", "jobOpening mandatory"]);
}

#[tokio::test]
async fn desired_locations_are_read_under_both_names_and_written_under_one() {
    let tenant = Tenant::start().await;
    let body = json!({ "person": { "id": 1 }, "jobOpening": { "id": 1 }, "languageId": "de", "type": "ONLINE" });
    let made = tenant.made("/applications/", &with(body.clone(), json!({ "desiredLocations": ["KOELN"] }))).await;
    assert_eq!(made["desiredLocationIds"], json!(["KOELN"]));
    assert!(made.get("desiredLocations").is_none());
    let bad = with(body, json!({ "desiredLocations": ["KÖLN"] }));
    assert_eq!(codes(tenant.create("/applications/", &bad).await), ["desiredLocations valueNotPermitted"]);
}

#[tokio::test]
async fn filters_cut_by_opening_status_unit_and_time_with_both_ends() {
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
        let answer = tenant.get(&format!("/applications?byLastStatusChangeDateFrom={bad}")).await;
        assert_eq!(codes(answer), ["byLastStatusChangeDateFrom typeMismatch"]);
    }
}
