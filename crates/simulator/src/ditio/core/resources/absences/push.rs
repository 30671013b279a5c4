//! Creation or update of an absence.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use crate::ditio::core::api_error::{ApiError, FieldError};
use crate::ditio::core::body::Body;
use crate::ditio::core::people::Profile;
use crate::ditio::core::record::{Field, Kind, Record, bind, field, flag, plain_day, require, text};
use crate::ditio::core::resources::absences::days::{expand, longest_run};
use crate::ditio::core::resources::absences::{Absence, Absences, view};
use crate::ditio::core::state::{Core, Data, in_scope};
use crate::ditio::world::{ABSENCE_TYPES, AbsenceType};

const FIELDS: [Field; 12] = [
    field("externalId", Kind::Text),
    field("employeeNumber", Kind::Text),
    field("absenceTypeCode", Kind::Text),
    field("absenceTypeId", Kind::Text),
    field("startDate", Kind::PlainDay),
    field("endDate", Kind::PlainDay),
    field("projectNumber", Kind::Text),
    field("projectCompanyId", Kind::Text),
    field("hoursPerDay", Kind::Number),
    field("comment", Kind::Text),
    field("days", Kind::Any),
    field("approved", Kind::Bool),
];
const DEFAULT_HOURS: f64 = 7.5;
/// Code of self-certified sickness, which is limited in work days in a row and per year.
const SELF_CERTIFIED: &str = "505";
const MAX_RUN: usize = 8;
const MAX_YEAR: usize = 24;

pub(super) async fn push(State(core): State<Core>, Body(body): Body) -> Result<(StatusCode, Json<Record>), ApiError> {
    let input = bind(&FIELDS, &body)?;
    require(&input, &["externalId", "employeeNumber", "startDate", "endDate"])?;
    let id = text(&input, "externalId").trim().to_owned();
    let (start, end) = period(&input)?;
    let kind = absence_type(&input)?;
    let mut data = core.data();
    let number = text(&input, "employeeNumber");
    let employee = data
        .people
        .employee(number)
        .map_err(|_| ApiError::rule(&format!("Fant ingen ansatt med nummer {number}.")))?
        .clone();
    let project = project(&data, &input)?;
    let hours = input.get("hoursPerDay").and_then(Value::as_f64).unwrap_or(DEFAULT_HOURS);
    let days = expand(start, end, hours, &adjustments(&input)?);
    let existing = data.absences.0.get(&id).cloned();
    let absence =
        Absence { members: members(&core, &input, &id, kind, &employee, project.as_ref(), existing.as_ref()), days };
    check(&core, &data.absences, &absence, existing.as_ref(), &employee, kind)?;
    let response = view(&absence);
    data.absences.0.insert(id, absence);
    Ok((if existing.is_some() { StatusCode::OK } else { StatusCode::CREATED }, Json(response)))
}

fn period(input: &Record) -> Result<(NaiveDate, NaiveDate), ApiError> {
    let day = |name| plain_day(text(input, name)).ok_or_else(|| ApiError::field(name, "The date is not valid."));
    let (start, end) = (day("startDate")?, day("endDate")?);
    if end < start || end.signed_duration_since(start).num_days() > 366 {
        return Err(ApiError::field("endDate", "EndDate has to be on or after StartDate, by a year at most."));
    }
    Ok((start, end))
}

/// Returns the absence type by id, else by payroll code. An ambiguous code is rejected.
fn absence_type(input: &Record) -> Result<&'static AbsenceType, ApiError> {
    let (id, code) = (text(input, "absenceTypeId"), text(input, "absenceTypeCode"));
    if !id.is_empty() {
        let found = ABSENCE_TYPES.iter().find(|kind| kind.id == id);
        return found.ok_or_else(|| ApiError::rule(&format!("Fant ingen fraværstype med id {id}.")));
    }
    if code.is_empty() {
        return Err(ApiError::invalid(&[FieldError::required("absenceTypeCode")]));
    }
    let candidates: Vec<&AbsenceType> = ABSENCE_TYPES.iter().filter(|kind| kind.code == code).collect();
    match candidates.as_slice() {
        [only] => Ok(only),
        [] => Err(ApiError::rule(&format!("Fant ingen aktiv fraværstype med kode {code}."))),
        candidates => {
            let list: Vec<String> = candidates.iter().map(|kind| format!("{} ({})", kind.name, kind.id)).collect();
            Err(ApiError::rule(&format!("Koden {code} passer til flere fraværstyper: {}.", list.join(", "))))
        }
    }
}

