//! Routing by host name, and the simulator as a proxy.

use keyfob_simulator::{Simulator, credentials};
use reqwest::{Client, Proxy, StatusCode};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;

use crate::support::{client, read_response};

fn trusting(simulator: &Simulator) -> reqwest::ClientBuilder {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(simulator.certificate_pem().as_bytes()).unwrap()).unwrap();
    client(roots)
}

fn address(simulator: &Simulator) -> std::net::SocketAddr {
    simulator.url().rsplit('/').next().unwrap().parse().unwrap()
}

/// Fetches a token and a list at hosts of Ditio. `port` is the end of the authority, empty for the standard port.
async fn list_projects(http: &Client, scheme: &str, port: &str) -> Value {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", credentials::DITIO_CLIENT_ID),
        ("client_secret", credentials::DITIO_CLIENT_SECRET),
    ];
    let url = format!("{scheme}://identity.ditio.dev{port}/connect/token");
    let (status, token) = read_response(http.post(url).form(&form).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{token}");
    let url = format!("{scheme}://core-api.ditio.dev{port}/core/api/v4/integration/projects?x=1");
    let token = token["access_token"].as_str().unwrap();
    let (status, projects) = read_response(http.get(url).bearer_auth(token).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{projects}");
    projects
}

#[tokio::test]
async fn a_client_with_fixed_base_urls_reaches_the_simulator_by_its_resolver() {
    for (tls, scheme) in [(false, "http"), (true, "https")] {
        let simulator = Simulator::builder().tls(tls).start().await.unwrap();
        let address = address(&simulator);
        let names = ["identity.ditio.dev", "core-api.ditio.dev"];
        let http = names.iter().fold(trusting(&simulator), |http, name| http.resolve(name, address)).build().unwrap();
        let projects = list_projects(&http, scheme, &format!(":{}", address.port())).await;
        assert_eq!(projects[0]["projectNumber"], "P-2025-001");
        let logged = simulator.requests();
        assert_eq!(logged[0].path, "/ditio/identity/connect/token");
        assert_eq!(
            (logged[1].path.as_str(), logged[1].query.as_str()),
            ("/ditio/core/api/v4/integration/projects", "x=1")
        );
    }
}

#[tokio::test]
async fn a_client_with_fixed_base_urls_reaches_the_simulator_as_its_proxy() {
    for tls in [false, true] {
        let simulator = Simulator::builder().tls(tls).start().await.unwrap();
        let http = trusting(&simulator).proxy(Proxy::all(simulator.url()).unwrap()).build().unwrap();
        for scheme in ["https", "http"] {
            let projects = list_projects(&http, scheme, "").await;
            assert_eq!(projects[0]["projectNumber"], "P-2025-001", "{tls} {scheme}");
        }
        let (status, _) =
            read_response(http.get("https://plant.itempath.com/api/materials").send().await.unwrap()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn the_proxy_reaches_no_other_host() {
    let simulator = Simulator::start().await.unwrap();
    let http = trusting(&simulator).proxy(Proxy::all(simulator.url()).unwrap()).build().unwrap();
    assert!(http.get("https://example.com/").send().await.is_err());
    let response = http.get("http://core-api.ditio.dev/_control/state").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let response = http.get("http://identity.ditio.dev/").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND, "the home page belongs to the simulator's own address");
}
