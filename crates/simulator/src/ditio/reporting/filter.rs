//! Which rows a caller asked for, besides the window of time.

use super::refusal::Refusal;
use super::row::Row;
use super::table::DitioTable as T;
use crate::ditio::world::COMPANIES;
use crate::web::Query;

const SUBSIDIARY: &str = COMPANIES[1].id;
const STRANGER: &str = COMPANIES[2].id;

/// What only `IncludeSensitiveData` shows of an absence.
const SENSITIVE: [&str; 3] = ["sickLeaveReason", "childName", "childBirthDate"];

#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) project: Option<String>,
    pub(super) company: Option<String>,
    own_only: bool,
    no_subsidiaries: bool,
    /// Members that must have these values.
    flags: Vec<(&'static str, bool)>,
    sources: Vec<String>,
    projects: Vec<String>,
    leave_out_open: bool,
    /// Members to leave out of each row.
    pub(super) without: &'static [&'static str],
}

impl Filter {
    pub(super) fn read(table: T, query: &Query) -> Result<Self, Refusal> {
        let mut filter = Self {
            project: query.non_blank("ProjectId").map(str::to_owned),
            company: query.non_blank("CompanyId").map(str::to_owned),
            own_only: flag(query, "OwnCompanyDataOnly")?.unwrap_or(false),
            no_subsidiaries: flag(query, "ExcludeDataFromSubsidiaries")?.unwrap_or(false),
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
                    filter.without = &SENSITIVE;
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
                filter.leave_out_open = !flag(query, "IncludeOpen")?.unwrap_or(false);
            }
            _ => {}
        }
        Ok(filter)
    }

    pub(super) fn lets_pass(&self, row: &Row) -> bool {
        let project = || row.text("~projectId").or_else(|| row.text("projectId"));
        let about_projects = || row.get("~projectId").or_else(|| row.get("projectId")).is_some();
        if self.project.is_some() && about_projects() && project() != self.project.as_deref() {
            return false;
        }
        if !self.projects.is_empty() && !project().is_some_and(|id| self.projects.iter().any(|asked| asked == id)) {
            return false;
        }
        if let Some(company) = &self.company
            && !companies(row).any(|id| id == company)
        {
            return false;
        }
        if (self.own_only || self.no_subsidiaries)
            && let Some(owner) = companies(row).next()
            && (self.own_only && owner == STRANGER || self.no_subsidiaries && owner == SUBSIDIARY)
        {
            return false;
        }
        // A fact that is not known, as with an inserted row, excludes nothing.
        let differs = |(name, value): &(&str, bool)| {
            let unknown = if name.starts_with('~') { *value } else { false };
            row.flag(name).unwrap_or(unknown) != *value
        };
        if self.flags.iter().any(differs) {
            return false;
        }
        if !self.sources.is_empty() {
            let source = row.text("source").unwrap_or_default();
            return self.sources.iter().any(|asked| asked.eq_ignore_ascii_case(source));
        }
        !self.leave_out_open || row.text("checkOutDateTime").is_some()
    }
}

/// The companies that a row is about, its owner first.
fn companies(row: &Row) -> impl Iterator<Item = &str> {
    let ids = ["~companyId", "companyId", "projectCompanyId"];
    let names =
        ["companyName", "projectCompanyName", "userCompanyName", "driverCompanyName", "dumperDriverCompanyName"];
    let named = |name: &str| COMPANIES.iter().find(|company| company.name == name).map(|company| company.id);
    ids.into_iter()
        .filter_map(|name| row.text(name))
        .chain(names.into_iter().filter_map(move |name| row.text(name).and_then(named)))
}

/// A parameter that is true or false.
pub(super) fn flag(query: &Query, name: &str) -> Result<Option<bool>, Refusal> {
    let Some(text) = query.non_blank(name) else {
        return Ok(None);
    };
    let read = text.to_ascii_lowercase().parse();
    read.map(Some)
        .map_err(|_| Refusal::bad("ArgumentInvalid", format!("The value '{text}' is not valid for '{name}'.")))
}

/// The place of a parameter's value in what is allowed; the first when it is not given.
fn choice(query: &Query, name: &str, allowed: &[&str]) -> Result<usize, Refusal> {
    let Some(text) = query.non_blank(name) else {
        return Ok(0);
    };
    let found = allowed.iter().position(|value| value.eq_ignore_ascii_case(text));
    found.ok_or_else(|| Refusal::bad("ArgumentInvalid", format!("The value '{text}' is not valid for '{name}'.")))
}
