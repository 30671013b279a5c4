//! Markdown tables of figures and of budgets.

use std::fmt;

/// Markdown table with a text column followed by right-aligned columns of figures.
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates an empty table with these columns.
    #[must_use]
    pub fn new<S: Into<String>>(head: impl IntoIterator<Item = S>) -> Self {
        Self { head: head.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row; missing cells are empty.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let mut cells: Vec<String> = cells.into_iter().map(Into::into).collect();
        cells.resize(self.head.len(), String::new());
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| {} |", self.head.join(" | "))?;
        writeln!(f, "|---|{}", "---:|".repeat(self.head.len().saturating_sub(1)))?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

/// Table of budgets: limit, measured value and verdict.
pub struct Budgets(Table);

impl Budgets {
    /// Creates an empty table.
    #[must_use]
    pub fn new() -> Self {
        Self(Table::new(["Budget", "limit", "measured", ""]))
    }

    /// Adds a budget. The caller decides `met`, because limits may be upper or lower bounds.
    pub fn add(&mut self, name: impl Into<String>, limit: impl Into<String>, measured: impl Into<String>, met: bool) {
        let verdict = if met { "met" } else { "**missed**" };
        self.0.row([name.into(), limit.into(), measured.into(), verdict.to_owned()]);
    }

    /// Adds a budget whose value is a ratio with an upper bound.
    pub fn at_most(&mut self, name: impl Into<String>, limit: f64, times: f64) {
        self.add(name, format!("{limit} x"), format!("{times:.2} x"), times <= limit);
    }
}

impl Default for Budgets {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_cells_of_a_row_are_empty() {
        let mut table = Table::new(["name", "a", "b"]);
        table.row(["x", "1"]);
        assert_eq!(table.to_string(), "| name | a | b |\n|---|---:|---:|\n| x | 1 |  |\n");
    }
}
