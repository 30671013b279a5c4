//! Hiring requests, job openings, publications, and placements of partners.

use keyfob::dvinci::{Client, operation::*, types};
use serde_json::json;

use super::{super::walk::Walk, assert_changed, day, rest, sending, time};

const FROM: &str = "2000-01-01T12:00:00.000Z";
const TO: &str = "2100-01-01T12:00:00.000Z";

/// Ids of the job that candidates apply for.
pub(super) struct Job {
    pub(super) opening: i64,
    pub(super) publication: i64,
}

pub(super) async fn walk(walk: &mut Walk, client: &Client) -> Job {
    hiring_requests(walk, client).await;
    let opening = openings(walk, client).await;
    history(walk, client, opening).await;
    let publication = publications(walk, client, opening).await;
    channels(walk, client).await;
    Job { opening, publication }
}

async fn hiring_requests(walk: &mut Walk, client: &Client) {
    let expected = rest("GET", "hiringRequests/").query("byDateCreatedFrom", FROM).query("byDateCreatedTo", TO);
    let call = client.hiring_requests().by_date_created_from(FROM).by_date_created_to(TO).send();
    assert_eq!(walk.list(&HiringRequests::OPERATION, call, expected).await.len(), 5);
    let expected = rest("GET", "hiringRequests/").query("externalId", "pa-2026-1");
    let call = client.hiring_request_by_external_id("pa-2026-1").send();
    let found = walk.call(&HiringRequestByExternalId::OPERATION, call, expected).await;
    assert_eq!((found.status, found.job_opening_id), (Some(types::HiringRequestStatus::Finished), Some(1)));

    let body = types::HiringRequestCreate::new("Prüfer", 9, 4, 3)
        .hiring_reason(types::HiringReason::Expansion)
        .reason("Neue Halle")
        .openings_count(2)
        .budgeted(true)
        .earliest_entry_date(day("2026-05-01"))
        .location_ids(["GOERLITZ"])
        .form_fields([types::FormField::new().id("PROJECT").answer("P-2026-08")])
        .approver_ids([3, 5]);
    let expected = rest("POST", "hiringRequests/").json(json!({
        "jobTitle": "Prüfer", "orgUnitId": 9, "superiorId": 4, "hrContactId": 3, "hiringReason": "EXPANSION",
        "reason": "Neue Halle", "openingsCount": 2, "budgeted": true, "earliestEntryDate": "2026-05-01",
        "locationIds": ["GOERLITZ"], "formFields": [{"id": "PROJECT", "answer": "P-2026-08"}], "approverIds": [3, 5],
    }));
    let created = walk.call(&CreateHiringRequest::OPERATION, client.create_hiring_request(body).send(), expected).await;
    let id = created.id.unwrap();
    let path = format!("hiringRequests/{id}");
    let read = walk.call(&HiringRequest::OPERATION, client.hiring_request(id).send(), rest("GET", &path)).await;
    let mut update = types::HiringRequestUpdate::from(read.clone());
    update.remark = "dringend".into();
    assert_eq!(update.org_unit_id, 9, "the update must repeat the org unit");
    let expected = sending("PUT", &path, &update);
    let call = client.replace_hiring_request(id, update).send();
    let saved = walk.call(&ReplaceHiringRequest::OPERATION, call, expected).await;
    assert_changed(&read, &saved, &json!({"remark": "dringend"}));
    let expected = rest("GET", format!("{path}/history"));
    let call = client.hiring_request_history(id).send();
    let entries = walk.list(&HiringRequestHistory::OPERATION, call, expected).await;
    assert_eq!(entries[1].type_, Some(types::HiringRequestHistoryType::HiringRequestUpdate));
    let expected = rest("GET", format!("{path}/approvers"));
    let approvers =
        walk.list(&HiringRequestApprovers::OPERATION, client.hiring_request_approvers(id).send(), expected).await;
    assert_eq!(approvers.iter().map(|approver| approver.id).collect::<Vec<_>>(), [Some(3), Some(5)]);
}

