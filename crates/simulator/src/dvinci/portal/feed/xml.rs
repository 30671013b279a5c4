//! The feed as XML: the members of the JSON feed as elements, in the same order.

use std::fmt::Write as _;

use serde_json::Value;

/// Elements that contain lists, with the names of their items.
const ITEMS: [(&str, &str); 7] = [
    ("benefits", "benefit"),
    ("categories", "category"),
    ("formFieldAnswers", "formFieldAnswer"),
    ("images", "image"),
    ("locations", "location"),
    ("targetGroups", "targetGroup"),
    ("workingTimes", "workingTime"),
];

pub(super) fn write(publications: &[Value]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<jobPublications>");
    for publication in publications {
        element(&mut out, "jobPublication", publication);
    }
    out.push_str("</jobPublications>\n");
    out
}

fn element(out: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        let _ = write!(out, "<{name}/>");
        return;
    }
    let _ = write!(out, "<{name}>");
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                element(out, name, member);
            }
        }
        Value::Array(items) => {
            let item = ITEMS.iter().find(|(list, _)| *list == name).map_or("item", |(_, item)| item);
            for value in items {
                element(out, item, value);
            }
        }
        Value::String(text) => escape(out, text),
        other => {
            let _ = write!(out, "{other}");
        }
    }
    let _ = write!(out, "</{name}>");
}

/// Escapes a text. Control characters that XML does not allow are dropped.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_have_named_items_and_texts_are_escaped() {
        let publication = json!({ "locations": [{ "name": "<Köln> & \u{1}Bonn" }] });
        let expected = "<jobPublications><jobPublication><locations><location><name>&lt;Köln&gt; &amp; Bonn</name></location></locations></jobPublication></jobPublications>";
        assert!(write(&[publication]).contains(expected));
    }
}
