//! Goods transactions, the only listing whose response is values separated by semicolons instead of JSON.

use std::fmt;

use chrono::NaiveDateTime;
use keyfob_client::Error;
use serde::{Deserialize, Serialize};

use crate::operation::ItemRegistrations;

/// A goods transaction. The service provides no id.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ItemRegistration {
    /// Name of the item.
    pub item_name: String,
    /// Project name.
    pub project_name: String,
    /// Project number.
    pub project_number: String,
    /// Name of the work order.
    pub task_name: String,
    /// Type of the transaction.
    pub trans_type: ItemTransaction,
    /// Name of the user who registered the transaction.
    pub user_name: String,
    /// Time of the transaction. Its time zone is not documented.
    pub trans_date: Option<NaiveDateTime>,
    /// Name of the machine.
    pub machine_name: String,
    /// Quantity.
    pub qty: Option<f64>,
    /// Cost price per unit.
    pub cost_price: Option<f64>,
    /// Sales price per unit.
    pub price: Option<f64>,
    /// Cost of the quantity.
    pub cost_amount: Option<f64>,
    /// Sales price of the quantity.
    pub amount: Option<f64>,
    /// Name of the warehouse.
    pub warehouse_name: String,
    /// Quantity at the warehouse.
    pub warehouse_qty: Option<f64>,
    /// Description.
    pub description: String,
}

/// Type of a goods transaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemTransaction {
    /// `Consumption`.
    Consumption,
    /// `Sale`.
    Sale,
    /// `Purchase`.
    Purchase,
    /// `Adjustment`.
    Adjustment,
    /// A value that the vendor does not document.
    Unknown(String),
}

impl Default for ItemTransaction {
    fn default() -> Self {
        Self::Unknown(String::new())
    }
}

keyfob_client::open_string_enum!(ItemTransaction: Unknown {
    Consumption "Consumption",
    Sale "Sale",
    Purchase "Purchase",
    Adjustment "Adjustment",
});

/// Error of a line that cannot be decoded. Other lines are not affected. `Display` and `Debug` do not show the text of
/// the line.
#[derive(Clone, PartialEq, Eq)]
pub struct FaultyLine {
    number: usize,
    text: String,
    problem: &'static str,
}

impl FaultyLine {
    /// Returns the number of the line in the response. The header is line 1.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// Returns the text of the line, which may contain personal data.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for FaultyLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the goods transactions {}", self.number, self.problem)
    }
}

impl fmt::Debug for FaultyLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyLine")
            .field("number", &self.number)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for FaultyLine {}

impl ItemRegistrations {
    /// Sends the request and decodes the response: one result for each line after the header.
    ///
    /// # Errors
    ///
    /// As every call. A line that cannot be decoded is a [`FaultyLine`] among the results.
    pub async fn rows(self) -> Result<Vec<Result<ItemRegistration, FaultyLine>>, Error> {
        let text = self.send().await?;
        Ok(ItemRegistration::parse(&text).collect())
    }
}

/// Number of columns of a line.
const COLUMNS: usize = 16;

impl ItemRegistration {
    /// Decodes the text that [`item_registrations`](crate::Client::item_registrations) returns, line by line.
    ///
    /// Columns are identified by position, because the header in the first line is localized. The service does not
    /// escape quotation marks within quoted values, so a quoted value never extends past its line.
    pub fn parse(table: &str) -> impl Iterator<Item = Result<Self, FaultyLine>> {
        let lines = table.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(index, line)| {
            Self::read(line).map_err(|problem| FaultyLine { number: index + 1, text: line.to_owned(), problem })
        })
    }

    fn read(line: &str) -> Result<Self, &'static str> {
        let cells: [String; COLUMNS] = cells(line).try_into().map_err(|_| "does not have 16 columns")?;
        let [item, project, number, task, kind, user, date, machine, rest @ ..] = cells;
        let [qty, cost_price, price, cost_amount, amount, warehouse, warehouse_qty, description] = rest;
        Ok(Self {
            item_name: item,
            project_name: project,
            project_number: number,
            task_name: task,
            trans_type: kind.as_str().into(),
            user_name: user,
            trans_date: time(&date)?,
            machine_name: machine,
            qty: decimal(&qty)?,
            cost_price: decimal(&cost_price)?,
            price: decimal(&price)?,
            cost_amount: decimal(&cost_amount)?,
            amount: decimal(&amount)?,
            warehouse_name: warehouse,
            warehouse_qty: decimal(&warehouse_qty)?,
            description,
        })
    }
}

/// Splits a line into its values.
fn cells(line: &str) -> Vec<String> {
    let pieces: Vec<&str> = line.split(';').collect();
    // Only a line with too many pieces has a semicolon within a value.
    let whole =
        if pieces.len() > COLUMNS { rejoined(&pieces) } else { pieces.into_iter().map(str::to_owned).collect() };
    whole.iter().map(|cell| unquoted(cell)).collect()
}

/// Joins the pieces from a piece that starts with a quotation mark to the next piece that ends with one.
fn rejoined(pieces: &[&str]) -> Vec<String> {
    let mut cells: Vec<String> = Vec::new();
    let mut open = false;
    for piece in pieces {
        if let Some(cell) = cells.last_mut().filter(|_| open) {
            cell.extend([";", piece]);
        } else {
            open = piece.trim_start().starts_with('"');
            cells.push((*piece).to_owned());
        }
        open = open && (!piece.trim_end().ends_with('"') || cells.last().is_some_and(|cell| cell.trim() == "\""));
    }
    cells
}

