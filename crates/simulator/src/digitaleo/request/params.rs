//! Parameters of query, form, multipart or JSON as one tree. Form names nest by brackets, as in PHP.

use serde_json::{Map, Value};

use crate::digitaleo::api_error::ApiError;

/// Maximum nesting depth of form names; no documented request is deeper.
const MAX_DEPTH: usize = 8;

/// A JSON object.
pub(in crate::digitaleo) type Row = Map<String, Value>;

/// Parameters of a request, or members of an object in it.
#[derive(Debug, Default)]
pub(in crate::digitaleo) struct Params(Row);

impl Params {
    pub(in crate::digitaleo) fn new(row: Row) -> Self {
        Self(row)
    }

    /// Builds parameters from decoded pairs. Names may contain brackets: `contacts[0][email]`, `status[]`.
    pub(in crate::digitaleo) fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut root = Row::new();
        for (name, value) in pairs {
            insert(&mut root, &path(&name), value);
        }
        Self(root.into_iter().map(|(name, value)| (name, arrays(value))).collect())
    }

    /// Adds other parameters, which override existing ones.
    pub(in crate::digitaleo) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(in crate::digitaleo) fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }

    pub(in crate::digitaleo) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Returns a scalar as text, unless it is absent or empty.
    pub(in crate::digitaleo) fn text(&self, name: &str) -> Option<String> {
        text_of(self.get(name)?).filter(|text| !text.is_empty())
    }

    /// Returns a scalar as text; an absent or empty one is an error.
    pub(in crate::digitaleo) fn required(&self, name: &str) -> Result<String, ApiError> {
        self.text(name).ok_or_else(|| ApiError::required(name))
    }

    /// Returns the values of a comma-separated list or an array.
    pub(in crate::digitaleo) fn list(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
            Some(value) => split(&text_of(value).unwrap_or_default()),
        }
    }

    /// Returns the ids in a parameter; an empty list is an error.
    pub(in crate::digitaleo) fn ids(&self, name: &str) -> Result<Vec<u64>, ApiError> {
        let ids = self.list(name);
        if ids.is_empty() {
            return Err(ApiError::required(name));
        }
        let parse = |id: &String| id.parse().map_err(|_| ApiError::invalid(name, id));
        ids.iter().map(parse).collect()
    }

    /// Returns a non-negative integer.
    pub(in crate::digitaleo) fn number(&self, name: &str) -> Result<Option<usize>, ApiError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| ApiError::invalid(name, &text))
    }

    /// Returns the objects of an array. In a form field the array is a JSON string.
    pub(in crate::digitaleo) fn rows(&self, name: &str) -> Result<Vec<Row>, ApiError> {
        let error = || ApiError::rule_violated(name, format!("The property {name} has to be an array of objects"));
        let value = self.get(name).ok_or_else(|| ApiError::required(name))?;
        let parsed = match value {
            Value::String(json) => serde_json::from_str(json).map_err(|_| error())?,
            other => other.clone(),
        };
        let Value::Array(items) = parsed else {
            return Err(error());
        };
        let object = |item| match item {
            Value::Object(row) => Ok(row),
            _ => Err(error()),
        };
        let rows: Vec<Row> = items.into_iter().map(object).collect::<Result<_, _>>()?;
        if rows.is_empty() {
            return Err(ApiError::required(name));
        }
        Ok(rows)
    }

    /// Returns the properties to change: `metaData` is a JSON object in a string, in forms and in JSON bodies alike.
    pub(in crate::digitaleo) fn meta_data(&self) -> Result<Row, ApiError> {
        let name = "metaData";
        let value = self.get(name).ok_or_else(|| ApiError::required(name))?;
        let parsed = value.as_str().and_then(|json| serde_json::from_str(json).ok());
        parsed.ok_or_else(|| ApiError::rule_violated(name, "The property metaData has to be a JSON object in a text"))
    }
}

/// Converts a scalar to text; booleans become `1` and `0`.
pub(in crate::digitaleo) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Splits a comma-separated text and drops empty parts.
pub(in crate::digitaleo) fn split(text: &str) -> Vec<String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Splits a form name into its segments: `a[b][]` becomes `a`, `b` and an empty segment.
fn path(name: &str) -> Vec<&str> {
    let Some((first, rest)) = name.split_once('[').filter(|(first, _)| !first.is_empty()) else {
        return vec![name];
    };
    let Some(rest) = rest.strip_suffix(']') else {
        return vec![name];
    };
    std::iter::once(first).chain(rest.split("][")).take(MAX_DEPTH).collect()
}

fn insert(into: &mut Row, path: &[&str], value: String) {
    let [first, rest @ ..] = path else { return };
    let name = if first.is_empty() { into.len().to_string() } else { (*first).to_owned() };
    if rest.is_empty() {
        into.insert(name, Value::String(value));
        return;
    }
    let slot = into.entry(name).or_insert_with(|| Value::Object(Row::new()));
    if !slot.is_object() {
        *slot = Value::Object(Row::new());
    }
    if let Value::Object(inner) = slot {
        insert(inner, rest, value);
    }
}

/// Converts objects whose names are all numbers to arrays, ordered by number.
fn arrays(value: Value) -> Value {
    let Value::Object(members) = value else {
        return value;
    };
    let numbers: Option<Vec<u64>> = members.keys().map(|name| name.parse().ok()).collect();
    let members = members.into_iter().map(|(name, member)| (name, arrays(member)));
    match numbers {
        Some(numbers) => {
            let mut items: Vec<(u64, Value)> = numbers.into_iter().zip(members.map(|(_, member)| member)).collect();
            items.sort_by_key(|(number, _)| *number);
            Value::Array(items.into_iter().map(|(_, item)| item).collect())
        }
        None => Value::Object(members.collect()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(form: &str, expected: &Value) {
        let pairs = url::form_urlencoded::parse(form.as_bytes()).into_owned();
        assert_eq!(&Value::Object(Params::from_pairs(pairs).0), expected);
    }

    #[test]
    fn brackets_create_nested_values() {
        check(
            "contacts[1][email]=b&contacts[0][email]=a&contacts[0][city]=%C3%89vry",
            &json!({ "contacts": [{ "email": "a", "city": "Évry" }, { "email": "b" }] }),
        );
        check("status[]=on&status[]=ok&id=1", &json!({ "status": ["on", "ok"], "id": "1" }));
        check("a[10]=x&a[9]=y", &json!({ "a": ["y", "x"] }));
    }

    #[test]
    fn malformed_brackets_are_part_of_the_name() {
        check("[0]=x&a[b=y&c]=z", &json!({ "[0]": "x", "a[b": "y", "c]": "z" }));
    }
}
