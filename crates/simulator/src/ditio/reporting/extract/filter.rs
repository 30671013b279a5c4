//! The filter of an extraction, besides its time window.

use crate::ditio::reporting::api_error::ApiError;
use crate::ditio::reporting::tables::row::Row;
use crate::ditio::reporting::tables::table::DitioTable as T;
use crate::ditio::world::COMPANIES;
use crate::web::Query;

const SUBSIDIARY: &str = COMPANIES[1].id;
const FOREIGN: &str = COMPANIES[2].id;

/// Members of an absence that require `IncludeSensitiveData`.
const SENSITIVE: [&str; 3] = ["sickLeaveReason", "childName", "childBirthDate"];

/// Conditions that a row must meet.
#[derive(Debug, Default)]
pub(in crate::ditio::reporting) struct Filter {
    pub(in crate::ditio::reporting) project: Option<String>,
    pub(in crate::ditio::reporting) company: Option<String>,
    own_only: bool,
    exclude_subsidiaries: bool,
    /// Required values of boolean members.
    flags: Vec<(&'static str, bool)>,
    sources: Vec<String>,
    projects: Vec<String>,
    exclude_open: bool,
    /// Members removed from each row.
    pub(in crate::ditio::reporting) hidden_members: &'static [&'static str],
}

impl Filter {
    /// Parses the filter parameters of a table.
    pub(in crate::ditio::reporting) fn parse(table: T, query: &Query) -> Result<Self, ApiError> {
        let mut filter = Self {
            project: query.non_blank("ProjectId").map(str::to_owned),
            company: query.non_blank("CompanyId").map(str::to_owned),
            own_only: flag(query, "OwnCompanyDataOnly")?.unwrap_or(false),
            exclude_subsidiaries: flag(query, "ExcludeDataFromSubsidiaries")?.unwrap_or(false),
            ..Self::default()
        };
        match table {
            T::User => filter.project = None,
            T::AbsenceRegistrations => {
                for (name, member) in
                    [("Approved", "approved"), ("ApprovedPayroll", "payrollApproved"), ("Locked", "locked")]
                {
                    filter.flags.extend(flag(query, name)?.map(|value| (member, value)));
                }
                if flag(query, "IncludeSensitiveData")? != Some(true) {
                    filter.hidden_members = &SENSITIVE;
                }
            }
            T::PayrollLines | T::PayrollLinesExtended => {
                let state = choice(query, "ExportFilter", &["OnlyApproved", "All", "OnlyLocked"])?;
                filter.flags.extend([Some(("approved", true)), None, Some(("~locked", true))][state]);
                let paid = choice(query, "UserPayrollTypeFilter", &["PaidByHour", "FixedPay", "AllUsers"])?;
                filter.flags.extend([Some(("~paidByHour", true)), Some(("~paidByHour", false)), None][paid]);
            }
            T::Images => filter.sources = query.list("Sources"),
            T::CrewListRegistrations => {
                filter.projects = query.list("ProjectIds");
                filter.exclude_open = !flag(query, "IncludeOpen")?.unwrap_or(false);
            }
            _ => {}
        }
        Ok(filter)
    }

    /// Returns true if a row meets all conditions.
    pub(in crate::ditio::reporting) fn matches(&self, row: &Row) -> bool {
        let project = || row.text("~projectId").or_else(|| row.text("projectId"));
        let has_project = || row.get("~projectId").or_else(|| row.get("projectId")).is_some();
        if self.project.is_some() && has_project() && project() != self.project.as_deref() {
            return false;
        }
        if !self.projects.is_empty()
            && !project().is_some_and(|id| self.projects.iter().any(|requested| requested == id))
        {
            return false;
        }
        if let Some(company) = &self.company
            && !companies(row).any(|id| id == company)
        {
            return false;
        }
        if (self.own_only || self.exclude_subsidiaries)
            && let Some(owner) = companies(row).next()
            && (self.own_only && owner == FOREIGN || self.exclude_subsidiaries && owner == SUBSIDIARY)
        {
            return false;
        }
        // A filter-only member that is absent, as in an inserted row, matches any value.
        let violates = |(name, value): &(&str, bool)| {
            let default = if name.starts_with('~') { *value } else { false };
            row.flag(name).unwrap_or(default) != *value
        };
        if self.flags.iter().any(violates) {
            return false;
        }
        if !self.sources.is_empty() {
            let source = row.text("source").unwrap_or_default();
            return self.sources.iter().any(|requested| requested.eq_ignore_ascii_case(source));
        }
        !self.exclude_open || row.text("checkOutDateTime").is_some()
    }
}

/// Returns the ids of the companies in a row, the owner first.
fn companies(row: &Row) -> impl Iterator<Item = &str> {
    let ids = ["~companyId", "companyId", "projectCompanyId"];
    let names =
        ["companyName", "projectCompanyName", "userCompanyName", "driverCompanyName", "dumperDriverCompanyName"];
    let named = |name: &str| COMPANIES.iter().find(|company| company.name == name).map(|company| company.id);
    ids.into_iter()
        .filter_map(|name| row.text(name))
        .chain(names.into_iter().filter_map(move |name| row.text(name).and_then(named)))
}

/// Parses a boolean parameter.
pub(in crate::ditio::reporting) fn flag(query: &Query, name: &str) -> Result<Option<bool>, ApiError> {
    let Some(text) = query.non_blank(name) else {
        return Ok(None);
    };
    let parsed = text.to_ascii_lowercase().parse();
    parsed
        .map(Some)
        .map_err(|_| ApiError::bad_request("ArgumentInvalid", format!("The value '{text}' is not valid for '{name}'.")))
}

/// Returns the index of a parameter's value in the allowed values; 0 if the parameter is absent.
fn choice(query: &Query, name: &str, allowed: &[&str]) -> Result<usize, ApiError> {
    let Some(text) = query.non_blank(name) else {
        return Ok(0);
    };
    let found = allowed.iter().position(|value| value.eq_ignore_ascii_case(text));
    found.ok_or_else(|| {
        ApiError::bad_request("ArgumentInvalid", format!("The value '{text}' is not valid for '{name}'."))
    })
}
