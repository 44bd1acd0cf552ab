//! The settings that users give extraction: `coroner.toml` and the flags that stand for parts of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::extract::{Settings, models};

/// The file that is read where no other is named.
const FILE: &str = "coroner.toml";

#[derive(Debug, clap::Args)]
pub struct Config {
    /// Settings: own categories and phrases, see docs/config.md [default: coroner.toml, if there is one here]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Models of one's own, as `coroner train` writes them: a folder with any of the files of data/model
    #[arg(long, value_name = "FOLDER")]
    model: Option<PathBuf>,
    /// Leave root cause, trigger and detection source unknown below this confidence, from 0 to 1
    #[arg(long, value_name = "CHANCE")]
    min_confidence: Option<f32>,
}

impl Config {
    /// The settings; the models are taken for the whole process.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        take_models(self.model.as_deref())?;
        let path = self.config.as_deref().or_else(|| Some(Path::new(FILE)).filter(|path| path.exists()));
        let mut settings = match path {
            None => Settings::default(),
            Some(path) => {
                let doing = || format!("reading the settings in {}", path.display());
                let text = fs::read_to_string(path).with_context(doing)?;
                Settings::parse(&text).map_err(|why| anyhow!(why)).with_context(doing)?
            }
        };
        if let Some(floor) = self.min_confidence {
            if !(0.0..=1.0).contains(&floor) {
                anyhow::bail!("--min-confidence is {floor}; it is a chance, from 0 to 1");
            }
            settings.min_confidence = floor;
        }
        Ok(settings)
    }
}

/// Takes the user's models, if there are any, for the whole process.
pub fn take_models(folder: Option<&Path>) -> anyhow::Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    let doing = || format!("taking the models in {}", folder.display());
    models::replace(folder).map_err(|why| anyhow!(why)).with_context(doing)
}
