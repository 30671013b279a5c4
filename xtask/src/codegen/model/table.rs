//! Tables: listings whose rows have a key, described by `x-keyfob-table`.

use crate::codegen::model::body::preferred;
use crate::codegen::model::column::{Column, ColumnKind, columns};
use crate::codegen::model::response;
use crate::codegen::model::schema::merged;
use crate::codegen::model::variants::{Expanded, scalar};
use crate::codegen::model::walk;
use crate::yaml::{Yaml, YamlExt};

/// Keys of the extension.
const KEYS: &[&str] =
    &["key", "rows", "changes", "parameters", "pageSize", "window", "columns", "sensitive", "extraIsSensitive"];

/// A table; names are those on the wire.
#[derive(Debug)]
pub(crate) struct Table {
    /// Field of the response with the rows; `None` if the response is the list of rows.
    pub(crate) rows: Option<String>,
    /// Query parameters of every request, with their values.
    pub(crate) parameters: Vec<(String, String)>,
    /// Query parameter for the number of rows in a page, and the number to request.
    pub(crate) page_size: Option<(String, u32)>,
    pub(crate) key: Vec<String>,
    pub(crate) changes: Changes,
    pub(crate) window: Option<Window>,
    pub(crate) columns: Vec<Column>,
    /// Fields that the schema does not have may contain personal data.
    pub(crate) extra_is_sensitive: bool,
}

/// Way to find the changes of a table.
#[derive(Debug)]
pub(crate) enum Changes {
    Snapshot,
    ModifiedSince { parameter: String, deleted: String, mode: Option<String>, overlap: u32 },
    Append { parameter: String, prefix: String, column: String, overlap: u32 },
}

/// Dates by which the listing can be limited.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) column: Option<String>,
    pub(crate) max_days: Option<u32>,
    pub(crate) from_required: bool,
    pub(crate) to_requires_from: bool,
}

/// Reads the table of an operation.
///
/// # Errors
///
/// If the extension contradicts the operation; the message continues the name of the extension.
pub(crate) fn read(document: &Yaml, expanded: &Expanded) -> Result<Option<Table>, String> {
    let operation = &expanded.operation;
    let Some(node) = operation.get("x-keyfob-table") else { return Ok(None) };
    known(node, KEYS)?;
    if expanded.method != "get" {
        return Err("is on an operation that is not a GET: remove it".into());
    }
    let parameters = operation.list("parameters");
    if let Some(parameter) = parameters.iter().find(|parameter| parameter.flag("required")) {
        let name = parameter.text("name").unwrap_or_default();
        return Err(format!("is on an operation that requires {name}, which a mirror cannot choose: remove it"));
    }
    let (rows, row) = rows(document, operation, node)?;
    let listing = Listing { document, operation, columns: typed(document, row, node)? };
    let key = key(node, &listing.columns)?;
    let changes = listing.changes(node)?;
    let fixed = node.pairs("parameters").into_iter().map(|(name, value)| {
        listing.parameter(name, "in parameters")?;
        Ok((name.to_owned(), scalar(value)))
    });
    let parameters = fixed.collect::<Result<_, String>>()?;
    let (page_size, window) = (listing.page_size(node)?, listing.window(node)?);
    Ok(Some(Table {
        rows,
        parameters,
        page_size,
        key,
        changes,
        window,
        columns: listing.columns,
        extra_is_sensitive: node.flag("extraIsSensitive"),
    }))
}

