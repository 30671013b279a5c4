//! Reduction of a recorded body to an example that a page can show.

use yaml_serde::Value as Yaml;

/// Elements that an example retains of a list of objects, and of a list of other values.
const OBJECTS: usize = 1;
const SCALARS: usize = 3;
/// Lines that an example retains of a text.
const LINES: usize = 3;
/// Length from which texts, such as files in Base64, are cut, and what is retained of them, in characters. The latter is
/// a multiple of four, so that Base64 remains valid.
const LONG: usize = 400;
const RETAINED: usize = 80;

/// Expiry times of tokens by property. They follow the machine's clock, not the simulator's, or clients would not send the
/// tokens.
const EXPIRIES: [(&str, &str); 2] =
    [("accessExpiryDate", "03/02/2026, 08:15:00"), ("refreshExpiryDate", "04/01/2026, 08:00:00")];

/// Returns the example of a body, or `None` if the body is empty or binary.
pub(super) fn example(media: &str, body: &[u8]) -> Option<Yaml> {
    if media.ends_with("json") {
        let value: Yaml = serde_json::from_slice(body).ok()?;
        return (!value.is_null()).then(|| cut(value));
    }
    let text = media.starts_with("text/").then(|| std::str::from_utf8(body).unwrap())?;
    Some(text.split_inclusive('\n').take(LINES).collect::<String>().into())
}

fn cut(value: Yaml) -> Yaml {
    match value {
        Yaml::Mapping(map) => {
            let constant = |key: &Yaml| EXPIRIES.iter().find(|(name, _)| key.as_str() == Some(name));
            let pairs = map.into_iter().map(|(key, value)| match constant(&key) {
                Some((_, text)) => (key, (*text).into()),
                None => (key, cut(value)),
            });
            Yaml::Mapping(pairs.collect())
        }
        Yaml::Sequence(list) => {
            let retained = if list.iter().any(Yaml::is_mapping) { OBJECTS } else { SCALARS };
            Yaml::Sequence(list.into_iter().take(retained).map(cut).collect())
        }
        Yaml::String(text) if is_token(&text) => text.split('.').next().unwrap_or_default().into(),
        Yaml::String(text) if text.chars().count() > LONG => text.chars().take(RETAINED).collect::<String>().into(),
        Yaml::String(text) => without_port(&text).into(),
        other => other,
    }
}

/// Returns whether a text is a JSON web token. The header alone is the same in every run, and no scanner for secrets
/// reports it.
fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.matches('.').count() == 2
}

/// Replaces the host of the simulator, whose port differs in every run.
fn without_port(text: &str) -> String {
    let mut parts = text.split("http://127.0.0.1:");
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        replaced.push_str("https://simulator.example");
        replaced.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    replaced
}

/// Returns the number of values in an example that are not null.
pub(super) fn values(value: &Yaml) -> usize {
    match value {
        Yaml::Mapping(map) => map.values().map(values).sum(),
        Yaml::Sequence(list) => list.iter().map(values).sum(),
        Yaml::Null => 0,
        _ => 1,
    }
}
