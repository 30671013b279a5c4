//! The properties of contacts, with the titles that imports know them by.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::contacts::ATTRIBUTES;
use super::dispatch::Call;
use super::failure::Failure;
use super::params::Params;
use super::read::Table;

const DEFAULT: [&str; 4] = ["name", "max", "count", "alias"];

/// The titles of an account that changed none but one.
pub(super) fn default_aliases() -> BTreeMap<String, String> {
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

pub(super) fn read(call: &mut Call<'_>) -> Result<Value, Failure> {
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
    let table = Table { ids: (0..ATTRIBUTES.len() as u64).collect(), default: &DEFAULT, get: &get };
    table.read(call.host, &call.params)
}

/// Gives a property another title.
pub(super) fn update(call: &mut Call<'_>) -> Result<Value, Failure> {
    let name = call.params.required("name")?;
    let alias = Params::of(call.params.meta_data()?).required("alias")?;
    if !ATTRIBUTES.contains(&name.as_str()) {
        return Err(Failure::invalid("name", &name));
    }
    call.world.aliases.insert(name, alias);
    Ok(json!({ "count": 1 }))
}
