//! Tests of the home page in headless Chromium. They require `chromium` and `chromedriver` (Debian: `chromium-driver`):
//! `cargo test -p keyfob-simulator --test page`.

mod browser;

use browser::Browser;
use keyfob_simulator::{Simulator, Vendor, credentials};
use reqwest::StatusCode;
use serde_json::json;

const TOKEN_PATH: &str = "/ditio/identity/connect/token";

async fn request_token(simulator: &Simulator) -> StatusCode {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", credentials::DITIO_CLIENT_ID),
        ("client_secret", credentials::DITIO_CLIENT_SECRET),
    ];
    let request = browser::http().post(format!("{}{TOKEN_PATH}", simulator.url())).form(&form);
    request.send().await.unwrap().status()
}

/// Returns an expression that is true when the log has `count` rows.
fn rows(count: usize) -> String {
    format!("document.querySelectorAll('#log > li').length === {count}")
}

#[tokio::test]
async fn the_page_shows_vendors_with_base_urls_and_credentials() {
    let simulator = Simulator::start().await.unwrap();
    let browser = Browser::open(simulator.url()).await;
    let text = browser.text("main").await;
    for (name, value) in simulator.environment() {
        assert!(text.contains(name) && text.contains(&value), "{name}={value} is not in:\n{text}");
    }
    let titles = browser.eval("[...document.querySelectorAll('.vendor h2')].map(title => title.textContent)").await;
    assert_eq!(titles, json!(["Ditio", "Bits", "ItemPath", "d.vinci", "Digitaleo"]));
    browser.close().await;
}

#[tokio::test]
async fn a_request_appears_in_the_log_without_its_secrets() {
    let simulator = Simulator::start().await.unwrap();
    let browser = Browser::open(simulator.url()).await;
    browser.until(&rows(0)).await;
    assert_eq!(request_token(&simulator).await, StatusCode::OK);
    browser.until(&rows(1)).await;
    let row = browser.text("#log > li").await;
    assert!(row.contains("POST") && row.contains(TOKEN_PATH) && row.contains("200"), "{row}");
    browser.click("#log .call").await;
    let details = browser.text("#log .more").await;
    assert!(details.contains("client_secret=[redacted]"), "{details}");
    assert!(!details.contains(credentials::DITIO_CLIENT_SECRET), "{details}");
    browser
        .until("document.querySelector('[data-vendor=ditio] .status').textContent.includes('1 token request')")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn a_click_sets_a_fault_and_another_click_removes_it() {
    let simulator = Simulator::start().await.unwrap();
    let browser = Browser::open(simulator.url()).await;
    let switch = "[data-fault=status500]";
    let is = |on: bool| format!("document.querySelector('{switch}').getAttribute('aria-checked') === '{on}'");
    browser.until(&is(false)).await;
    browser.click(switch).await;
    browser.until(&is(true)).await;
    assert_eq!(request_token(&simulator).await, StatusCode::INTERNAL_SERVER_ERROR);
    browser.until("document.querySelector('#active').textContent.includes('hit 1 of 1')").await;
    browser.until("document.querySelector('#log .tag')?.textContent === 'status'").await;
    browser.click(switch).await;
    browser.until(&is(false)).await;
    assert_eq!(request_token(&simulator).await, StatusCode::OK);
    browser.close().await;
}

#[tokio::test]
async fn a_fault_hits_the_selected_vendor_the_selected_number_of_times() {
    let simulator = Simulator::start().await.unwrap();
    let browser = Browser::open(simulator.url()).await;
    for set in
        ["find('vendor').value = 'ditio'", "find('path').value = '/ditio/id*'", "find('often').value = 'times:1'"]
    {
        browser.eval(set).await;
    }
    browser.click("[data-fault=html502]").await;
    browser.until("find('active').children.length === 1").await;
    let other = browser::http().get(format!("{}/bits/v1/nothing", simulator.url())).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::NOT_FOUND);
    assert_eq!(request_token(&simulator).await, StatusCode::BAD_GATEWAY);
    browser.until("find('active').children.length === 0").await;
    assert_eq!(request_token(&simulator).await, StatusCode::OK);
    browser.close().await;
}

#[tokio::test]
async fn a_click_disables_a_client_and_a_click_moves_the_clock() {
    let simulator = Simulator::start().await.unwrap();
    let browser = Browser::open(simulator.url()).await;
    browser.until("find('now').textContent === '2026-03-02 08:00:00'").await;
    browser.click("[data-advance='3600']").await;
    browser.until("find('now').textContent === '2026-03-02 09:00:00'").await;
    browser.click("[data-vendor=dvinci] .client").await;
    browser.until("document.querySelector('[data-vendor=dvinci] .client').dataset.action === 'enable'").await;
    browser.click("#reset").await;
    browser.until("document.querySelector('[data-vendor=dvinci] .client').dataset.action === 'disable'").await;
    browser.until("find('now').textContent === '2026-03-02 08:00:00'").await;
    assert_eq!(simulator.token_requests(Vendor::Dvinci), 0);
    browser.close().await;
}

#[tokio::test]
async fn without_the_control_api_the_page_reports_it_and_shows_the_credentials() {
    let simulator = Simulator::builder().control(false).start().await.unwrap();
    let browser = Browser::open(simulator.url()).await;
    browser.until("find('notice').textContent.includes('switched off')").await;
    assert!(browser.text("main").await.contains("DITIO_API_BASE"));
    assert_eq!(browser.eval("find('switches').offsetParent === null").await, json!(true));
    browser.close().await;
}

#[tokio::test]
async fn the_page_fits_the_width_of_a_phone() {
    let simulator = Simulator::start().await.unwrap();
    let browser = Browser::sized(simulator.url(), 360, 800).await;
    request_token(&simulator).await;
    browser.until(&rows(1)).await;
    let width = browser.eval("[document.documentElement.scrollWidth, innerWidth]").await;
    assert_eq!(width, json!([360, 360]));
    browser.close().await;
}
