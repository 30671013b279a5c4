//! Versions, unknown ids, validation and references.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Tenant, application, codes, job_opening, person, with};
use crate::support::read_response;

#[tokio::test]
async fn an_older_version_is_a_conflict_and_a_missing_one_an_error() {
    let tenant = Tenant::start().await;
    let before = tenant.read("/persons/2").await;
    let after = tenant.replaced("/persons/2", &with(before.clone(), json!({ "lastName": "Süß" }))).await;
    assert_eq!(after["version"], 1);
    let (status, body) = tenant.put("/persons/2", &with(before.clone(), json!({ "lastName": "Spät" }))).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(
        body["errorMsg"]
            .as_str()
            .unwrap()
            .starts_with("ConcurrentModification: yourEntity.version < serverEntity.version.")
    );
    assert_eq!(body.as_object().unwrap().len(), 1);
    assert_eq!(tenant.read("/persons/2").await["lastName"], "Süß");
    assert_eq!(codes(tenant.put("/persons/2", &with(before, json!({ "version": null }))).await), ["version mandatory"]);
}

#[tokio::test]
async fn an_unknown_id_gets_403_except_for_the_documented_404s() {
    let tenant = Tenant::start().await;
    for path in [
        "/applications/99999",
        "/hiringRequests/99999",
        "/jobOpenings/99999",
        "/jobPublications/99999",
        "/jobPublicationPlacements/multi01/placements/99999",
        "/jobPublicationPlacements/multi01/placements?externalId=nichts",
        "/jobPublicationPlacements/x/placements",
        "/jobPublicationChannels/nichts",
        "/locations/NICHTS",
        "/orgUnits/99999",
        "/persons/99999",
        "/persons/keine-zahl",
        "/persons/%FF",
        "/locations/%2F..%2FLUEBECK",
        "/dvinciUsers/99999",
        "/userGroups/99999",
        "/onboardings/99999/attachments",
        "/applications/1/attachments/591591c03fdc8d834b56a797",
        "/configuration/persons/externalLinks",
    ] {
        assert_eq!(tenant.get(path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    for path in [
        "/applications?externalId=nichts",
        "/hiringRequests?externalId=nichts",
        "/jobOpenings?externalId=nichts",
        "/jobPublications?externalId=nichts",
        "/persons?externalId=nichts",
        "/persons?externalId=",
        "/onboardings/99999",
        "/persons/4/photo",
    ] {
        assert_eq!(tenant.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(tenant.read("/dvinciUsers?externalId=nichts").await, json!([]));
    assert_eq!(tenant.read("/userGroups?externalId=grp-it").await[0]["name"], "Fachbereich IT");
    assert_eq!(tenant.post("/onboardings/99999/delete").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn bodies_that_are_not_objects_are_rejected() {
    let tenant = Tenant::start().await;
    for bad in ["{", "[]", "7", "\"x\""] {
        let request = tenant.request(reqwest::Method::POST, "/persons/").body(bad);
        let (status, body) = read_response(request.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(body["errorMsg"].is_string() && body.get("fieldErrors").is_none(), "{body}");
    }
    assert_eq!(codes(tenant.post("/persons/").await), ["firstName mandatory", "lastName mandatory"]);
}

#[tokio::test]
async fn field_errors_contain_allowed_or_rejected_values_as_text() {
    let tenant = Tenant::start().await;
    let bad = json!({
        "name": "ü".repeat(256), "userGroupIds": [1, 67, 102], "categoryIds": ["IT", "KUNST"],
        "externalLinks": [{ "label": "ERP", "url": "ftp://erp.example" }],
    });
    let (status, body) = tenant.create("/jobOpenings/", &with(job_opening(""), bad)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        body,
        json!({ "errorMsg": "Entity not valid", "fieldErrors": [
            { "field": "name", "code": "maxSize.exceeded", "allowed": "255" },
            { "field": "userGroupIds", "code": "valueNotPermitted", "notAllowed": "[67, 102]" },
            { "field": "categoryIds", "code": "valueNotPermitted", "notAllowed": "[KUNST]" },
            { "field": "externalLinks.0.url", "code": "url.invalid" },
        ] })
    );
}

#[tokio::test]
async fn external_ids_are_unique_or_null() {
    let tenant = Tenant::start().await;
    let body = with(person("Weiß"), json!({ "externalId": "crm-9000" }));
    assert_eq!(codes(tenant.create("/persons", &body).await), ["externalId uniqueOrNull.invalid"]);
    let first = tenant.read("/persons/1").await;
    tenant.replaced("/persons/1", &with(first, json!({ "externalId": null }))).await;
    assert_eq!(tenant.get("/persons?externalId=crm-9000").await.0, StatusCode::NOT_FOUND);
    let created = tenant.created("/persons", &body).await;
    assert_eq!(tenant.read("/persons/?externalId=crm-9000").await["id"], created["id"]);
    for (path, body) in [
        ("/dvinciUsers/4", json!({ "externalId": "pers-4711" })),
        ("/userGroups/2", json!({ "externalId": "grp-hr" })),
        ("/jobOpenings/8", json!({ "externalId": "req-1001" })),
        ("/jobPublications/8", json!({ "externalId": "pub-501" })),
        ("/hiringRequests/2", json!({ "externalId": "pa-2026-1" })),
    ] {
        let body = with(tenant.read(path).await, body);
        assert_eq!(codes(tenant.put(path, &body).await), ["externalId uniqueOrNull.invalid"], "{path}");
    }
}

#[tokio::test]
async fn a_put_clears_omitted_fields() {
    let tenant = Tenant::start().await;
    let before = tenant.read("/persons/9").await;
    assert!(before["externalId"].is_string());
    let bare = json!({ "version": before["version"], "firstName": "Kim", "lastName": "Fuß" });
    let after = tenant.replaced("/persons/9", &bare).await;
    assert_eq!(
        (&after["externalId"], &after["email"], &after["specialMarkIds"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    assert_eq!(after["applications"], before["applications"]);
}

#[tokio::test]
async fn persons_validate_dates_addresses_and_special_marks() {
    let tenant = Tenant::start().await;
    let codes_of = async |changes: Value| codes(tenant.create("/persons", &with(person("Weiß"), changes)).await);
    assert_eq!(codes_of(json!({ "dateOfBirth": "2026-03-03" })).await, ["dateOfBirth dateInFuture"]);
    assert_eq!(codes_of(json!({ "dateOfBirth": "03.03.1990" })).await, ["dateOfBirth typeMismatch"]);
    assert_eq!(codes_of(json!({ "city": "Lübeck" })).await, ["countryIsoA2 countryNotSpecified"]);
    assert_eq!(codes_of(json!({ "countryIsoA2": "XX" })).await, ["countryIsoA2 countryNotFound"]);
    assert_eq!(codes_of(json!({ "countryIsoA2": "DE", "usState": "TX" })).await, ["usState valueNotPermitted"]);
    assert_eq!(codes_of(json!({ "email": "kim" })).await, ["email email.invalid"]);
    assert_eq!(codes_of(json!({ "profileLink": "kim" })).await, ["profileLink url.invalid"]);
    assert_eq!(codes_of(json!({ "salutation": "DR" })).await, ["salutation valueNotPermitted"]);
    let flags = json!({ "specialMarkVIP": true, "specialMarkDIS": true });
    let created = tenant.created("/persons", &with(person("Weiß"), flags)).await;
    assert_eq!(created["specialMarkIds"], json!(["SYS_SEVERELY_DISABLED_APPLICANT", "SYS_VIP"]));
    let list = json!({ "specialMarkIds": ["EMPLOYEE_REFERRAL"], "specialMarkVIP": true });
    let created = tenant.created("/persons", &with(person("Weiß"), list)).await;
    assert_eq!((&created["specialMarkREF"], &created["specialMarkVIP"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn job_openings_keep_unit_and_type_and_cannot_be_closed_by_the_api() {
    let tenant = Tenant::start().await;
    let created = tenant.created("/jobOpenings", &job_opening("Küfer")).await;
    assert!(created["reference"].as_str().unwrap().starts_with("2026-"));
    let path = format!("/jobOpenings/{}", created["id"]);
    let changes = json!({ "orgUnitId": 2, "type": "UNSOLICITED", "status": "CLOSED" });
    assert_eq!(
        codes(tenant.put(&path, &with(created.clone(), changes)).await),
        ["orgUnitId orgUnitChangeNotAllowed", "type typeChangeNotAllowed", "status statusChangeNotAllowed"]
    );
    let closed = with(job_opening("Küfer"), json!({ "status": "CLOSED" }));
    assert_eq!(codes(tenant.create("/jobOpenings", &closed).await), ["status statusChangeNotAllowed"]);
    let by_api = with(job_opening("Börse"), json!({ "type": "MANAGED_BY_API" }));
    let by_api = tenant.created("/jobOpenings", &by_api).await;
    let form = &by_api["jobPublications"][0];
    assert_eq!(form["applicationFormUrls"].as_array().unwrap().len(), 1);
    assert_eq!(tenant.get(&format!("/jobPublications/{}", form["id"])).await.0, StatusCode::FORBIDDEN);
    let second = json!({ "type": "DEFAULT", "jobOpeningId": by_api["id"], "position": "x", "languageId": "de" });
    assert_eq!(codes(tenant.create("/jobPublications", &second).await), ["jobOpeningId jobOpeningIdInvalid"]);
}

#[tokio::test]
async fn publications_validate_type_channel_and_opening() {
    let tenant = Tenant::start().await;
    let publication = tenant.read("/jobPublications/1").await;
    let codes_of =
        async |changes: Value| codes(tenant.put("/jobPublications/1", &with(publication.clone(), changes)).await);
    assert_eq!(codes_of(json!({ "jobOpeningId": 2 })).await, ["jobOpeningId jobOpeningCanNotBeChanged"]);
    let url = json!({ "externalPublicationUrl": "https://anzeige.example" });
    assert_eq!(codes_of(url).await, ["externalPublicationUrl onlyAllowedForTypeExternal"]);
    assert_eq!(codes_of(json!({ "status": "IN_APPROVAL" })).await, ["status valueNotPermitted"]);
    let placements = json!([
        { "startDate": "2026-01-01T00:00:00.000+01:00" },
        { "internalName": "NIRGENDS" },
        { "channelId": 99 },
        { "channelId": 25, "startDate": "2026-01-01" },
    ]);
    assert_eq!(
        codes_of(json!({ "placements": placements })).await,
        [
            "placements.0 channelIdOrInternalNeeded",
            "placements.1.internalName valueNotPermitted",
            "placements.2.channelId valueNotPermitted",
            "placements.3.startDate typeMismatch",
        ]
    );
    let placements = json!([{ "channelId": 25, "startDate": "2026-01-01T00:00:00.000+01:00", "endDate": null }]);
    let replaced = tenant.replaced("/jobPublications/1", &with(publication, json!({ "placements": placements }))).await;
    assert_eq!(replaced["placements"], placements);
}

#[tokio::test]
async fn hiring_request_fields_depend_on_the_hiring_reason() {
    let tenant = Tenant::start().await;
    let body = json!({ "jobTitle": "Prüfer", "orgUnitId": 9, "superiorId": 4, "hrContactId": 3 });
    let bad = json!({
        "hiringReason": "TRAINING", "transferDate": "2026-05-01", "reason": "Ausbildung", "openingsCount": 0,
        "earliestEntryDate": "sofort",
    });
    assert_eq!(
        codes(tenant.create("/hiringRequests", &with(body.clone(), bad)).await),
        [
            "openingsCount isNotAPositiveInteger",
            "earliestEntryDate typeMismatch",
            "transferDate notAllowedForHiringReason",
        ]
    );
    let created = tenant.created("/hiringRequests", &body).await;
    let path = format!("/hiringRequests/{}", created["id"]);
    let moved = tenant.replaced(&path, &with(created.clone(), json!({ "orgUnitId": 2 }))).await;
    assert_eq!(moved["orgUnitId"], 9);
    let mut without = moved;
    without.as_object_mut().unwrap().remove("orgUnitId");
    assert_eq!(codes(tenant.put(&path, &without).await), ["orgUnitId mandatory"]);
    let from = created["dateCreated"].as_str().unwrap();
    let list = tenant.read(&format!("/hiringRequests?byDateCreatedFrom={from}")).await;
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn referenced_entities_cannot_be_deleted() {
    let tenant = Tenant::start().await;
    let failed = json!({ "success": false, "errorMsg": "Error while deleting entity" });
    for path in [
        "/locations/LUEBECK",
        "/persons/1",
        "/dvinciUsers/3",
        "/dvinciUsers/1",
        "/userGroups/1",
        "/jobPublications/1",
        "/onboardings/1",
    ] {
        let response = tenant.post(&format!("{path}/delete")).await;
        assert_eq!(response, (StatusCode::UNPROCESSABLE_ENTITY, failed.clone()), "{path}");
    }
    let user = tenant.read("/dvinciUsers/3").await;
    let user = with(user, json!({ "username": "neu", "externalId": null, "userGroupIds": [4] }));
    let user = tenant.created("/dvinciUsers", &user).await;
    assert_eq!(tenant.read("/userGroups/4").await["userIds"], json!([9, user["id"]]));
    tenant.post_ok(&format!("/dvinciUsers/{}/delete", user["id"])).await;
    assert_eq!(tenant.read("/userGroups/4").await["userIds"], json!([9]));
}

#[tokio::test]
async fn location_ids_are_chosen_by_the_caller_and_lists_filter_by_unit() {
    let tenant = Tenant::start().await;
    let body = json!({ "id": "Görlitz-2", "orgUnitId": 99, "nameMessages": { "fr": "Görlitz" }, "usState": "TX" });
    assert_eq!(
        codes(tenant.create("/locations", &body).await),
        [
            "orgUnitId valueNotPermitted",
            "nameMessages[fr] valueNotPermitted",
            "id matches.invalid",
            "usState valueNotPermitted",
        ]
    );
    let body = json!({ "id": "KOELN", "orgUnitId": 1, "nameMessages": { "de": "Köln" } });
    assert_eq!(codes(tenant.create("/locations", &body).await), ["id valueNotPermitted"]);
    let ids = async |unit: i64| {
        let list = tenant.read(&format!("/locations?forJobOpeningByOrgUnitId={unit}")).await;
        list.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(8).await, ["AUSTIN", "GOERLITZ", "HAMBURG", "KOELN", "LUEBECK", "ZUERICH"]);
    assert_eq!(ids(1).await, ["HAMBURG", "KOELN", "LUEBECK"]);
}

#[tokio::test]
async fn user_names_follow_the_requested_language() {
    let tenant = Tenant::start().await;
    let names = async |query: &str| {
        let list = tenant.read(&format!("/dvinciUsers{query}")).await;
        list.as_array().unwrap().iter().map(|row| row["displayName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("").await[3], "Herr Dr. Jürgen Schröder");
    assert_eq!(names("?lang=en").await[3], "Mr. Dr. Jürgen Schröder");
    assert_eq!(names("?lang=de_DE").await, names("").await);
    let (status, body) = tenant.get("/dvinciUsers?lang=tlh").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    assert_eq!(names("?externalId=pers-4711").await.len(), 1);
    assert!(names("?forJobOpeningByOrgUnitId=8").await.len() < names("").await.len());
}

#[tokio::test]
async fn placements_belong_to_their_partner_and_keep_their_offsets() {
    let tenant = Tenant::start().await;
    let base = "/jobPublicationPlacements";
    let mine = tenant.read(&format!("{base}/multi01/placements?externalId=MP-1")).await;
    let theirs = tenant.read(&format!("{base}/boersex/placements/?externalId=MP-1")).await;
    assert_ne!(mine["id"], theirs["id"]);
    assert_eq!(mine["startDate"], "2026-02-01T00:00:00.000+01:00");
    let foreign = format!("{base}/multi01/placements/{}", theirs["id"]);
    assert_eq!(tenant.get(&foreign).await.0, StatusCode::FORBIDDEN);
    assert_eq!(
        codes(tenant.get(&format!("{base}/multi01/placements?jobPublicationId=x")).await),
        ["jobPublicationId typeMismatch"]
    );
    let body = json!({ "name": "Börse", "status": "ACTIVE", "externalReference": "MP-1", "jobPublicationId": "1", "startDate": "2026-02-01T00:00:00Z" });
    assert_eq!(
        codes(tenant.create(&format!("{base}/multi01/placements"), &body).await),
        ["jobPublicationId typeMismatch", "startDate typeMismatch", "externalReference uniqueOrNull.invalid"]
    );
}

#[tokio::test]
async fn links_of_the_configuration_are_replaced_as_a_whole() {
    let tenant = Tenant::start().await;
    let path = "/configuration/jobPublications/externalLinks";
    let link = json!({
        "nameMessages": { "de": "Prüfen", "en": "Check" }, "url": "https://x.example/(jwt)/y", "faIcon": "fa-eye",
        "requiredPermission": "SYS_APPLICATIONS_VIEW",
    });
    assert_eq!(tenant.replaced(path, &json!([link])).await, json!([link]));
    assert_eq!(tenant.read(path).await, json!([link]));
    assert_eq!(
        codes(tenant.put(path, &json!([{ "nameMessages": { "de": "Prüfen" } }])).await),
        ["nameMessages[en] mandatory", "url mandatory", "faIcon mandatory", "requiredPermission mandatory"]
    );
    assert_eq!(tenant.read(path).await, json!([link]));
}

#[tokio::test]
async fn onboardings_are_filtered_by_status_unit_and_day() {
    let tenant = Tenant::start().await;
    let all = tenant.read("/onboardings").await;
    let all = all.as_array().unwrap();
    let count = async |query: &str| tenant.read(&format!("/onboardings?{query}")).await.as_array().unwrap().len();
    assert_eq!((count("status=ACTIVE").await, count("status=FINISHED").await), (6, 2));
    assert_eq!(count("orgUnitId=3").await, 2);
    let day = all[4]["dateOfStart"].as_str().unwrap();
    assert_eq!(count(&format!("fromDateOfStart={day}")).await, 4);
    let created = all[4]["dateCreated"].as_str().unwrap();
    assert_eq!(count(&format!("fromDateCreated={created}")).await, 4);
    let application = tenant.read("/onboardings/1").await["applicationId"].clone();
    assert_eq!(count(&format!("applicationId={application}")).await, 1);
    assert_eq!(codes(tenant.get("/onboardings?status=DONE").await), ["status valueNotPermitted"]);
    assert_eq!(codes(tenant.get("/onboardings?fromDateOfEnd=01.02.2026").await), ["fromDateOfEnd typeMismatch"]);
    tenant.post_ok(&format!("/applications/{application}/delete")).await;
    assert_eq!(tenant.read("/onboardings/1").await["applicationId"], Value::Null);
}

#[tokio::test]
async fn a_publication_that_an_application_references_cannot_be_deleted() {
    let tenant = Tenant::start().await;
    let publication = json!({ "type": "DEFAULT", "jobOpeningId": 1, "position": "Prüfer", "languageId": "de" });
    let publication = tenant.created("/jobPublications", &publication).await;
    let body = application(&json!({ "id": 1 }), &json!({ "id": 1 }));
    let body =
        with(body, json!({ "refJobPublication": { "id": publication["id"] }, "applicationStatusId": "REJECTED" }));
    let created = tenant.created("/applications", &body).await;
    let path = format!("/jobPublications/{}/delete", publication["id"]);
    assert_eq!(tenant.post(&path).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    tenant.post_ok(&format!("/applications/{}/delete", created["id"])).await;
    tenant.post_ok(&path).await;
}

#[tokio::test]
async fn one_of_many_concurrent_updates_of_a_version_succeeds() {
    let tenant = Tenant::start().await;
    let before = tenant.read("/persons/5").await;
    let updates = (0..20).map(|number| {
        let body = with(before.clone(), json!({ "lastName": format!("Süß {number}") }));
        tenant.request(reqwest::Method::PUT, "/persons/5").json(&body).send()
    });
    let responses = futures::future::join_all(updates).await;
    let statuses: Vec<u16> = responses.into_iter().map(|response| response.unwrap().status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 19, "{statuses:?}");
    assert_eq!(tenant.read("/persons/5").await["version"], 1);
}