async fn openings(walk: &mut Walk, client: &Client) -> i64 {
    let expected = rest("GET", "jobOpenings/").query("byDateCreatedFrom", FROM).query("byDateCreatedTo", TO);
    let call = client.job_openings().by_date_created_from(FROM).by_date_created_to(TO).send();
    assert_eq!(walk.list(&JobOpenings::OPERATION, call, expected).await.len(), 14);
    let expected = rest("GET", "jobOpenings/").query("externalId", "req-1001");
    let call = client.job_opening_by_external_id("req-1001").send();
    assert_eq!(walk.call(&JobOpeningByExternalId::OPERATION, call, expected).await.id, Some(1));

    let (kind, status) = (types::JobOpeningType::Default, types::JobOpeningStatus::Active);
    let body = types::JobOpeningCreate::new("Prüferin", 9, 4, kind, status)
        .earliest_entry_date("ab sofort")
        .user_group_ids([1])
        .location_ids(["GOERLITZ"])
        .working_times(["FULL_TIME"])
        .external_links([types::ExternalLinkInput::new("SAP", "https://erp.example/stelle/15")])
        .form_fields([types::FormFieldAnswer::new()
            .id("WORKPLACE")
            .answers([types::FormFieldChoiceAnswer::new().id("HOME")])]);
    let expected = rest("POST", "jobOpenings/").json(json!({
        "name": "Prüferin", "orgUnitId": 9, "responsibleUserId": 4, "type": "DEFAULT", "status": "ACTIVE",
        "earliestEntryDate": "ab sofort", "userGroupIds": [1], "locationIds": ["GOERLITZ"],
        "workingTimes": ["FULL_TIME"], "externalLinks": [{"label": "SAP", "url": "https://erp.example/stelle/15"}],
        "formFields": [{"id": "WORKPLACE", "answers": [{"id": "HOME"}]}],
    }));
    let created = walk.call(&CreateJobOpening::OPERATION, client.create_job_opening(body).send(), expected).await;
    let id = created.id.unwrap();
    let path = format!("jobOpenings/{id}");
    let read = walk.call(&JobOpening::OPERATION, client.job_opening(id).send(), rest("GET", &path)).await;
    let mut update = types::JobOpeningUpdate::from(read.clone());
    update.external_id = "req-neu".into();
    let expected = sending("PUT", &path, &update);
    let saved = walk.call(&ReplaceJobOpening::OPERATION, client.replace_job_opening(id, update).send(), expected).await;
    assert_changed(&read, &saved, &json!({"externalId": "req-neu"}));
    id
}

async fn history(walk: &mut Walk, client: &Client, id: i64) {
    let path = format!("jobOpenings/{id}/history");
    let entry = types::HistoryEntryInput::new("dms/1", "Akte abgelegt")
        .date_created(time("2026-02-02T10:00:00.000Z"))
        .dvinci_user_id(3)
        .external_user("Jane Doe");
    let expected = rest("PUT", &path).json(json!([{
        "externalId": "dms/1", "description": "Akte abgelegt", "dateCreated": "2026-02-02T10:00:00.000Z",
        "dvinciUserId": 3, "externalUser": "Jane Doe",
    }]));
    let call = client.save_job_opening_history(id, [entry]).send();
    let saved = walk.list(&SaveJobOpeningHistory::OPERATION, call, expected).await;
    assert_eq!(saved[0].type_.as_deref(), Some("EXTERNAL_SYSTEM"));
    let expected = rest("PUT", format!("{path}/dms%2F1")).json(json!({"description": "Akte erneut abgelegt"}));
    let entry = types::HistoryEntryContent::new("Akte erneut abgelegt");
    let call = client.save_job_opening_history_entry(id, "dms/1", entry).send();
    walk.call(&SaveJobOpeningHistoryEntry::OPERATION, call, expected).await;
    let call = client.job_opening_history(id).send();
    let entries = walk.list(&JobOpeningHistory::OPERATION, call, rest("GET", &path)).await;
    assert_eq!(entries.last().unwrap().description.as_deref(), Some("Akte erneut abgelegt"));
}

async fn publications(walk: &mut Walk, client: &Client, opening: i64) -> i64 {
    let call = client.job_publications().send();
    assert!(walk.list(&JobPublications::OPERATION, call, rest("GET", "jobPublications/")).await.len() > 12);
    let expected = rest("GET", "jobPublications/").query("externalId", "pub-501");
    let call = client.job_publication_by_external_id("pub-501").send();
    assert_eq!(walk.call(&JobPublicationByExternalId::OPERATION, call, expected).await.job_opening_id, Some(1));

    let kind = types::JobPublicationType::Default;
    let body = types::JobPublicationCreate::new(kind, opening, "Prüferin (m/w/d)", "de").tasks("<p>Prüfen</p>");
    let expected = rest("POST", "jobPublications/").json(json!({
        "type": "DEFAULT", "jobOpeningId": opening, "position": "Prüferin (m/w/d)", "languageId": "de",
        "tasks": "<p>Prüfen</p>",
    }));
    let created =
        walk.call(&CreateJobPublication::OPERATION, client.create_job_publication(body).send(), expected).await;
    let id = created.id.unwrap();
    let path = format!("jobPublications/{id}");
    let read = walk.call(&JobPublication::OPERATION, client.job_publication(id).send(), rest("GET", &path)).await;
    let mut update = types::JobPublicationUpdate::from(read.clone());
    let placement = types::ChannelPlacement::new().internal_name("HOMEPAGE");
    update.placements = Some(vec![placement.start_date(time("2026-02-01T00:00:00.000+01:00"))]);
    let placements = json!([{"internalName": "HOMEPAGE", "startDate": "2026-02-01T00:00:00.000+01:00"}]);
    let expected = rest("PUT", &path).json(json!({
        "version": 0, "type": "DEFAULT", "jobOpeningId": opening, "position": "Prüferin (m/w/d)", "languageId": "de",
        "tasks": "<p>Prüfen</p>", "status": "ACTIVE", "placements": placements,
    }));
    let call = client.replace_job_publication(id, update).send();
    let saved = walk.call(&ReplaceJobPublication::OPERATION, call, expected).await;
    assert_changed(&read, &saved, &json!({"placements": placements}));
    id
}

