//! Which operation a request means: host, resource and action, the action from the verb unless it is said.

use axum::extract::Request;
use axum::http::Method;
use serde_json::Value;

use super::body::{self, File};
use super::failure::Failure;
use super::params::Params;
use super::world::World;
use super::{Digitaleo, campaigns, contacts, fields, guard, lists, messages, optouts, time, traffic};
use crate::state::SharedState;

/// The hosts with resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Contacts,
    Api,
    Sms,
}

/// What an operation works on.
pub(super) struct Call<'a> {
    pub(super) host: Host,
    pub(super) shared: &'a SharedState,
    pub(super) world: &'a mut World,
    pub(super) params: Params,
    pub(super) files: Vec<File>,
}

impl Call<'_> {
    /// The time of a write.
    pub(super) fn next_timestamp(&self) -> String {
        time::text(self.shared.clock.next_timestamp())
    }
}

type Operation = fn(&mut Call<'_>) -> Result<Value, Failure>;

/// Every operation: host, resource, action.
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
    (Host::Api, "mailings", "read", messages::mailings),
    (Host::Api, "mailings", "create", messages::send_mailing),
    (Host::Api, "statistics", "read", traffic::read),
    (Host::Sms, "sms", "read", messages::sms),
    (Host::Sms, "sms", "create", messages::send_sms),
];

/// Answers one call.
pub(super) async fn call(host: Host, digitaleo: &Digitaleo, path: &str, request: Request) -> Result<Value, Failure> {
    // The old style names the format too.
    let resource = path.strip_suffix(".json").unwrap_or(path);
    let refused = if OPERATIONS.iter().any(|known| (known.0, known.1) == (host, resource)) {
        guard::check(&digitaleo.shared, request.headers()).err()
    } else {
        Some(Failure::not_found())
    };
    if let Some(refused) = refused {
        let (_, body) = request.into_parts();
        crate::web::drain(body).await;
        return Err(refused);
    }
    let method = request.method().clone();
    let (params, files) = body::read(request).await?;
    let operation = find(host, resource, &method, params.text("action"))?;
    let mut world = digitaleo.world();
    operation(&mut Call { host, shared: &digitaleo.shared, world: &mut world, params, files })
}

fn find(host: Host, resource: &str, method: &Method, said: Option<String>) -> Result<Operation, Failure> {
    let by_verb = match *method {
        Method::GET => "read",
        Method::POST => "create",
        Method::PUT => "update",
        Method::DELETE => "delete",
        _ => return Err(Failure::not_allowed()),
    };
    let action = said.as_deref().unwrap_or(by_verb);
    // Only POST may say what the verb does not.
    if *method != Method::POST && action != by_verb {
        return Err(Failure::not_allowed());
    }
    let known = OPERATIONS.iter().find(|known| (known.0, known.1, known.2) == (host, resource, action));
    known.map(|known| known.3).ok_or_else(|| match said {
        Some(action) => Failure::bad_request(format!("Unknown action {action}")),
        None => Failure::not_allowed(),
    })
}
