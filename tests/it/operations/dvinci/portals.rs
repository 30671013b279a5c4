//! The job feed and the apply API.

use keyfob::dvinci::{Client, Environment, Portal, operation::*, types};
use keyfob_simulator::credentials;
use serde_json::json;

use super::super::walk::{Expected, Walk};

pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    let path = "/dvinci/jobPublication/list.json";
    let all = walk.list(&PublishedJobs::OPERATION, client.published_jobs().send(), Expected::get(path)).await;
    let salary = all[0].job_opening.as_ref().unwrap().salary.as_ref().unwrap();
    assert_eq!(salary.value.as_ref().unwrap().min_value, Some(58_000.61));
    let filtered = |expected: Expected| {
        expected
            .query("fields", "small")
            .query("maxCacheAge", "3600")
            .query("lang", "en")
            .query("type", "DEFAULT")
            .query("orgUnitId", "9")
            .query("categoryId", "ENGINEERING")
            .query("targetGroup", "PROFESSIONALS")
            .query("locationId", "GOERLITZ")
            .query("language", "de")
    };
    let call = client
        .published_jobs()
        .fields(types::FeedDetail::Small)
        .max_cache_age(3600)
        .lang("en")
        .type_("DEFAULT")
        .org_unit_id("9")
        .category_id("ENGINEERING")
        .target_group("PROFESSIONALS")
        .location_id("GOERLITZ")
        .language("de")
        .send();
    let found = walk.list(&PublishedJobs::OPERATION, call, filtered(Expected::get(path))).await;
    assert_eq!(found.iter().map(|job| (job.id, &job.tasks)).collect::<Vec<_>>(), [(Some(1), &None)]);
    let call = client
        .published_jobs_xml()
        .fields(types::FeedDetail::Small)
        .max_cache_age(3600)
        .lang("en")
        .type_("DEFAULT")
        .org_unit_id("9")
        .category_id("ENGINEERING")
        .target_group("PROFESSIONALS")
        .location_id("GOERLITZ")
        .language("de")
        .send();
    let expected = filtered(Expected::get("/dvinci/jobPublication/list.xml"));
    let text = walk.text(&PublishedJobsXml::OPERATION, call, expected).await;
    assert_eq!(text.matches("<jobPublication>").count(), 1);
    portal_with_login(walk).await;
}

/// Calls the feed and the apply API of a portal with a name and a login.
async fn portal_with_login(walk: &mut Walk) {
    let portal =
        Portal::new().named("intern").login(credentials::DVINCI_PORTAL_USERNAME, credentials::DVINCI_PORTAL_PASSWORD);
    let client = Client::portal(Environment::at(format!("{}/dvinci", walk.url())), portal).unwrap();
    let expected = Expected::get("/dvinci/portal/intern/jobPublication/list.json");
    let shown = walk.list(&PublishedJobs::OPERATION, client.published_jobs().send(), expected).await;
    let id = shown[0].id.unwrap();
    let path = format!("/dvinci/p/intern/jobs/{id}/applyApi");
    assert!(shown[0].application_apply_api_url.as_ref().unwrap().ends_with(&path));
    let form = walk.call(&ApplicationForm::OPERATION, client.application_form(id).send(), Expected::get(&path)).await;
    assert_eq!(form["screeningQuestions"][1]["id"], "EXCEL");
    let mut body = types::ApplicationSubmission::new().language("de").first_name("Zoë").last_name("Lefèvre");
    body.extra.insert("screeningQuestions".into(), json!([{"id": "EXCEL", "answer": "5"}]));
    let expected = Expected::new("POST", &path).json(json!({
        "language": "de", "firstName": "Zoë", "lastName": "Lefèvre",
        "screeningQuestions": [{"id": "EXCEL", "answer": "5"}],
    }));
    walk.call(&SubmitApplication::OPERATION, client.submit_application(id, body).send(), expected).await;
}
