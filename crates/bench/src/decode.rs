//! Cost of decoding one page, with Keyfob's decoder and with others.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Result, ensure};
use keyfob_bench::measure::{Series, Stopwatch, peak};
use keyfob_bench::table::Table;
use keyfob_ditio_reporting::types::TimeRegistrationPage;
use serde::{Deserialize, Serialize};

use crate::Effort;
use crate::api_server::page_of;
use crate::child::{self, Report};

/// Decoder of bytes into the same structs.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
enum Decoder {
    /// `serde_json::from_slice`, the usual call.
    SerdeSlice,
    /// One UTF-8 check of the bytes, then `serde_json::from_str`, as in Keyfob.
    SerdeText,
    #[cfg(feature = "decoders")]
    SonicSlice,
    #[cfg(feature = "decoders")]
    SonicText,
    #[cfg(feature = "decoders")]
    Simd,
}

impl Decoder {
    const ALL: &[Self] = &[
        Self::SerdeSlice,
        Self::SerdeText,
        #[cfg(feature = "decoders")]
        Self::SonicSlice,
        #[cfg(feature = "decoders")]
        Self::SonicText,
        #[cfg(feature = "decoders")]
        Self::Simd,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::SerdeSlice => "`serde_json::from_slice`",
            Self::SerdeText => "**`serde_json::from_str`, after one UTF-8 check**",
            #[cfg(feature = "decoders")]
            Self::SonicSlice => "`sonic_rs::from_slice`",
            #[cfg(feature = "decoders")]
            Self::SonicText => "`sonic_rs::from_str`, after one UTF-8 check",
            #[cfg(feature = "decoders")]
            Self::Simd => "`simd_json::serde::from_slice`, in place",
        }
    }

    /// Decodes a page; some decoders modify the bytes.
    fn decode(self, page: &mut [u8]) -> Result<TimeRegistrationPage> {
        Ok(match self {
            Self::SerdeSlice => serde_json::from_slice(page)?,
            Self::SerdeText => serde_json::from_str(std::str::from_utf8(page)?)?,
            #[cfg(feature = "decoders")]
            Self::SonicSlice => sonic_rs::from_slice(page)?,
            #[cfg(feature = "decoders")]
            Self::SonicText => sonic_rs::from_str(std::str::from_utf8(page)?)?,
            #[cfg(feature = "decoders")]
            Self::Simd => simd_json::serde::from_slice(page)?,
        })
    }
}

/// Pages to decode.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Job {
    decoder: Decoder,
    pages: u32,
}

/// Number of rows in a page: Ditio's default.
const ROWS: u64 = 2500;

/// Decodes pages, each from a fresh copy whose time is not counted.
pub(crate) fn work(job: Job) -> Result<Report> {
    let page = page_of(ROWS);
    let mut cpu = Duration::ZERO;
    let mut wall = Duration::ZERO;
    for _ in 0..job.pages {
        let mut copy = page.clone();
        let watch = Stopwatch::start();
        let decoded = job.decoder.decode(&mut copy)?;
        let cost = watch.elapsed();
        (cpu, wall) = (cpu + cost.cpu, wall + cost.wall);
        ensure!(black_box(&decoded).data.len() as u64 == ROWS, "rows are missing");
    }
    Ok(Report { cpu, wall, peak: peak().unwrap_or_default(), allocations: 0 })
}

/// Measures all decoders and returns the table.
pub(crate) fn run(effort: Effort) -> Result<String> {
    let megabytes = page_of(ROWS).len() as f64 / 1e6;
    let mut times = vec![Series::default(); Decoder::ALL.len()];
    let pages = effort.pick(40, 4);
    for _ in 0..effort.pick(7, 1) {
        for (decoder, times) in Decoder::ALL.iter().zip(&mut times) {
            let report = child::Job::Decode(Job { decoder: *decoder, pages }).run()?;
            times.push(report.cpu.as_secs_f64() * 1e3 / f64::from(pages));
        }
    }
    let head = format!("A page of {ROWS} rows, {megabytes:.1} MB");
    let mut table = Table::new([head.as_str(), "CPU ms", "ratio", "instructions", "ratio"]);
    let mut first: Option<f64> = None;
    for (decoder, times_of) in Decoder::ALL.iter().zip(&times) {
        let job = |pages| child::Job::Decode(Job { decoder: *decoder, pages });
        // The difference of two runs excludes start-up; it includes the copies.
        let instructions = (job(3).instructions()? - job(1).instructions()?) as f64 / 2.0;
        let base = *first.get_or_insert(instructions);
        table.row([
            decoder.name().to_owned(),
            format!("{times_of:.1}"),
            format!("{:.2}", times_of.median() / times[0].median()),
            format!("{:.1} M", instructions / 1e6),
            format!("{:.2}", instructions / base),
        ]);
    }
    Ok(table.to_string())
}
