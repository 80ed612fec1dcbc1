//! The page that goes with a programme: one HTML file that needs nothing else, to read, print and hand over.
//!
//! ```text
//!  Page ─┬ facts, tables, warnings        of the whole job: its head and its summary
//!        └ Section, one per file ─┬ facts, tables, warnings
//!                                 ├ judgements ── verdict: a table for each specification
//!                                 ├ limiter ── limited: a picture
//!                                 └ measurement ─┬ figures, faults: tables
//!                                                └ over_time, channels, spectrum: pictures
//! ```
//!
//! Takes plain data and gives text: no file, no clock; the same data give the same bytes. Every text may come from a
//! hostile file; [`Markup`] escapes it. What a measurement lacks (no timeline, no true peaks) is left out.

mod channels;
mod faults;
mod figures;
mod limited;
mod over_time;
mod spectrum;
mod verdict;

use super::ReductionCurve;
use crate::drawing::{Attribute, Markup};
use crate::loudness::{Judgement, Measurement, Specification, Verdict};

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// What it is: `Loudness report`.
    pub title: String,
    /// What it is about: the name of a file.
    pub subject: String,
    /// Of the whole job.
    pub facts: Vec<Fact>,
    /// Of the whole job, before the sections.
    pub tables: Vec<Table>,
    /// One for each file that was measured.
    pub sections: Vec<Section>,
    /// What was repaired or guessed.
    pub warnings: Vec<String>,
}

/// A file, or a render of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its heading; empty on a page with one section.
    pub title: String,
    /// What links to it are for, letters and digits; empty where there are none.
    pub anchor: String,
    /// Layout, algorithm, gate, checksum …
    pub facts: Vec<Fact>,
    /// Its loudness, and all of it over time where the measurement has that.
    pub measurement: Option<Measurement>,
    /// What a limiter took away, over time.
    pub limiter: Option<ReductionCurve>,
    /// What it was judged by, and the verdict on this measurement.
    pub judgements: Vec<(Specification, Judgement)>,
    /// What else there is to say: before and after, read back …
    pub tables: Vec<Table>,
    /// About this file only.
    pub warnings: Vec<String>,
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// `Sample rate`.
    pub name: String,
    /// `48000 Hz`.
    pub value: String,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Above the columns.
    pub head: Vec<String>,
    /// As many cells each as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// In words.
    Text(String),
    /// A number with its unit or without.
    Number(String),
    /// A verdict.
    Verdict(Verdict),
    /// A checksum or the like.
    Code(String),
    /// A text, and the anchor of the section that it leads to.
    Link(String, String),
}

impl Fact {
    /// A fact.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Page {
    /// The text of the file.
    pub fn html(&self) -> String {
        Markup::html(|html| {
            html.element("head", &[], |head| {
                head.empty("meta", &[("charset", &"utf-8")]);
                head.empty(
                    "meta",
                    &[
                        ("http-equiv", &"Content-Security-Policy"),
                        ("content", &"default-src 'none'; style-src 'unsafe-inline'"),
                    ],
                );
                head.empty(
                    "meta",
                    &[("name", &"viewport"), ("content", &"width=device-width, initial-scale=1")],
                );
                head.text_in("title", &[], format_args!("{}: {}", self.title, self.subject));
                head.style(include_str!("page.css"));
            });
            html.element("body", &[], |body| self.body(body));
        })
    }

    fn body(&self, body: &mut Markup) {
        body.element("header", &[], |header| {
            header.text_in("p", &[("class", &"kind")], &self.title);
            header.text_in("h1", &[], &self.subject);
        });
        write_facts(body, &self.facts);
        write_warnings(body, &self.warnings);
        self.tables.iter().for_each(|table| table.write(body));
        body.element("main", &[], |main| {
            for section in &self.sections {
                let id: Vec<Attribute<'_>> =
                    if section.anchor.is_empty() { Vec::new() } else { vec![("id", &section.anchor)] };
                main.element("section", &id, |inner| section.write(inner));
            }
        });
        body.element("footer", &[], |footer| {
            footer.text(format_args!("proscenium {}", env!("CARGO_PKG_VERSION")));
        });
    }
}

impl Section {
    fn write(&self, section: &mut Markup) {
        if !self.title.is_empty() {
            section.text_in("h2", &[], &self.title);
        }
        write_facts(section, &self.facts);
        write_warnings(section, &self.warnings);
        if let Some(measurement) = &self.measurement {
            figures::write(section, measurement);
        }
        for (specification, judgement) in &self.judgements {
            verdict::write(section, specification, judgement);
        }
        self.tables.iter().for_each(|table| table.write(section));
        let Some(measurement) = &self.measurement else { return };
        over_time::write(section, measurement, &self.judgements);
        if let Some(curve) = &self.limiter {
            limited::write(section, measurement, curve);
        }
        channels::write(section, measurement, &self.judgements);
        spectrum::write(section, measurement);
        faults::write(section, measurement);
    }
}

fn write_facts(page: &mut Markup, facts: &[Fact]) {
    if facts.is_empty() {
        return;
    }
    page.element("dl", &[], |list| {
        for fact in facts {
            list.element("div", &[], |pair| {
                pair.text_in("dt", &[], &fact.name);
                pair.text_in("dd", &[], &fact.value);
            });
        }
    });
}

fn write_warnings(page: &mut Markup, warnings: &[String]) {
    if warnings.is_empty() {
        return;
    }
    page.element("ul", &[("class", &"warnings")], |list| {
        for warning in warnings {
            list.text_in("li", &[], format_args!("⚠ {warning}"));
        }
    });
}

impl Table {
    /// A table of so many columns.
    pub fn new(caption: &str, head: &[&str]) -> Self {
        let head = head.iter().map(|text| (*text).to_owned()).collect();
        Self { caption: caption.to_owned(), head, rows: Vec::new() }
    }

    fn write(&self, page: &mut Markup) {
        page.element("table", &[], |table| {
            if !self.caption.is_empty() {
                table.text_in("caption", &[], &self.caption);
            }
            let is_number = |column: usize| {
                self.rows.first().and_then(|row| row.get(column)).is_some_and(Cell::is_number)
            };
            table.element("thead", &[], |head| {
                head.element("tr", &[], |row| {
                    for (column, text) in self.head.iter().enumerate() {
                        let class = if is_number(column) { "n" } else { "" };
                        row.text_in("th", &[("scope", &"col"), ("class", &class)], text);
                    }
                });
            });
            table.element("tbody", &[], |body| {
                for cells in &self.rows {
                    body.element("tr", &[], |row| cells.iter().for_each(|cell| cell.write(row)));
                    body.line_feed();
                }
            });
        });
    }
}

impl Cell {
    fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    fn write(&self, row: &mut Markup) {
        match self {
            Self::Text(text) => row.text_in("td", &[], text),
            Self::Number(text) => row.text_in("td", &[("class", &"n")], text),
            Self::Verdict(verdict) => row.element("td", &[], |cell| verdict::mark(cell, *verdict)),
            Self::Code(text) => row.element("td", &[], |cell| cell.text_in("code", &[], text)),
            Self::Link(text, anchor) => row.element("td", &[], |cell| {
                cell.text_in("a", &[("href", &format_args!("#{anchor}"))], text);
            }),
        }
    }
}

/// Two decimals and a real minus sign; a dash where there is nothing.
pub fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| rounded(value, 2))
}

/// So many decimals, a real minus sign, and none before a zero.
fn rounded(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if is_zero { text.replace('-', "") } else { text.replace('-', "−") }
}

/// `1 sample`, `2 samples`.
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
