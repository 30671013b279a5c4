//! Ditio reporting: synchronization, item registrations as CSV rows, file downloads by link.

use std::time::{Duration, SystemTime};

use futures::{StreamExt, TryStreamExt};
use keyfob::{
    ErrorKind,
    client::auth::{Clock, FakeClock},
    ditio_reporting::{
        Client, Credentials, ItemTransaction, Scope, authenticator,
        sync::{Change, Checkpoint, Table},
        types,
    },
};
use keyfob_simulator::{DitioTable, Simulator, Vendor, credentials};
use serde_json::json;

use crate::ditio::{environment, valid_credentials};

/// Starts a simulator with a hundred time registrations and a client that shares its clock.
async fn start() -> (Simulator, Client, FakeClock) {
    let simulator = Simulator::builder().scale(100).start().await.unwrap();
    let (clock, fake) = Clock::fake();
    fake.set_wall(SystemTime::from(simulator.now()));
    let token = Credentials::token(credentials::DITIO_ACCESS_TOKEN);
    let client = Client::builder(environment(simulator.url()), token).clock(clock).build().unwrap();
    (simulator, client, fake)
}

/// Drains one synchronization run; returns its changes and the final checkpoint.
async fn all<O: Table>(client: &Client, table: O, from: Option<Checkpoint>) -> (Vec<Change<O::Item>>, Checkpoint) {
    let mut changes = client.sync(table, from);
    let mut all = Vec::new();
    while let Some(change) = changes.try_next().await.unwrap() {
        all.push(change);
    }
    (all, changes.checkpoint())
}

/// Returns the queries of the requests since the last call.
fn queries(simulator: &Simulator, seen: &mut usize) -> Vec<String> {
    let requests = simulator.requests();
    let new = requests[*seen..].iter().map(|request| request.query.clone()).collect();
    *seen = requests.len();
    new
}

#[tokio::test]
async fn the_first_run_lists_all_rows_and_the_next_only_changes_with_the_same_filters_on_every_page() {
    let (simulator, client, fake) = start().await;
    let table = || client.time_registrations().company_id(credentials::DITIO_COMPANY_ID).chunk_limit(40);
    let mut seen = 0;
    let (rows, checkpoint) = all(&client, table(), None).await;
    assert!(rows.len() > 80 && rows.iter().all(|change| matches!(change, Change::Upsert(_))));
    assert!(checkpoint.is_finished());
    let first = queries(&simulator, &mut seen);
    let filtered = |query: &String| query.contains("CompanyId=012345") && query.contains("ChunkLimit=40");
    assert!(first.len() >= 3 && first.iter().all(filtered), "{first:?}");
    assert!(
        !first[0].contains("ContinuationToken") && first[1..].iter().all(|query| query.contains("ContinuationToken"))
    );
    assert!(!first.iter().any(|query| query.contains("ModifiedSince")), "{first:?}");

    simulator.advance(Duration::from_secs(3_600));
    fake.set_wall(SystemTime::from(simulator.now()));
    let tables = simulator.ditio_reporting();
    let ids: Vec<String> =
        rows.iter().filter_map(|row| if let Change::Upsert(row) = row { row.id.clone() } else { None }).collect();
    tables.delete(DitioTable::TimeRegistrations, [&ids[7]]);
    for id in [&ids[3..4], &ids[20..65]].concat() {
        tables.update(DitioTable::TimeRegistrations, [id], json!({"description": "støp"}));
    }
    let (changes, checkpoint) = all(&client, table(), Some(checkpoint)).await;
    assert!(matches!(&changes[0], Change::Delete { id, at: Some(_) } if *id == ids[7]), "{changes:?}");
    assert!(matches!(&changes[1], Change::Upsert(row) if row.description.as_deref() == Some("støp")));
    assert_eq!(changes.len(), 47);
    let next = queries(&simulator, &mut seen);
    let since = "ModifiedSince=2026-03-02T07%3A50%3A00Z";
    assert!(next.len() > 1 && next.iter().all(|query| query.contains(since)), "{next:?}");
    assert!(next.iter().all(filtered), "{next:?}");

    let (repeated, later) = all(&client, table(), Some(checkpoint.clone())).await;
    assert_eq!(repeated.len(), 47, "changes within the overlap are sent again");
    assert!(later.is_finished() && later.started() >= checkpoint.started());
}

