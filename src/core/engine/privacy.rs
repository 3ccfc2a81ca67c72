//! Natural persons as subjects (sole traders, doctors): who sees their name, and when they are forgotten.

use super::state::*;
use super::{Effect, Engine, Moment};
use crate::domain::DAY_MS;
use crate::domain::outputs::Role;
use crate::intake::mask;
use std::sync::Arc;

/// How much of a natural person, and of what people wrote, a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Those who act on the subject: lead and cooperating organisations.
    Full,
    /// All others: a masked name, the region in place of the address, no excerpts.
    Masked,
}

impl From<Role> for View {
    fn from(role: Role) -> View {
        if role == Role::Informed { View::Masked } else { View::Full }
    }
}

impl Engine {
    /// What an organisation sees of a warning or a clue.
    pub(super) fn view_of(&self, target: &Target, org: &str) -> View {
        let acts = match target {
            Target::Warning(id) => {
                let key = self.state.episode_of_warning.get(id);
                let role = key.and_then(|k| self.state.episodes.get(k)).and_then(|e| e.recipients.role_of(org));
                return role.map_or(View::Masked, View::from);
            }
            Target::Clue(id) => self.state.clues.get(id).is_some_and(|c| c.leads(org)),
        };
        if acts { View::Full } else { View::Masked }
    }

    /// An enterprise's name as the reader may see it; none where the directory has none.
    pub(super) fn shown_name(&self, id: &str, view: View) -> Option<String> {
        let row = self.state.directory.get(id)?;
        let hidden = view == View::Masked && row.natural_person;
        row.name.as_ref().map(|name| if hidden { mask::subject_name(name) } else { name.clone() })
    }

    /// Its address; of a natural person others see the region only.
    pub(super) fn shown_address(&self, id: &str, view: View) -> Option<String> {
        let row = self.state.directory.get(id)?;
        if view == View::Masked && row.natural_person {
            return row.address.as_ref().and_then(|_| self.region_name(row.region.as_deref()));
        }
        row.address.clone()
    }

    fn keeps_person_ms(&self) -> i64 {
        i64::from(self.model.privacy.natural_person_days) * DAY_MS
    }

    /// A record about the enterprise counts: it is remembered for a while from now.
    pub(super) fn touch(&mut self, now_ms: i64, id: &str) {
        let natural = self.state.directory.get(id).is_some_and(|row| row.natural_person);
        let standing = self.state.standings.entry(id.to_string()).or_default();
        standing.touched_ms = now_ms;
        if natural {
            self.watch(now_ms, id);
        }
    }

    /// Sees to it that the natural person is forgotten one day; at most one timer stands for each.
    pub(super) fn watch(&mut self, now_ms: i64, id: &str) {
        let keeps_ms = self.keeps_person_ms();
        let Some(standing) = self.state.standings.get_mut(id).filter(|s| !s.watched) else { return };
        standing.watched = true;
        let due_ms = (standing.touched_ms + keeps_ms).max(now_ms + 1);
        self.set_forget(due_ms, id);
    }

    fn set_forget(&mut self, due_ms: i64, id: &str) {
        self.set_timer(due_ms, format!("forget/{id}"), Timer::Forget { enterprise: id.to_string() });
    }

    /// The time may be over: then evidence, figures and standing go, and profiles become null. An open
    /// warning is waited for.
    pub(super) fn forget(&mut self, moment: &Moment, id: &str, effects: &mut Vec<Effect>) {
        let keeps_ms = self.keeps_person_ms();
        // Removed from the directory: still whoever it was.
        let natural = self.state.directory.get(id).is_none_or(|row| row.natural_person);
        let Some(standing) = self.state.standings.get_mut(id) else { return };
        if !natural {
            standing.watched = false;
            return;
        }
        let due_ms = standing.touched_ms + keeps_ms;
        let model = Arc::clone(&self.model);
        let key = |matter: &String| SubjectKey { matter: matter.clone(), scope: SubjectScope::Enterprise, id: id.to_string() };
        if moment.now_ms < due_ms {
            self.set_forget(due_ms, id);
        } else if model.matters.keys().any(|matter| self.state.episodes.contains_key(&key(matter))) {
            self.set_forget(moment.now_ms + DAY_MS, id);
        } else {
            self.state.standings.remove(id);
            self.state.figures.forget_enterprise(id);
            self.state.forget_outcomes_of(id);
            for (name, matter) in &model.matters {
                if self.drop_evidence(matter, &key(name)).is_some() {
                    self.publish_profile(moment.now_ms, matter, &key(name), effects);
                }
            }
        }
    }
}
