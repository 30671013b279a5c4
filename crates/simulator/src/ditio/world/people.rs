//! The people of the three companies.

use chrono::{Days, NaiveDate};

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
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) mobile: String,
    pub(crate) email: String,
    pub(crate) birth_date: NaiveDate,
    pub(crate) employed_since: NaiveDate,
    pub(crate) work_title: &'static str,
    pub(crate) department: &'static str,
    /// Number of the HSE card.
    pub(crate) card_id: String,
    /// Payroll mode: 0 disabled, 1 enabled, 2 variable.
    pub(crate) payroll: u8,
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Number of people per company.
const HEADCOUNTS: [usize; 3] = [24, 6, 3];

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
                employee_number: (1001 + number).to_string(),
                first_name,
                last_name,
                mobile: format!("+479{:07}", 1_000_000 + number * 271_009 % 8_999_999),
                email: format!("{}.{}.{number}@example.no", ascii(first_name), ascii(last_name)),
                birth_date: day(1962, 14_000, &mut random),
                employed_since: day(2012, 4_700, &mut random),
                work_title: random.pick::<&str>(&TITLES),
                department: random.pick::<&str>(&DEPARTMENTS),
                card_id: format!("{:07}", 1_000_000 + random.below(8_999_999)),
                payroll: if number % 7 == 6 { 2 } else { 1 },
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
