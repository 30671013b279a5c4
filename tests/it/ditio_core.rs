//! Ditio core: typed calls over real sockets against the stateful simulator.

use std::{error::Error as _, time::Duration};

use keyfob::{
    ErrorKind, Form, Method, StatusCode, Upload,
    ditio::{Credentials, Scope, authenticator},
    ditio_core::{Client, types},
};
use keyfob_simulator::{Fault, Simulator, Vendor, credentials};

use crate::ditio::{environment, valid_credentials};

async fn start() -> (Simulator, Client) {
    let simulator = Simulator::start().await.unwrap();
    let client = Client::new(environment(simulator.url()), valid_credentials()).unwrap();
    (simulator, client)
}

fn project(number: &str) -> types::ProjectCreate {
    types::ProjectCreate::new(credentials::DITIO_COMPANY_ID, number)
}

fn core_requests(simulator: &Simulator) -> usize {
    simulator.requests().iter().filter(|request| request.path.starts_with("/ditio/core")).count()
}

#[tokio::test]
async fn a_project_and_its_work_orders_are_created_found_patched_and_deleted() {
    let (_simulator, client) = start().await;
    let created = client.create_project(project("P-1").name("Bru over Åna").active(true)).send().await.unwrap();
    let id = created.id.clone().unwrap();

    let found = client.project_by_number("P-1").await.unwrap();
    assert_eq!((found.id.as_ref(), found.name.as_deref()), (Some(&id), Some("Bru over Åna")));

    client.update_project(&id, types::ProjectPatch::default().name("Tunnel")).send().await.unwrap();
    assert_eq!(client.project(&id).await.unwrap().name.as_deref(), Some("Tunnel"));

    let order = types::WorkOrderCreate::new(credentials::DITIO_COMPANY_ID, &id, "WO-1").name("Grøft");
    let order = client.create_work_order(order).send().await.unwrap();
    assert_eq!(order.project_id.as_ref(), Some(&id));
    let orders = client.project_work_orders(&id).await.unwrap();
    assert_eq!(orders.iter().map(|order| order.name.as_deref()).collect::<Vec<_>>(), [Some("Grøft")]);

    client.delete_work_order(order.id.as_ref().unwrap()).await.unwrap();
    client.delete_project(&id).await.unwrap();
    assert_eq!(client.project(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn creating_a_project_twice_returns_the_existing_one() {
    let (_simulator, client) = start().await;
    let first = client.create_project(project("P-1").name("first")).send().await.unwrap();
    let second = client.create_project(project("P-1").name("second")).send().await.unwrap();
    assert_eq!((first.id.clone(), second.name.as_deref()), (second.id.clone(), Some("first")));
}

#[tokio::test]
async fn replacing_a_project_clears_absent_fields_and_preserves_fields_read_before() {
    let (_simulator, client) = start().await;
    let created = client.create_project(project("P-1").name("Bru").description("lang")).send().await.unwrap();
    let id = created.id.clone().unwrap();

    let mut read = client.project(&id).await.unwrap().into_inner();
    read.name = Some("Bro".into());
    let replaced = client.replace_project(&id, read).await.unwrap();
    assert_eq!((replaced.name.as_deref(), replaced.description.as_deref()), (Some("Bro"), Some("lang")));

    let mut bare = types::Project::default();
    bare.company_id = Some(credentials::DITIO_COMPANY_ID.into());
    bare.project_number = Some("P-1".into());
    let wiped = client.replace_project(&id, bare).await.unwrap();
    assert_eq!((wiped.name.as_deref().unwrap_or_default(), wiped.description.as_deref().unwrap_or_default()), ("", ""));
}

#[tokio::test]
async fn a_downloaded_document_has_the_uploaded_bytes() {
    let (_simulator, client) = start().await;
    let id = client.create_project(project("P-1")).send().await.unwrap().id.clone().unwrap();
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let form = Form::new().file("måling.bin", bytes.clone());
    let uploaded = client.upload_project_documents(&id, form).section("Tegninger").send().await.unwrap();
    assert_eq!(uploaded.successful, Some(true));

    let pages = client.project_documents(&id).await.unwrap();
    let file = &pages[0].files[0];
    assert_eq!(file.name.as_deref(), Some("måling.bin"));
    let download = client.download_project_document(&id, file.file_reference_id.as_ref().unwrap()).await.unwrap();
    assert_eq!(download.into_inner().bytes().await.unwrap(), bytes);
}

#[tokio::test]
async fn an_upload_above_the_size_limit_fails_with_a_message_that_says_so() {
    let (simulator, client) = start().await;
    let id = client.create_project(project("P-1")).send().await.unwrap().id.clone().unwrap();
    let form = Form::new().file("big.bin", vec![7_u8; 40_000_000]);
    let error = client.upload_project_documents(&id, form).send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(StatusCode::PAYLOAD_TOO_LARGE)));
    assert!(error.to_string().contains("larger than the service accepts"), "{error}");
    let uploads = simulator.requests().into_iter().filter(|request| request.path.ends_with("/documents")).count();
    assert_eq!(uploads, 1);
}

#[tokio::test]
async fn an_expired_token_is_renewed_transparently() {
    let (simulator, client) = start().await;
    client.projects().await.unwrap();
    client.projects().await.unwrap();
    assert_eq!(simulator.token_requests(Vendor::Ditio), 1);
    simulator.expire_tokens(Vendor::Ditio);
    client.projects().await.unwrap();
    assert_eq!(simulator.token_requests(Vendor::Ditio), 2);
}

#[tokio::test]
async fn a_thousand_concurrent_first_calls_fetch_one_token_and_a_thousand_rejections_one_more() {
    let (simulator, client) = start().await;
    let concurrent_calls = async || {
        let calls = (0..1000).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.is_machine_deletable("0123456789abcdef01234567").no_retry().await })
        });
        futures::future::join_all(calls).await
    };
    let authorized = |results: Vec<Result<Result<_, keyfob::Error>, _>>| {
        results.into_iter().all(|result| !matches!(result.unwrap(), Err(error) if error.kind() == ErrorKind::Auth))
    };
    assert!(authorized(concurrent_calls().await.into_iter().map(|r| r.map(|r| r.map(|_| ()))).collect()));
    assert_eq!(simulator.token_requests(Vendor::Ditio), 1);
    simulator.revoke_tokens(Vendor::Ditio);
    assert!(authorized(concurrent_calls().await.into_iter().map(|r| r.map(|r| r.map(|_| ()))).collect()));
    assert_eq!(simulator.token_requests(Vendor::Ditio), 2);
}

