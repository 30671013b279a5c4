//! A self-signed certificate, generated at the start.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::vendor::hosts;

/// A certificate with its key.
pub(crate) struct Identity {
    /// Certificate for clients to trust.
    pub(crate) certificate_pem: String,
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Identity {
    /// Generates a certificate for `localhost`, `127.0.0.1`, `::1` and the vendors' public hosts.
    pub(crate) fn generate() -> io::Result<Self> {
        let names: BTreeSet<&str> = ["localhost", "127.0.0.1", "::1"].into_iter().chain(hosts::names()).collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let mut parameters = rcgen::CertificateParams::new(names).map_err(io::Error::other)?;
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "Keyfob simulator");
        let key = rcgen::KeyPair::generate().map_err(io::Error::other)?;
        let certificate = parameters.self_signed(&key).map_err(io::Error::other)?;
        Ok(Self {
            certificate_pem: certificate.pem(),
            certificate: certificate.der().clone(),
            key: key.serialize_der(),
        })
    }

    /// Returns an acceptor for TLS 1.2 and 1.3 that offers both HTTP versions.
    pub(crate) fn acceptor(&self) -> io::Result<TlsAcceptor> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.clone()));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![self.certificate.clone()], key))
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
