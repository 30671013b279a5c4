//! A minimal WebDriver client for headless Chromium.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// Time limit of each wait in the page.
const PATIENCE_MS: u64 = 20_000;
/// Key of an element id in WebDriver responses.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Returns a client for plain HTTP that needs no process-wide TLS settings.
pub(crate) fn http() -> Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    Client::builder().tls_backend_preconfigured(config).build().unwrap()
}

/// A driver process with one browser window.
pub(crate) struct Browser {
    driver: Driver,
    http: Client,
    session: String,
}

struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // A terminated driver ends its browser; a killed driver leaves the browser running.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

impl Browser {
    pub(crate) async fn open(url: &str) -> Self {
        Self::sized(url, 1280, 900).await
    }

    /// Opens a window with a page of this size.
    pub(crate) async fn sized(url: &str, width: u32, height: u32) -> Self {
        let (driver, port) = driver();
        let http = http();
        let arguments =
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"];
        let metrics = json!({ "width": width, "height": height, "pixelRatio": 1.0 });
        let options = json!({ "args": arguments, "mobileEmulation": { "deviceMetrics": metrics } });
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": options, "timeouts": { "script": PATIENCE_MS },
        } } });
        let mut browser = Self { driver, http, session: format!("http://127.0.0.1:{port}/session") };
        let session = browser.call(Method::POST, "", wanted).await;
        browser.session = format!("{}/{}", browser.session, session["sessionId"].as_str().unwrap());
        browser.call(Method::POST, "/url", json!({ "url": url })).await;
        browser
    }

    /// Clicks the first matching element, which must be visible.
    pub(crate) async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        self.call(Method::POST, &format!("/element/{element}/click"), json!({})).await;
    }

    /// Returns the rendered text of the first matching element.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let element = self.find(selector).await;
        let text = self.call(Method::GET, &format!("/element/{element}/text"), Value::Null).await;
        text.as_str().unwrap().to_owned()
    }

    /// Evaluates an expression in the page.
    pub(crate) async fn eval(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.call(Method::POST, "/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Waits until an expression is true in the page; fails after the time limit.
    pub(crate) async fn until(&self, expression: &str) {
        let script = format!(
            "const done = arguments[0]; const look = () => ({expression}) ? done(true) : setTimeout(look, 20); look();"
        );
        self.call(Method::POST, "/execute/async", json!({ "script": script, "args": [] })).await;
    }

    /// Closes the window, then ends the driver. A test that fails earlier ends the driver only.
    pub(crate) async fn close(self) {
        self.call(Method::DELETE, "", Value::Null).await;
        drop(self.driver);
    }

    async fn find(&self, selector: &str) -> String {
        let wanted = json!({ "using": "css selector", "value": selector });
        let found = self.call(Method::POST, "/element", wanted).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn call(&self, method: Method, path: &str, body: Value) -> impl Future<Output = Value> {
        let mut request = self.http.request(method, format!("{}{path}", self.session));
        if !body.is_null() {
            request = request.json(&body);
        }
        let description = format!("{path} {body}");
        async move {
            let response = request.send().await.unwrap();
            let status = response.status();
            let body: Value = response.json().await.unwrap();
            assert_eq!(status, StatusCode::OK, "{description}: {}", body["value"]["message"]);
            body["value"].clone()
        }
    }
}

/// Starts a driver and reads its port from its output.
fn driver() -> (Driver, u16) {
    let child = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = child.expect("chromedriver is installed (Debian: apt-get install chromium chromium-driver)");
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let driver = Driver(child);
    let port = lines.map_while(Result::ok).find_map(|line| {
        let rest = line.strip_prefix("ChromeDriver was started successfully on port ")?;
        rest.trim_end_matches('.').parse().ok()
    });
    (driver, port.expect("chromedriver printed no port"))
}