#[tokio::test]
async fn a_deletion_repeated_by_the_service_is_returned_once() {
    let (simulator, client, _) = start().await;
    let (_, checkpoint) = all(&client, client.time_registrations(), None).await;
    let tables = simulator.ditio_reporting();
    tables.switch(|switches| switches.repeated_deletions = true);
    for row in tables.rows(DitioTable::TimeRegistrations).iter().take(5) {
        tables.delete(DitioTable::TimeRegistrations, [row["id"].as_str().unwrap()]);
    }
    let call = client.time_registrations().modified_since("2026-03-02T08:00:00Z").chunk_limit(1);
    let sent: Vec<_> = call.stream().take(20).try_collect().await.unwrap();
    assert!(sent.len() > 5, "the service repeats deletions");
    let (changes, _) = all(&client, client.time_registrations().chunk_limit(1), Some(checkpoint)).await;
    assert_eq!(changes.len(), 5, "{changes:?}");
}

#[tokio::test]
async fn an_interrupted_run_resumes_at_its_page_and_then_lists_later_changes() {
    let (simulator, client, fake) = start().await;
    let table = || client.time_registrations().chunk_limit(30);
    let mut changes = client.sync(table(), None);
    for _ in 0..35 {
        changes.next().await.unwrap().unwrap();
    }
    let stored = serde_json::to_string(&changes.checkpoint()).unwrap();
    drop(changes);
    simulator.advance(Duration::from_secs(86_400));
    fake.set_wall(SystemTime::from(simulator.now()));
    let rows = simulator.ditio_reporting().rows(DitioTable::TimeRegistrations);
    let gone = rows[0]["id"].as_str().unwrap();
    simulator.ditio_reporting().delete(DitioTable::TimeRegistrations, [gone]);

    let mut seen = simulator.requests().len();
    let (changes, checkpoint) = all(&client, table(), Some(serde_json::from_str(&stored).unwrap())).await;
    assert!(changes.len() < rows.len(), "the resumed run does not start over");
    assert!(matches!(changes.last(), Some(Change::Delete { id, .. }) if id == gone));
    let queries = queries(&simulator, &mut seen);
    assert!(queries[0].contains("ContinuationToken") && !queries[0].contains("ModifiedSince"), "{queries:?}");
    let last = queries.last().unwrap();
    assert!(last.contains("ModifiedSince=2026-03-02T07%3A50%3A00Z") && !last.contains("Token"), "{queries:?}");
    assert_eq!(checkpoint.started(), "2026-03-03T08:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
}

#[tokio::test]
async fn a_checkpoint_of_another_table_and_a_listing_with_its_own_modified_since_are_rejected() {
    let (simulator, client, _) = start().await;
    let (_, checkpoint) = all(&client, client.projects(), None).await;
    let seen = simulator.requests().len();
    let mut changes = client.sync(client.users(), checkpoint);
    let error = changes.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.to_string().starts_with("ditio-reporting users: the checkpoint belongs to another table"), "{error}");
    assert!(changes.next().await.is_none() && simulator.requests().len() == seen, "no request is sent");

    let error = client.sync(client.users().modified_since("2026-01-01"), None).next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("do not set `modified_since` on a listing to synchronize"), "{error}");
}

#[tokio::test]
async fn item_registrations_are_parsed_as_rows_with_any_quotation_marks() {
    let (_simulator, client, _) = start().await;
    let rows = client.item_registrations().rows().await.unwrap();
    assert!(rows.len() >= 40);
    let rows: Vec<_> = rows.into_iter().collect::<Result<_, _>>().unwrap();
    for item in ["Rør Ø200 \"PE100\" 6 m", "Pukk 8/16; vasket", "Skjærbolt 3/4\" til skuff", "Diesel, anleggs"] {
        assert!(rows.iter().any(|row| row.item_name == item), "{item}");
    }
    let corrected = rows.iter().find(|row| row.trans_type == ItemTransaction::Adjustment).unwrap();
    assert!(corrected.qty.unwrap() < 0.0 && corrected.cost_price.unwrap() > 0.0);
    assert!(rows.iter().all(|row| row.trans_date.is_some() && row.warehouse_name == "Hovedlager Åsen"));
}