/// Returns the field with the rows, and the schema of a row.
fn rows<'t>(document: &'t Yaml, operation: &'t Yaml, node: &Yaml) -> Result<(Option<String>, &'t Yaml), String> {
    let responses = operation.pairs("responses");
    let contents = response::successes(&responses).into_iter().map(|response| response.pairs("content"));
    let content = contents.into_iter().find(|content| !content.is_empty()).unwrap_or_default();
    let Some((_, media)) = preferred(&content) else {
        return Err("is on an operation whose response has no schema: add the schema".into());
    };
    let response = walk::resolve(document, &media["schema"]);
    let is_list = |schema: &Yaml| walk::resolve(document, schema).text("type") == Some("array");
    let paged = operation.at(&["x-keyfob-paging", "items"]).and_then(Yaml::as_str);
    if operation.get("x-keyfob-paging").is_some() && node.get("rows").is_some() {
        return Err("has rows, which is the same as items of x-keyfob-paging: remove it".into());
    }
    let item = |list: &'t Yaml| &walk::resolve(document, list)["items"];
    if is_list(response) {
        return Ok((None, item(response)));
    }
    let (properties, _) = merged(document, response);
    let lists: Vec<_> = properties.into_iter().filter(|(_, property)| is_list(property)).collect();
    let found = match (paged.or(node.text("rows")), lists.as_slice()) {
        (Some(name), lists) => lists.iter().find(|(other, _)| *other == name),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let (name, list) = found.ok_or("has no rows: name the field of the response with the list of rows")?;
    Ok((Some((*name).to_owned()), item(list)))
}

/// Returns the columns with the types and marks that the extension states.
fn typed(document: &Yaml, row: &Yaml, node: &Yaml) -> Result<Vec<Column>, String> {
    let mut columns = columns(document, row);
    if columns.is_empty() {
        return Err("is on a listing whose rows have no fields: describe them".into());
    }
    let find = |name: &str, place: &str| {
        let unknown = || format!("names {name} in {place}, which the rows do not have: correct the name");
        columns.iter().position(|column| column.name == name).ok_or_else(unknown)
    };
    let types = node
        .pairs("columns")
        .into_iter()
        .map(|(name, word)| Ok((find(name, "columns")?, ColumnKind::from_word(word.as_str().unwrap_or_default())?)));
    let types = types.collect::<Result<Vec<_>, String>>()?;
    let sensitive = texts(node, "sensitive")?.into_iter().map(|name| find(name, "sensitive"));
    let sensitive = sensitive.collect::<Result<Vec<_>, String>>()?;
    for (index, kind) in types {
        columns[index].kind = kind;
    }
    for index in sensitive {
        columns[index].sensitive = true;
    }
    Ok(columns)
}

fn key(node: &Yaml, columns: &[Column]) -> Result<Vec<String>, String> {
    let key = texts(node, "key")?;
    if key.is_empty() {
        return Err("has no key: list the fields that identify a row".into());
    }
    for name in &key {
        let column = columns.iter().find(|column| column.name == *name);
        let column =
            column.ok_or_else(|| format!("names {name} in key, which the rows do not have: correct the name"))?;
        if column.sensitive {
            return Err(format!("names {name} in key and in sensitive: a copy must have the key"));
        }
        if matches!(column.kind, ColumnKind::Json | ColumnKind::Double | ColumnKind::Boolean) {
            let kind = column.kind;
            return Err(format!("names {name} in key, which is of type {kind:?}: a key is text, a number or a time"));
        }
    }
    Ok(key.into_iter().map(str::to_owned).collect())
}

/// A listing, to check the names of a table against.
struct Listing<'t> {
    document: &'t Yaml,
    operation: &'t Yaml,
    columns: Vec<Column>,
}

