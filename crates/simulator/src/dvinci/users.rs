//! The people who work with d.vinci, API users among them.

use serde_json::{Value, json};

use super::call::{Call, Row, Writer};
use super::countries;
use super::crud;
use super::field::{Field, Kind, Need};
use super::filters;
use super::org_units::is_within;
use super::reply::{Answer, Errors, Refusal};
use super::show::{Form, Language, Look};
use super::store::{Key, Store};
use super::table::{Draft, Keep, Resource, Table, number, text, visible};
use super::terms;
use crate::web::Query;

pub(super) const SALUTATIONS: &[&str] = &["MR", "MS", "MX"];

const NOTIFICATIONS: &[&str] = &[
    "NEW_APPLICATIONS",
    "OVERDUE_TASKS",
    "EXPIRING_JOB_PUBLICATION_PLACEMENTS",
    "EXPIRING_EXTERNAL_JOB_PUBLICATION_PLACEMENTS",
];

const FIELDS: &[Field] = &[
    Field::new("externalId", Kind::External),
    Field::new("username", Kind::Text).required(),
    Field::new("samlSsoEnabled", Kind::Boolean).or(false),
    Field::new("formAuthenticationEnabled", Kind::Boolean).or(true),
    Field::new("salutation", Kind::OneOf(SALUTATIONS)).required(),
    Field::new("title", Kind::Text),
    Field::new("firstName", Kind::Text).required(),
    Field::new("lastName", Kind::Text).required(),
    Field::new("email", Kind::Email).required(),
    Field::new("orgUnitId", Kind::Row(Table::OrgUnits)).required().on_update(Need::Ignored),
    Field::new("languageId", Kind::Term(terms::LANGUAGES)).required(),
    Field::new("street", Kind::Text),
    Field::new("number", Kind::Text),
    Field::new("additionalAddress", Kind::Text),
    Field::new("zipCode", Kind::Text),
    Field::new("city", Kind::Text),
    Field::new("countryIsoA2", Kind::Text).or_text("DE").kept(),
    Field::new("timeZone", Kind::Text).or_text("Europe/Berlin").kept(),
    Field::new("telephone", Kind::Text),
    Field::new("mobile", Kind::Text),
    Field::new("companyId", Kind::Term(terms::COMPANIES)),
    Field::new("signingAuthority", Kind::Text),
    Field::new("positionAuthority", Kind::Text),
    Field::new("division", Kind::Text),
    Field::new("dailyEmailNotification", Kind::Boolean).or(false),
    Field::new("dailyEmailNotificationTypes", Kind::SomeOf(NOTIFICATIONS)),
    Field::new("notifyOnNewCandidateCommunication", Kind::Boolean).or(false),
    Field::new("roleIds", Kind::Terms(terms::ROLES)).required(),
    Field::new("userGroupIds", Kind::Rows(Table::UserGroups)).weak().kept(),
    Field::new("dataForExternalSystems", Kind::Pairs),
];

pub(super) struct Users;

impl Resource for Users {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, draft: &Draft<'_>, row: &mut Row, errors: &mut Errors) {
        let own = draft.old.map(|old| &old["id"]);
        let username = text(row, "username");
        let mut others = draft.store.rows(Table::Users).filter(|other| Some(&other["id"]) != own);
        if !username.is_empty() && others.any(|other| text(other, "username") == username) {
            errors.refused("username", "valueNotPermitted", &json!(username));
        }
        let country = text(row, "countryIsoA2");
        if !country.is_empty() && !countries::is_known(country) {
            errors.not_permitted("countryIsoA2", &json!(country));
        }
        let zone = text(row, "timeZone");
        if !zone.is_empty() && zone != "UTC" && !zone.contains('/') {
            errors.not_permitted("timeZone", &json!(zone));
        }
    }

    fn written(&self, store: &mut Store, _writer: &Writer, key: &Key, _body: &Row, _is_new: bool) {
        let groups = store.row(Table::Users, key).map(|row| row["userGroupIds"].clone());
        let Some(Value::Array(groups)) = groups else { return };
        let all: Vec<Value> = store.rows(Table::UserGroups).map(|row| row["id"].clone()).collect();
        for group in all {
            let is_member = groups.contains(&group);
            let group = Key::Number(group.as_i64().unwrap_or_default());
            store.touch(Table::UserGroups, &group, |row| set_member(row, "userIds", &key.value(), is_member));
        }
    }

    fn may_go(&self, store: &Store, key: &Key, row: &Row) -> bool {
        let responsible = |onboarding: &Row| {
            let people = onboarding["responsibilities"].as_array().into_iter().flatten();
            people.clone().any(|person| person["responsibleUserId"] == key.value())
        };
        let approves = |request: &Row| {
            let approvers = request["_approvers"].as_array().into_iter().flatten();
            approvers.clone().any(|approver| *approver == key.value())
        };
        row.get("_api") != Some(&Value::Bool(true))
            && !store.rows(Table::Onboardings).any(responsible)
            && !store.rows(Table::HiringRequests).any(approves)
    }

    fn filter<'a>(&self, store: &'a Store, query: &'a Query) -> Result<Keep<'a>, Refusal> {
        let unit = filters::integer(query, "forJobOpeningByOrgUnitId")?;
        let external = query.get("externalId");
        Ok(Box::new(move |row| {
            external.is_none_or(|external| text(row, "externalId") == external) && serves(store, row, unit)
        }))
    }

    fn show(&self, _store: &Store, row: &Row, look: Look) -> Row {
        let mut shown = visible(row);
        shown.insert("displayName".to_owned(), json!(display_name(row, look.language)));
        shown
    }
}

/// The list, with names in the language that `lang` asks for.
pub(super) fn list(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let mut look = Look::new(Form::Element, call.caller);
    if let Some(lang) = call.query.get("lang") {
        let language = Language::parse(lang);
        look.language = language.ok_or_else(|| Refusal::Unreadable(format!("Locale not supported: {lang}")))?;
    }
    crud::elements(store, call, table, look)
}

/// Whether a user or group may be chosen for job openings of a unit: it belongs to the unit or to one above.
pub(super) fn serves(store: &Store, row: &Row, unit: Option<i64>) -> bool {
    unit.is_none_or(|unit| is_within(store, unit, number(row, "orgUnitId").unwrap_or_default()))
}

/// Puts an id into a list of ids, or takes it out.
pub(super) fn set_member(row: &mut Row, name: &str, id: &Value, is_member: bool) {
    if let Some(Value::Array(members)) = row.get_mut(name) {
        members.retain(|member| member != id);
        if is_member {
            members.push(id.clone());
            members.sort_by_key(Value::as_i64);
        }
    }
}

/// `Frau Dr. Michaela Musterfrau`.
fn display_name(row: &Row, language: Language) -> String {
    let parts = [
        salutation(text(row, "salutation"), language),
        text(row, "title"),
        text(row, "firstName"),
        text(row, "lastName"),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// The word before a name; none for MX.
pub(super) fn salutation(id: &str, language: Language) -> &'static str {
    match id {
        "MS" => language.pick("Frau", "Ms."),
        "MR" => language.pick("Herr", "Mr."),
        _ => "",
    }
}
