//! Case-insensitive routes, as in ASP.NET. Parameters keep their case.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Uri};
use axum::routing::MethodRouter;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

/// Builder of a router whose fixed path segments match in any case.
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

    /// Adds the routes of another builder.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.templates.extend(other.templates);
        self
    }

    /// Transforms the router with the routes added so far, for example to add a layer.
    pub(crate) fn map(mut self, change: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        self.router = change(self.router);
        self
    }

    /// Builds the router. A slash at the end of a request's path is ignored.
    pub(crate) fn finish(self, state: S) -> Router {
        let inner = self.router.with_state(state);
        let templates = Arc::new(self.templates);
        Router::new().fallback(move |mut request: Request<Body>| {
            let (inner, templates) = (inner.clone(), Arc::clone(&templates));
            async move {
                if let Some(path) = canonical_path(&templates, request.uri().path()) {
                    *request.uri_mut() = with_path(request.uri(), &path);
                }
                let Ok(response) = TowerToHyperService::new(inner).call(request).await;
                response
            }
        })
    }
}

/// Returns the path with its fixed segments as the matching template spells them. If several templates match, the one with
/// the earliest fixed segments wins.
fn canonical_path(templates: &[&'static str], path: &str) -> Option<String> {
    let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let segments: Vec<&str> = trimmed.split('/').collect();
    let matches = templates.iter().filter_map(|template| match_template(template, &segments));
    matches.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, path)| path)
}

/// Matches a template. Returns for each segment whether it is fixed, and the path as the template spells it.
fn match_template(template: &str, segments: &[&str]) -> Option<(Vec<bool>, String)> {
    let mut fixed = Vec::new();
    let mut path = Vec::new();
    for (index, part) in template.split('/').enumerate() {
        let segment = *segments.get(index)?;
        if part.starts_with("{*") {
            let rest = segments[index..].join("/");
            path.push(rest);
            return Some((fixed, path.join("/")));
        }
        let is_fixed = !part.starts_with('{');
        if is_fixed && !part.eq_ignore_ascii_case(segment) || !is_fixed && segment.is_empty() {
            return None;
        }
        fixed.push(is_fixed);
        path.push(if is_fixed { part.to_owned() } else { segment.to_owned() });
    }
    (path.len() == segments.len()).then(|| (fixed, path.join("/")))
}

fn with_path(uri: &Uri, path: &str) -> Uri {
    let path_and_query = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    path_and_query.parse().unwrap_or_else(|_| uri.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let templates = ["/api/projects", "/api/projects/{id}", "/api/projects/search", "/api/absences/{*id}"];
        assert_eq!(canonical_path(&templates, path).as_deref(), expected);
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
