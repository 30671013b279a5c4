//! Checks of the lists of a loaded world, by the rules of the API's create requests.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;

use crate::control::{known_members, not_empty};
use crate::ditio::core::record::{Field, bind};
use crate::ditio::core::resources::employees::{self, employment};
use crate::ditio::core::resources::{machines, projects};
use crate::ditio::world::COMPANIES;
use crate::ditio::world::loaded::{Entry, Loaded};

/// A list of entries and the rules for them.
struct List<'a> {
    name: &'static str,
    entries: &'a [Entry],
    fields: &'a [Field],
    /// Members besides the fields.
    other: &'a [&'static str],
    required: &'a [&'static str],
    /// Member whose values are unique within a company.
    number: &'static str,
}

/// Checks a section. The error names the entry, and the known members if one is unknown.
pub(crate) fn check(loaded: &Loaded) -> Result<(), String> {
    let employee_fields = employees::fields();
    let lists = [
        loaded.projects.as_ref().map(|entries| List {
            name: "projects",
            entries,
            fields: &projects::FIELDS,
            other: &[],
            required: &["projectNumber"],
            number: "projectNumber",
        }),
        loaded.machines.as_ref().map(|entries| List {
            name: "machines",
            entries,
            fields: &machines::FIELDS,
            other: &[],
            required: &["machineNumber"],
            number: "machineNumber",
        }),
        loaded.employees.as_ref().map(|entries| List {
            name: "employees",
            entries,
            fields: &employee_fields,
            other: &["companyId", "identityId", "companyProfileId", "employment"],
            required: &["employeeNumber", "firstName", "lastName", "phone", "birthDate", "employment"],
            number: "employeeNumber",
        }),
    ];
    lists.into_iter().flatten().try_for_each(|list| list.check())
}

impl List<'_> {
    fn check(&self) -> Result<(), String> {
        not_empty(&format!("ditio.{}", self.name), self.entries)?;
        let mut numbers = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let at = format!("ditio.{}[{index}]", self.name);
            self.check_entry(&at, entry)?;
            let company = entry.get("companyId").and_then(Value::as_str).unwrap_or(COMPANIES[0].id);
            if !numbers.insert((company.to_owned(), entry[self.number].to_string())) {
                return Err(format!("`{at}.{}` is the number of another entry", self.number));
            }
            let id = ["id", "companyProfileId"].iter().find_map(|name| entry.get(*name));
            if id.is_some_and(|id| !ids.insert(id.to_string())) {
                return Err(format!("`{at}` has the id of another entry"));
            }
        }
        Ok(())
    }

    fn check_entry(&self, at: &str, entry: &Entry) -> Result<(), String> {
        let known: Vec<&str> = self.fields.iter().map(|field| field.name).chain(self.other.iter().copied()).collect();
        known_members(entry, &known, &format!("`{at}`"))?;
        let is_missing = |name: &&&str| entry.get(**name).is_none_or(|value| value.is_null() || value == "");
        if let Some(missing) = self.required.iter().find(is_missing) {
            return Err(format!("`{at}` has no `{missing}`: it is required"));
        }
        if let Some(Value::Object(employment)) = entry.get("employment") {
            known_members(employment, &employment::FIELDS.map(|field| field.name), &format!("`{at}.employment`"))?;
        }
        for (name, value) in entry {
            let member = Value::Object(Entry::from_iter([(name.clone(), value.clone())]));
            let is_valid = match name.as_str() {
                "employment" => employment::from_body(&member).is_ok(),
                "companyId" => COMPANIES.iter().any(|company| value == company.id),
                "birthDate" => value.as_str().is_some_and(|day| day.parse::<NaiveDate>().is_ok()),
                "identityId" | "companyProfileId" => value.is_string(),
                _ => bind(self.fields, &member).is_ok(),
            };
            if !is_valid {
                return Err(format!("the value of `{at}.{name}` is not valid"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check_error(section: Value, expected: &str) {
        let loaded: Loaded = serde_json::from_value(section).unwrap();
        let error = check(&loaded).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn an_invalid_entry_is_refused_by_its_position() {
        check_error(json!({ "projects": [] }), "`ditio.projects` must not be empty");
        check_error(json!({ "projects": [{ "name": "Bru" }] }), "`ditio.projects[0]` has no `projectNumber`");
        check_error(
            json!({ "machines": [{ "number": "M-001" }] }),
            "unknown member `number`: the members of `ditio.machines[0]` are",
        );
        check_error(
            json!({ "machines": [{ "machineNumber": "1", "buildYear": "old" }] }),
            "`ditio.machines[0].buildYear`",
        );
        check_error(
            json!({ "projects": [{ "projectNumber": "1", "companyId": "1" }] }),
            "`ditio.projects[0].companyId`",
        );
        let twice = json!({ "machines": [{ "machineNumber": "1" }, { "machineNumber": "1" }] });
        check_error(twice, "`ditio.machines[1].machineNumber` is the number of another entry");
        let employee = json!({
            "employeeNumber": "1042", "firstName": "Åse", "lastName": "Moen", "phone": "+4791000000",
            "birthDate": "1990-05-17", "employment": { "startDate": "soon" },
        });
        check_error(json!({ "employees": [employee] }), "`ditio.employees[0].employment`");
    }
}
