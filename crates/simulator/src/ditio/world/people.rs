//! The people: mostly of the client's company, some of its subsidiary, a few of a stranger's.

use chrono::{Days, NaiveDate};

use super::names::{DEPARTMENTS, FIRST, LAST, TITLES};
use super::{COMPANIES, Company};
use crate::state::SharedState;

/// A person and their employment.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Names the person: `auth0|` and 24 digits.
    pub(crate) identity_id: String,
    /// Names the person in one company.
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
    /// The HSE card.
    pub(crate) card_id: String,
    /// 0 disabled, 1 enabled, 2 variable.
    pub(crate) payroll: u8,
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// How many people each company has.
const HEADS: [usize; 3] = [24, 6, 3];

/// The person with two profiles, by place in the list.
const SHARED: usize = 5;

pub(super) fn people(shared: &SharedState) -> Vec<Person> {
    let mut random = shared.random("ditio/people");
    let ids = shared.ids("ditio/people");
    let mut people = Vec::new();
    for (company, heads) in COMPANIES.into_iter().zip(HEADS) {
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

/// One person works for the client's company and for the stranger's: two profiles, one identity, one phone.
fn share_identity(people: &mut [Person]) {
    let known = people[SHARED].clone();
    let Some(other) = people.iter_mut().find(|person| person.company.id == COMPANIES[2].id) else { return };
    other.identity_id = known.identity_id;
    other.first_name = known.first_name;
    other.last_name = known.last_name;
    other.mobile = known.mobile;
    other.email = known.email;
    other.birth_date = known.birth_date;
}

/// The letters of a name in an e-mail address.
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