/// Returns the project that has the number as any of its numbers. An ambiguous number is rejected with the candidates.
fn project(data: &Data, input: &Record) -> Result<Option<Record>, ApiError> {
    let number = text(input, "projectNumber");
    if number.is_empty() {
        return Ok(None);
    }
    let company = text(input, "projectCompanyId");
    let names = ["projectNumber", "externalProjectNumber", "externalDimension1", "externalDimension2"];
    let matching = data.projects.iter().filter(|project| {
        in_scope(text(project, "companyId"))
            && (company.is_empty() || text(project, "companyId") == company)
            && names.iter().any(|name| text(project, name) == number)
    });
    match matching.collect::<Vec<_>>().as_slice() {
        [only] => Ok(Some((*only).clone())),
        [] => Err(ApiError::rule(&format!("Fant ikke noe prosjekt med nummer {number}."))),
        candidates => {
            let list: Vec<&str> = candidates.iter().map(|project| text(project, "projectNumber")).collect();
            Err(ApiError::rule(&format!("Nummeret {number} passer til flere prosjekter: {}.", list.join(", "))))
        }
    }
}

fn adjustments(input: &Record) -> Result<Vec<(NaiveDate, f64)>, ApiError> {
    const DAY: [Field; 2] = [field("date", Kind::PlainDay), field("qty", Kind::Number)];
    let invalid = || ApiError::field("days", "Each day needs a date and a qty.");
    let days = match input.get("days") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(days) => days.as_array().ok_or_else(invalid)?,
    };
    let adjustments = days.iter().map(|day| {
        let day = bind(&DAY, day)?;
        let date = plain_day(text(&day, "date")).ok_or_else(invalid)?;
        Ok((date, day.get("qty").and_then(Value::as_f64).ok_or_else(invalid)?))
    });
    adjustments.collect()
}

fn members(
    core: &Core,
    input: &Record,
    id: &str,
    kind: &AbsenceType,
    employee: &Profile,
    project: Option<&Record>,
    existing: Option<&Absence>,
) -> Record {
    let project_member = |name: &str| project.map_or(Value::Null, |project| project[name].clone());
    // Approval is accepted at creation only.
    let approved =
        existing.map_or_else(|| flag(input, "approved").into(), |existing| existing.members["approved"].clone());
    let registration =
        existing.map_or_else(|| core.ids.next().into(), |existing| existing.members["absenceRegistrationId"].clone());
    let members = json!({
        "absenceRegistrationId": registration,
        "externalId": id,
        "employeeNumber": employee.number(),
        "userName": employee.name(),
        "absenceTypeId": kind.id,
        "absenceTypeCode": kind.code,
        "absenceTypeName": kind.name,
        "projectId": project_member("id"),
        "projectNumber": project_member("projectNumber"),
        "projectName": project_member("name"),
        "startDate": input["startDate"],
        "endDate": input["endDate"],
        "comment": input.get("comment").cloned().unwrap_or_default(),
        "approved": approved,
    });
    members.as_object().cloned().unwrap_or_default()
}

/// Checks employment, settled days and the limits of self-certified sickness.
fn check(
    core: &Core,
    absences: &Absences,
    absence: &Absence,
    existing: Option<&Absence>,
    employee: &Profile,
    kind: &AbsenceType,
) -> Result<(), ApiError> {
    let (Some((first, _)), Some((last, _))) = (absence.days.first_key_value(), absence.days.last_key_value()) else {
        return Err(ApiError::rule("Perioden har ingen arbeidsdager."));
    };
    if !employee.is_employed(*first, *last) {
        return Err(ApiError::rule("Den ansatte har ikke et arbeidsforhold i hele perioden."));
    }
    let settled = core.settled_until();
    let settled_days = |absence: &Absence| -> Vec<(NaiveDate, f64)> {
        absence.days.range(..=settled).map(|(day, qty)| (*day, *qty)).collect()
    };
    if settled_days(absence) != existing.map(settled_days).unwrap_or_default() {
        return Err(ApiError::rule("Perioden har dager som er lønnsavregnet og ikke kan endres."));
    }
    if kind.code == SELF_CERTIFIED {
        let id = &absence.members["externalId"];
        let same = absences.0.values().filter(|other| {
            other.members["employeeNumber"] == absence.members["employeeNumber"]
                && other.members["absenceTypeCode"] == SELF_CERTIFIED
                && other.members["externalId"] != *id
        });
        let in_year = |absence: &Absence| absence.days.keys().filter(|day| day.year() == first.year()).count();
        if longest_run(&absence.days) > MAX_RUN || in_year(absence) + same.map(in_year).sum::<usize>() > MAX_YEAR {
            return Err(ApiError::rule("Grensen for egenmelding er overskredet."));
        }
    }
    Ok(())
}
