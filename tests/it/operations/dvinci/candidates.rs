//! Persons and their photos; applications and their attachments, history and status.

use keyfob::dvinci::{Client, operation::*, types};
use serde_json::json;

use super::{super::walk::Walk, assert_changed, day, jobs::Job, rest, sending, time};

pub(super) async fn walk(walk: &mut Walk, client: &Client, job: &Job) {
    let person = persons(walk, client).await;
    photos(walk, client, person).await;
    let application = applications(walk, client, person, job).await;
    attachments(walk, client, application).await;
    history(walk, client, application).await;
    transitions(walk, client, application).await;
    let expected = rest("POST", format!("persons/{person}/delete"));
    walk.call(&DeletePerson::OPERATION, client.delete_person(person).send(), expected).await;
}

async fn persons(walk: &mut Walk, client: &Client) -> i64 {
    let all = walk.list(&Persons::OPERATION, client.persons().send(), rest("GET", "persons/")).await;
    assert_eq!(all.len(), 40);
    let expected = rest("GET", "persons/").query("externalId", "crm-9000");
    let call = client.person_by_external_id("crm-9000").send();
    assert_eq!(walk.call(&PersonByExternalId::OPERATION, call, expected).await.id, Some(1));

    let body = types::PersonCreate::new("Ömer", "Öztürk")
        .salutation(types::Salutation::Mr)
        .date_of_birth(day("1991-02-28"))
        .email("oemer@post.example")
        .city("Austin")
        .us_state(types::UsState::Tx)
        .country_iso_a2("US")
        .special_mark_ids(["EMPLOYEE_REFERRAL"]);
    let expected = rest("POST", "persons/").json(json!({
        "firstName": "Ömer", "lastName": "Öztürk", "salutation": "MR", "dateOfBirth": "1991-02-28",
        "email": "oemer@post.example", "city": "Austin", "usState": "TX", "countryIsoA2": "US",
        "specialMarkIds": ["EMPLOYEE_REFERRAL"],
    }));
    let created = walk.call(&CreatePerson::OPERATION, client.create_person(body).send(), expected).await;
    assert_eq!(created.special_mark_ref, Some(true));
    let id = created.id.unwrap();
    let path = format!("persons/{id}");
    let read = walk.call(&Person::OPERATION, client.person(id).send(), rest("GET", &path)).await;
    let mut update = types::PersonUpdate::from(read.clone());
    update.external_id = "crm-neu".into();
    let expected = sending("PUT", &path, &update);
    let saved = walk.call(&ReplacePerson::OPERATION, client.replace_person(id, update).send(), expected).await;
    assert_changed(&read, &saved, &json!({"externalId": "crm-neu"}));
    id
}

async fn photos(walk: &mut Walk, client: &Client, person: i64) {
    let path = format!("persons/{person}/photo");
    let content = [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10];
    let expected = rest("POST", &path).json(json!({"filename": "foto.jpg", "contentAsBase64": "/9j/4AAQ"}));
    let call = client.upload_person_photo(person, types::PhotoCreate::from_content("foto.jpg", content)).send();
    walk.call(&UploadPersonPhoto::OPERATION, call, expected).await;
    let photo = walk.call(&PersonPhoto::OPERATION, client.person_photo(person).send(), rest("GET", &path)).await;
    assert_eq!((photo.content().unwrap(), photo.file_size), (content.to_vec(), Some(6)));
    let expected = rest("POST", format!("{path}/delete"));
    walk.call(&DeletePersonPhoto::OPERATION, client.delete_person_photo(person).send(), expected).await;
}

