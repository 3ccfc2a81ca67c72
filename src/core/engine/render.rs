//! An episode as departments read it. Texts are leads to verify, never findings.

use super::Engine;
use super::privacy::View;
use super::state::*;
use crate::domain::outputs::*;
use crate::domain::{Fixed3, Language, Level};
use crate::pipeline::{Matter, Period, Recipients};

impl Engine {
    pub(super) fn render(
        &self,
        matter: &Matter,
        key: &SubjectKey,
        episode: &Episode,
        (status, ended): (WarningStatus, Option<WarningEnd>),
        view: View,
    ) -> Warning {
        let model = &self.model;
        let time = |ms| model.zone.format(ms);
        let rises = matches!(status, WarningStatus::Raised | WarningStatus::Upgraded);
        let scored = match key.scope {
            SubjectScope::Enterprise => self.scored(episode.updated_ms, matter, key),
            SubjectScope::Industry => None,
        };
        // Of a warning that is over nothing has to be absent.
        let standing_score = scored.as_ref().filter(|_| ended.is_none());
        let counterfactual = standing_score.and_then(|s| self.counterfactual(episode.updated_ms, matter, key, s));
        let (score, factors, against) = match key.scope {
            SubjectScope::Enterprise => scored.map_or((0, Vec::new(), Vec::new()), |s| (s.score, s.factors, s.against)),
            SubjectScope::Industry => self.industry_score(matter, key, episode),
        };
        let evidence = self.state.evidence.get(key);
        let standing = self.state.standings.get(&key.id).filter(|_| key.scope == SubjectScope::Enterprise);
        // In order of matters, as the episodes stand.
        let others = self.model.matters.keys().filter(|matter| **matter != key.matter);
        let joined = others.filter_map(|matter| self.state.episodes.get(&SubjectKey { matter: matter.clone(), ..key.clone() }));
        Warning {
            warning_id: episode.warning_id.clone(),
            revision: episode.revision,
            status,
            ended,
            realm: model.realm.clone(),
            org: String::new(),
            scope: key.scope.into(),
            level: episode.level,
            category: matter.category,
            headline: match ended {
                Some(WarningEnd::TakenBack) => self.taken_back_headline(matter, key, view),
                _ => self.turn(status, ended, episode.level) + &self.headline(matter, key, episode, view),
            },
            disclaimer: model.text(&model.disclaimer).to_string(),
            matter: MatterRef {
                id: matter.id.clone(),
                name: model.text(&matter.name).to_string(),
                basis: self.basis(matter),
                basis_source: matter.basis.source.clone(),
                basis_date: matter.basis.date.clone(),
                basis_verified: matter.basis.verified,
                guide_url: matter.guide_url.clone(),
                lead_undetermined: matter.lead.is_none(),
            },
            subject: self.subject_ref(key, view),
            trigger: episode.trigger.as_ref().map(|t| TriggerRef {
                code: t.code.clone(),
                text: self.trigger_text(matter, &t.code),
                source_id: t.source_id.clone(),
                verified: false,
            }),
            promise: episode.assessment.as_ref().map(|_| Promise {
                false_alarms_per_year: Fixed3::from_f64(model.levels.false_alarms_per_year[episode.level.index()]),
            }),
            change: episode.assessment.as_ref().and_then(|a| self.change(a)),
            surge: episode.assessment.as_ref().filter(|a| a.figure.is_none()).map(|a| Surge {
                period_start: a.period.start_text(model.zone, a.index),
                period: a.period.as_str().to_string(),
                indicator: a.indicator.as_ref().map(|i| i.indicator.clone()),
                observed: a.observed,
                expected: a.expected,
                rate_ratio: a.rate_ratio,
                p_e12: a.p_e12,
            }),
            score,
            factors,
            against,
            counterfactual,
            evidence: self.pieces(matter, key, episode).map(|r| self.evidence_ref(r, view)).collect(),
            evidence_count: evidence.map_or_else(|| episode.assessment.as_ref().map_or(0, Assessment::records), |e| e.total),
            role: Role::Lead,
            lead: episode.recipients.lead().to_string(),
            lead_contact: self.contact(episode.recipients.lead()),
            cooperating: episode.recipients.cooperating(),
            duties: self.duty_refs(&episode.duties),
            visit: Visit {
                suggested: episode.level >= Level::Orange && key.scope == SubjectScope::Enterprise,
                prior_notice: matter.prior_notice,
                joined_warnings: joined.take(20).map(|e| e.warning_id.clone()).collect(),
                last_inspected: standing.and_then(|s| s.last_inspected_ms).map(time),
            },
            methods: matter.methods.clone(),
            measures_suggested: matter.measures_suggested.clone(),
            pipeline: self.pipeline_ref.clone(),
            event_time: time(episode.event_ms),
            raised_at: time(episode.raised_ms),
            updated_at: time(episode.updated_ms),
            training: false,
            probability: self.chance(matter, key, episode.updated_ms),
            silent_feeds: self.silent_feeds_of(matter, key),
            group: rises.then(|| self.firms_of_red_trade(key, episode.level, view)).flatten(),
        }
    }

