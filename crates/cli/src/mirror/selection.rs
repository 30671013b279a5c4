//! The tables to copy: APIs and tables named on the command line.

use keyfob::client::table::Table;

use crate::registry::{self, APIS, Api};
use crate::usage_error::UsageError;

/// A table to copy.
#[derive(Clone, Copy)]
pub(crate) struct Selected {
    pub(crate) api: &'static Api,
    pub(crate) table: &'static Table,
    /// The table was named. Otherwise it is one of all tables of its API.
    pub(crate) named: bool,
}

impl Selected {
    /// Selects a table by name.
    ///
    /// # Errors
    ///
    /// If the API has no such table, or none at all.
    pub(crate) fn named(api: &'static Api, table: &str) -> Result<Self, UsageError> {
        tables(api)?;
        Ok(Self { api, table: api.table(table)?, named: true })
    }
}

/// Returns the tables, each once, in the order of the arguments.
///
/// # Errors
///
/// If an API or a table does not exist.
pub(super) fn select(arguments: &[String]) -> Result<Vec<Selected>, UsageError> {
    let mut selection: Vec<Selected> = Vec::new();
    let mut add =
        |selected: Selected| match selection.iter_mut().find(|known| std::ptr::eq(known.table, selected.table)) {
            Some(known) => known.named |= selected.named,
            None => selection.push(selected),
        };
    for argument in arguments {
        let (name, names) =
            argument.split_once('/').map_or((argument.as_str(), None), |(api, names)| (api, Some(names)));
        let api = registry::api(name)?;
        match names {
            Some(names) => {
                for name in names.split(',') {
                    add(Selected::named(api, name.trim())?);
                }
            }
            None => tables(api)?.iter().for_each(|table| add(Selected { api, table, named: false })),
        }
    }
    Ok(selection)
}

/// Returns the tables of an API; an error if it has none.
fn tables(api: &Api) -> Result<&'static [&'static Table], UsageError> {
    if !api.tables.is_empty() {
        return Ok(api.tables);
    }
    let others = APIS.iter().filter(|api| !api.tables.is_empty()).map(|api| api.name).collect::<Vec<_>>().join(", ");
    Err(UsageError::new(format!("{} has no tables to copy; the APIs with tables are {others}", api.title)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn names(arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let selected = select(&arguments).unwrap();
        selected.iter().map(|selected| format!("{}/{}", selected.api.name, selected.table.name)).collect()
    }

    #[test]
    #[cfg(all(feature = "ditio-reporting", feature = "digitaleo"))]
    fn tables_of_several_apis_are_selected_once_each() {
        let arguments = ["digitaleo/lists,contacts", "ditio-reporting/time-registrations", "Digitaleo/contacts"];
        let expected = ["digitaleo/lists", "digitaleo/contacts", "ditio-reporting/time_registrations"];
        assert_eq!(names(&arguments), expected);
        assert_eq!(names(&["digitaleo", "digitaleo/lists"]).len(), keyfob::digitaleo::TABLES.len());
        let selected = select(&["digitaleo".to_owned(), "digitaleo/lists".to_owned()]).unwrap();
        assert!(selected.iter().all(|selected| selected.named == (selected.table.name == "lists")));
    }
}
