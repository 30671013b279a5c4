//! Routes whose fixed segments match in any case, as ASP.NET's do; parameters keep theirs.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Uri};
use axum::routing::MethodRouter;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

/// Collects routes, and remembers how their fixed segments are written.
pub(crate) struct Routes<S> {
    router: Router<S>,
    templates: Vec<&'static str>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    pub(crate) fn new() -> Self {
        Self { router: Router::new(), templates: Vec::new() }
    }

    /// Adds a route in axum's notation: `{name}` for one segment, `{*name}` for the rest.
    pub(crate) fn route(mut self, template: &'static str, handlers: MethodRouter<S>) -> Self {
        self.router = self.router.route(template, handlers);
        self.templates.push(template);
        self
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.templates.extend(other.templates);
        self
    }

    /// Applies something to the router that has the routes so far, such as a guard.
    pub(crate) fn map(mut self, change: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        self.router = change(self.router);
        self
    }

    /// The router; a slash at the end of a path makes no difference.
    pub(crate) fn finish(self, state: S) -> Router {
        let inner = self.router.with_state(state);
        let templates = Arc::new(self.templates);
        Router::new().fallback(move |mut request: Request<Body>| {
            let (inner, templates) = (inner.clone(), Arc::clone(&templates));
            async move {
                if let Some(path) = best(&templates, request.uri().path()) {
                    *request.uri_mut() = with_path(request.uri(), &path);
                }
                let Ok(response) = TowerToHyperService::new(inner).call(request).await;
                response
            }
        })
    }
}

/// The path as its template writes it; of several templates that with the earliest fixed segments.
fn best(templates: &[&'static str], path: &str) -> Option<String> {
    let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let segments: Vec<&str> = trimmed.split('/').collect();
    let fits = templates.iter().filter_map(|template| fit(template, &segments));
    fits.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, path)| path)
}

/// Which segments are fixed, and the path in the template's writing.
fn fit(template: &str, segments: &[&str]) -> Option<(Vec<bool>, String)> {
    let mut fixed = Vec::new();
    let mut written = Vec::new();
    for (at, part) in template.split('/').enumerate() {
        let segment = *segments.get(at)?;
        if part.starts_with("{*") {
            let rest = segments[at..].join("/");
            written.push(rest);
            return Some((fixed, written.join("/")));
        }
        let is_fixed = !part.starts_with('{');
        if is_fixed && !part.eq_ignore_ascii_case(segment) || !is_fixed && segment.is_empty() {
            return None;
        }
        fixed.push(is_fixed);
        written.push(if is_fixed { part.to_owned() } else { segment.to_owned() });
    }
    (written.len() == segments.len()).then(|| (fixed, written.join("/")))
}

fn with_path(uri: &Uri, path: &str) -> Uri {
    let whole = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    whole.parse().unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let templates = ["/api/projects", "/api/projects/{id}", "/api/projects/search", "/api/absences/{*id}"];
        assert_eq!(best(&templates, path).as_deref(), expected);
    }

    #[test]
    fn fixed_segments_are_rewritten_and_parameters_are_not() {
        check("/API/Projects/SeArCh", Some("/api/projects/search"));
        check("/API/Projects/Abc%2F", Some("/api/projects/Abc%2F"));
        check("/Api/PROJECTS/", Some("/api/projects"));
        check("/api/ABSENCES/A/B/7", Some("/api/absences/A/B/7"));
        check("/api/other", None);
        check("/api/projects/a/b", None);
    }
}
