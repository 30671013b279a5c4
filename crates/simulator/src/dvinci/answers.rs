//! Questions that the tenant configured, and the answers to them: screening questions and form fields.

use serde_json::{Value, json};

use super::reply::Errors;
use super::terms::Term;

/// A question by its internal name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) choices: &'static [Term],
}

const fn plain(id: &'static str, name: &'static str, kind: &'static str) -> Question {
    Question { id, name, kind, choices: &[] }
}

const fn choice(id: &'static str, name: &'static str, kind: &'static str, choices: &'static [Term]) -> Question {
    Question { id, name, kind, choices }
}

const fn term(id: &'static str, de: &'static str) -> Term {
    Term { id, de, en: de }
}

/// What candidates are asked.
pub(super) const SCREENING: &[Question] = &[
    choice(
        "LICENCE",
        "Führerschein",
        "MULTI_CHOICE",
        &[term("B", "Klasse B"), term("C", "Klasse C"), term("CE", "Klasse CE")],
    ),
    plain("EXCEL", "Excel-Kenntnisse", "FIVE_STAR_RATING"),
    plain("MOTIVATION", "Was reizt Sie an der Aufgabe?", "TEXTAREA_MAX_1200"),
    plain("NOTICE", "Kündigungsfrist", "TEXT"),
    plain("TRAVEL", "Reisebereitschaft", "YES_NO_NOT_SPECIFIED"),
    plain("SHIFT", "Bereitschaft zur Schichtarbeit", "YES_NO"),
];

/// What hiring requests and job openings are asked.
pub(super) const FORM_FIELDS: &[Question] = &[
    plain("PRIORITY", "Priorität", "FIVE_STAR_RATING"),
    plain("PROJECT", "Projektnummer", "TEXT_4_120"),
    choice(
        "WORKPLACE",
        "Arbeitsplatz",
        "SINGLE_CHOICE",
        &[term("OFFICE", "Büro"), term("HOME", "Mobiles Arbeiten"), term("SITE", "Baustelle")],
    ),
    plain("NOTE", "Bemerkung für den Betriebsrat", "TEXTAREA"),
];

/// Reads answers; what is kept is internal names and texts.
pub(super) fn read(questions: &[Question], path: &str, value: &Value, errors: &mut Errors) -> Option<Value> {
    let Some(items) = value.as_array() else {
        errors.mismatch(path);
        return None;
    };
    let mut kept = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let at = format!("{path}.{index}");
        let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
        match questions.iter().find(|question| question.id == id) {
            Some(question) if question.choices.is_empty() => kept.extend(one(question, &at, item, errors)),
            Some(question) => kept.extend(chosen(question, &at, item, errors)),
            None if id.is_empty() => errors.mandatory(format!("{at}.id")),
            None => errors.not_permitted(format!("{at}.id"), &json!(id)),
        }
    }
    Some(json!(kept))
}

fn one(question: &Question, at: &str, item: &Value, errors: &mut Errors) -> Option<Value> {
    let path = format!("{at}.answer");
    let text = match item.get("answer") {
        None | Some(Value::Null) => return None,
        Some(Value::String(text)) => text,
        Some(_) => {
            errors.mismatch(path);
            return None;
        }
    };
    let length = text.chars().count();
    let one_of = |allowed: &[&str]| allowed.contains(&text.as_str());
    match question.kind {
        "TEXT" if length > 255 => errors.allowed(&path, "maxSize.exceeded", "255"),
        "TEXT_4_120" if length > 120 => errors.allowed(&path, "maxSize.exceeded", "120"),
        "TEXT_4_120" if length < 4 => errors.not_permitted(&path, &json!(text)),
        "TEXTAREA_MAX_1200" if length > 1200 => errors.allowed(&path, "maxSize.exceeded", "1200"),
        "FIVE_STAR_RATING" if !one_of(&["1", "2", "3", "4", "5"]) => errors.not_permitted(&path, &json!(text)),
        "YES_NO" if !one_of(&["YES", "NO"]) => errors.not_permitted(&path, &json!(text)),
        "YES_NO_NOT_SPECIFIED" if !one_of(&["YES", "NO", "NOT_SPECIFIED"]) => {
            errors.not_permitted(&path, &json!(text));
        }
        _ => {}
    }
    Some(json!({ "id": question.id, "answer": text }))
}

fn chosen(question: &Question, at: &str, item: &Value, errors: &mut Errors) -> Option<Value> {
    let path = format!("{at}.answers");
    let sent = match item.get("answers") {
        None | Some(Value::Null) => return None,
        Some(Value::Array(sent)) => sent,
        Some(_) => {
            errors.mismatch(path);
            return None;
        }
    };
    let ids: Vec<&str> = sent.iter().filter_map(|answer| answer.get("id")?.as_str()).collect();
    let unknown: Vec<&&str> =
        ids.iter().filter(|id| !question.choices.iter().any(|choice| choice.id == **id)).collect();
    if ids.len() < sent.len() {
        errors.mandatory(format!("{path}.id"));
    }
    if !unknown.is_empty() {
        errors.not_permitted(&path, &json!(unknown));
    } else if question.kind == "SINGLE_CHOICE" && ids.len() > 1 {
        errors.not_permitted(&path, &json!(ids));
    }
    Some(json!({ "id": question.id, "_answers": ids }))
}

/// Answers with the texts that people see.
pub(super) fn show(questions: &[Question], stored: Option<&Value>) -> Value {
    let stored = stored.and_then(Value::as_array).into_iter().flatten();
    let shown = stored.filter_map(|item| {
        let question = questions.iter().find(|question| item["id"] == question.id)?;
        let mut shown = json!({ "id": question.id, "displayName": question.name, "type": question.kind });
        if let Some(ids) = item.get("_answers").and_then(Value::as_array) {
            let choices = question.choices.iter().filter(|choice| ids.contains(&json!(choice.id)));
            shown["answers"] = choices.map(|choice| json!({ "id": choice.id, "answer": choice.de })).collect();
        } else {
            shown["answer"] = item["answer"].clone();
        }
        Some(shown)
    });
    shown.collect()
}
