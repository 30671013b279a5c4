//! TLS configuration: rustls with ring and the platform's root certificates.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::error::Error;

/// Installs ring as the process-wide crypto provider of rustls, unless a provider is installed.
///
/// Connections of this crate do not depend on it: [`config`] names its provider. Other code that builds a
/// `reqwest::Client` without a preconfigured TLS backend depends on it and panics without one.
pub(crate) fn install_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        // Fails only if another thread installs a provider at the same time, which serves the purpose too.
        let _ = ring::default_provider().install_default();
    }
}

/// Parses every certificate of a PEM text.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let advice = "pass it as PEM text, with its BEGIN CERTIFICATE line";
    let invalid = || Error::configuration(format!("a root certificate is invalid; {advice}"));
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| invalid().with_source(error))?;
        ParsedCertificate::try_from(&certificate).map_err(|error| invalid().with_source(error))?;
        certificates.push(certificate);
    }
    if certificates.is_empty() {
        return Err(Error::configuration(format!("the PEM text contains no certificate; {advice}")));
    }
    Ok(certificates)
}

/// Returns the TLS configuration; `extra` certificates are trusted in addition to the platform's.
pub(crate) fn config(extra: &[CertificateDer<'static>]) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let platform = Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider));
    let verifier = CertificateVerifier { platform, pinned: extra.to_vec(), provider: Arc::clone(&provider) };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::configuration("TLS cannot be configured with ring").with_source(error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's verifier with two additions.
///
/// If the platform has no root certificates, as in a minimal container, only connections that depend on them fail, not
/// the construction of the configuration. A server that presents a pinned certificate is trusted: `openssl req -x509`
/// marks its certificates as authorities, which the platform's verifier rejects as server certificates.
struct CertificateVerifier {
    platform: Result<Verifier, rustls::Error>,
    pinned: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for CertificateVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateVerifier").field("pinned", &self.pinned.len()).finish_non_exhaustive()
    }
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
        if self.pinned.contains(end_entity) {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        match &self.platform {
            Ok(platform) => platform.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now),
            Err(error) => Err(error.clone()),
        }
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
