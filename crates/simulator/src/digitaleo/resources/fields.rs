//! Properties of contacts, with the column titles under which imports find them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::listing::Table;
use crate::digitaleo::request::call::Call;
use crate::digitaleo::request::params::Params;
use crate::digitaleo::resources::contacts::ATTRIBUTES;

const DEFAULT_PROPERTIES: [&str; 4] = ["name", "max", "count", "alias"];

/// Returns the titles of the simulated account, which has changed one of the default titles.
pub(in crate::digitaleo) fn default_aliases() -> BTreeMap<String, String> {
    let documented = [
        ("civility", "Civility"),
        ("firstName", "First name"),
        ("lastName", "Last name"),
        ("email", "Email"),
        ("phone", "Fixed Telephone"),
        ("mobile", "Mobile"),
        ("fax", "Fax"),
        ("address1", "Address 1"),
        ("address2", "Address 2"),
        ("zipcode", "Postal code"),
        ("city", "City"),
        ("state", "State"),
        ("country", "Country"),
        ("birthDate", "Date of birth"),
        ("reference", "Reference"),
        ("company", "Company"),
        ("field01", "numéro de plaque"),
    ];
    let known = documented.map(|(name, alias)| (name.to_owned(), alias.to_owned()));
    let others = ATTRIBUTES.map(|name| (name.to_owned(), name.to_owned()));
    others.into_iter().chain(known).collect()
}

pub(in crate::digitaleo) fn read(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let world = &*call.world;
    let lengths = |name: &str| {
        let values: Vec<usize> =
            world.contacts.iter().filter_map(|(_, row)| Some(row.get(name)?.as_str()?.chars().count())).collect();
        values
    };
    let get = |id: u64, property: &str| {
        let name = ATTRIBUTES[usize::try_from(id).expect("an index")];
        match property {
            "name" => Some(json!(name)),
            "max" => Some(json!(lengths(name).into_iter().max().unwrap_or_default().to_string())),
            "count" => Some(json!(lengths(name).len().to_string())),
            "alias" => Some(json!(world.aliases.get(name))),
            _ => None,
        }
    };
    let table = Table { ids: (0..ATTRIBUTES.len() as u64).collect(), default: &DEFAULT_PROPERTIES, get: &get };
    table.read(call.host, &call.params)
}

/// Changes the title of a property.
pub(in crate::digitaleo) fn update(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let name = call.params.required("name")?;
    let alias = Params::new(call.params.meta_data()?).required("alias")?;
    if !ATTRIBUTES.contains(&name.as_str()) {
        return Err(ApiError::invalid("name", &name));
    }
    call.world.aliases.insert(name, alias);
    Ok(json!({ "count": 1 }))
}