#[tokio::test]
async fn a_disabled_client_causes_one_replay_and_at_most_one_more_token_request() {
    let (simulator, client) = start().await;
    client.projects().await.unwrap();
    let before = core_requests(&simulator);
    simulator.disable_client(Vendor::Ditio);
    for _ in 0..20 {
        let error = client.projects().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    }
    assert!(core_requests(&simulator) - before <= 21, "{}", core_requests(&simulator) - before);
    assert!(simulator.token_requests(Vendor::Ditio) <= 2);
    let text = client.projects().await.unwrap_err().to_string();
    assert!(text.contains("token"), "{text}");
}

#[tokio::test]
async fn a_token_of_fifty_thousand_characters_works() {
    let simulator = Simulator::start().await.unwrap();
    simulator.set_token_size(Vendor::Ditio, 50_000);
    let client = Client::new(environment(simulator.url()), valid_credentials()).unwrap();
    client.projects().await.unwrap();
    let token = client.session().authenticator().unwrap().access_token().await.unwrap();
    assert!(keyfob::auth::ExposeSecret::expose_secret(&token).len() >= 50_000);
}

#[tokio::test]
async fn errors_about_credentials_scope_and_environment_each_name_their_cause() {
    let simulator = Simulator::start().await.unwrap();
    let auth_error = async |client: &Client| {
        let error = client.projects().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{error:?}");
        format!("{error}: {}", error.source().unwrap())
    };

    let wrong = Credentials::new(credentials::DITIO_CLIENT_ID, "secret-canary");
    let client = Client::new(environment(simulator.url()), wrong).unwrap();
    let text = auth_error(&client).await;
    assert!(text.contains("invalid_client") && !text.contains("canary"), "{text}");
    for _ in 0..50 {
        auth_error(&client).await;
    }
    assert_eq!(simulator.token_requests(Vendor::Ditio), 1, "the rejection is cached");

    // A token scoped to the reporting API is not valid for the core API.
    let environment = environment(simulator.url());
    let reporting = authenticator(&environment, valid_credentials(), &[Scope::Reporting]).build().unwrap();
    let error = Client::new(environment.clone(), reporting).unwrap().projects().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(StatusCode::UNAUTHORIZED)));
    assert!(error.to_string().contains("scope"), "{error}");

    let error = Client::new(environment, Credentials::new("", "")).unwrap_err();
    assert!(format!("{error}: {}", error.source().unwrap()).contains("client"), "{error:?}");
}

