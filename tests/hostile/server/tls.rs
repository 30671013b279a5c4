//! TLS with a certificate made for the test.

use std::{
    io,
    sync::{Arc, LazyLock},
};

use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// Self-signed certificate for `localhost`: PEM, DER and private key.
static CERTIFICATE: LazyLock<(String, CertificateDer<'static>, Vec<u8>)> = LazyLock::new(|| {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), certificate.der().clone(), key.serialize_der())
});

static ACCEPTOR: LazyLock<TlsAcceptor> = LazyLock::new(|| {
    let (_, certificate, key) = &*CERTIFICATE;
    let key = PrivateKeyDer::try_from(key.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
});

/// Returns the server's certificate.
pub(crate) fn certificate_pem() -> &'static str {
    &CERTIFICATE.0
}

pub(super) async fn accept(stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    ACCEPTOR.accept(stream).await
}
