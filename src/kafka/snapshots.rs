//! A realm's snapshots in a folder: written beside, synced, renamed; the newest three are kept.

use anyhow::{Context, Result};
use jianwei_core::journal::Snapshot;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

const KEPT: usize = 3;

pub struct Snapshots {
    dir: PathBuf,
}

impl Snapshots {
    pub fn open(state_dir: &Path, realm: &str) -> Result<Snapshots> {
        let dir = state_dir.join(realm);
        std::fs::create_dir_all(&dir).with_context(|| format!("making {}", dir.display()))?;
        Ok(Snapshots { dir })
    }

    /// Paths, newest first.
    pub fn list(&self) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "snapshot") {
                found.push(path);
            }
        }
        // Sequence numbers are written with leading zeros: the names sort as the numbers do.
        found.sort();
        found.reverse();
        Ok(found)
    }

    pub fn write(&self, snapshot: &Snapshot) -> Result<PathBuf> {
        let bytes = snapshot.encode().map_err(|e| anyhow::anyhow!("{e}"))?;
        let path = self.dir.join(format!("{:020}.snapshot", snapshot.header.seq));
        let beside = path.with_extension("tmp");
        let mut file = File::create(&beside).with_context(|| format!("writing {}", beside.display()))?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)?;
        File::open(&self.dir)?.sync_all()?;
        for old in self.list()?.into_iter().skip(KEPT) {
            std::fs::remove_file(old)?;
        }
        Ok(path)
    }
}
