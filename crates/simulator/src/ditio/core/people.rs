//! Profiles of people, which users v4 and employees v5 represent in two forms.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::record::{Record, assign, empty_record, flag, text};
use crate::ditio::core::resources::users::FIELDS;
use crate::ditio::core::state::in_scope;
use crate::ditio::world::{COMPANIES, World};

/// An employment of a person in a company.
#[derive(Clone, Debug)]
pub(super) struct Employment {
    pub(super) start: NaiveDate,
    pub(super) end: Option<NaiveDate>,
    pub(super) department: Value,
    /// Payroll mode: 0 disabled, 1 enabled, 2 variable.
    pub(super) payroll: i64,
}

/// A person in one company.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    /// Members of the v4 user, without those of the employments.
    pub(super) user: Record,
    /// Employments in the order of their start; the last is the current employment.
    pub(super) employments: Vec<Employment>,
    pub(super) modified: DateTime<Utc>,
}

/// All profiles, in the order of creation.
pub(super) struct People(pub(super) Vec<Profile>);

/// Number of seeded people with registrations, whose identities cannot be deleted.
pub(super) const WITH_REGISTRATIONS: usize = 5;

impl People {
    pub(super) fn seed(world: &World) -> Self {
        let profiles = world.people.iter().map(|person| {
            let members = json!({
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
            });
            let mut user = empty_record(&FIELDS);
            assign(&mut user, members.as_object().cloned().unwrap_or_default());
            if !person.is_loaded {
                user.insert("cardId".to_owned(), person.card_id.clone().into());
                user.insert("organizationNumber".to_owned(), person.company.organization_number.into());
                user.insert("worktimeArrangementName".to_owned(), "Ordinær 07–15".into());
            }
            let employment = Employment {
                start: person.employed_since,
                end: person.employed_until,
                department: person.department.clone().into(),
                payroll: person.payroll.into(),
            };
            Profile { user, employments: vec![employment], modified: DateTime::UNIX_EPOCH }
        });
        Self(profiles.collect())
    }

    /// Returns the profiles of the client's company and its subsidiary.
    pub(super) fn visible(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter().filter(|profile| profile.is_visible())
    }

    /// Returns the first visible profile that matches; else a 404.
    pub(super) fn find(&mut self, predicate: impl Fn(&Profile) -> bool) -> Result<&mut Profile, ApiError> {
        self.0.iter_mut().find(|profile| profile.is_visible() && predicate(profile)).ok_or_else(ApiError::not_found)
    }

    /// Returns the profile with an employee number, of the client's own company first.
    pub(super) fn employee(&mut self, number: &str) -> Result<&mut Profile, ApiError> {
        let position = |company: &str| self.0.iter().position(|profile| profile.has_number(company, number));
        let index = position(COMPANIES[0].id).or_else(|| position(COMPANIES[1].id)).ok_or_else(ApiError::not_found)?;
        Ok(&mut self.0[index])
    }

    /// Returns true if a profile of a company, except one, has an employee number.
    pub(super) fn is_taken(&self, company: &str, number: &str, except: &str) -> bool {
        self.0.iter().any(|profile| profile.has_number(company, number) && profile.id() != except)
    }

    /// Sets the phone of all profiles of an identity. Fails if another identity has the phone, or if one of the profiles
    /// belongs to a foreign company.
    pub(super) fn change_phone(&mut self, identity: &str, phone: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
        if self.0.iter().any(|profile| profile.phone() == phone && profile.identity() != identity) {
            return Err(ApiError::rule("Mobilnummeret er allerede i bruk av en annen bruker."));
        }
        let own = |profile: &&mut Profile| profile.identity() == identity;
        if self.0.iter().any(|profile| profile.identity() == identity && !profile.is_visible()) {
            return Err(ApiError::not_found());
        }
        for profile in self.0.iter_mut().filter(own) {
            profile.user.insert("mobileWork".to_owned(), phone.into());
            profile.modified = now;
        }
        Ok(())
    }

    /// Returns a profile in the form of the resource lookup.
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

    /// Returns true if one employment covers the whole period.
    pub(super) fn is_employed(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.employments.iter().any(|employment| employment.start <= from && employment.end.is_none_or(|end| end >= to))
    }

    /// Returns the current or last employment.
    pub(super) fn current(&mut self) -> &mut Employment {
        self.employments.last_mut().expect("a profile has at least one employment")
    }

    fn has_number(&self, company: &str, number: &str) -> bool {
        self.number() == number && self.company() == company
    }
}
