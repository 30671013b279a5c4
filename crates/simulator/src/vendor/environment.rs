//! Environment variables that configure clients for the simulator.

use crate::bits::loaded::workflow_id;
use crate::state::SharedState;
use crate::vendor::credentials as c;

/// Returns the variables of all vendors, in the order of the documentation. The names of a vendor's variables start with
/// the vendor's name.
pub(crate) fn variables(shared: &SharedState) -> Vec<(&'static str, String)> {
    let at = |path: &str| format!("{}{path}", shared.url);
    let fixed = str::to_owned;
    vec![
        ("DITIO_IDENTITY_BASE", at("/ditio/identity")),
        ("DITIO_API_BASE", at("/ditio/core")),
        ("DITIO_REPORTING_BASE", at("/ditio/reporting")),
        ("DITIO_MASSTRANSPORT_BASE", at("/ditio/mass-transport")),
        ("DITIO_CLIENT_ID", fixed(c::DITIO_CLIENT_ID)),
        ("DITIO_CLIENT_SECRET", fixed(c::DITIO_CLIENT_SECRET)),
        ("DITIO_COMPANY_ID", fixed(c::DITIO_COMPANY_ID)),
        ("DITIO_ACCESS_TOKEN", fixed(c::DITIO_ACCESS_TOKEN)),
        ("BITS_BASE", at("/bits")),
        ("BITS_CLIENT_ID", fixed(c::BITS_CLIENT_ID)),
        ("BITS_CLIENT_SECRET", fixed(c::BITS_CLIENT_SECRET)),
        ("BITS_WORKFLOW_ID", workflow_id(shared)),
        ("ITEMPATH_BASE", at("/itempath")),
        ("ITEMPATH_USERNAME", fixed(c::ITEMPATH_USERNAME)),
        ("ITEMPATH_PASSWORD", fixed(c::ITEMPATH_PASSWORD)),
        ("ITEMPATH_TOKEN", fixed(c::ITEMPATH_TOKEN)),
        ("DVINCI_BASE", at("/dvinci")),
        ("DVINCI_CLIENT_ID", fixed(c::DVINCI_CLIENT_ID)),
        ("DVINCI_CLIENT_SECRET", fixed(c::DVINCI_CLIENT_SECRET)),
        ("DVINCI_PORTAL_USER", fixed(c::DVINCI_PORTAL_USERNAME)),
        ("DVINCI_PORTAL_PASSWORD", fixed(c::DVINCI_PORTAL_PASSWORD)),
        ("DIGITALEO_OAUTH_BASE", at("/digitaleo/oauth")),
        ("DIGITALEO_CONTACTS_BASE", at("/digitaleo/contacts/rest")),
        ("DIGITALEO_API_BASE", at("/digitaleo/api/rest")),
        ("DIGITALEO_SMS_BASE", at("/digitaleo/sms/rest")),
        ("DIGITALEO_CLIENT_ID", fixed(c::DIGITALEO_CLIENT_ID)),
        ("DIGITALEO_CLIENT_SECRET", fixed(c::DIGITALEO_CLIENT_SECRET)),
    ]
}
