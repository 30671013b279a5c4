//! Imports of contacts from CSV files. Columns are named by property or alias; rejected lines are listed with a reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::request::params::Row;
use crate::digitaleo::resources::contacts::{self, ATTRIBUTES};

/// Contacts and rejected lines of a file.
#[derive(Debug)]
pub(in crate::digitaleo) struct ParsedFile {
    pub(in crate::digitaleo) contacts: Vec<Row>,
    /// Number of lines, without the header line.
    pub(in crate::digitaleo) lines: usize,
    pub(in crate::digitaleo) rejected: usize,
    /// Rejected lines as CSV.
    pub(in crate::digitaleo) errors: String,
}

/// Parses a file. Invalid lines are collected; a file without any known column is an error.
pub(in crate::digitaleo) fn parse(bytes: &[u8], aliases: &BTreeMap<String, String>) -> Result<ParsedFile, ApiError> {
    let text = decode(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let separator = [';', '\t'].into_iter().find(|separator| header.contains(*separator));
    let mut records = records(text, separator.unwrap_or(',')).into_iter();
    let columns: Vec<Option<&str>> =
        records.next().unwrap_or_default().iter().map(|title| column(title.trim(), aliases)).collect();
    if columns.iter().all(Option::is_none) {
        return Err(ApiError::rule_violated("contactFile", "The file has no column of contacts"));
    }
    let mut parsed = ParsedFile { contacts: Vec::new(), lines: 0, rejected: 0, errors: "line;reason\n".to_owned() };
    for record in records {
        parsed.lines += 1;
        let cells = columns.iter().zip(&record);
        let input: Row = cells.filter_map(|(column, cell)| Some(((*column)?.to_owned(), json!(cell.trim())))).collect();
        match contacts::validate_new(&input) {
            Ok(row) => parsed.contacts.push(row),
            Err(error) => {
                parsed.rejected += 1;
                let reason = error.message().replace('"', "\"\"");
                let _ = writeln!(parsed.errors, "{};\"{reason}\"", parsed.lines + 1);
            }
        }
    }
    Ok(parsed)
}

fn column(title: &str, aliases: &BTreeMap<String, String>) -> Option<&'static str> {
    let alias_of = |name: &&str| aliases.get(*name).is_some_and(|alias| alias.eq_ignore_ascii_case(title));
    let by_name = ATTRIBUTES.into_iter().find(|name| *name == title);
    by_name.or_else(|| ATTRIBUTES.into_iter().find(alias_of))
}

/// Decodes UTF-8, or else Latin-1, the other encoding that spreadsheets write.
fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Splits a CSV text into records. Cells may be quoted; blank lines are skipped.
fn records(text: &str, separator: char) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            _ if c == separator && !quoted => record.push(std::mem::take(&mut cell)),
            _ => cell.push(c),
        }
    }
    record.push(cell);
    records.push(record);
    records.retain(|record| record.iter().any(|cell| !cell.trim().is_empty()));
    records
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digitaleo::resources::fields::default_aliases;

    #[test]
    fn columns_are_found_by_property_and_by_alias() {
        let file = "email;Last name;Plaque\r\nzoe@exemple.fr;\"Lefèvre; \"\"dite Zaza\"\"\";AB\r\n";
        let parsed = parse(file.as_bytes(), &default_aliases()).unwrap();
        assert_eq!(parsed.contacts.len(), 1);
        assert_eq!(parsed.contacts[0]["lastName"], "Lefèvre; \"dite Zaza\"");
    }

    #[test]
    fn an_invalid_line_is_rejected_with_its_number() {
        let file = "email,city\nzoe@exemple.fr,Évry\nzoe@,Sète\n\n,Nîmes\n";
        let parsed = parse(file.as_bytes(), &default_aliases()).unwrap();
        assert_eq!((parsed.contacts.len(), parsed.lines, parsed.rejected), (1, 3, 2));
        assert!(parsed.errors.contains("3;\"The value \"\"zoe@\"\""), "{}", parsed.errors);
    }

    #[test]
    fn files_that_are_not_utf_8_are_decoded_as_latin_1() {
        let parsed = parse(b"email;city\na@exemple.fr;S\xe8te\n", &default_aliases()).unwrap();
        assert_eq!(parsed.contacts[0]["city"], "Sète");
    }

    #[test]
    fn a_file_without_a_known_column_is_rejected() {
        assert!(parse(b"a;b\n1;2\n", &default_aliases()).is_err());
    }
}
