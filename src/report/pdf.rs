//! The review as PDF: the page, printed by a Chromium that is installed.
//!
//! The browser runs without a display, without a network (the page asks for nothing) and with a profile of its own in a
//! temporary directory, which goes with it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

/// Names under which systems install Chromium and its kin.
const NAMES: [&str; 6] =
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge", "chrome"];

/// The browser that was named, or the first on the `PATH`.
pub fn find_browser(named: Option<&Path>) -> Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let dirs: Vec<PathBuf> =
        std::env::var_os("PATH").map_or_else(Vec::new, |path| std::env::split_paths(&path).collect());
    let candidates = NAMES.iter().flat_map(|name| dirs.iter().map(move |dir| dir.join(name)));
    candidates.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        anyhow!(
            "a PDF is printed by Chromium, and none is on the PATH (looked for {}).\nInstall one, name one with \
             --browser, or write --format html and print that from any browser.",
            NAMES.join(", ")
        )
    })
}

/// Prints a page to PDF and gives its bytes.
pub fn pdf(browser: &Path, page: &str) -> Result<Vec<u8>> {
    let now = jiff::Timestamp::now().as_nanosecond();
    let dir = std::env::temp_dir().join(format!("coroner-pdf-{}-{now}", std::process::id()));
    // Made anew and not found: in a directory that others share, theirs must not be taken for ours.
    std::fs::create_dir(&dir).with_context(|| format!("cannot make the directory {}", dir.display()))?;
    let printed = print(browser, page, &dir);
    // What cannot be removed is the system's to clean up.
    let _ = std::fs::remove_dir_all(&dir);
    printed
}

fn print(browser: &Path, page: &str, dir: &Path) -> Result<Vec<u8>> {
    let (from, to) = (dir.join("review.html"), dir.join("review.pdf"));
    std::fs::write(&from, page).with_context(|| format!("cannot write {}", from.display()))?;
    let mut command = Command::new(browser);
    command
        .args(["--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"])
        .arg(format!("--user-data-dir={}", dir.join("profile").display()))
        .arg(format!("--print-to-pdf={}", to.display()))
        .arg(&from)
        .stdin(Stdio::null());
    if is_root() {
        // Chromium refuses to run as root with its sandbox, which containers of CI do; the page is our own, without script.
        command.arg("--no-sandbox");
    }
    let output = command.output().with_context(|| format!("cannot run {}", browser.display()))?;
    match std::fs::read(&to) {
        Ok(bytes) if output.status.success() && bytes.starts_with(b"%PDF") => Ok(bytes),
        _ => {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{} made no PDF ({}): {}", browser.display(), output.status, said.lines().last().unwrap_or_default())
        }
    }
}

/// Whether the process belongs to the user 0, as `/proc` tells.
fn is_root() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
    }
    #[cfg(not(unix))]
    false
}
