use anyhow::{Context, Result};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// Folder to write into.
    #[arg(long, default_value = "schemas")]
    out: PathBuf,
}

pub fn run(args: &Args) -> Result<()> {
    let mut files = jianwei_core::schema::files();
    files.extend(crate::conformance::files()?);
    for (name, text) in &files {
        let path = args.out.join(name);
        let folder = path.parent().unwrap_or(&args.out);
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    super::say!("{} files in {}", files.len(), args.out.display());
    Ok(())
}
