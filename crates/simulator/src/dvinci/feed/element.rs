//! One publication with everything about its job opening.

use serde_json::{Value, json};

use crate::dvinci::TENANT;
use crate::dvinci::call::Row;
use crate::dvinci::countries;
use crate::dvinci::instants;
use crate::dvinci::locations;
use crate::dvinci::plain::ascii;
use crate::dvinci::portals::Portal;
use crate::dvinci::show::Language;
use crate::dvinci::store::{Key, Store};
use crate::dvinci::table::{Table, has, number, text};
use crate::dvinci::terms::{self, Term};
use crate::dvinci::users::salutation;

/// How elements come out.
pub(in crate::dvinci) struct Shape {
    /// Without the long texts.
    pub(in crate::dvinci) small: bool,
    /// Of names.
    pub(in crate::dvinci) language: Language,
    /// Where the interfaces answer.
    pub(in crate::dvinci) base: String,
    pub(in crate::dvinci) portal: Portal,
}

impl Shape {
    pub(super) fn element(&self, store: &Store, publication: &Row, opening: &Row, showing: &Row) -> Value {
        let id = &publication["id"];
        let language = text(publication, "languageId");
        let page = format!("{TENANT}/{language}/jobs/{id}");
        let slug = ascii(text(publication, "position"));
        let external = text(publication, "externalPublicationUrl");
        let portal = self.portal.name;
        let prefix = if portal.is_empty() { String::new() } else { format!("/p/{portal}") };
        let apply = self.portal.import.then(|| format!("{}{prefix}/jobs/{id}/applyApi", self.base));
        let mut element = json!({
            "id": id,
            "language": language,
            "position": publication["position"],
            "pageTitle": publication.get("pageTitle").filter(|title| !title.is_null()).unwrap_or(&publication["position"]),
            "subtitle": publication["subtitle"],
            "pageDescription": publication["pageDescription"],
            "jobPublicationURL": if external.is_empty() { format!("{page}/{}", slug.trim_end_matches('-')) } else { external.to_owned() },
            "applicationFormURL": format!("{page}/apply"),
            "applicationApplyApiURL": apply,
            "applicationApplyWhatsAppURL": null,
            "startDate": instants::of(showing, "startDate").map(instants::shortest),
            "endDate": instants::of(showing, "endDate").map(instants::shortest),
            "benefits": [],
            "jobOpening": self.opening(store, opening),
        });
        if !self.small {
            for name in ["introduction", "tasks", "profile", "weOffer", "closingText"] {
                element[name] = publication[name].clone();
            }
        }
        element
    }

    fn opening(&self, store: &Store, row: &Row) -> Value {
        let locations: Vec<&Row> = row["locationIds"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|id| store.row(Table::Locations, &Key::of(Table::Locations, id)?))
            .collect();
        let names: Vec<String> = locations.iter().map(|row| locations::name(row, self.language)).collect();
        let unit = number(row, "orgUnitId").and_then(|id| store.numbered(Table::OrgUnits, id));
        let user = number(row, "responsibleUserId").and_then(|id| store.numbered(Table::Users, id));
        let mut opening = json!({
            "id": row["id"],
            "name": row["name"],
            "type": row["type"],
            "categories": self.terms(terms::CATEGORIES, &row["categoryIds"]),
            "targetGroups": self.terms(terms::TARGET_GROUPS, &row["targetGroups"]),
            "workingTimes": self.terms(terms::WORKING_TIMES, &row["workingTimes"]),
            "contractPeriod": self.term(terms::CONTRACT_PERIODS, text(row, "contractPeriod")),
            "orgUnit": unit.map(|unit| json!({ "id": unit["id"], "name": unit["name"] })),
            "reference": row["reference"],
            "location": (!names.is_empty()).then(|| names.join(", ")),
            "locations": locations.iter().map(|row| self.location(row)).collect::<Vec<_>>(),
            "department": row["department"],
            "costUnit": row["costUnit"],
            "earliestEntryDate": row["earliestEntryDate"],
            "salaryRange": null,
            "salary": row.get("_salary"),
            "reward": row["reward"],
            "createdDate": row["_created"],
            "responsibleUser": user.map(|user| self.user(user)),
            "formFieldAnswers": [],
        });
        if !self.small {
            opening["company"] = self.company(text(row, "companyId"));
        }
        opening
    }

    fn terms(&self, terms: &[Term], ids: &Value) -> Value {
        let ids = ids.as_array().into_iter().flatten().filter_map(Value::as_str);
        ids.map(|id| self.term(terms, id)).collect()
    }

    fn term(&self, terms: &[Term], id: &str) -> Value {
        let Some(term) = terms::find(terms, id) else {
            return Value::Null;
        };
        json!({ "id": terms::position(terms, id), "internalName": id, "name": self.language.pick(term.de, term.en) })
    }

    fn company(&self, id: &str) -> Value {
        let mut company = self.term(terms::COMPANIES, id);
        if !company.is_null() {
            company["description1"] = json!("<p>Wärme, Strom und Pumpen aus dem Norden: größer, als man denkt.</p>");
            for number in 2..=10 {
                company[format!("description{number}")] = Value::Null;
            }
            company["address"] = Value::Null;
        }
        company
    }

    fn location(&self, row: &Row) -> Value {
        let country = locations::country(row, self.language);
        let is_placed = has(row, "countryIsoA2");
        json!({
            "id": row["id"],
            "name": locations::name(row, self.language),
            "country": is_placed.then(|| json!({ "name": country, "isoA2": row["countryIsoA2"] })),
            "latitude": row["latitude"],
            "longitude": row["longitude"],
            "additionalInformation": row["additionalInformation"],
            "address": {
                "address1": row["address1"],
                "address2": row["address2"],
                "address3": row["address3"],
                "address4": row["address4"],
                "address5": row["address5"],
                "usState": row["usState"],
                "zipCode": row["zipCode"],
                "city": row["city"],
                "country": is_placed.then_some(country.as_str()),
            },
        })
    }

    fn user(&self, row: &Row) -> Value {
        let kind = text(row, "salutation");
        let (german, english) = countries::names(text(row, "countryIsoA2"));
        let company = terms::find(terms::COMPANIES, text(row, "companyId"));
        json!({
            "salutation": { "internalName": kind, "name": salutation(kind, self.language) },
            "title": row["title"],
            "firstName": row["firstName"],
            "lastName": row["lastName"],
            "email": row["email"],
            "division": row["division"],
            "telephone": row["telephone"],
            "mobile": row["mobile"],
            "street": row["street"],
            "number": row["number"],
            "additionalAddress": row["additionalAddress"],
            "zipCode": row["zipCode"],
            "city": row["city"],
            "country": self.language.pick(german, english),
            "company": company.map(|company| company.de),
            "position": row["positionAuthority"],
            "photoURL": null,
        })
    }
}
