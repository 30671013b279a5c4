//! TLS of a connection: rustls with ring.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, ErrorKind};

/// Creates the connector. With `verify`, the server's certificate must be trusted: by the certificates of the file
/// `roots`, or by the platform.
pub(super) fn connector(verify: bool, roots: Option<&str>) -> Result<MakeRustlsConnect, Error> {
    let provider = Arc::new(ring::default_provider());
    let (mut pinned, mut verifier) = (Vec::new(), None);
    if verify {
        let built: Result<Arc<dyn ServerCertVerifier>, Error> = match roots {
            Some(path) => {
                pinned = certificates(path)?;
                webpki(path, &pinned, &provider)
            }
            None => Verifier::new(Arc::clone(&provider))
                .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>)
                .map_err(|error| {
                    let message = "this system has no root certificates; pass the certificate of the server's \
                                   authority with the option sslrootcert=FILE of the URL";
                    Error::new(ErrorKind::Settings, message).with_source(error)
                }),
        };
        verifier = Some(built?);
    }
    let verifier = CertificateVerifier { verifier, pinned, provider: Arc::clone(&provider) };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Settings, "TLS cannot be configured with ring").with_source(error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let invalid = |problem: String| {
        let message = format!("the certificates of sslrootcert cannot be read from {path}: {problem}; pass a PEM file");
        Error::new(ErrorKind::Settings, message)
    };
    let pem = std::fs::read(path).map_err(|error| invalid(error.to_string()))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let certificates = certificates.map_err(|error| invalid(error.to_string()))?;
    if certificates.is_empty() { Err(invalid("it has no certificate".to_owned())) } else { Ok(certificates) }
}

fn webpki(
    path: &str,
    certificates: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    let verifier: Arc<dyn ServerCertVerifier> = verifier.map_err(|error| {
        Error::new(ErrorKind::Settings, format!("the certificates in {path} are invalid; pass a PEM file"))
            .with_source(error)
    })?;
    Ok(verifier)
}

/// Verifier of the server's certificate.
///
/// Without a verifier, the connection is encrypted, and any certificate is accepted. A server that presents a pinned
/// certificate is trusted: `openssl req -x509`, which PostgreSQL's manual describes, marks its certificates as
/// authorities, which other verifiers reject as server certificates.
#[derive(Debug)]
struct CertificateVerifier {
    verifier: Option<Arc<dyn ServerCertVerifier>>,
    pinned: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for CertificateVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(verifier) = &self.verifier else { return Ok(ServerCertVerified::assertion()) };
        if self.pinned.contains(end_entity) {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
