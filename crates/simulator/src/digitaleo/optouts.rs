//! Optouts: why a contact gets no messages over a medium. Only the name of the resource is documented.

use serde_json::{Value, json};

use super::dispatch::Call;
use super::failure::Failure;
use super::read::Table;
use super::validate::MEDIA;

const DEFAULT: [&str; 4] = ["id", "contactId", "media", "cause"];

pub(super) fn read(call: &mut Call<'_>) -> Result<Value, Failure> {
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
    let table = Table { ids: (1..=rows.len() as u64).collect(), default: &DEFAULT, get: &get };
    table.read(call.host, &call.params)
}
