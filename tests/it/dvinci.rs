//! d.vinci: version conflicts, credentials, updates built from responses, and the OData service.

use futures::TryStreamExt;
use keyfob::{
    ErrorKind, Patch, StatusCode,
    dvinci::{Client, Credentials, Environment, Portal, types},
};
use keyfob_simulator::{LoggedRequest, Simulator, Vendor, credentials};
use serde::{Deserialize, Serialize};
use serde_json::Value;

fn valid_credentials() -> Credentials {
    Credentials::new(credentials::DVINCI_CLIENT_ID, credentials::DVINCI_CLIENT_SECRET)
}

fn client(simulator: &Simulator, credentials: Credentials) -> Client {
    Client::new(Environment::at(format!("{}/dvinci", simulator.url())), credentials).unwrap()
}

async fn start() -> (Simulator, Client) {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator, valid_credentials());
    (simulator, client)
}

/// Returns the names of the headers that authenticate a request.
fn auth_headers(request: &LoggedRequest) -> Vec<&str> {
    let names = request.headers.iter().map(|(name, _)| name.as_str());
    names.filter(|name| *name == "authorization" || name.starts_with("dvinci-api-")).collect()
}

#[tokio::test]
async fn the_second_of_two_concurrent_updates_is_a_conflict_and_succeeds_after_a_new_read() {
    let (simulator, client) = start().await;
    let mut ours: types::JobOpeningUpdate = client.job_opening(1).await.unwrap().into_inner().into();
    let mut theirs: types::JobOpeningUpdate = client.job_opening(1).await.unwrap().into_inner().into();
    theirs.name = "Pumpenbau".into();
    client.replace_job_opening(1, theirs).await.unwrap();

    ours.department = Some("Konstruktion".into());
    let before = simulator.requests().len();
    let error = client.replace_job_opening(1, ours).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Conflict, Some(StatusCode::CONFLICT)));
    assert!(error.service_error().unwrap().message().unwrap().contains("yourEntity.version < serverEntity.version"));
    assert_eq!(simulator.requests().len(), before + 1, "a conflict is not retried");

    let mut again: types::JobOpeningUpdate = client.job_opening(1).await.unwrap().into_inner().into();
    again.department = Some("Konstruktion".into());
    let saved = client.replace_job_opening(1, again).await.unwrap();
    assert_eq!((saved.name.as_deref(), saved.department.as_deref()), (Some("Pumpenbau"), Some("Konstruktion")));
}

#[tokio::test]
async fn an_unknown_id_is_forbidden_and_causes_no_second_token_request() {
    let (simulator, client) = start().await;
    let error = client.person(4_711_000).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(StatusCode::FORBIDDEN)));
    assert_eq!(simulator.token_requests(Vendor::Dvinci), 1);
    let error = client.person_by_external_id("crm-0").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(StatusCode::NOT_FOUND)));
    assert_eq!(client.onboarding(4_711_000).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(client.person_photo(40).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(
        client.users().external_id("pers-0").await.unwrap().is_empty(),
        "the filter of users returns an empty list"
    );
}

#[tokio::test]
async fn validation_errors_name_the_fields() {
    let (_simulator, client) = start().await;
    let error = client.create_person(types::PersonCreate::new("Zoë", "").email("nowhere")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(StatusCode::UNPROCESSABLE_ENTITY)));
    let fields =
        error.service_error().unwrap().fields().iter().map(|field| (field.field.as_str(), field.code.as_deref()));
    let expected = [("lastName", Some("mandatory")), ("email", Some("email.invalid"))];
    assert_eq!(fields.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_header_pair_authenticates_like_a_token_without_a_token_request() {
    let simulator = Simulator::start().await.unwrap();
    let user = credentials::DVINCI_LIMITED_CLIENT_ID;
    let headers = Credentials::headers(user, credentials::DVINCI_LIMITED_CLIENT_SECRET);
    let by_headers = client(&simulator, headers).org_units().await.unwrap().into_inner();
    assert_eq!(simulator.token_requests(Vendor::Dvinci), 0);
    assert_eq!(auth_headers(&simulator.requests()[0]), ["dvinci-api-user", "dvinci-api-token"]);

    // The client id contains a space.
    let token = Credentials::new(user, credentials::DVINCI_LIMITED_CLIENT_SECRET);
    assert_eq!(client(&simulator, token).org_units().await.unwrap().into_inner(), by_headers);
    assert_eq!(auth_headers(simulator.requests().last().unwrap()), ["authorization"]);

    let error = client(&simulator, Credentials::headers(user, "wrong")).org_units().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(StatusCode::UNAUTHORIZED)));
    assert!(!format!("{error:?} {error}").contains("wrong"), "the API token must not be in the error");
}