async fn applications(walk: &mut Walk, client: &Client, person: i64, job: &Job) -> i64 {
    let (applicant, opening) =
        (types::EntityReference::new().id(person), types::EntityReference::new().external_id("req-neu"));
    let body = types::ApplicationCreate::new(applicant, opening, "de", types::ApplicationType::Online)
        .earliest_starting_date("ab Mai")
        .desired_location_ids(["GOERLITZ"])
        .rating(types::ApplicationRating::A)
        .ref_job_publication(types::EntityReference::new().id(job.publication))
        .ref_apply_date(day("2026-02-01"))
        .screening_questions([types::FormFieldAnswer::new().id("EXCEL").answer("4")]);
    let expected = rest("POST", "applications/").json(json!({
        "person": {"id": person}, "jobOpening": {"externalId": "req-neu"}, "languageId": "de", "type": "ONLINE",
        "earliestStartingDate": "ab Mai", "desiredLocationIds": ["GOERLITZ"], "rating": "A",
        "refJobPublication": {"id": job.publication}, "refApplyDate": "2026-02-01",
        "screeningQuestions": [{"id": "EXCEL", "answer": "4"}],
    }));
    let created = walk.call(&CreateApplication::OPERATION, client.create_application(body).send(), expected).await;
    let id = created.id.unwrap();
    let path = format!("applications/{id}");
    let read = walk.call(&Application::OPERATION, client.application(id).send(), rest("GET", &path)).await;
    assert_eq!(read.job_opening.as_ref().unwrap().id, Some(job.opening));
    assert_eq!(read.screening_questions[0].display_name.as_deref(), Some("Excel-Kenntnisse"));
    let mut update = types::ApplicationUpdate::from(read.clone());
    update.external_id = Some("crm app/neu".into());
    update.ref_job_publication = keyfob::Patch::Null;
    let expected = rest("PUT", &path).json(json!({
        "version": 0, "externalId": "crm app/neu", "languageId": "de", "type": "ONLINE",
        "privacyPolicyAccepted": false, "earliestStartingDate": "ab Mai", "desiredLocationIds": ["GOERLITZ"],
        "rating": "A", "refJobPublication": null, "refApplyDate": "2026-02-01",
        "screeningQuestions": [{"id": "EXCEL", "answer": "4"}],
    }));
    let saved =
        walk.call(&ReplaceApplication::OPERATION, client.replace_application(id, update).send(), expected).await;
    assert_changed(&read, &saved, &json!({"externalId": "crm app/neu", "refJobPublication": null}));
    let expected = rest("GET", "applications/").query("externalId", "crm app/neu");
    let call = client.application_by_external_id("crm app/neu").send();
    assert_eq!(walk.call(&ApplicationByExternalId::OPERATION, call, expected).await.id, Some(id));
    filtered_list(walk, client, id, job).await;
    id
}

/// Asserts that all filters together match one application.
async fn filtered_list(walk: &mut Walk, client: &Client, id: i64, job: &Job) {
    let (from, to) = ("2000-01-01T12:00:00.000Z", "2100-01-01T12:00:00.000Z");
    let expected = rest("GET", "applications/")
        .query("byJobOpeningId", &job.opening.to_string())
        .query("byJobOpeningExternalId", "req-neu")
        .query("byApplicationStatusId", "SYS_NEW")
        .query("byOrgUnitId", "9")
        .query("byDateCreatedFrom", from)
        .query("byDateCreatedTo", to)
        .query("byLastStatusChangeDateFrom", from)
        .query("byLastStatusChangeDateTo", to);
    let call = client
        .applications()
        .by_job_opening_id(job.opening)
        .by_job_opening_external_id("req-neu")
        .by_application_status_id("SYS_NEW")
        .by_org_unit_id(9)
        .by_date_created_from(from)
        .by_date_created_to(to)
        .by_last_status_change_date_from(from)
        .by_last_status_change_date_to(to)
        .send();
    let found = walk.list(&Applications::OPERATION, call, expected).await;
    assert_eq!(found.iter().map(|application| application.id).collect::<Vec<_>>(), [Some(id)]);
}

