//! CSV files of contacts: columns by property or by alias, lines that are refused with the reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::contacts::{self, ATTRIBUTES};
use super::failure::Failure;
use super::params::Row;

/// What a file has.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) contacts: Vec<Row>,
    /// Lines without the titles.
    pub(super) lines: usize,
    pub(super) refused: usize,
    /// The refused lines as CSV.
    pub(super) errors: String,
}

/// Reads a file; no line of it is fatal, a file without a column that contacts have is.
pub(super) fn read(bytes: &[u8], aliases: &BTreeMap<String, String>) -> Result<Read, Failure> {
    let text = decode(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let titles = text.lines().next().unwrap_or_default();
    let separator = [';', '\t'].into_iter().find(|separator| titles.contains(*separator));
    let mut records = records(text, separator.unwrap_or(',')).into_iter();
    let columns: Vec<Option<&str>> =
        records.next().unwrap_or_default().iter().map(|title| column(title.trim(), aliases)).collect();
    if columns.iter().all(Option::is_none) {
        return Err(Failure::rule("contactFile", "The file has no column of contacts"));
    }
    let mut read = Read { contacts: Vec::new(), lines: 0, refused: 0, errors: "line;reason\n".to_owned() };
    for record in records {
        read.lines += 1;
        let cells = columns.iter().zip(&record);
        let given: Row = cells.filter_map(|(column, cell)| Some(((*column)?.to_owned(), json!(cell.trim())))).collect();
        match contacts::validated(&given) {
            Ok(row) => read.contacts.push(row),
            Err(failure) => {
                read.refused += 1;
                let reason = failure.message().replace('"', "\"\"");
                let _ = writeln!(read.errors, "{};\"{reason}\"", read.lines + 1);
            }
        }
    }
    Ok(read)
}

fn column(title: &str, aliases: &BTreeMap<String, String>) -> Option<&'static str> {
    let alias_of = |name: &&str| aliases.get(*name).is_some_and(|alias| alias.eq_ignore_ascii_case(title));
    let by_name = ATTRIBUTES.into_iter().find(|name| *name == title);
    by_name.or_else(|| ATTRIBUTES.into_iter().find(alias_of))
}

/// UTF-8, or what spreadsheets in France write otherwise.
fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The records of a CSV text, quoted cells included, blank lines not.
fn records(text: &str, separator: char) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            _ if letter == separator && !quoted => record.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
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
    use crate::digitaleo::fields::default_aliases;

    #[test]
    fn columns_are_found_by_property_and_by_alias() {
        let file = "email;Last name;Plaque\r\nzoe@exemple.fr;\"Lefèvre; \"\"dite Zaza\"\"\";AB\r\n";
        let read = read(file.as_bytes(), &default_aliases()).unwrap();
        assert_eq!(read.contacts.len(), 1);
        assert_eq!(read.contacts[0]["lastName"], "Lefèvre; \"dite Zaza\"");
    }

    #[test]
    fn a_bad_line_is_refused_with_its_number() {
        let file = "email,city\nzoe@exemple.fr,Évry\nzoe@,Sète\n\n,Nîmes\n";
        let read = read(file.as_bytes(), &default_aliases()).unwrap();
        assert_eq!((read.contacts.len(), read.lines, read.refused), (1, 3, 2));
        assert!(read.errors.contains("3;\"The value \"\"zoe@\"\""), "{}", read.errors);
    }

    #[test]
    fn files_that_are_not_utf_8_are_latin_1() {
        let read = read(b"email;city\na@exemple.fr;S\xe8te\n", &default_aliases()).unwrap();
        assert_eq!(read.contacts[0]["city"], "Sète");
    }

    #[test]
    fn a_file_without_a_known_column_is_refused() {
        assert!(read(b"a;b\n1;2\n", &default_aliases()).is_err());
    }
}