#[tokio::test]
async fn requests_to_the_feed_and_the_apply_api_carry_no_credentials_of_the_api_user() {
    let simulator = Simulator::start().await.unwrap();
    let pair = Credentials::headers(credentials::DVINCI_CLIENT_ID, credentials::DVINCI_CLIENT_SECRET);
    for (index, credentials) in [valid_credentials(), pair].into_iter().enumerate() {
        let client = client(&simulator, credentials);
        // Fetches a token first: the cached token must not be sent to the feed either.
        client.org_units().await.unwrap();
        assert!(!client.published_jobs().await.unwrap().is_empty());
        assert!(client.published_jobs_xml().await.unwrap().starts_with("<?xml"));
        assert_eq!(client.application_form(1).await.unwrap_err().status(), Some(StatusCode::UNAUTHORIZED));
        let submission = types::ApplicationSubmission::new().first_name("Zoë");
        assert_eq!(client.submit_application(1, submission).await.unwrap_err().kind(), ErrorKind::Auth);
        let requests = simulator.requests();
        let open =
            requests.iter().filter(|request| !request.path.contains("/restApi/") && !request.path.contains("/plt/"));
        let open: Vec<_> = open.collect();
        assert_eq!(open.len(), 4 * (index + 1));
        assert!(open.iter().all(|request| auth_headers(request).is_empty()), "{open:?}");
    }
}

#[tokio::test]
async fn a_portal_login_is_sent_to_its_feed_and_its_apply_api_only() {
    let simulator = Simulator::start().await.unwrap();
    let open = |portal| Client::portal(Environment::at(format!("{}/dvinci/", simulator.url())), portal).unwrap();
    let public = open(Portal::new().named("karriere"));
    assert!(!public.published_jobs().await.unwrap().is_empty());
    assert!(auth_headers(&simulator.requests()[0]).is_empty());
    let protected = Portal::new().named("intern");
    assert_eq!(open(protected.clone()).published_jobs().await.unwrap_err().kind(), ErrorKind::Auth);
    let login = protected.login(credentials::DVINCI_PORTAL_USERNAME, credentials::DVINCI_PORTAL_PASSWORD);
    assert!(!format!("{login:?}").contains(credentials::DVINCI_PORTAL_PASSWORD));
    let client = open(login);
    assert!(!client.published_jobs().await.unwrap().is_empty());
    assert_eq!(client.application_form(1).await.unwrap()["jobPublicationId"], 1);
    assert_eq!(auth_headers(simulator.requests().last().unwrap()), ["authorization"]);

    let before = simulator.requests().len();
    assert_eq!(client.org_units().await.unwrap_err().kind(), ErrorKind::Rejected);
    assert_eq!(simulator.requests().len(), before, "a portal client sends no request to the REST API");
    assert_eq!(simulator.token_requests(Vendor::Dvinci), 0);
}

