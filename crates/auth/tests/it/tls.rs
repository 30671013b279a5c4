//! TLS: trusted certificates.

use std::sync::Arc;

use keyfob_auth::{Authenticator, ClientCredentials, ErrorKind, TransportConfig};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::server::{Reply, Server, token};

fn server(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Server {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate");
    Server::start_tls(TlsAcceptor::from(Arc::new(config)), |_| Reply::token("t", "3600"))
}

async fn fetch(server: &Server, transport: TransportConfig) -> Result<String, keyfob_auth::Error> {
    let credentials = ClientCredentials::new(format!("https://localhost:{}/token", server.port()), "id", "secret");
    let retry = keyfob_auth::Retry::new().attempts(1);
    token(&Authenticator::builder(credentials).transport(transport).retry(retry).build()?).await
}

fn parameters(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).expect("names")
}

#[tokio::test]
async fn a_private_authority_is_trusted_once_it_is_added() {
    let mut authority = parameters(&[]);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let leaf = parameters(&["localhost"]).signed_by(&key, &authority).expect("a certificate");
    let server = server(vec![leaf.der().clone()], &key);

    let error = fetch(&server, TransportConfig::new()).await.expect_err("an unknown authority");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("root_certificate_pem"), "{error}");

    let transport = TransportConfig::new().root_certificate_pem(authority.pem().as_bytes()).expect("PEM");
    assert_eq!(fetch(&server, transport).await.expect("a token"), "t");
}

async fn self_signed(is_ca: IsCa, names: &[&str]) -> Result<String, keyfob_auth::Error> {
    let mut parameters = parameters(names);
    parameters.is_ca = is_ca;
    let key = KeyPair::generate().expect("a key");
    let certificate = parameters.self_signed(&key).expect("a certificate");
    let server = server(vec![certificate.der().clone()], &key);
    fetch(&server, TransportConfig::new().root_certificate_pem(certificate.pem().as_bytes()).expect("PEM")).await
}

#[tokio::test]
async fn a_self_signed_certificate_is_trusted_once_it_is_added_even_if_marked_as_an_authority() {
    assert_eq!(self_signed(IsCa::NoCa, &["localhost"]).await.expect("a token"), "t");
    let authority = IsCa::Ca(BasicConstraints::Unconstrained);
    assert_eq!(self_signed(authority, &["localhost"]).await.expect("a token"), "t");
}

#[tokio::test]
async fn an_added_certificate_is_trusted_for_its_own_names_only() {
    assert_eq!(
        self_signed(IsCa::NoCa, &["other.example.com"]).await.expect_err("another name").kind(),
        ErrorKind::Unavailable
    );
}

#[test]
fn text_without_a_certificate_is_rejected() {
    for pem in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let error = TransportConfig::new().root_certificate_pem(pem.as_bytes()).expect_err(pem);
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }
}