/// Removes the quotation marks around a value. Doubled quotation marks within it become single ones.
fn unquoted(cell: &str) -> String {
    let cell = cell.trim();
    match cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => cell.to_owned(),
    }
}

fn time(text: &str) -> Result<Option<NaiveDateTime>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let time = NaiveDateTime::parse_from_str(text, "%d.%m.%Y %H:%M:%S").map_err(|_| "has no readable date")?;
    Ok(Some(time).filter(|time| chrono::Datelike::year(time) > 1))
}

/// Parses a number with a decimal comma or point, and with an ASCII or typographic minus sign.
fn decimal(text: &str) -> Result<Option<f64>, &'static str> {
    let spaces = |c: char| c.is_whitespace();
    let number: String = text.replace(spaces, "").replace('\u{2212}', "-").replace(',', ".");
    if number.is_empty() {
        return Ok(None);
    }
    let digits = number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
    let value = number.parse().ok().filter(|_| digits);
    value.map(Some).ok_or("has a column with an unreadable number")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Vare;Prosjekt;Prosjektnr.;Arbeidsordre;Type;Bruker;Dato;Maskin;Antall;Kostpris;Pris;Kostbeløp;Beløp;\
                          Lager;Beskrivelse\r\n";

    fn line(item: &str, qty: &str) -> String {
        format!("{item};Bru;P-1;Grøft;Adjustment;Åse;02.03.2026 14:05:09;EX-1;{qty};12.5;15;1 234,5;;Hovedlager;7;\r\n")
    }

    #[track_caller]
    fn check(item: &str, name: &str) {
        let table = [HEADER, &line(item, "1")].concat();
        let rows: Vec<_> = ItemRegistration::parse(&table).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].as_ref().map(|row| row.item_name.as_str()), Ok(name));
    }

    #[test]
    fn columns_are_read_by_position() {
        let table = [HEADER, &line("Diesel", "\u{2212}1,25")].concat();
        let rows: Vec<_> = ItemRegistration::parse(&table).collect::<Result<_, _>>().unwrap();
        let expected = ItemRegistration {
            item_name: "Diesel".into(),
            project_name: "Bru".into(),
            project_number: "P-1".into(),
            task_name: "Grøft".into(),
            trans_type: ItemTransaction::Adjustment,
            user_name: "Åse".into(),
            trans_date: Some("2026-03-02T14:05:09".parse().unwrap()),
            machine_name: "EX-1".into(),
            qty: Some(-1.25),
            cost_price: Some(12.5),
            price: Some(15.0),
            cost_amount: Some(1234.5),
            amount: None,
            warehouse_name: "Hovedlager".into(),
            warehouse_qty: Some(7.0),
            description: String::new(),
        };
        assert_eq!(rows, [expected]);
        assert_eq!(ItemRegistration::parse("").count() + ItemRegistration::parse(HEADER).count(), 0);
    }

    #[test]
    fn quoted_values_may_contain_separators_and_unescaped_quotation_marks() {
        check("Rør", "Rør");
        check("\"Pukk 8/16; vasket\"", "Pukk 8/16; vasket");
        check("\"Pukk; 8/16; vasket\"", "Pukk; 8/16; vasket");
        check("\"; vasket\"", "; vasket");
        check("\"Rør Ø200 \"PE100\" 6 m\"", "Rør Ø200 \"PE100\" 6 m");
        check("\"Rør \"PE100\" 6 m; grå\"", "Rør \"PE100\" 6 m; grå");
        check("\"Rør \"\"PE100\"\" 6 m\"", "Rør \"PE100\" 6 m");
        check("Skjærbolt 3/4\"", "Skjærbolt 3/4\"");
        check("\"PE100\" rør", "\"PE100\" rør");
        check("\"", "\"");
    }

    #[test]
    fn a_faulty_line_is_reported_and_the_others_are_read() {
        let table = [
            HEADER.to_owned(),
            line("Diesel", "1"),
            line("Rør; uten anførsel", "2"),
            "\"Rør\r\n".into(),
            line("Pukk", "many"),
            line("Sand", "4").replace("02.03.2026", "i går"),
            "\r\n".into(),
            line("Grus", "5"),
        ]
        .concat();
        let (read, faulty): (Vec<_>, Vec<_>) = ItemRegistration::parse(&table).partition(Result::is_ok);
        let read: Vec<_> = read.into_iter().map(|row| row.unwrap().item_name).collect();
        assert_eq!(read, ["Diesel", "Grus"]);
        let faulty: Vec<_> = faulty.into_iter().map(|row| row.unwrap_err()).collect();
        let messages: Vec<_> = faulty.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "line 3 of the goods transactions does not have 16 columns",
                "line 4 of the goods transactions does not have 16 columns",
                "line 5 of the goods transactions has a column with an unreadable number",
                "line 6 of the goods transactions has no readable date",
            ]
        );
        assert!(faulty[0].text().starts_with("Rør; uten"));
        assert!(!format!("{faulty:?}").contains("Rør"));
    }

    #[test]
    fn numbers_with_a_decimal_comma_or_point_are_decoded_and_ambiguous_numbers_are_rejected() {
        for (text, number) in
            [("1,5", 1.5), ("1.5", 1.5), ("\u{2212}0,25", -0.25), ("-3", -3.0), ("1\u{a0}234", 1234.0)]
        {
            assert_eq!(decimal(text), Ok(Some(number)), "{text}");
        }
        for text in ["1.234,50", "NaN", "inf", "1e5", "x"] {
            assert!(decimal(text).is_err(), "{text}");
        }
    }
}
