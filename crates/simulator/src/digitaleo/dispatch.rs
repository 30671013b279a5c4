//! Dispatch of requests to operations by host, resource and action; the method implies the action unless it is given.

use axum::extract::Request;
use axum::http::Method;
use serde_json::Value;

use crate::digitaleo::Digitaleo;
use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::auth::guard;
use crate::digitaleo::request::body;
use crate::digitaleo::request::call::{Call, Host};
use crate::digitaleo::resources::{campaigns, contacts, fields, lists, messages, optouts, statistics};

type Operation = fn(&mut Call<'_>) -> Result<Value, ApiError>;

/// Operations by host, resource and action.
const OPERATIONS: [(Host, &str, &str, Operation); 28] = [
    (Host::Contacts, "contacts", "read", contacts::read),
    (Host::Contacts, "contacts", "create", contacts::create),
    (Host::Contacts, "contacts", "update", contacts::update),
    (Host::Contacts, "contacts", "delete", contacts::delete),
    (Host::Contacts, "contacts", "import", lists::import),
    (Host::Contacts, "lists", "read", lists::read),
    (Host::Contacts, "lists", "create", lists::create),
    (Host::Contacts, "lists", "update", lists::update),
    (Host::Contacts, "lists", "delete", lists::delete),
    (Host::Contacts, "lists", "merge", lists::merge),
    (Host::Contacts, "lists", "import", lists::import),
    (Host::Contacts, "lists", "contactadd", lists::add_contacts),
    (Host::Contacts, "lists", "contactremove", lists::remove_contacts),
    (Host::Contacts, "statistics", "read", lists::statistics),
    (Host::Contacts, "fields", "read", fields::read),
    (Host::Contacts, "fields", "update", fields::update),
    (Host::Contacts, "optouts", "read", optouts::read),
    (Host::Api, "campaigns", "read", campaigns::read),
    (Host::Api, "campaigns", "create", campaigns::create),
    (Host::Api, "campaigns", "cancel", campaigns::cancel),
    (Host::Api, "campaigncontacts", "read", campaigns::contacts),
    (Host::Api, "campaigncontacts", "create", campaigns::add_contacts),
    (Host::Api, "campaigncosts", "create", campaigns::costs),
    (Host::Api, "mailings", "read", messages::list_mailings),
    (Host::Api, "mailings", "create", messages::send_mailing),
    (Host::Api, "statistics", "read", statistics::read),
    (Host::Sms, "sms", "read", messages::list_sms),
    (Host::Sms, "sms", "create", messages::send_sms),
];

/// Authenticates a request, decodes its parameters and runs its operation.
pub(super) async fn dispatch(
    host: Host,
    digitaleo: &Digitaleo,
    path: &str,
    request: Request,
) -> Result<Value, ApiError> {
    // The legacy URL style appends the format.
    let resource = path.strip_suffix(".json").unwrap_or(path);
    let error = if OPERATIONS.iter().any(|known| (known.0, known.1) == (host, resource)) {
        guard::check(&digitaleo.shared, &request).err()
    } else {
        Some(ApiError::not_found())
    };
    if let Some(error) = error {
        let (_, body) = request.into_parts();
        crate::web::drain(body).await;
        return Err(error);
    }
    let method = request.method().clone();
    let (params, files) = body::read(request).await?;
    let operation = find_operation(host, resource, &method, params.text("action"))?;
    let mut world = digitaleo.world();
    operation(&mut Call { host, shared: &digitaleo.shared, world: &mut world, params, files })
}

fn find_operation(
    host: Host,
    resource: &str,
    method: &Method,
    explicit: Option<String>,
) -> Result<Operation, ApiError> {
    let implied = match *method {
        Method::GET => "read",
        Method::POST => "create",
        Method::PUT => "update",
        Method::DELETE => "delete",
        _ => return Err(ApiError::not_allowed()),
    };
    let action = explicit.as_deref().unwrap_or(implied);
    // Only POST accepts an action other than the implied one.
    if *method != Method::POST && action != implied {
        return Err(ApiError::not_allowed());
    }
    let known = OPERATIONS.iter().find(|known| (known.0, known.1, known.2) == (host, resource, action));
    known.map(|known| known.3).ok_or_else(|| match explicit {
        Some(action) => ApiError::bad_request(format!("Unknown action {action}")),
        None => ApiError::not_allowed(),
    })
}