#[tokio::test]
async fn a_service_that_does_not_listen_is_reported_as_unavailable() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let client = Client::new(environment(&closed), Credentials::token("token")).unwrap();
    let error = client.projects().no_retry().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("cannot connect to the service"), "{error}");
}

#[tokio::test]
async fn a_violated_business_rule_carries_the_services_message() {
    let (_simulator, client) = start().await;
    let error = client.create_project(types::ProjectCreate::new(credentials::DITIO_COMPANY_ID, "")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Rejected, Some(StatusCode::BAD_REQUEST)));
    assert!(error.service_error().unwrap().message().is_some_and(|message| !message.is_empty()));
}

#[tokio::test]
async fn ids_with_special_characters_stay_within_their_path_segment() {
    let (simulator, client) = start().await;
    for id in ["a/b", "auth0|abc", "..", "a b", "ø", "../users"] {
        match client.project(id).await {
            Err(error) => assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Rejected), "{id}: {error}"),
            Ok(_) => panic!("{id} matched a project"),
        }
    }
    for request in simulator.requests().into_iter().filter(|request| request.path.starts_with("/ditio/core")) {
        assert!(request.path.starts_with("/ditio/core/api/v4/integration/projects/"), "{}", request.path);
    }
    assert_eq!(client.project("").await.unwrap_err().kind(), ErrorKind::Rejected);
}

#[tokio::test]
async fn transport_faults_and_html_errors_are_unavailable_and_creates_are_sent_once() {
    let (simulator, client) = start().await;
    let create = async || client.create_machine(types::MachineCreate::new(credentials::DITIO_COMPANY_ID, "M-1")).await;
    for (fault, kind) in [
        (Fault::status(503), ErrorKind::Unavailable),
        (Fault::html(502), ErrorKind::Unavailable),
        (Fault::truncated(), ErrorKind::Unavailable),
        (Fault::reset_after(), ErrorKind::Unavailable),
    ] {
        let before = core_requests(&simulator);
        simulator.inject(fault.on(Vendor::Ditio).path("/ditio/core").times(1));
        let error = create().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(core_requests(&simulator) - before <= 1, "a create is sent once");
        simulator.clear_faults();
    }
    simulator.inject(Fault::status(503).on(Vendor::Ditio).path("/ditio/core").times(2));
    client.projects().await.unwrap();
}

#[tokio::test]
async fn an_undescribed_endpoint_can_be_called_through_the_session() {
    let (_simulator, client) = start().await;
    let rows = client
        .session()
        .request(Method::GET, "/api/MachineType")
        .options(keyfob::CallOptions::default().timeout(Duration::from_secs(10)))
        .send::<serde_json::Value>()
        .await
        .unwrap();
    assert!(rows.as_array().is_some_and(|rows| !rows.is_empty()));
}

#[tokio::test]
async fn an_absence_id_may_contain_slashes() {
    let (simulator, client) = start().await;
    let employee = client.employees().await.unwrap()[0].employee_number.clone().unwrap();
    let days = ["2026-03-02", "2026-03-06"].map(|day| day.parse::<chrono::NaiveDate>().unwrap());
    let absence = types::AbsencePush::new("884213/1/7", employee, days[0], days[1]).absence_type_code("505");
    client.save_absence(absence).send().await.unwrap();
    let read = client.absence("884213/1/7").await.unwrap();
    assert_eq!(read.days.len(), 5, "a week has five work days");
    let paths: Vec<_> = simulator.requests().into_iter().map(|request| request.path).collect();
    assert!(paths.iter().any(|path| path.ends_with("/absences/884213/1/7")), "{paths:?}");
}

#[tokio::test]
async fn an_upload_from_disk_is_streamed_under_the_given_file_name() {
    let (_simulator, client) = start().await;
    let id = client.create_project(project("P-1")).send().await.unwrap().id.clone().unwrap();
    let path = std::env::temp_dir().join(format!("keyfob-{}.txt", std::process::id()));
    std::fs::write(&path, "på disk").unwrap();
    let form = Form::new().part("file", keyfob::Part::new(Upload::path(&path)).file_name("notat.txt"));
    let uploaded = client.upload_project_documents(&id, form).send().await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(uploaded.files[0].size, Some(8));
}
