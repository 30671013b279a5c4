//! The active faults, and the selection of the fault that hits a request.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::{Fault, glob};
use crate::vendor::Vendor;

/// An active fault with its counters.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Active {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) fault: Fault,
    /// Number of requests that matched.
    pub(crate) matched: u64,
    /// Number of requests that were hit.
    pub(crate) hits: u64,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    active: Vec<Active>,
}

/// The active faults, in the order of insertion.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<State>);

impl Faults {
    /// Adds a fault and returns its id.
    pub(crate) fn add(&self, fault: Fault) -> u64 {
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        state.active.push(Active { id, fault, matched: 0, hits: 0 });
        id
    }

    /// Returns the active faults.
    pub(crate) fn list(&self) -> Vec<Active> {
        self.state().active.clone()
    }

    /// Removes a fault; returns false if no fault has the id.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut state = self.state();
        let before = state.active.len();
        state.active.retain(|active| active.id != id);
        state.active.len() < before
    }

    /// Removes every fault.
    pub(crate) fn clear(&self) {
        self.state().active.clear();
    }

    /// Returns the fault that hits this request: the first that is due, in the order of insertion.
    pub(crate) fn pick(&self, vendor: Vendor, method: &str, path: &str) -> Option<Fault> {
        let mut state = self.state();
        let matching = state
            .active
            .iter_mut()
            .filter(|active| !active.is_exhausted() && active.fault.matches(vendor, method, path));
        let due = matching.into_iter().find_map(Active::due);
        state.active.retain(|active| !active.is_exhausted());
        due
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    fn matches(&self, vendor: Vendor, method: &str, path: &str) -> bool {
        self.vendor.is_none_or(|expected| expected == vendor)
            && self.method.as_ref().is_none_or(|expected| expected.eq_ignore_ascii_case(method))
            && self.path.as_ref().is_none_or(|pattern| glob::matches(pattern, path))
    }

    /// Returns the number of hits after which the fault is removed; `None` if it stays.
    fn limit(&self) -> Option<u64> {
        self.times.or(if self.always || self.every.is_some() { None } else { Some(1) })
    }
}

impl Active {
    /// Counts a matching request, and returns the fault if the request is hit.
    fn due(&mut self) -> Option<Fault> {
        self.matched += 1;
        if self.fault.every.is_some_and(|every| !self.matched.is_multiple_of(every.max(1))) {
            return None;
        }
        self.hits += 1;
        Some(self.fault.clone())
    }

    fn is_exhausted(&self) -> bool {
        self.fault.limit().is_some_and(|limit| self.hits >= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(fault: Fault, requests: usize) -> Vec<bool> {
        let faults = Faults::default();
        faults.add(fault);
        (0..requests).map(|_| faults.pick(Vendor::ALL[0], "GET", "/x").is_some()).collect()
    }

    #[test]
    fn a_fault_hits_once_or_as_often_as_configured() {
        assert_eq!(hits(Fault::status(503), 3), [true, false, false]);
        assert_eq!(hits(Fault::status(503).times(2), 3), [true, true, false]);
        assert_eq!(hits(Fault::status(503).every(2), 4), [false, true, false, true]);
        assert_eq!(hits(Fault::status(503).every(2).times(1), 4), [false, true, false, false]);
        assert_eq!(hits(Fault::status(503).always(), 3), [true, true, true]);
        assert_eq!(hits(Fault::status(503).times(0), 2), [false, false]);
    }

    #[test]
    fn a_fault_hits_only_the_requests_that_match_its_filters() {
        assert_eq!(hits(Fault::status(503).on(Vendor::ALL[1]).always(), 1), [false]);
        assert_eq!(hits(Fault::status(503).method("POST").always(), 1), [false]);
        assert_eq!(hits(Fault::status(503).path("/y").always(), 1), [false]);
        assert_eq!(hits(Fault::status(503).method("get").path("/x").on(Vendor::ALL[0]), 1), [true]);
    }
}
