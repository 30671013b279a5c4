//! The entity sets, and the properties of their entities.

use serde_json::{Value, json};

use crate::dvinci::resources::org_units::is_within;
use crate::dvinci::store::Store;
use crate::dvinci::store::row::{Row, number, text};
use crate::dvinci::store::table::Table;
use crate::dvinci::tenant::{TENANT_URL, terms};

/// An entity set.
#[derive(Debug)]
pub(super) struct EntitySet {
    pub(super) name: &'static str,
    /// Name of the type of its entities.
    pub(super) entity: &'static str,
    pub(super) properties: &'static [Property],
    table: Table,
    /// Member of a row with the organisation unit that the row belongs to.
    unit: &'static str,
}

/// A property of an entity.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) name: &'static str,
    /// Name of the type, without the namespace `Edm`.
    pub(super) kind: &'static str,
    value: fn(&Store, &Row) -> Value,
}

const fn property(name: &'static str, kind: &'static str, value: fn(&Store, &Row) -> Value) -> Property {
    Property { name, kind, value }
}

pub(super) static ENTITY_SETS: [EntitySet; 3] = [
    EntitySet { name: "OrgUnits", entity: "OrgUnit", properties: ORG_UNITS, table: Table::OrgUnits, unit: "id" },
    EntitySet { name: "DvinciUsers", entity: "DvinciUser", properties: USERS, table: Table::Users, unit: "orgUnitId" },
    EntitySet {
        name: "JobOpenings",
        entity: "JobOpening",
        properties: JOB_OPENINGS,
        table: Table::JobOpenings,
        unit: "orgUnitId",
    },
];

const ORG_UNITS: &[Property] = &[
    property("id", "Int64", |_, row| row["id"].clone()),
    property("name", "String", |_, row| row["name"].clone()),
    property("deepLink", "String", |_, row| url("intern/orgUnit/show", row)),
    property("restUrl", "String", |_, row| url("restApi/orgUnits", row)),
];

const USERS: &[Property] = &[
    property("id", "Int64", |_, row| row["id"].clone()),
    property("salutation", "String", |_, row| row["salutation"].clone()),
    property("firstName", "String", |_, row| row["firstName"].clone()),
    property("lastName", "String", |_, row| row["lastName"].clone()),
    property("division", "String", |_, row| row["division"].clone()),
    property("orgUnitId", "Int64", |_, row| row["orgUnitId"].clone()),
    property("deepLink", "String", |_, row| url("intern/dvinciUser/show", row)),
    property("restUrl", "String", |_, row| url("restApi/dvinciUsers", row)),
];

const JOB_OPENINGS: &[Property] = &[
    property("id", "Int64", |_, row| row["id"].clone()),
    property("mainTitle", "String", |_, row| row["name"].clone()),
    property("reference", "String", |_, row| row["reference"].clone()),
    property("orgUnitId", "Int64", |_, row| row["orgUnitId"].clone()),
    property("company", "String", |_, row| term(terms::COMPANIES, row, "companyId")),
    property("contractPeriod", "String", |_, row| term(terms::CONTRACT_PERIODS, row, "contractPeriod")),
    property("costUnit", "String", |_, row| row["costUnit"].clone()),
    property("department", "String", |_, row| row["department"].clone()),
    property("earliestEntryDate", "String", |_, row| row["earliestEntryDate"].clone()),
    property("bonus", "String", |_, row| row["reward"].clone()),
    property("creationDate", "DateTimeOffset", |_, row| row["_created"].clone()),
    property("responsibleUserId", "Int64", |_, row| row["responsibleUserId"].clone()),
    property("responsibleUser", "String", responsible_user),
    property("unsolicited", "Boolean", |_, row| json!(text(row, "type") == "UNSOLICITED")),
    property("permanentPostNumber", "String", |_, _| Value::Null),
    property("url", "String", |_, row| url("intern/jobOpening/show", row)),
    property("restUrl", "String", |_, row| url("restApi/jobOpenings", row)),
];

pub(super) fn find(name: &str) -> Option<&'static EntitySet> {
    ENTITY_SETS.iter().find(|set| set.name == name)
}

impl EntitySet {
    /// Returns the entities of an organisation unit and of the units below it, in the order of their ids.
    pub(super) fn entities<'a>(&'a self, store: &'a Store, unit: i64) -> impl Iterator<Item = Row> + 'a {
        let visible = move |row: &&Row| number(row, self.unit).is_some_and(|of| is_within(store, of, unit));
        store.rows(self.table).filter(visible).map(move |row| {
            let values = self.properties.iter().map(|property| (property.value)(store, row));
            self.properties.iter().map(|property| property.name.to_owned()).zip(values).collect()
        })
    }

    pub(super) fn has(&self, property: &str) -> bool {
        self.properties.iter().any(|known| known.name == property)
    }
}

fn url(path: &str, row: &Row) -> Value {
    json!(format!("{TENANT_URL}/{path}/{}", row["id"]))
}

/// Returns the German name of a term, or null.
fn term(known: &[terms::Term], row: &Row, name: &str) -> Value {
    json!(terms::find(known, text(row, name)).map(|term| term.de))
}

fn responsible_user(store: &Store, row: &Row) -> Value {
    let user = number(row, "responsibleUserId").and_then(|id| store.row_by_number(Table::Users, id));
    json!(user.map(|user| format!("{} {}", text(user, "firstName"), text(user, "lastName"))))
}
