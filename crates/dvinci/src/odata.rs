//! The OData reporting service.

use keyfob_client::{Error, odata::Service};

use crate::generated::Client;

/// Name of the host whose credentials requests to the service carry.
pub(crate) const HOST: &str = "odata";

impl Client {
    /// Opens the OData 4.0 reporting service at this URL, which d.vinci shows under Reports > Use Reporting API.
    ///
    /// Requests carry the token of the client; with [`Credentials::headers`](crate::Credentials::headers), name and API
    /// token by HTTP Basic; with a shared authenticator, its header. They are sent to the origin of `service_url` only. The
    /// API user needs the permission "OData Reporting Data | fetch".
    ///
    /// Names of entity sets are `OrgUnits`, `DvinciUsers` and `JobOpenings`. The names of their properties are not
    /// published; the service's [`metadata`](Service::metadata) lists them.
    ///
    /// # Errors
    ///
    /// If the URL is invalid or plain http, or the client is one of a portal, which has no API user.
    pub fn odata(&self, service_url: &str) -> Result<Service, Error> {
        Service::new(self.session(), HOST, service_url)
    }
}