pub(super) async fn take_down(walk: &mut Walk, client: &Client, publication: i64) {
    let expected = rest("POST", format!("jobPublications/{publication}/delete"));
    walk.call(&DeleteJobPublication::OPERATION, client.delete_job_publication(publication).send(), expected).await;
}

async fn channels(walk: &mut Walk, client: &Client) {
    let path = "jobPublicationChannels/channelXY";
    let call = client.job_publication_channel("channelXY").send();
    let read = walk.call(&JobPublicationChannel::OPERATION, call, rest("GET", path)).await;
    let mut update = types::JobPublicationChannelUpdate::from(read.clone());
    let link = types::ExternalLinkInput::new("Brett", "https://brett.example/1").fa_icon("fa-eye");
    update.external_links = Some(vec![link]);
    let links = json!([{"label": "Brett", "url": "https://brett.example/1", "faIcon": "fa-eye"}]);
    let expected = rest("PUT", path).json(json!({"version": 1, "externalLinks": links}));
    let call = client.replace_job_publication_channel("channelXY", update).send();
    let saved = walk.call(&ReplaceJobPublicationChannel::OPERATION, call, expected).await;
    assert_changed(&read, &saved, &json!({"externalLinks": links}));
}

pub(super) async fn placements(walk: &mut Walk, client: &Client, publication: i64) {
    let list = "jobPublicationPlacements/partner7/placements";
    let body = types::JobPublicationPlacementCreate::new(
        "Multiposting: XY",
        types::PlacementStatus::InProgress,
        "B 7",
        publication,
    );
    let body = body.start_date(time("2026-02-01T00:00:00.000+01:00"));
    let expected = rest("POST", list).json(json!({
        "name": "Multiposting: XY", "status": "IN_PROGRESS", "externalReference": "B 7",
        "jobPublicationId": publication, "startDate": "2026-02-01T00:00:00.000+01:00",
    }));
    let call = client.create_job_publication_placement("partner7", body).send();
    let id = walk.call(&CreateJobPublicationPlacement::OPERATION, call, expected).await.id.unwrap();

    let call = client.job_publication_placements("partner7").send();
    assert_eq!(walk.list(&JobPublicationPlacements::OPERATION, call, rest("GET", list)).await.len(), 1);
    let expected = rest("GET", format!("{list}/")).query("externalId", "B 7");
    let call = client.job_publication_placement_by_external_id("partner7", "B 7").send();
    assert_eq!(walk.call(&JobPublicationPlacementByExternalId::OPERATION, call, expected).await.id, Some(id));
    let expected = rest("GET", format!("{list}/")).query("jobPublicationId", &publication.to_string());
    let call = client.job_publication_placements_by_publication("partner7", publication).send();
    let found = walk.list(&JobPublicationPlacementsByPublication::OPERATION, call, expected).await;
    assert_eq!(found.len(), 1);

    let path = format!("{list}/{id}");
    let call = client.job_publication_placement("partner7", id).send();
    let read = walk.call(&JobPublicationPlacement::OPERATION, call, rest("GET", &path)).await;
    let mut update = types::JobPublicationPlacementUpdate::from(read.clone());
    update.status = types::PlacementStatus::Active;
    let expected = sending("PUT", &path, &update);
    let call = client.replace_job_publication_placement("partner7", id, update).send();
    let saved = walk.call(&ReplaceJobPublicationPlacement::OPERATION, call, expected).await;
    // The response to an update is documented without the id.
    assert_changed(&read, &saved, &json!({"status": "ACTIVE", "id": null}));
    let call = client.delete_job_publication_placement("partner7", id).send();
    walk.call(&DeleteJobPublicationPlacement::OPERATION, call, rest("POST", format!("{path}/delete"))).await;
}
