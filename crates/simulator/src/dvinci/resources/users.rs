//! Users of d.vinci, including the API users.

use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors, HandlerResult};
use crate::dvinci::resources::org_units::is_within;
use crate::dvinci::resources::{Resource, RowFilter};
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::rest::view::{Representation, View};
use crate::dvinci::rest::{crud, query};
use crate::dvinci::schema::field::{Field, Kind, Requirement};
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, number, text, without_internal};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::dvinci::store::write_request::WriteRequest;
use crate::dvinci::tenant::language::Language;
use crate::dvinci::tenant::{countries, terms};
use crate::web::Query;

pub(in crate::dvinci) const SALUTATIONS: &[&str] = &["MR", "MS", "MX"];

const NOTIFICATIONS: &[&str] = &[
    "NEW_APPLICATIONS",
    "OVERDUE_TASKS",
    "EXPIRING_JOB_PUBLICATION_PLACEMENTS",
    "EXPIRING_EXTERNAL_JOB_PUBLICATION_PLACEMENTS",
];

const FIELDS: &[Field] = &[
    Field::new("externalId", Kind::ExternalId),
    Field::new("username", Kind::Text).required(),
    Field::new("samlSsoEnabled", Kind::Boolean).default_flag(false),
    Field::new("formAuthenticationEnabled", Kind::Boolean).default_flag(true),
    Field::new("salutation", Kind::OneOf(SALUTATIONS)).required(),
    Field::new("title", Kind::Text),
    Field::new("firstName", Kind::Text).required(),
    Field::new("lastName", Kind::Text).required(),
    Field::new("email", Kind::Email).required(),
    Field::new("orgUnitId", Kind::Id(Table::OrgUnits)).required().on_update(Requirement::Ignored),
    Field::new("languageId", Kind::Term(terms::LANGUAGES)).required(),
    Field::new("street", Kind::Text),
    Field::new("number", Kind::Text),
    Field::new("additionalAddress", Kind::Text),
    Field::new("zipCode", Kind::Text),
    Field::new("city", Kind::Text),
    Field::new("countryIsoA2", Kind::Text).default_text("DE").keep_if_omitted(),
    Field::new("timeZone", Kind::Text).default_text("Europe/Berlin").keep_if_omitted(),
    Field::new("telephone", Kind::Text),
    Field::new("mobile", Kind::Text),
    Field::new("companyId", Kind::Term(terms::COMPANIES)),
    Field::new("signingAuthority", Kind::Text),
    Field::new("positionAuthority", Kind::Text),
    Field::new("division", Kind::Text),
    Field::new("dailyEmailNotification", Kind::Boolean).default_flag(false),
    Field::new("dailyEmailNotificationTypes", Kind::SomeOf(NOTIFICATIONS)),
    Field::new("notifyOnNewCandidateCommunication", Kind::Boolean).default_flag(false),
    Field::new("roleIds", Kind::Terms(terms::ROLES)).required(),
    Field::new("userGroupIds", Kind::Ids(Table::UserGroups)).weak().keep_if_omitted(),
    Field::new("dataForExternalSystems", Kind::FieldValues),
];

pub(in crate::dvinci) struct Users;

impl Resource for Users {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn check(&self, write: &WriteRequest<'_>, row: &mut Row, errors: &mut FieldErrors) {
        let own = write.stored.map(|old| &old["id"]);
        let username = text(row, "username");
        let mut others = write.store.rows(Table::Users).filter(|other| Some(&other["id"]) != own);
        if !username.is_empty() && others.any(|other| text(other, "username") == username) {
            errors.add_with_value("username", "valueNotPermitted", &json!(username));
        }
        let country = text(row, "countryIsoA2");
        if !country.is_empty() && !countries::is_known(country) {
            errors.add_not_permitted("countryIsoA2", &json!(country));
        }
        let zone = text(row, "timeZone");
        if !zone.is_empty() && zone != "UTC" && !zone.contains('/') {
            errors.add_not_permitted("timeZone", &json!(zone));
        }
    }

    fn after_write(&self, store: &mut Store, _context: &WriteContext, key: &Key, _body: &Row, _is_new: bool) {
        let groups = store.row(Table::Users, key).map(|row| row["userGroupIds"].clone());
        let Some(Value::Array(groups)) = groups else { return };
        let all: Vec<Value> = store.rows(Table::UserGroups).map(|row| row["id"].clone()).collect();
        for group in all {
            let is_member = groups.contains(&group);
            let group = Key::Number(group.as_i64().unwrap_or_default());
            store.modify(Table::UserGroups, &group, |row| set_member(row, "userIds", &key.value(), is_member));
        }
    }

    fn can_delete(&self, store: &Store, key: &Key, row: &Row) -> bool {
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

    fn filter<'a>(&self, store: &'a Store, query: &'a Query) -> Result<RowFilter<'a>, ApiError> {
        let unit = query::integer(query, "forJobOpeningByOrgUnitId")?;
        let external = query.get("externalId");
        Ok(Box::new(move |row| {
            external.is_none_or(|external| text(row, "externalId") == external) && is_available_to(store, row, unit)
        }))
    }

    fn render(&self, _store: &Store, row: &Row, view: View) -> Row {
        let mut rendered = without_internal(row);
        rendered.insert("displayName".to_owned(), json!(display_name(row, view.language)));
        rendered
    }
}

/// Lists users with display names in the language of `lang`.
pub(in crate::dvinci) fn list(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let mut view = View::new(Representation::ListElement, request.caller);
    if let Some(lang) = request.query.get("lang") {
        let language = Language::parse(lang);
        view.language = language.ok_or_else(|| ApiError::Unreadable(format!("Locale not supported: {lang}")))?;
    }
    crud::list_elements(store, request, table, view)
}

/// Returns whether a user or group is selectable for job openings of a unit: it belongs to the unit or an ancestor.
pub(in crate::dvinci) fn is_available_to(store: &Store, row: &Row, unit: Option<i64>) -> bool {
    unit.is_none_or(|unit| is_within(store, unit, number(row, "orgUnitId").unwrap_or_default()))
}

/// Adds an id to a list of ids, or removes it.
pub(in crate::dvinci) fn set_member(row: &mut Row, name: &str, id: &Value, is_member: bool) {
    if let Some(Value::Array(members)) = row.get_mut(name) {
        members.retain(|member| member != id);
        if is_member {
            members.push(id.clone());
            members.sort_by_key(Value::as_i64);
        }
    }
}

/// Builds the display name, such as `Frau Dr. Michaela Musterfrau`.
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

/// Returns the salutation before a name; empty for `MX`.
pub(in crate::dvinci) fn salutation(id: &str, language: Language) -> &'static str {
    match id {
        "MS" => language.pick("Frau", "Ms."),
        "MR" => language.pick("Herr", "Mr."),
        _ => "",
    }
}
