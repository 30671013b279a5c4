//! The people of the three companies.

use chrono::{Days, NaiveDate};

use super::loaded::{self, Entry};
use super::names::{DEPARTMENTS, FIRST, LAST, TITLES};
use super::{COMPANIES, Company};
use crate::state::SharedState;

/// A person and their employment.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Id of the person in all companies: `auth0|` and 24 hexadecimal digits.
    pub(crate) identity_id: String,
    /// Id of the person in one company.
    pub(crate) profile_id: String,
    pub(crate) company: Company,
    pub(crate) employee_number: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) mobile: String,
    pub(crate) email: Option<String>,
    pub(crate) birth_date: NaiveDate,
    pub(crate) employed_since: NaiveDate,
    /// End of the employment, if it is known.
    pub(crate) employed_until: Option<NaiveDate>,
    pub(crate) work_title: Option<String>,
    pub(crate) department: Option<String>,
    /// Number of the HSE card.
    pub(crate) card_id: String,
    /// Payroll mode: 0 disabled, 1 enabled, 2 variable.
    pub(crate) payroll: u8,
    /// True if the person comes from a loaded world, which has no more members than the employees of the API.
    pub(crate) is_loaded: bool,
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Number of people per company.
const HEADCOUNTS: [usize; 3] = [24, 6, 3];

/// Index of the employee with the number 1042, which the vendor's samples expect to exist.
const SAMPLE_EMPLOYEE: u64 = 23;
/// Index of the person with two profiles.
const TWO_PROFILES: usize = 5;

/// Generates the people.
pub(super) fn people(shared: &SharedState) -> Vec<Person> {
    let mut random = shared.random("ditio/people");
    let ids = shared.ids("ditio/people");
    let mut people = Vec::new();
    for (company, heads) in COMPANIES.into_iter().zip(HEADCOUNTS) {
        for _ in 0..heads {
            let number = people.len() as u64;
            let first_name = *random.pick(&FIRST);
            let last_name = *random.pick(&LAST);
            let day = |from: i32, span: u64, random: &mut crate::state::random::Random| {
                let start = NaiveDate::from_ymd_opt(from, 1, 1).expect("the first of January");
                start + Days::new(random.below(span))
            };
            people.push(Person {
                identity_id: format!("auth0|{}", random.hex(24)),
                profile_id: ids.next(),
                company,
                employee_number: if number == SAMPLE_EMPLOYEE { 1042 } else { 1001 + number }.to_string(),
                first_name: first_name.to_owned(),
                last_name: last_name.to_owned(),
                mobile: format!("+479{:07}", 1_000_000 + number * 271_009 % 8_999_999),
                email: Some(format!("{}.{}.{number}@example.no", ascii(first_name), ascii(last_name))),
                birth_date: day(1962, 14_000, &mut random),
                employed_since: day(2012, 4_700, &mut random),
                employed_until: None,
                work_title: Some((*random.pick(&TITLES)).to_owned()),
                department: Some((*random.pick(&DEPARTMENTS)).to_owned()),
                card_id: format!("{:07}", 1_000_000 + random.below(8_999_999)),
                payroll: if number % 7 == 6 { 2 } else { 1 },
                is_loaded: false,
            });
        }
    }
    share_identity(&mut people);
    people
}

/// Gives one person a second profile, in the foreign company: two profiles with one identity and one phone.
fn share_identity(people: &mut [Person]) {
    let known = people[TWO_PROFILES].clone();
    let Some(other) = people.iter_mut().find(|person| person.company.id == COMPANIES[2].id) else { return };
    other.identity_id = known.identity_id;
    other.first_name = known.first_name;
    other.last_name = known.last_name;
    other.mobile = known.mobile;
    other.email = known.email;
    other.birth_date = known.birth_date;
}

/// Creates the people of a loaded world.
pub(super) fn loaded_people(shared: &SharedState, entries: &[Entry]) -> Vec<Person> {
    let ids = shared.ids("ditio/people");
    let nothing = Entry::new();
    let people = loaded::by_company(entries).into_iter().map(|entry| {
        let employment = entry.get("employment").and_then(serde_json::Value::as_object).unwrap_or(&nothing);
        let day =
            |object: &Entry, name: &str| loaded::text(object, name).and_then(|text| text.parse::<NaiveDate>().ok());
        Person {
            identity_id: loaded::text_or(entry, "identityId", || format!("auth0|{}", ids.next())),
            profile_id: loaded::text_or(entry, "companyProfileId", || ids.next()),
            company: loaded::company(entry),
            employee_number: loaded::text(entry, "employeeNumber").unwrap_or_default(),
            first_name: loaded::text(entry, "firstName").unwrap_or_default(),
            last_name: loaded::text(entry, "lastName").unwrap_or_default(),
            mobile: loaded::text(entry, "phone").unwrap_or_default(),
            email: loaded::text(entry, "email"),
            birth_date: day(entry, "birthDate").unwrap_or_default(),
            employed_since: day(employment, "startDate").unwrap_or_default(),
            employed_until: day(employment, "endDate"),
            work_title: loaded::text(entry, "workTitle"),
            department: loaded::text(employment, "department"),
            card_id: String::new(),
            payroll: u8::try_from(loaded::integer(employment, "payroll")).unwrap_or_default(),
            is_loaded: true,
        }
    });
    people.collect()
}

/// Converts a name to ASCII for an e-mail address.
fn ascii(name: &str) -> String {
    let plain = name.to_lowercase();
    plain
        .chars()
        .map(|c| match c {
            'å' | 'ä' => 'a',
            'ø' | 'ö' => 'o',
            'æ' => 'e',
            'ł' => 'l',
            other => other,
        })
        .collect()
}