#[tokio::test]
async fn a_link_from_a_row_is_downloaded_and_a_link_to_another_host_is_never_requested() {
    let (simulator, client, _) = start().await;
    let link = pdf_link(&client).await;
    let bytes = client.download_link(&link).await.unwrap().into_inner().bytes().await.unwrap();
    assert!(bytes.starts_with(b"%PDF"));

    let seen = simulator.requests().len();
    let foreign = Simulator::start().await.unwrap();
    let elsewhere = link.replace(simulator.url(), foreign.url());
    for link in [elsewhere.as_str(), &link.replace("/core/", "/reporting/"), "/api/file/1", "javascript:alert(1)", ""] {
        let error = client.download_link(link).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected, "{link}");
        assert!(!error.to_string().contains("http"), "{error}");
    }
    assert_eq!((simulator.requests().len(), foreign.requests().len()), (seen, 0));
}

/// Returns the scopes of the token requests, in order.
fn requested_scopes(simulator: &Simulator) -> Vec<String> {
    let requests = simulator.requests();
    let tokens = requests.iter().filter(|request| request.path.ends_with("/connect/token"));
    let scope = |body: &str| body.split('&').find_map(|pair| pair.strip_prefix("scope=").map(str::to_owned));
    tokens.map(|request| scope(&request.body).unwrap()).collect()
}

/// Returns the link to the first PDF file of the checklists.
async fn pdf_link(client: &Client) -> String {
    let rows: Vec<types::ChecklistRegistration> =
        client.checklist_registrations().stream().try_collect().await.unwrap();
    rows.into_iter().find_map(|row| row.pdf_url).unwrap()
}

#[tokio::test]
async fn reporting_works_with_a_client_that_has_its_scope_alone() {
    let simulator = Simulator::start().await.unwrap();
    let credentials =
        Credentials::new(credentials::DITIO_REPORTING_CLIENT_ID, credentials::DITIO_REPORTING_CLIENT_SECRET);
    let client = Client::new(environment(simulator.url()), credentials.clone()).unwrap();
    assert!(!client.projects().await.unwrap().data.is_empty());
    let (rows, _) = all(&client, client.time_registrations(), None).await;
    assert!(!rows.is_empty());
    assert_eq!(requested_scopes(&simulator), ["reportingapiv1"]);

    // A download requests more, and the error says what.
    let link = pdf_link(&client).await;
    let error = client.download_link(&link).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("refused the scopes `ditioapiv3 reportingapiv1`"), "{cause}");
    assert!(!format!("{error:?} {cause}").contains("secret"), "{error:?} {cause}");
    client.projects().await.unwrap();

    // The simulator serves files with either scope.
    let reporting = authenticator(&environment(simulator.url()), credentials, &[Scope::Reporting]).build().unwrap();
    let client = Client::new(environment(simulator.url()), reporting).unwrap();
    let bytes = client.download_link(&link).await.unwrap().into_inner().bytes().await.unwrap();
    assert!(bytes.starts_with(b"%PDF"));
}

#[tokio::test]
async fn the_token_for_files_is_fetched_by_the_first_download_and_renewed_apart_from_the_other() {
    let simulator = Simulator::start().await.unwrap();
    let client = Client::new(environment(simulator.url()), valid_credentials()).unwrap();
    let link = pdf_link(&client).await;
    assert_eq!(requested_scopes(&simulator), ["reportingapiv1"]);
    for _ in 0..2 {
        client.download_link(&link).await.unwrap().into_inner().bytes().await.unwrap();
    }
    assert_eq!(requested_scopes(&simulator), ["reportingapiv1", "ditioapiv3 reportingapiv1"]);
    let scopes: Vec<_> = client.session().authenticators().map(|known| known.token_info().unwrap().scopes).collect();
    assert_eq!(scopes, [&["reportingapiv1"][..], &["ditioapiv3", "reportingapiv1"]]);

    // Only the token that was rejected is renewed.
    simulator.revoke_tokens(Vendor::Ditio);
    client.download_link(&link).await.unwrap().into_inner().bytes().await.unwrap();
    assert_eq!(requested_scopes(&simulator).len(), 3);
    client.projects().await.unwrap();
    assert_eq!(requested_scopes(&simulator)[2..], ["ditioapiv3 reportingapiv1", "reportingapiv1"]);
}