#[tokio::test]
async fn the_login_of_a_portal_from_the_environment_opens_the_apply_api_and_the_token_the_rest_api() {
    let simulator = Simulator::start().await.unwrap();
    let client = Client::from_vars(&simulator.environment()).unwrap();
    assert_eq!(client.application_form(1).await.unwrap()["jobPublicationId"], 1);
    let submission = types::ApplicationSubmission::new().language("de").first_name("Zoë").last_name("Lefèvre");
    client.submit_application(1, submission).await.unwrap();
    assert_eq!(simulator.token_requests(Vendor::Dvinci), 0, "a portal needs no token");
    client.org_units().await.unwrap();

    // A portal that is named in the environment, on which nothing but the login differs.
    let mut vars = simulator.environment();
    vars.push(("DVINCI_PORTAL", "intern".to_owned()));
    assert!(!Client::from_vars(&vars).unwrap().published_jobs().await.unwrap().is_empty());
    assert!(simulator.requests().last().unwrap().path.starts_with("/dvinci/portal/intern/"));
    vars.retain(|(name, _)| *name != "DVINCI_PORTAL_PASSWORD");
    let error = Client::from_vars(&vars).unwrap_err();
    assert!(error.to_string().contains("DVINCI_PORTAL_USER is set but DVINCI_PORTAL_PASSWORD is not"), "{error}");
}

#[tokio::test]
async fn a_rejected_login_of_a_portal_does_not_replace_the_token() {
    let simulator = Simulator::start().await.unwrap();
    let client = client(&simulator, valid_credentials().portal(Portal::new().login("portal-user", "wrong")));
    client.org_units().await.unwrap();
    let error = client.application_form(1).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(StatusCode::UNAUTHORIZED)));
    client.org_units().await.unwrap();
    assert_eq!(simulator.token_requests(Vendor::Dvinci), 1);
}

/// Returns the URL of the OData service.
fn reports(simulator: &Simulator) -> String {
    format!("{}/dvinci/odata", simulator.url())
}

#[tokio::test]
async fn odata_with_the_token_streams_the_entity_sets_page_by_page() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Opening {
        id: i64,
        main_title: String,
    }

    let (simulator, client) = start().await;
    let service = client.odata(&reports(&simulator)).unwrap();
    let metadata = service.metadata().await.unwrap().into_inner();
    for set in ["OrgUnits", "DvinciUsers", "JobOpenings"] {
        assert!(metadata.contains(&format!("<EntitySet Name=\"{set}\"")), "{metadata}");
        let rows: Vec<Value> = service.entity_set(set).stream().try_collect().await.unwrap();
        assert!(rows.len() > 5, "{set} has several pages");
    }

    let titles: Vec<_> = client.job_openings().await.unwrap().iter().map(|row| (row.id, row.name.clone())).collect();
    let before = simulator.requests().len();
    let openings = service.entity_set("JobOpenings").select(["id", "mainTitle"]);
    let openings: Vec<Opening> = openings.stream().try_collect().await.unwrap();
    let found = openings.into_iter().map(|opening| (Some(opening.id), Some(opening.main_title)));
    assert_eq!(found.collect::<Vec<_>>(), titles);
    assert_eq!(simulator.requests().len() - before, 3, "five openings a page");

    let filtered = service.entity_set("OrgUnits").filter("name ne 'Global' and id lt 9").top(7).stream::<Value>();
    let filtered: Vec<Value> = filtered.try_collect().await.unwrap();
    assert_eq!(filtered.iter().map(|unit| unit["id"].as_i64().unwrap()).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8]);

    assert_eq!(simulator.token_requests(Vendor::Dvinci), 1);
    let requests = simulator.requests();
    assert!(requests.iter().skip(1).all(|request| auth_headers(request) == ["authorization"]), "{requests:?}");
}