impl Listing<'_> {
    fn changes(&self, node: &Yaml) -> Result<Changes, String> {
        let Some(node) = node.get("changes") else { return Ok(Changes::Snapshot) };
        let overlap = number(node, "overlap")?.ok_or("has no overlap in changes: add the number of seconds")?;
        if let Some(parameter) = node.text("modifiedSince") {
            known(node, &["modifiedSince", "deleted", "mode", "overlap"])?;
            return Ok(Changes::ModifiedSince {
                parameter: self.parameter(parameter, "as modifiedSince")?,
                deleted: self.column(node, "deleted", &[ColumnKind::Boolean])?.ok_or("has no deleted in changes")?,
                mode: node.text("mode").map(|mode| self.field(mode)).transpose()?,
                overlap,
            });
        }
        known(node, &["append", "parameter", "prefix", "overlap"])?;
        let kinds = [ColumnKind::Timestamp, ColumnKind::TimestampTz, ColumnKind::Integer];
        let column = self.column(node, "append", &kinds)?;
        Ok(Changes::Append {
            column: column.ok_or("has changes with neither modifiedSince nor append: add one of them")?,
            parameter: self.parameter(node.text("parameter").unwrap_or_default(), "as parameter of changes")?,
            prefix: node.text("prefix").unwrap_or_default().to_owned(),
            overlap,
        })
    }

    fn page_size(&self, node: &Yaml) -> Result<Option<(String, u32)>, String> {
        let Some(size) = node.get("pageSize") else { return Ok(None) };
        known(size, &["parameter", "default"])?;
        let paging = self.operation.at(&["x-keyfob-paging", "size"]).and_then(Yaml::as_str);
        let parameter = size.text("parameter").or(paging).ok_or("has a pageSize without a parameter: add it")?;
        let default = if size.is_mapping() { number(size, "default")? } else { number(node, "pageSize")? };
        let default =
            default.filter(|default| *default > 0).ok_or("has a pageSize without a default above 0: add it")?;
        Ok(Some((self.parameter(parameter, "in pageSize")?, default)))
    }

    fn window(&self, node: &Yaml) -> Result<Option<Window>, String> {
        let Some(node) = node.get("window") else { return Ok(None) };
        known(node, &["from", "to", "column", "maxDays", "fromRequired", "toRequiresFrom"])?;
        let parameter = |key: &str| self.parameter(node.text(key).unwrap_or_default(), &format!("as {key} of window"));
        let kinds = [ColumnKind::Date, ColumnKind::Timestamp, ColumnKind::TimestampTz];
        Ok(Some(Window {
            from: parameter("from")?,
            to: parameter("to")?,
            column: self.column(node, "column", &kinds)?,
            max_days: number(node, "maxDays")?,
            from_required: node.flag("fromRequired"),
            to_requires_from: node.flag("toRequiresFrom"),
        }))
    }

    /// Returns the name of a query parameter that the operation has.
    fn parameter(&self, name: &str, place: &str) -> Result<String, String> {
        let is_named =
            |parameter: &&Yaml| parameter.text("in") == Some("query") && parameter.text("name") == Some(name);
        let found = self.operation.list("parameters").iter().find(is_named);
        found.map(|_| name.to_owned()).ok_or_else(|| {
            format!("names {name:?} {place}, which is not a query parameter of the operation: correct the name")
        })
    }

    /// Returns the column that `node` names under `key`.
    fn column(&self, node: &Yaml, key: &str, kinds: &[ColumnKind]) -> Result<Option<String>, String> {
        let Some(name) = node.text(key) else { return Ok(None) };
        let column = self.columns.iter().find(|column| column.name == name);
        let column =
            column.ok_or_else(|| format!("names {name} as {key}, which the rows do not have: correct the name"))?;
        if !kinds.contains(&column.kind) {
            let kind = column.kind;
            return Err(format!("names {name} as {key}, which is of type {kind:?}: the type must be one of {kinds:?}"));
        }
        Ok(Some(name.to_owned()))
    }

    /// Returns the name of a field that the response has beside the rows.
    fn field(&self, name: &str) -> Result<String, String> {
        let responses = self.operation.pairs("responses");
        let contents = response::successes(&responses).into_iter().flat_map(|response| response.pairs("content"));
        let mut schemas = contents.map(|(_, media)| &media["schema"]);
        let found = schemas.any(|schema| walk::property(self.document, schema, name).is_some());
        let unknown = || format!("names {name} as mode, which the response does not have: correct the name");
        found.then(|| name.to_owned()).ok_or_else(unknown)
    }
}

/// Returns the texts of a list.
fn texts<'t>(node: &'t Yaml, key: &str) -> Result<Vec<&'t str>, String> {
    let Some(list) = node.get(key) else { return Ok(Vec::new()) };
    let texts: Option<Vec<&str>> = list.as_sequence().and_then(|list| list.iter().map(Yaml::as_str).collect());
    texts.ok_or_else(|| format!("has a value of {key} that is not a list of names: write [a, b]"))
}

/// Returns a number that is not negative.
fn number(node: &Yaml, key: &str) -> Result<Option<u32>, String> {
    let Some(value) = node.get(key) else { return Ok(None) };
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.map(Some).ok_or_else(|| format!("has a value of {key} that is not a number from 0 on"))
}

fn known(node: &Yaml, keys: &[&str]) -> Result<(), String> {
    match node.entries().into_iter().find(|(key, _)| !keys.contains(key)) {
        Some((key, _)) => Err(format!("has an unknown key {key}: remove it")),
        None => Ok(()),
    }
}
