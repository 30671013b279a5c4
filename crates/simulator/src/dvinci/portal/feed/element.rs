//! Elements of the feed: a publication with its job opening.

use serde_json::{Value, json};

use crate::dvinci::ascii::to_ascii;
use crate::dvinci::portal::access::Portal;
use crate::dvinci::resources::locations;
use crate::dvinci::resources::users::salutation;
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, has, number, text};
use crate::dvinci::store::table::Table;
use crate::dvinci::tenant::language::Language;
use crate::dvinci::tenant::terms::{self, Term};
use crate::dvinci::tenant::{TENANT_URL, countries};
use crate::dvinci::time;

/// Renderer of feed elements.
pub(in crate::dvinci) struct ElementRenderer {
    /// `true` if long texts are omitted.
    pub(in crate::dvinci) small: bool,
    /// Language of names.
    pub(in crate::dvinci) language: Language,
    /// Base URL of the portals' interfaces.
    pub(in crate::dvinci) base_url: String,
    pub(in crate::dvinci) portal: Portal,
}

impl ElementRenderer {
    pub(super) fn element(&self, store: &Store, publication: &Row, opening: &Row, placement: &Row) -> Value {
        let id = &publication["id"];
        let language = text(publication, "languageId");
        let page = format!("{TENANT_URL}/{language}/jobs/{id}");
        let slug = to_ascii(text(publication, "position"));
        let external = text(publication, "externalPublicationUrl");
        let portal = self.portal.name;
        let prefix = if portal.is_empty() { String::new() } else { format!("/p/{portal}") };
        let apply = self.portal.accepts_applications.then(|| format!("{}{prefix}/jobs/{id}/applyApi", self.base_url));
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
            "startDate": time::from_row(placement, "startDate").map(time::format_shortest),
            "endDate": time::from_row(placement, "endDate").map(time::format_shortest),
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
            .filter_map(|id| store.row(Table::Locations, &Key::from_value(Table::Locations, id)?))
            .collect();
        let names: Vec<String> = locations.iter().map(|row| locations::name(row, self.language)).collect();
        let unit = number(row, "orgUnitId").and_then(|id| store.row_by_number(Table::OrgUnits, id));
        let user = number(row, "responsibleUserId").and_then(|id| store.row_by_number(Table::Users, id));
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
        let has_country = has(row, "countryIsoA2");
        json!({
            "id": row["id"],
            "name": locations::name(row, self.language),
            "country": has_country.then(|| json!({ "name": country, "isoA2": row["countryIsoA2"] })),
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
                "country": has_country.then_some(country.as_str()),
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
