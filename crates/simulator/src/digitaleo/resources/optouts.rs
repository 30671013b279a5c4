//! Opt-outs: reasons to send a contact no messages over a medium. The vendor documents only the resource's name.

use serde_json::{Value, json};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::listing::Table;
use crate::digitaleo::request::call::Call;
use crate::digitaleo::validate::MEDIA;

const DEFAULT_PROPERTIES: [&str; 4] = ["id", "contactId", "media", "cause"];

pub(in crate::digitaleo) fn read(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let mut rows = Vec::new();
    for (contact, row) in call.world.contacts.iter() {
        for medium in MEDIA {
            let cause = row.get(&format!("{}Optout", medium.to_lowercase()));
            if let Some(cause) = cause.filter(|cause| !cause.is_null()) {
                rows.push((contact, medium, cause.clone()));
            }
        }
    }
    let get = |id: u64, name: &str| {
        let (contact, medium, cause) = &rows[usize::try_from(id - 1).expect("an index")];
        match name {
            "id" => Some(json!(id.to_string())),
            "contactId" => Some(json!(contact.to_string())),
            "media" => Some(json!(medium)),
            "cause" => Some(cause.clone()),
            _ => None,
        }
    };
    let table = Table { ids: (1..=rows.len() as u64).collect(), default: &DEFAULT_PROPERTIES, get: &get };
    table.read(call.host, &call.params)
}