async fn attachments(walk: &mut Walk, client: &Client, application: i64) {
    let path = format!("applications/{application}/attachments");
    let content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    let body = types::AttachmentCreate::from_content("Zeugnis.doc", content).description("Zeugnis");
    let expected = rest("POST", &path)
        .json(json!({"filename": "Zeugnis.doc", "contentAsBase64": "0M8R4KGxGuE=", "description": "Zeugnis"}));
    let call = client.upload_application_attachment(application, body).send();
    let file = walk.call(&UploadApplicationAttachment::OPERATION, call, expected).await.id.unwrap();

    let call = client.application_attachments(application).send();
    let files = walk.list(&ApplicationAttachments::OPERATION, call, rest("GET", &path)).await;
    assert_eq!(files[0].conversion_state, Some(types::ConversionState::Done));
    let call = client.application_attachment(application, &file).send();
    let expected = rest("GET", format!("{path}/{file}"));
    let read = walk.call(&ApplicationAttachment::OPERATION, call, expected).await;
    assert_eq!(read.content().unwrap(), content);
    let call = client.application_attachment_pdf(application, &file).send();
    let expected = rest("GET", format!("{path}/{file}/pdf"));
    let pdf = walk.call(&ApplicationAttachmentPdf::OPERATION, call, expected).await;
    assert!(pdf.content().unwrap().starts_with(b"%PDF-"));
    let call = client.delete_application_attachment(application, &file).send();
    let expected = rest("POST", format!("{path}/{file}/delete"));
    walk.call(&DeleteApplicationAttachment::OPERATION, call, expected).await;
}

async fn history(walk: &mut Walk, client: &Client, application: i64) {
    let path = format!("applications/{application}/history");
    let entry = types::HistoryEntryInput::new("mail-1", "Rückruf").type_("EXTERNAL_SYSTEM").external_user("Jane Doe");
    let expected = rest("PUT", &path).json(json!([{
        "externalId": "mail-1", "description": "Rückruf", "type": "EXTERNAL_SYSTEM", "externalUser": "Jane Doe",
    }]));
    let call = client.save_application_history(application, [entry]).send();
    let saved = walk.list(&SaveApplicationHistory::OPERATION, call, expected).await;
    assert_eq!(saved[0].to_application_status_id.as_deref(), Some("SYS_NEW"), "the response is the whole history");
    assert_eq!(saved[1].external_id.as_deref(), Some("mail-1"));
    let entry = types::HistoryEntryContent::new("Rückruf am Abend").date_created(time("2026-02-02T17:00:00.000Z"));
    let expected = rest("PUT", format!("{path}/mail-1"))
        .json(json!({"description": "Rückruf am Abend", "dateCreated": "2026-02-02T17:00:00.000Z"}));
    let call = client.save_application_history_entry(application, "mail-1", entry).send();
    walk.call(&SaveApplicationHistoryEntry::OPERATION, call, expected).await;
    let call = client.application_history(application).send();
    let entries = walk.list(&ApplicationHistory::OPERATION, call, rest("GET", &path)).await;
    assert_eq!(entries[0].to_application_status_id.as_deref(), Some("SYS_NEW"));
    assert_eq!(entries[1].description.as_deref(), Some("Rückruf am Abend"));
}

async fn transitions(walk: &mut Walk, client: &Client, application: i64) {
    let path = format!("applications/{application}");
    let expected = rest("POST", format!("{path}/jobOpeningMove/3"));
    walk.call(&MoveApplication::OPERATION, client.move_application(application, 3).send(), expected).await;
    let expected = rest("POST", format!("{path}/jobOpeningMove/2")).json(json!({"comment": "passt besser"}));
    let call =
        client.move_application(application, 2).body(types::JobOpeningMove::new().comment("passt besser")).send();
    walk.call(&MoveApplication::OPERATION, call, expected).await;
    let change = types::StatusChange::new().correspondence_template_id("REJECTION").comment("leider");
    let expected = rest("POST", format!("{path}/statusChange/REJECTED"))
        .json(json!({"correspondenceTemplateId": "REJECTION", "comment": "leider"}));
    let call = client.change_application_status(application, "REJECTED").body(change).send();
    walk.call(&ChangeApplicationStatus::OPERATION, call, expected).await;
    let expected = rest("POST", format!("{path}/delete"));
    walk.call(&DeleteApplication::OPERATION, client.delete_application(application).send(), expected).await;
}
