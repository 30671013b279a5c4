//! Parameters from query, form, multipart or JSON as one tree; forms nest by brackets, as PHP reads them.

use serde_json::{Map, Value};

use super::failure::Failure;

/// Deeper nesting than any documented call has is not followed.
const MAX_DEPTH: usize = 8;

/// The members of an object.
pub(super) type Row = Map<String, Value>;

#[derive(Debug, Default)]
pub(super) struct Params(Row);

impl Params {
    pub(super) fn of(row: Row) -> Self {
        Self(row)
    }

    /// From decoded pairs whose names may have brackets: `contacts[0][email]`, `status[]`.
    pub(super) fn of_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut root = Row::new();
        for (name, value) in pairs {
            insert(&mut root, &path(&name), value);
        }
        Self(root.into_iter().map(|(name, value)| (name, arrays(value))).collect())
    }

    /// Takes over the other's parameters, which win.
    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A scalar as text, if it is there and not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text_of(self.get(name)?).filter(|text| !text.is_empty())
    }

    /// A text that has to be there.
    pub(super) fn required(&self, name: &str) -> Result<String, Failure> {
        self.text(name).ok_or_else(|| Failure::required(name))
    }

    /// The values of a parameter: joined by commas, or an array.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
            Some(value) => split(&text_of(value).unwrap_or_default()),
        }
    }

    /// The ids in a parameter that has to have one at least.
    pub(super) fn ids(&self, name: &str) -> Result<Vec<u64>, Failure> {
        let ids = self.list(name);
        if ids.is_empty() {
            return Err(Failure::required(name));
        }
        let parse = |id: &String| id.parse().map_err(|_| Failure::invalid(name, id));
        ids.iter().map(parse).collect()
    }

    /// A number that is not negative.
    pub(super) fn number(&self, name: &str) -> Result<Option<usize>, Failure> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| Failure::invalid(name, &text))
    }

    /// Objects in an array, which may itself be JSON in a text, as form fields carry it.
    pub(super) fn rows(&self, name: &str) -> Result<Vec<Row>, Failure> {
        let refuse = || Failure::rule(name, format!("The property {name} has to be an array of objects"));
        let given = self.get(name).ok_or_else(|| Failure::required(name))?;
        let parsed = match given {
            Value::String(json) => serde_json::from_str(json).map_err(|_| refuse())?,
            value => value.clone(),
        };
        let Value::Array(items) = parsed else {
            return Err(refuse());
        };
        let object = |item| match item {
            Value::Object(row) => Ok(row),
            _ => Err(refuse()),
        };
        let rows: Vec<Row> = items.into_iter().map(object).collect::<Result<_, _>>()?;
        if rows.is_empty() {
            return Err(Failure::required(name));
        }
        Ok(rows)
    }

    /// The properties to change: a JSON object that travels as text, in forms and inside JSON bodies alike.
    pub(super) fn meta_data(&self) -> Result<Row, Failure> {
        let name = "metaData";
        let given = self.get(name).ok_or_else(|| Failure::required(name))?;
        let parsed = given.as_str().and_then(|json| serde_json::from_str(json).ok());
        parsed.ok_or_else(|| Failure::rule(name, "The property metaData has to be a JSON object in a text"))
    }
}

/// The text of a scalar; flags are `1` and `0`.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The parts of a text that commas separate.
pub(super) fn split(text: &str) -> Vec<String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// `a[b][]` is `a`, `b` and nothing.
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

/// Objects whose names are all numbers become arrays, in the order of the numbers.
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
        assert_eq!(&Value::Object(Params::of_pairs(pairs).0), expected);
    }

    #[test]
    fn brackets_nest() {
        check(
            "contacts[1][email]=b&contacts[0][email]=a&contacts[0][city]=%C3%89vry",
            &json!({ "contacts": [{ "email": "a", "city": "Évry" }, { "email": "b" }] }),
        );
        check("status[]=on&status[]=ok&id=1", &json!({ "status": ["on", "ok"], "id": "1" }));
        check("a[10]=x&a[9]=y", &json!({ "a": ["y", "x"] }));
    }

    #[test]
    fn odd_names_are_names() {
        check("[0]=x&a[b=y&c]=z", &json!({ "[0]": "x", "a[b": "y", "c]": "z" }));
    }
}
