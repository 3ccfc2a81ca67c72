//! How people speak: one ticket's or report's words, and how they name the firm they mean.

use super::dice::Dice;
use super::town::Town;
use super::trades::{Trade, Vocabulary};

/// What a caller means to say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speech {
    /// Index into the trades; `None`: something no matter looks at.
    pub trade: Option<usize>,
    /// Index into the enterprises; `None`: the caller does not know the firm.
    pub firm: Option<usize>,
    pub region: usize,
    pub severe: bool,
    pub manner: Manner,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Manner {
    Ordinary,
    /// A rival's copy: always the full name, always the same few sentences.
    Campaign,
    /// The firm is only where it happened.
    Landmark,
    /// The firm's short name, but another's district.
    WrongDistrict,
    /// A word of the matter's triggers is in it for certain.
    Trigger,
}

/// What was said, and which fields the operator filled in.
#[derive(Debug, Default)]
pub struct Said {
    pub content: String,
    pub subject_name: Option<String>,
    pub subject_uscc: Option<String>,
    pub region: Option<String>,
    pub category: Option<String>,
    pub intent: Option<&'static str>,
}

pub struct Voice<'a> {
    pub words: &'a Vocabulary,
    pub trades: &'a [Trade],
    pub town: &'a Town,
}

impl Voice<'_> {
    pub fn say(&self, speech: &Speech, dice: &mut Dice) -> Said {
        let mut said = Said { region: self.region(speech, dice), ..Said::default() };
        let named = self.name(speech, &mut said, dice);
        let clause = self.clause(speech, dice);
        said.category = self.category(speech, dice);
        said.intent = self.intent(speech, dice);
        let text = self.framed(speech, &said, &clause, dice);
        let text = self.filled(&text, speech, &named, dice);
        let as_written = matches!(speech.manner, Manner::Campaign | Manner::Trigger);
        said.content = if as_written { text } else { self.misheard(text, dice) };
        said
    }

    /// How the firm is named in the text; sets the fields beside it.
    fn name(&self, speech: &Speech, said: &mut Said, dice: &mut Dice) -> String {
        let Some(firm) = speech.firm.map(|f| &self.town.enterprises[f]) else {
            return format!("{}{}", dice.pick(&self.words.unnamed), self.trade_word(speech, dice));
        };
        match speech.manner {
            Manner::Campaign => {
                said.subject_name = Some(firm.name.clone());
                return firm.name.clone();
            }
            Manner::Landmark => {
                if dice.chance(0.5) {
                    said.subject_name = Some(firm.short.clone());
                }
                return dice.pick(&self.words.landmark).replace("{f}", &firm.short);
            }
            Manner::WrongDistrict => {
                said.subject_name = Some(firm.short.clone());
                return firm.short.clone();
            }
            Manner::Ordinary | Manner::Trigger => {}
        }
        // Full name and short name in the field, short name in the text alone, misspelt, by code,
        // not at all.
        match dice.weighted(&[22.0, 25.0, 26.0, 6.0, 5.0, 12.0]) {
            0 => {
                said.subject_name = Some(firm.name.clone());
                if dice.chance(0.5) { firm.name.clone() } else { firm.short.clone() }
            }
            1 => {
                said.subject_name = Some(firm.short.clone());
                firm.short.clone()
            }
            2 => firm.short.clone(),
            3 => self.misspelt(&firm.short, dice),
            4 => {
                said.subject_uscc = Some(firm.id.clone());
                firm.short.clone()
            }
            _ => format!("{}{}", dice.pick(&self.words.unnamed), firm.word),
        }
    }

    fn trade_word(&self, speech: &Speech, dice: &mut Dice) -> String {
        match speech.trade {
            Some(trade) => {
                let kind = dice.pick(&self.trades[trade].kinds);
                dice.pick(&kind.words).clone()
            }
            None => String::new(),
        }
    }

    fn misspelt(&self, name: &str, dice: &mut Dice) -> String {
        let fitting: Vec<&[String; 2]> =
            self.words.brand_slips.iter().filter(|[right, _]| name.contains(right.as_str())).collect();
        if fitting.is_empty() {
            return name.to_string();
        }
        let [right, wrong] = dice.pick(&fitting);
        name.replacen(right.as_str(), wrong, 1)
    }

    fn clause(&self, speech: &Speech, dice: &mut Dice) -> String {
        let Some(trade) = speech.trade.map(|t| &self.trades[t]) else {
            let talk = dice.pick(&self.words.talk);
            return dice.pick(&talk.texts).clone();
        };
        match speech.manner {
            Manner::Trigger if !trade.trigger_words.is_empty() => {
                let severe = dice.pick(&trade.severe);
                if trade.trigger_words.iter().any(|w| severe.contains(w.as_str())) && dice.chance(0.7) {
                    return severe.clone();
                }
                format!("{}，{}", dice.pick(&trade.mild), dice.pick(&trade.trigger_words))
            }
            _ if speech.severe => dice.pick(&trade.severe).clone(),
            _ => dice.pick(&trade.mild).clone(),
        }
    }

    fn category(&self, speech: &Speech, dice: &mut Dice) -> Option<String> {
        match speech.trade.map(|t| &self.trades[t].categories) {
            Some(own) if !own.is_empty() && dice.chance(0.6) => Some(dice.pick(own).clone()),
            _ if dice.chance(0.35) => Some(dice.pick(&self.words.talk).category.clone()),
            _ => None,
        }
    }

    fn intent(&self, speech: &Speech, dice: &mut Dice) -> Option<&'static str> {
        const WORDS: [[&str; 2]; 7] = [
            ["complaint", "投诉"],
            ["report", "举报"],
            ["inquiry", "咨询"],
            ["help", "求助"],
            ["suggestion", "建议"],
            ["praise", "表扬"],
            ["ticket_reminder", "催办"],
        ];
        let weights = match speech.severe || speech.manner != Manner::Ordinary {
            true => [70.0, 12.0, 0.0, 14.0, 0.0, 0.0, 2.0],
            false => [60.0, 6.0, 11.0, 11.0, 4.0, 3.0, 3.0],
        };
        let word = WORDS[dice.weighted(&weights)];
        let spelling = usize::from(dice.chance(0.4));
        (!dice.chance(0.03)).then_some(word[spelling])
    }

    /// Opening, time, clause, what else is said, what is asked for.
    fn framed(&self, speech: &Speech, said: &Said, clause: &str, dice: &mut Dice) -> String {
        let words = self.words;
        match (speech.manner, said.intent) {
            (Manner::Campaign, _) => return dice.pick(&words.campaign).replace("{clause}", &clause.replace("{f}", "")),
            (_, Some("praise" | "表扬")) => return dice.pick(&words.praise).clone(),
            (_, Some("suggestion" | "建议")) => return dice.pick(&words.suggestions).clone(),
            (_, Some("inquiry" | "咨询")) if dice.chance(0.6) => return dice.pick(&words.inquiries).clone(),
            (_, Some("ticket_reminder" | "催办")) => return format!("{}{clause}", dice.pick(&words.reminders)),
            _ => {}
        }
        let mut text = dice.pick(&words.openings).clone();
        if dice.chance(0.6) {
            text.push_str(dice.word(&words.times));
        }
        if dice.chance(0.1) {
            text.push_str(dice.word(&words.fillers));
        }
        text.push_str(clause);
        if speech.trade.is_some() && dice.chance(0.03) {
            let other = dice.pick(&self.town.enterprises);
            text.push('，');
            text.push_str(&dice.pick(&words.beside).replace("{g}", &other.short));
        }
        if speech.trade.is_some() && dice.chance(0.4) {
            text.push('，');
            text.push_str(dice.word(&words.details));
        }
        if !text.ends_with('。') {
            text.push(if dice.chance(0.7) { '，' } else { '。' });
        }
        text.push_str(dice.word(&words.asks));
        text
    }

    fn filled(&self, text: &str, speech: &Speech, named: &str, dice: &mut Dice) -> String {
        let named = match (speech.firm, speech.trade) {
            // Talk of nobody's matter about some firm: any will do.
            (None, None) if text.contains("{f}") => dice.pick(&self.town.enterprises).short.clone(),
            _ => named.to_string(),
        };
        let mut out = text.replace("{f}", &named);
        if out.contains("{p}") {
            let own = speech.firm.filter(|_| dice.chance(0.7)).map(|f| self.town.enterprises[f].place);
            let place = own.unwrap_or_else(|| dice.below(self.words.places.len()));
            out = out.replace("{p}", &self.words.places[place % self.words.places.len()]);
        }
        if out.contains("{y}") {
            out = out.replace("{y}", &(dice.between(2, 400) * 50).to_string());
        }
        if out.contains("{n}") {
            out = out.replace("{n}", &dice.between(3, 40).to_string());
        }
        if out.contains("{t}") {
            const SPANS: [&str; 6] = ["三天", "一个星期", "半个月", "一个多月", "两个月", "半年"];
            out = out.replace("{t}", SPANS[dice.below(SPANS.len())]);
        }
        out
    }

    fn region(&self, speech: &Speech, dice: &mut Dice) -> Option<String> {
        let region = match speech.manner {
            Manner::WrongDistrict => return Some(self.town.regions[speech.region].code.clone()),
            _ if dice.chance(0.04) => dice.below(self.town.regions.len()),
            _ => speech.region,
        };
        let district = &self.town.regions[region];
        match dice.weighted(&[60.0, 15.0, 12.0, 13.0]) {
            0 => Some(district.code.clone()),
            1 => Some(district.name.clone()),
            2 if !district.aliases.is_empty() => Some(dice.pick(&district.aliases).clone()),
            _ => None,
        }
    }

    fn misheard(&self, mut text: String, dice: &mut Dice) -> String {
        if !dice.chance(0.12) {
            return text;
        }
        for _ in 0..2 {
            let [right, wrong] = dice.pick(&self.words.slips);
            if text.contains(right.as_str()) {
                text = text.replacen(right.as_str(), wrong, 1);
            }
        }
        text
    }
}