    /// The legal basis; one nobody has checked says so itself.
    fn basis(&self, matter: &Matter) -> String {
        let text = self.model.text(&matter.basis.text);
        let unverified = match self.model.language {
            Language::Zh => "依据待核实",
            Language::En => "basis to be verified",
        };
        if matter.basis.verified || text.contains(unverified) {
            return text.to_string();
        }
        match self.model.language {
            Language::Zh => format!("{text}（{unverified}）"),
            Language::En => format!("{text} ({unverified})"),
        }
    }

    pub(super) fn contact(&self, org: &str) -> Option<String> {
        let contact = self.model.organisations.get(org)?.contact.as_ref()?;
        Some(self.model.text(contact).to_string())
    }

    /// The newest pieces of evidence, newest first.
    fn pieces<'a>(
        &'a self,
        matter: &Matter,
        key: &SubjectKey,
        episode: &'a Episode,
    ) -> Box<dyn Iterator<Item = &'a EvidencePiece> + 'a> {
        let indicator = episode.assessment.as_ref().and_then(|a| a.indicator.as_ref());
        match (key.scope, indicator) {
            (SubjectScope::Enterprise, _) => Box::new(self.state.evidence.get(key).into_iter().flat_map(|e| e.refs.iter().rev())),
            (SubjectScope::Industry, Some(indicator)) => Box::new(std::iter::once(&indicator.piece)),
            (SubjectScope::Industry, None) => Box::new(self.series_pieces(matter, &key.id)),
        }
    }

    fn series_pieces<'a>(&'a self, matter: &Matter, region: &str) -> impl Iterator<Item = &'a EvidencePiece> + use<'a> {
        let period = matter.industry.as_ref().and_then(|i| i.periods.first().copied());
        let series = period.and_then(|p| self.state.series.get(&(matter.id.clone(), p)));
        series.and_then(|s| s.regions.get(region)).into_iter().flat_map(|s| s.refs.iter().rev())
    }

    fn evidence_ref(&self, piece: &EvidencePiece, view: View) -> EvidenceRef {
        EvidenceRef {
            source: piece.kind.as_str().to_string(),
            id: piece.id.clone(),
            at: self.model.zone.format(piece.at_ms),
            kind: piece.rules.join(" "),
            verified: false,
            attribution: piece
                .attribution
                .map(|(method, confidence)| AttributionRef { method: method.as_str().to_string(), confidence }),
            excerpt: piece.excerpt.clone().filter(|_| view == View::Full),
        }
    }

    /// A level that left what was usual.
    fn change(&self, a: &Assessment) -> Option<Change> {
        Some(Change {
            period_start: a.period.start_text(self.model.zone, a.index),
            period: a.period.as_str().to_string(),
            indicator: a.indicator.as_ref()?.indicator.clone(),
            value: a.figure?,
            usual: a.expected,
            share: a.rate_ratio,
            drift: a.drift,
            p_e12: a.p_e12,
        })
    }

    /// An industry's score ranks by how unlikely the count is: 8 points a factor of ten.
    fn industry_score(&self, matter: &Matter, key: &SubjectKey, episode: &Episode) -> (u32, Vec<Factor>, Vec<Factor>) {
        let Some(a) = &episode.assessment else { return (0, Vec::new(), Vec::new()) };
        let rarity = 12.0 - libm::log10(a.p_e12.max(1) as f64);
        let score = (8.0 * rarity).clamp(0.0, 100.0).floor() as u32;
        let text = self.surge_text(matter, key, a);
        let evidence = self.pieces(matter, key, episode).map(|r| r.id.clone()).collect();
        (score, vec![Factor { code: factor_code(a).into(), points: i64::from(score), text, evidence }], Vec::new())
    }

    fn trigger_text(&self, matter: &Matter, code: &str) -> String {
        matter.triggers.iter().find(|t| t.code == code).map_or_else(String::new, |t| self.model.text(&t.text).to_string())
    }

    /// Who gets a warning about the subject, by where it is.
    pub(super) fn recipients(&self, matter: &Matter, key: &SubjectKey) -> Recipients {
        let region = match key.scope {
            SubjectScope::Industry => Some(key.id.as_str()),
            SubjectScope::Enterprise => self.state.directory.get(&key.id).and_then(|row| row.region.as_deref()),
        };
        self.model.recipients(matter, region)
    }

    pub(super) fn headline(&self, matter: &Matter, key: &SubjectKey, episode: &Episode, view: View) -> String {
        let subject = self.subject_name(key, view);
        let name = self.model.text(&matter.name);
        let zh = self.model.language == Language::Zh;
        let surge = episode.assessment.as_ref();
        let by_trigger = episode.trigger.as_ref().filter(|t| surge.is_none_or(|a| t.level >= a.level));
        if let Some(trigger) = by_trigger {
            let event = self.trigger_text(matter, &trigger.code);
            return if zh {
                format!("{name}·{subject}：{event}（待核实）")
            } else {
                format!("{name}, {subject}: {event} (to be verified)")
            };
        }
        if let Some(assessment) = &episode.assessment {
            return self.surge_text(matter, key, assessment);
        }
        if key.scope == SubjectScope::Industry {
            return match zh {
                true => format!("{name}·{subject}：原触发或原数据已不再成立"),
                false => format!("{name}, {subject}: what raised it holds no longer"),
            };
        }
        let score = self.scored(episode.updated_ms, matter, key).map_or(0, |s| s.score);
        if zh { format!("{name}·{subject}：风险分 {score}") } else { format!("{name}, {subject}: risk score {score}") }
    }

    /// What has become of a warning that is no news: lowered, or over and why.
    fn turn(&self, status: WarningStatus, ended: Option<WarningEnd>, level: Level) -> String {
        let zh = self.model.language == Language::Zh;
        let words = match (ended, zh) {
            (Some(WarningEnd::Calm), true) => "已平静，预警解除",
            (Some(WarningEnd::Calm), false) => "Calm again, lifted",
            (Some(WarningEnd::Closed), true) => "已办结",
            (Some(WarningEnd::Closed), false) => "Closed",
            (Some(WarningEnd::WrongSubject), true) => "对象有误，已撤回",
            (Some(WarningEnd::WrongSubject), false) => "Wrong subject, withdrawn",
            (Some(WarningEnd::Merged), true) => "主体已合并，预警解除",
            (Some(WarningEnd::Merged), false) => "Merged into another, lifted",
            (Some(WarningEnd::MatterGone), true) => "事项已取消，预警解除",
            (Some(WarningEnd::MatterGone), false) => "Its matter is gone, lifted",
            (Some(WarningEnd::TakenBack), _) => "",
            (None, _) if status != WarningStatus::Downgraded => "",
            (None, true) => return format!("降为{}级：", level_name(level)),
            (None, false) => return format!("Lowered to {}: ", level.as_str()),
        };
        match words {
            "" => String::new(),
            _ if zh => format!("{words}："),
            _ => format!("{words}: "),
        }
    }

    fn taken_back_headline(&self, matter: &Matter, key: &SubjectKey, view: View) -> String {
        let (name, subject) = (self.model.text(&matter.name), self.subject_name(key, view));
        match self.model.language {
            Language::Zh => format!("{name}·{subject}：有线索已撤回、更正或查不属实，余下的不足以预警，预警解除"),
            Language::En => {
                format!(
                    "{name}, {subject}: evidence was withdrawn, corrected or found untrue, and what is left asks for no warning"
                )
            }
        }
    }

    fn surge_text(&self, matter: &Matter, key: &SubjectKey, a: &Assessment) -> String {
        // Only trades have surges, and they are nobody's name.
        let subject = self.subject_name(key, View::Masked);
        let name = self.model.text(&matter.name);
        let start = a.period.start_text(self.model.zone, a.index);
        let small = a.figure.is_none() && a.expected < Fixed3(100);
        let usual = if small { "<0.1".to_string() } else { format!("{:.1}", a.expected.0 as f64 / 1000.0) };
        let indicator = a.indicator.as_ref().map(|source| &source.indicator);
        let when = match (self.model.language, a.period) {
            (Language::Zh, Period::Hour) => format!("{start} 起一小时"),
            (Language::Zh, Period::Day) => format!("{start} "),
            (Language::Zh, Period::Week) => format!("{start} 起一周"),
            (Language::En, Period::Hour) => format!("in the hour from {start}"),
            (Language::En, Period::Day) => format!("on {start}"),
            (Language::En, Period::Week) => format!("in the week from {start}"),
        };
        let observed = a.figure.map_or_else(|| a.observed.to_string(), |figure| (figure.0 as f64 / 1000.0).to_string());
        let (drift, fell) = (a.drift, a.figure.is_some() && a.rate_ratio < Fixed3(0));
        match self.model.language {
            Language::Zh => {
                let what = indicator.map_or_else(String::new, |i| format!("指标“{i}”"));
                let lately = match (drift, fell) {
                    (false, _) => "",
                    (true, false) => "近期持续偏高，",
                    (true, true) => "近期持续偏低，",
                };
                let (got, unit) = if indicator.is_some() { ("为", "") } else { ("收到", " 件") };
                format!("{name}·{subject}：{what}{lately}{when}{got} {observed}{unit}，平常 {usual}{unit}")
            }
            Language::En => {
                let lately = match (drift, fell) {
                    (false, _) => "",
                    (true, false) => "higher for some time, ",
                    (true, true) => "lower for some time, ",
                };
                let what = indicator.map_or_else(|| format!("{observed} reports"), |i| format!("{i} is {observed}"));
                format!("{name}, {subject}: {lately}{what} {when}, usually {usual}")
            }
        }
    }

    fn subject_name(&self, key: &SubjectKey, view: View) -> String {
        let model = &self.model;
        match key.scope {
            SubjectScope::Industry => {
                model.regions.get(&key.id).map_or_else(|| key.id.clone(), |r| model.text(&r.name).to_string())
            }
            SubjectScope::Enterprise => self.enterprise_name(&key.id, view),
        }
    }

    pub(super) fn subject_ref(&self, key: &SubjectKey, view: View) -> SubjectRef {
        match key.scope {
            SubjectScope::Industry => {
                let region = Some(key.id.clone());
                SubjectRef {
                    id: format!("{}@{}", key.matter, key.id),
                    name: self.region_name(region.as_deref()),
                    region_name: self.region_name(region.as_deref()),
                    region,
                    address: None,
                    industry: None,
                    natural_person: false,
                    merged_into: None,
                }
            }
            SubjectScope::Enterprise => self.enterprise_ref(&key.id, view),
        }
    }

    pub(super) fn enterprise_ref(&self, id: &str, view: View) -> SubjectRef {
        let row = self.state.directory.get(id).cloned().unwrap_or_default();
        SubjectRef {
            id: id.to_string(),
            name: self.shown_name(id, view),
            region_name: self.region_name(row.region.as_deref()),
            region: row.region,
            address: self.shown_address(id, view),
            industry: row.industry,
            natural_person: row.natural_person,
            merged_into: row.merged_into,
        }
    }

    pub(super) fn region_name(&self, code: Option<&str>) -> Option<String> {
        code.and_then(|c| self.model.regions.get(c)).map(|r| self.model.text(&r.name).to_string())
    }

    pub(super) fn enterprise_name(&self, id: &str, view: View) -> String {
        self.shown_name(id, view).unwrap_or_else(|| format!("{} {id}", self.model.text(&self.model.id_name)))
    }

    pub(super) fn duty_refs(&self, duties: &[Duty]) -> Vec<DutyRef> {
        let card = |d: &Duty| DutyRef {
            org: d.org.clone(),
            what: d.what.as_str().into(),
            by: self.model.zone.format(d.due_ms),
            provisional: d.provisional,
        };
        duties.iter().map(card).collect()
    }
}

fn factor_code(a: &Assessment) -> &'static str {
    match (a.drift, a.figure) {
        (true, _) => "drift",
        (false, None) => "surge",
        (false, Some(_)) => "change",
    }
}

/// As a Chinese sentence says it.
pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Blue => "蓝",
        Level::Yellow => "黄",
        Level::Orange => "橙",
        Level::Red => "红",
    }
}
