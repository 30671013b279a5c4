//! Questions configured by the tenant, and the answers to them: screening questions and form fields.

use serde_json::{Value, json};

use crate::dvinci::api_error::FieldErrors;
use crate::dvinci::tenant::terms::Term;

/// A question with its internal name.
#[derive(Clone, Copy, Debug)]
pub(in crate::dvinci) struct Question {
    pub(in crate::dvinci) id: &'static str,
    pub(in crate::dvinci) name: &'static str,
    pub(in crate::dvinci) kind: &'static str,
    pub(in crate::dvinci) choices: &'static [Term],
}

const fn question(id: &'static str, name: &'static str, kind: &'static str) -> Question {
    Question { id, name, kind, choices: &[] }
}

const fn choice(id: &'static str, name: &'static str, kind: &'static str, choices: &'static [Term]) -> Question {
    Question { id, name, kind, choices }
}

const fn term(id: &'static str, de: &'static str) -> Term {
    Term { id, de, en: de }
}

/// Questions to candidates.
pub(in crate::dvinci) const SCREENING_QUESTIONS: &[Question] = &[
    choice(
        "LICENCE",
        "Führerschein",
        "MULTI_CHOICE",
        &[term("B", "Klasse B"), term("C", "Klasse C"), term("CE", "Klasse CE")],
    ),
    question("EXCEL", "Excel-Kenntnisse", "FIVE_STAR_RATING"),
    question("MOTIVATION", "Was reizt Sie an der Aufgabe?", "TEXTAREA_MAX_1200"),
    question("NOTICE", "Kündigungsfrist", "TEXT"),
    question("TRAVEL", "Reisebereitschaft", "YES_NO_NOT_SPECIFIED"),
    question("SHIFT", "Bereitschaft zur Schichtarbeit", "YES_NO"),
];

/// Form fields of hiring requests and job openings.
pub(in crate::dvinci) const FORM_FIELDS: &[Question] = &[
    question("PRIORITY", "Priorität", "FIVE_STAR_RATING"),
    question("PROJECT", "Projektnummer", "TEXT_4_120"),
    choice(
        "WORKPLACE",
        "Arbeitsplatz",
        "SINGLE_CHOICE",
        &[term("OFFICE", "Büro"), term("HOME", "Mobiles Arbeiten"), term("SITE", "Baustelle")],
    ),
    question("NOTE", "Bemerkung für den Betriebsrat", "TEXTAREA"),
];

/// Decodes answers to internal names and texts.
pub(in crate::dvinci) fn decode(
    questions: &[Question],
    path: &str,
    value: &Value,
    errors: &mut FieldErrors,
) -> Option<Value> {
    let Some(items) = value.as_array() else {
        errors.add_type_mismatch(path);
        return None;
    };
    let mut answers = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let item_path = format!("{path}.{index}");
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
        match questions.iter().find(|question| question.id == id) {
            Some(question) if question.choices.is_empty() => {
                answers.extend(decode_text(question, &item_path, item, errors));
            }
            Some(question) => answers.extend(decode_choices(question, &item_path, item, errors)),
            None if id.is_empty() => errors.add_mandatory(format!("{item_path}.id")),
            None => errors.add_not_permitted(format!("{item_path}.id"), &json!(id)),
        }
    }
    Some(json!(answers))
}

fn decode_text(question: &Question, item_path: &str, item: &Value, errors: &mut FieldErrors) -> Option<Value> {
    let path = format!("{item_path}.answer");
    let text = match item.get("answer") {
        None | Some(Value::Null) => return None,
        Some(Value::String(text)) => text,
        Some(_) => {
            errors.add_type_mismatch(path);
            return None;
        }
    };
    let length = text.chars().count();
    let one_of = |allowed: &[&str]| allowed.contains(&text.as_str());
    match question.kind {
        "TEXT" if length > 255 => errors.add_with_allowed(&path, "maxSize.exceeded", "255"),
        "TEXT_4_120" if length > 120 => errors.add_with_allowed(&path, "maxSize.exceeded", "120"),
        "TEXT_4_120" if length < 4 => errors.add_not_permitted(&path, &json!(text)),
        "TEXTAREA_MAX_1200" if length > 1200 => errors.add_with_allowed(&path, "maxSize.exceeded", "1200"),
        "FIVE_STAR_RATING" if !one_of(&["1", "2", "3", "4", "5"]) => errors.add_not_permitted(&path, &json!(text)),
        "YES_NO" if !one_of(&["YES", "NO"]) => errors.add_not_permitted(&path, &json!(text)),
        "YES_NO_NOT_SPECIFIED" if !one_of(&["YES", "NO", "NOT_SPECIFIED"]) => {
            errors.add_not_permitted(&path, &json!(text));
        }
        _ => {}
    }
    Some(json!({ "id": question.id, "answer": text }))
}

fn decode_choices(question: &Question, item_path: &str, item: &Value, errors: &mut FieldErrors) -> Option<Value> {
    let path = format!("{item_path}.answers");
    let sent = match item.get("answers") {
        None | Some(Value::Null) => return None,
        Some(Value::Array(sent)) => sent,
        Some(_) => {
            errors.add_type_mismatch(path);
            return None;
        }
    };
    let ids: Vec<&str> = sent.iter().filter_map(|answer| answer.get("id")?.as_str()).collect();
    let unknown: Vec<&&str> =
        ids.iter().filter(|id| !question.choices.iter().any(|choice| choice.id == **id)).collect();
    if ids.len() < sent.len() {
        errors.add_mandatory(format!("{path}.id"));
    }
    if !unknown.is_empty() {
        errors.add_not_permitted(&path, &json!(unknown));
    } else if question.kind == "SINGLE_CHOICE" && ids.len() > 1 {
        errors.add_not_permitted(&path, &json!(ids));
    }
    Some(json!({ "id": question.id, "_answers": ids }))
}

/// Renders answers with their display texts.
pub(in crate::dvinci) fn render(questions: &[Question], stored: Option<&Value>) -> Value {
    let stored = stored.and_then(Value::as_array).into_iter().flatten();
    let rendered = stored.filter_map(|item| {
        let question = questions.iter().find(|question| item["id"] == question.id)?;
        let mut rendered = json!({ "id": question.id, "displayName": question.name, "type": question.kind });
        if let Some(ids) = item.get("_answers").and_then(Value::as_array) {
            let choices = question.choices.iter().filter(|choice| ids.contains(&json!(choice.id)));
            rendered["answers"] = choices.map(|choice| json!({ "id": choice.id, "answer": choice.de })).collect();
        } else {
            rendered["answer"] = item["answer"].clone();
        }
        Some(rendered)
    });
    rendered.collect()
}