#[tokio::test]
async fn odata_with_the_header_pair_uses_basic_authentication() {
    let simulator = Simulator::start().await.unwrap();
    let pair = Credentials::headers(credentials::DVINCI_CLIENT_ID, credentials::DVINCI_CLIENT_SECRET);
    let with_pair = client(&simulator, pair);
    let units: Vec<Value> =
        with_pair.odata(&reports(&simulator)).unwrap().entity_set("OrgUnits").stream().try_collect().await.unwrap();
    assert_eq!(units.len(), 9);
    assert!(simulator.requests().iter().all(|request| auth_headers(request) == ["authorization"]));
    assert_eq!(simulator.token_requests(Vendor::Dvinci), 0);

    let user = credentials::DVINCI_LIMITED_CLIENT_ID;
    let limited = client(&simulator, Credentials::headers(user, credentials::DVINCI_LIMITED_CLIENT_SECRET));
    let error = limited.odata(&reports(&simulator)).unwrap().metadata().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(StatusCode::FORBIDDEN)));
    assert_eq!(error.service_error().unwrap().code(), Some("403"));
    let portal = Client::portal(Environment::at(simulator.url()), Portal::new()).unwrap();
    assert_eq!(portal.odata(&reports(&simulator)).unwrap_err().kind(), ErrorKind::Rejected);
}

fn without_version(value: &impl Serialize) -> Value {
    let mut value = serde_json::to_value(value).unwrap();
    value.as_object_mut().unwrap().remove("version").expect("the object has a version");
    value
}

macro_rules! assert_update_preserves {
    ($client:ident, $($list:ident, $replace:ident, $update:ident;)*) => {$(
        for before in $client.$list().await.unwrap().into_inner() {
            let update: types::$update = before.clone().into();
            let after = $client.$replace(before.id.clone().unwrap(), update).await.unwrap();
            assert_eq!(without_version(&*after), without_version(&before), stringify!($list));
            assert_eq!(after.version, before.version.map(|version| version + 1));
        }
    )*};
}

#[tokio::test]
async fn an_update_built_from_a_response_changes_only_the_version() {
    let (_simulator, client) = start().await;
    assert_update_preserves! {
        client,
        hiring_requests, replace_hiring_request, HiringRequestUpdate;
        job_openings, replace_job_opening, JobOpeningUpdate;
        locations, replace_location, LocationUpdate;
        persons, replace_person, PersonUpdate;
        users, replace_user, UserUpdate;
        user_groups, replace_user_group, UserGroupUpdate;
    }
    for short in client.applications().await.unwrap().into_inner() {
        let before = client.application(short.id.unwrap()).await.unwrap().into_inner();
        let after = client.replace_application(short.id.unwrap(), before.clone().into()).await.unwrap();
        assert_eq!(without_version(&*after), without_version(&before));
    }
}

#[tokio::test]
async fn null_and_an_empty_list_clear_fields_in_an_update() {
    let (_simulator, client) = start().await;
    let read = client.application_by_external_id("crm-app-70").await.unwrap().into_inner();
    assert!(read.comment.is_some() && !read.desired_location_ids.is_empty());
    let id = read.id.unwrap();
    let mut update: types::ApplicationUpdate = read.into();
    update.comment = Patch::Null;
    update.desired_location_ids = Some(Vec::new());
    let saved = client.replace_application(id, update).await.unwrap();
    assert_eq!((saved.comment.as_ref(), saved.desired_location_ids.len()), (None, 0));
}

#[tokio::test]
async fn a_user_without_access_to_ratings_can_update_applications_without_clearing_them() {
    let simulator = Simulator::start().await.unwrap();
    let limited = Credentials::new(credentials::DVINCI_LIMITED_CLIENT_ID, credentials::DVINCI_LIMITED_CLIENT_SECRET);
    let limited = client(&simulator, limited);
    let read = limited.application(1).await.unwrap().into_inner();
    assert_eq!(read.rating, None);
    let mut update: types::ApplicationUpdate = read.into();
    update.comment = "Größe".into();
    limited.replace_application(1, update).await.unwrap();
    let rated = client(&simulator, valid_credentials()).application(1).await.unwrap();
    assert_eq!((rated.rating.as_ref(), rated.comment.as_deref()), (Some(&types::ApplicationRating::A), Some("Größe")));
}
