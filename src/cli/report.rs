//! `coroner report`: the review of a quarter, or of any span of days, as one file.
//!
//! Leaves to others: what the review says and how it looks (`report`).

use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use clap::ValueEnum;
use jiff::civil::Date;

use super::output;
use crate::library;
use crate::report::{self, Asked};
use crate::trends::{self, Period, Quarter};

/// Write the review of a quarter: figures with intervals, charts, notable incidents, data quality
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file stands for itself: no network, no script; it follows dark mode and prints. Every number in it is one of
`coroner trends`. A PDF is printed by Chromium, which must be installed.

Examples:
  coroner report --quarter 2025Q2 --library lib --out review.html
  coroner report --library lib --out review.html     (the latest quarter)
  coroner report --since 2025-01-01 --until 2025-12-31 --library lib --format markdown
  coroner report --quarter 2025Q2 --compare 2024Q4 --compare 2024Q2 --library lib --out review.pdf --format pdf")]
pub struct Args {
    /// The library to read
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// The quarter, such as 2025Q2 [default: the last that has an incident]
    #[arg(long, value_name = "QUARTER", conflicts_with_all = ["since", "until"])]
    quarter: Option<Quarter>,
    /// First day of the period, such as 2025-04-01
    #[arg(long, value_name = "DATE", requires = "until")]
    since: Option<Date>,
    /// Last day of the period
    #[arg(long, value_name = "DATE", requires = "since")]
    until: Option<Date>,
    /// Compare with this quarter, or DATE..DATE; may be given several times [default: the period before, and a year ago]
    #[arg(long, value_name = "PERIOD")]
    compare: Vec<String>,
    /// What to write
    #[arg(long, value_enum, default_value_t = ReportFormat::Html)]
    format: ReportFormat,
    /// The file to write; standard output without it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The Chromium that prints a PDF [default: the first on the PATH]
    #[arg(long, value_name = "FILE")]
    browser: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// One self-contained page
    Html,
    /// The same without charts
    Markdown,
    /// The page, printed
    Pdf,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let compare = args.compare.iter().map(|text| period(text)).collect::<Result<Vec<_>>>()?;
    let asked = match (args.quarter, args.since.zip(args.until)) {
        (Some(quarter), _) => Some(quarter.period()),
        (None, Some((since, until))) => Some(Period::new(since, until).map_err(|why| anyhow!(why))?),
        (None, None) => None,
    };
    // Looked for before the work is done.
    let browser = match args.format {
        ReportFormat::Pdf => Some(report::find_browser(args.browser.as_deref())?),
        ReportFormat::Html | ReportFormat::Markdown => None,
    };
    let review = library::read(&args.library, |generation| {
        let period = match &asked {
            Some(period) => period.clone(),
            None => {
                let incidents = trends::incidents(generation)?;
                let last = incidents.iter().filter_map(trends::Incident::quarter).max();
                last.context("the library has no incident with a date; name a period with --quarter")?.period()
            }
        };
        report::review(generation, &Asked { period, compare: compare.clone() })
    })?;
    let folder = args.out.as_deref().and_then(Path::parent).filter(|dir| !dir.as_os_str().is_empty());
    if let Some(folder) = folder {
        // Before the links are made, which lead from there.
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let link = |source: &str| link(source, folder.unwrap_or(Path::new(".")));
    let bytes = match args.format {
        ReportFormat::Html => report::html(&review, &link).into_bytes(),
        ReportFormat::Markdown => report::markdown(&review, &link).into_bytes(),
        // A PDF goes about alone: paths to files would lead nowhere.
        ReportFormat::Pdf => {
            let page = report::html(&review, &|source| web_address(source));
            report::pdf(browser.as_deref().unwrap_or(Path::new("")), &page)?
        }
    };
    match &args.out {
        Some(path) => {
            library::replace(path, bytes)?;
            output::say(format_args!("wrote the review of {} to {}", review.period.label, path.display()));
        }
        None => io::stdout().lock().write_all(&bytes)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A quarter, or two dates with `..` between them.
fn period(text: &str) -> Result<Period> {
    let Some((first, last)) = text.split_once("..") else {
        return Ok(text.parse::<Quarter>().map_err(|why| anyhow!("--compare: {why}, nor DATE..DATE"))?.period());
    };
    let day = |day: &str| {
        day.trim().parse::<Date>().map_err(|_| anyhow!("--compare: `{day}` is not a date such as 2025-04-01"))
    };
    match Period::new(day(first)?, day(last)?) {
        Ok(period) => Ok(period),
        Err(why) => bail!("--compare: {why}"),
    }
}

fn web_address(source: &str) -> Option<String> {
    let is_web = ["http://", "https://"].iter().any(|scheme| source.starts_with(scheme));
    is_web.then(|| encoded(source, MARKS))
}

/// The address of a document from the folder of the review: itself where it is one, else the relative path to its file.
fn link(source: &str, folder: &Path) -> Option<String> {
    if let Some(address) = web_address(source) {
        return Some(address);
    }
    let (file, folder) = (Path::new(source).canonicalize().ok()?, folder.canonicalize().ok()?);
    let shared = file.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = file.components().skip(shared).filter_map(|part| match part {
        Component::Normal(name) => Some(encoded(&name.to_string_lossy(), "")),
        _ => None,
    });
    // `./` keeps a file named `javascript:x` from being a scheme.
    Some(format!("./{}", up.chain(down).collect::<Vec<_>>().join("/")))
}

/// The marks of a URL, which an address keeps and the name of a file does not mean.
const MARKS: &str = ":?&=%#";

/// Text with everything percent-encoded but letters, digits and what `keep` names.
fn encoded(text: &str, keep: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~+,@".contains(&byte) || keep.as_bytes().contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_an_address_or_a_path_from_the_review_and_never_a_scheme() {
        let dir = tempfile::tempdir().unwrap();
        let docs = dir.path().join("docs");
        std::fs::create_dir_all(dir.path().join("out")).unwrap();
        std::fs::create_dir_all(&docs).unwrap();
        for name in ["a b#1.md", "javascript:alert(1)"] {
            std::fs::write(docs.join(name), "").unwrap();
        }
        let link = |name: &str| link(&docs.join(name).to_string_lossy(), &dir.path().join("out"));
        assert_eq!(link("a b#1.md").unwrap(), "./../docs/a%20b%231.md");
        assert_eq!(link("javascript:alert(1)").unwrap(), "./../docs/javascript%3Aalert%281%29");
        assert_eq!(link("nowhere.md"), None);
        assert_eq!(web_address("https://x.y/?a=\"><b>").unwrap(), "https://x.y/?a=%22%3E%3Cb%3E");
        assert_eq!(web_address("javascript:alert(1)"), None);
    }

    #[test]
    fn a_comparison_is_a_quarter_or_two_dates() {
        assert_eq!(period("2025Q1").unwrap().label, "2025Q1");
        assert_eq!(period("2025-01-01..2025-01-31").unwrap().label, "2025-01-01 to 2025-01-31");
        for text in ["2025", "2025-02-01..2025-01-01", "x..y"] {
            assert!(period(text).unwrap_err().to_string().contains("--compare"), "{text}");
        }
    }
}
