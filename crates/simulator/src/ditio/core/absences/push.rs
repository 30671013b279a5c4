//! One push: created or updated, after every check.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use super::days::{expand, longest_run};
use super::{Absence, Absences, shown};
use crate::ditio::core::body::Body;
use crate::ditio::core::people::Profile;
use crate::ditio::core::problem::{FieldError, Problem};
use crate::ditio::core::record::{Field, Kind, Record, bind, field, flag, plain_day, require, text};
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
/// Self-certified sickness has thresholds: work days in a row, and in a year.
const SELF_CERTIFIED: &str = "505";
const MAX_RUN: usize = 8;
const MAX_YEAR: usize = 24;

pub(super) async fn push(State(core): State<Core>, Body(body): Body) -> Result<(StatusCode, Json<Record>), Problem> {
    let bound = bind(&FIELDS, &body)?;
    require(&bound, &["externalId", "employeeNumber", "startDate", "endDate"])?;
    let id = text(&bound, "externalId").trim().to_owned();
    let (start, end) = period(&bound)?;
    let kind = absence_type(&bound)?;
    let mut data = core.data();
    let number = text(&bound, "employeeNumber");
    let employee = data
        .people
        .employee(number)
        .map_err(|_| Problem::rule(&format!("Fant ingen ansatt med nummer {number}.")))?
        .clone();
    let project = project(&data, &bound)?;
    let hours = bound.get("hoursPerDay").and_then(Value::as_f64).unwrap_or(DEFAULT_HOURS);
    let days = expand(start, end, hours, &adjustments(&bound)?);
    let there = data.absences.0.get(&id).cloned();
    let absence = Absence { known: known(&core, &bound, &id, kind, &employee, project.as_ref(), there.as_ref()), days };
    check(&core, &data.absences, &absence, there.as_ref(), &employee, kind)?;
    let answer = shown(&absence);
    data.absences.0.insert(id, absence);
    Ok((if there.is_some() { StatusCode::OK } else { StatusCode::CREATED }, Json(answer)))
}

fn period(bound: &Record) -> Result<(NaiveDate, NaiveDate), Problem> {
    let day = |name| plain_day(text(bound, name)).ok_or_else(|| Problem::field(name, "The date is not valid."));
    let (start, end) = (day("startDate")?, day("endDate")?);
    if end < start || end.signed_duration_since(start).num_days() > 366 {
        return Err(Problem::field("endDate", "EndDate has to be on or after StartDate, by a year at most."));
    }
    Ok((start, end))
}

/// By id, which wins, or by a payroll code that only one type has.
fn absence_type(bound: &Record) -> Result<&'static AbsenceType, Problem> {
    let (id, code) = (text(bound, "absenceTypeId"), text(bound, "absenceTypeCode"));
    if !id.is_empty() {
        let found = ABSENCE_TYPES.iter().find(|kind| kind.id == id);
        return found.ok_or_else(|| Problem::rule(&format!("Fant ingen fraværstype med id {id}.")));
    }
    if code.is_empty() {
        return Err(Problem::invalid(&[FieldError::required("absenceTypeCode")]));
    }
    let candidates: Vec<&AbsenceType> = ABSENCE_TYPES.iter().filter(|kind| kind.code == code).collect();
    match candidates.as_slice() {
        [only] => Ok(only),
        [] => Err(Problem::rule(&format!("Fant ingen aktiv fraværstype med kode {code}."))),
        several => {
            let list: Vec<String> = several.iter().map(|kind| format!("{} ({})", kind.name, kind.id)).collect();
            Err(Problem::rule(&format!("Koden {code} passer til flere fraværstyper: {}.", list.join(", "))))
        }
    }
}

