//! The people that users v4 and employees v5 are two views of.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::problem::Problem;
use super::record::{Record, assign, blank, flag, text};
use super::state::in_scope;
use super::users::FIELDS;
use crate::ditio::world::{COMPANIES, World};

/// A time of work for one company.
#[derive(Clone, Debug)]
pub(super) struct Employment {
    pub(super) start: NaiveDate,
    pub(super) end: Option<NaiveDate>,
    pub(super) department: Value,
    /// 0 disabled, 1 enabled, 2 variable.
    pub(super) payroll: i64,
}

/// A person in one company. Members that employments have are there, not in `user`.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) user: Record,
    /// In the order of their beginning; the last one is the current one.
    pub(super) employments: Vec<Employment>,
    pub(super) modified: DateTime<Utc>,
}

/// Every profile, in the order of creation.
pub(super) struct People(pub(super) Vec<Profile>);

/// Identities of so many seeded people have registrations, and cannot be deleted.
pub(super) const USED: usize = 5;

impl People {
    pub(super) fn seed(world: &World) -> Self {
        let profiles = world.people.iter().map(|person| {
            let known = json!({
                "identityId": person.identity_id,
                "companyProfileId": person.profile_id,
                "companyId": person.company.id,
                "employeeNumber": person.employee_number,
                "firstName": person.first_name,
                "lastName": person.last_name,
                "mobileWork": person.mobile,
                "birthDate": person.birth_date.to_string(),
                "email": person.email,
                "workTitle": person.work_title,
                "cardId": person.card_id,
                "organizationNumber": person.company.organization_number,
                "worktimeArrangementName": "Ordinær 07–15",
            });
            let mut user = blank(&FIELDS);
            assign(&mut user, known.as_object().cloned().unwrap_or_default());
            let employment = Employment {
                start: person.employed_since,
                end: None,
                department: person.department.into(),
                payroll: person.payroll.into(),
            };
            Profile { user, employments: vec![employment], modified: DateTime::UNIX_EPOCH }
        });
        Self(profiles.collect())
    }

    /// The profiles of the client's company and its subsidiary.
    pub(super) fn visible(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter().filter(|profile| profile.is_visible())
    }

    /// The visible profile that answers the question.
    pub(super) fn find(&mut self, is: impl Fn(&Profile) -> bool) -> Result<&mut Profile, Problem> {
        self.0.iter_mut().find(|profile| profile.is_visible() && is(profile)).ok_or_else(Problem::not_found)
    }

    /// By employee number, of the client's own company first.
    pub(super) fn employee(&mut self, number: &str) -> Result<&mut Profile, Problem> {
        let at = |company: &str| self.0.iter().position(|profile| profile.is(company, number));
        let place = at(COMPANIES[0].id).or_else(|| at(COMPANIES[1].id)).ok_or_else(Problem::not_found)?;
        Ok(&mut self.0[place])
    }

    /// Whether a number is taken in a company, by another profile than this one.
    pub(super) fn is_taken(&self, company: &str, number: &str, but: &str) -> bool {
        self.0.iter().any(|profile| profile.is(company, number) && profile.id() != but)
    }

    /// A new phone for an identity and all its profiles. Refused when somebody else has it, and when one of the
    /// profiles is out of reach.
    pub(super) fn change_phone(&mut self, identity: &str, phone: &str, now: DateTime<Utc>) -> Result<(), Problem> {
        if self.0.iter().any(|profile| profile.phone() == phone && profile.identity() != identity) {
            return Err(Problem::rule("Mobilnummeret er allerede i bruk av en annen bruker."));
        }
        let own = |profile: &&mut Profile| profile.identity() == identity;
        if self.0.iter().any(|profile| profile.identity() == identity && !profile.is_visible()) {
            return Err(Problem::not_found());
        }
        for profile in self.0.iter_mut().filter(own) {
            profile.user.insert("mobileWork".to_owned(), phone.into());
            profile.modified = now;
        }
        Ok(())
    }

    /// A profile as the resource lookup shows it.
    pub(super) fn as_resource(&self, profile_id: &str) -> Option<Value> {
        let profile = self.visible().find(|profile| profile.id() == profile_id)?;
        Some(json!({
            "id": profile_id,
            "companyId": profile.user["companyId"],
            "resourceNumber": profile.user["employeeNumber"],
            "name": profile.name(),
            "resourceTypeId": "person",
            "active": !flag(&profile.user, "isDisabled"),
        }))
    }
}

impl Profile {
    pub(super) fn id(&self) -> &str {
        text(&self.user, "companyProfileId")
    }

    pub(super) fn identity(&self) -> &str {
        text(&self.user, "identityId")
    }

    pub(super) fn number(&self) -> &str {
        text(&self.user, "employeeNumber")
    }

    pub(super) fn phone(&self) -> &str {
        text(&self.user, "mobileWork")
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", text(&self.user, "firstName"), text(&self.user, "lastName"))
    }

    pub(super) fn is_visible(&self) -> bool {
        in_scope(self.company())
    }

    pub(super) fn company(&self) -> &str {
        text(&self.user, "companyId")
    }

    pub(super) fn is_own_company(&self) -> bool {
        self.company() == COMPANIES[0].id
    }

    /// Whether an employment covers the whole time.
    pub(super) fn is_employed(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.employments.iter().any(|one| one.start <= from && one.end.is_none_or(|end| end >= to))
    }

    /// The current or the last employment.
    pub(super) fn current(&mut self) -> &mut Employment {
        self.employments.last_mut().expect("no profile without an employment")
    }

    fn is(&self, company: &str, number: &str) -> bool {
        self.number() == number && self.company() == company
    }
}