/// By any of a project's numbers; several matches are refused with the list.
fn project(data: &Data, bound: &Record) -> Result<Option<Record>, Problem> {
    let number = text(bound, "projectNumber");
    if number.is_empty() {
        return Ok(None);
    }
    let company = text(bound, "projectCompanyId");
    let names = ["projectNumber", "externalProjectNumber", "externalDimension1", "externalDimension2"];
    let matching = data.projects.iter().filter(|project| {
        in_scope(text(project, "companyId"))
            && (company.is_empty() || text(project, "companyId") == company)
            && names.iter().any(|name| text(project, name) == number)
    });
    match matching.collect::<Vec<_>>().as_slice() {
        [only] => Ok(Some((*only).clone())),
        [] => Err(Problem::rule(&format!("Fant ikke noe prosjekt med nummer {number}."))),
        several => {
            let list: Vec<&str> = several.iter().map(|project| text(project, "projectNumber")).collect();
            Err(Problem::rule(&format!("Nummeret {number} passer til flere prosjekter: {}.", list.join(", "))))
        }
    }
}

fn adjustments(bound: &Record) -> Result<Vec<(NaiveDate, f64)>, Problem> {
    const DAY: [Field; 2] = [field("date", Kind::PlainDay), field("qty", Kind::Number)];
    let invalid = || Problem::field("days", "Each day needs a date and a qty.");
    let days = match bound.get("days") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(days) => days.as_array().ok_or_else(invalid)?,
    };
    let read = days.iter().map(|day| {
        let day = bind(&DAY, day)?;
        let date = plain_day(text(&day, "date")).ok_or_else(invalid)?;
        Ok((date, day.get("qty").and_then(Value::as_f64).ok_or_else(invalid)?))
    });
    read.collect()
}

fn known(
    core: &Core,
    bound: &Record,
    id: &str,
    kind: &AbsenceType,
    employee: &Profile,
    project: Option<&Record>,
    there: Option<&Absence>,
) -> Record {
    let of_project = |name: &str| project.map_or(Value::Null, |project| project[name].clone());
    // Approval counts at creation only.
    let approved = there.map_or_else(|| flag(bound, "approved").into(), |there| there.known["approved"].clone());
    let registration =
        there.map_or_else(|| core.ids.next().into(), |there| there.known["absenceRegistrationId"].clone());
    let known = json!({
        "absenceRegistrationId": registration,
        "externalId": id,
        "employeeNumber": employee.number(),
        "userName": employee.name(),
        "absenceTypeId": kind.id,
        "absenceTypeCode": kind.code,
        "absenceTypeName": kind.name,
        "projectId": of_project("id"),
        "projectNumber": of_project("projectNumber"),
        "projectName": of_project("name"),
        "startDate": bound["startDate"],
        "endDate": bound["endDate"],
        "comment": bound.get("comment").cloned().unwrap_or_default(),
        "approved": approved,
    });
    known.as_object().cloned().unwrap_or_default()
}

/// Employment, settled days, thresholds.
fn check(
    core: &Core,
    absences: &Absences,
    absence: &Absence,
    there: Option<&Absence>,
    employee: &Profile,
    kind: &AbsenceType,
) -> Result<(), Problem> {
    let (Some((first, _)), Some((last, _))) = (absence.days.first_key_value(), absence.days.last_key_value()) else {
        return Err(Problem::rule("Perioden har ingen arbeidsdager."));
    };
    if !employee.is_employed(*first, *last) {
        return Err(Problem::rule("Den ansatte har ikke et arbeidsforhold i hele perioden."));
    }
    let settled = core.settled_until();
    let frozen = |absence: &Absence| -> Vec<(NaiveDate, f64)> {
        absence.days.range(..=settled).map(|(day, qty)| (*day, *qty)).collect()
    };
    if frozen(absence) != there.map(frozen).unwrap_or_default() {
        return Err(Problem::rule("Perioden har dager som er lønnsavregnet og ikke kan endres."));
    }
    if kind.code == SELF_CERTIFIED {
        let id = &absence.known["externalId"];
        let same = absences.0.values().filter(|other| {
            other.known["employeeNumber"] == absence.known["employeeNumber"]
                && other.known["absenceTypeCode"] == SELF_CERTIFIED
                && other.known["externalId"] != *id
        });
        let in_year = |absence: &Absence| absence.days.keys().filter(|day| day.year() == first.year()).count();
        if longest_run(&absence.days) > MAX_RUN || in_year(absence) + same.map(in_year).sum::<usize>() > MAX_YEAR {
            return Err(Problem::rule("Grensen for egenmelding er overskredet."));
        }
    }
    Ok(())
}
