//! Words that are no names of firms: regions of the realm, and trades.

use super::cues::{BOTH, FOCUS, NAMELESS, OFFICES, PUBLIC, TURNS, WORK};
use super::fold::Folded;
use super::trades::{ANY_FIRM, HINTS, RELATED, TRADES, trade_of};
use crate::pipeline::Region;
use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a word found in a text is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// The code of a region.
    Region(String),
    /// A number in [`TRADES`].
    Trade(u8),
    /// What a trade sells or does; in no name.
    Hint(u8),
    /// A firm of any trade.
    Firm,
}

/// A word and where it stands, in characters of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub from: usize,
    pub to: usize,
    /// Number of the word.
    pub word: u32,
}

/// Words, and the automaton that finds them.
#[derive(Clone)]
struct Words {
    words: Vec<Word>,
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
}

/// The words of one pipeline: the regions of its own, and those of the language.
#[derive(Clone)]
pub struct Lexicon {
    regions: Words,
    /// The code of the realm's own region: it tells no firm from another.
    pub root: String,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lexicon({} regions)", self.regions.words.len())
    }
}

/// What a turn of phrase says; a text's are found in one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    Focus,
    Turn,
    /// The accused has no name.
    Nameless,
    Office,
    Work,
    Both,
    Street,
}

const CUES: [(Cue, &[&str]); 7] = [
    (Cue::Focus, FOCUS),
    (Cue::Turn, TURNS),
    (Cue::Nameless, NAMELESS),
    (Cue::Office, OFFICES),
    (Cue::Work, WORK),
    (Cue::Both, BOTH),
    (Cue::Street, PUBLIC),
];

/// Built once: turns of phrase are the same for every realm.
static CUE_AUTOMATON: LazyLock<Option<CharwiseDoubleArrayAhoCorasick<u32>>> = LazyLock::new(cues);

fn cues() -> Option<CharwiseDoubleArrayAhoCorasick<u32>> {
    let mut all: BTreeMap<&str, u32> = BTreeMap::new();
    for (cue, words) in CUES {
        for word in words {
            *all.entry(word).or_default() |= 1 << cue as u32;
        }
    }
    CharwiseDoubleArrayAhoCorasickBuilder::new().build_with_values(all).ok()
}

/// The turns of phrase of one text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Turns {
    said: u32,
    /// Where the text comes to its point, in characters: what stands before is how it came to it.
    pub focus: Option<usize>,
    /// Where it takes back what it said so far.
    pub turn: Option<usize>,
}

impl Turns {
    pub fn say(self, cue: Cue) -> bool {
        self.said & (1 << cue as u32) != 0
    }
}

fn related() -> Vec<Vec<u8>> {
    let mut out = vec![Vec::new(); TRADES.len()];
    for (a, b) in RELATED {
        if let (Some(a), Some(b)) = (trade_of(a), trade_of(b)) {
            out[usize::from(a)].push(b);
            out[usize::from(b)].push(a);
        }
    }
    out
}

/// A name of a district without the word for what it is: 环翠区, 环翠.
fn bare(name: &str) -> Option<&str> {
    let bare = ["自治县", "市", "区", "县", "省"].into_iter().find_map(|kind| name.strip_suffix(kind))?;
    (bare.chars().count() >= 2).then_some(bare)
}

/// Built once: trades are the same for every realm.
static LANGUAGE: LazyLock<Words> = LazyLock::new(language);
static RELATED_TRADES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(related);

/// Words of one character that say something all the same.
const SHORT: [(&str, &str); 4] = [("狗", "宠物"), ("猫", "宠物"), ("虾", "餐饮"), ("疤", "美容")];

impl Words {
    fn new(all: BTreeMap<String, Word>) -> Words {
        let patterns: Vec<(&String, u32)> = all.keys().zip(0..).collect();
        // Fails for no words at all only.
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new().build_with_values(patterns).ok();
        Words { words: all.into_values().collect(), automaton }
    }

    fn find<'t>(&'t self, text: &'t Folded, first: u32) -> impl Iterator<Item = Hit> + 't {
        let found = self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(&text.text));
        found.map(move |m| Hit { from: text.char_at(m.start()), to: text.char_at(m.end()), word: first + m.value() })
    }
}

fn language() -> Words {
    let mut all: BTreeMap<String, Word> = BTreeMap::new();
    for (number, trade) in TRADES.iter().enumerate() {
        all.extend(trade.words.iter().map(|word| (word.to_string(), Word::Trade(number as u8))));
    }
    let hints = HINTS.iter().flat_map(|(trade, words)| words.iter().map(move |word| (word, trade)));
    for (word, trade) in hints.chain(SHORT.iter().map(|(word, trade)| (word, trade))) {
        if let Some(number) = trade_of(trade) {
            all.entry(word.to_string()).or_insert(Word::Hint(number));
        }
    }
    for word in ANY_FIRM {
        all.entry(word.to_string()).or_insert(Word::Firm);
    }
    Words::new(all)
}

impl Lexicon {
    pub fn new<'a>(regions: impl IntoIterator<Item = &'a Region>, root: &str) -> Lexicon {
        let mut all: BTreeMap<String, Word> = BTreeMap::new();
        for region in regions {
            let names = [region.name.zh.as_str(), region.name.en.as_str()];
            let names = names.into_iter().chain(region.aliases.iter().map(String::as_str));
            for text in names.flat_map(|name| [Some(name), bare(name)]).flatten() {
                let text = Folded::new(text).text;
                // Codes are no words, and one character is none either.
                if text.chars().count() >= 2 && !text.bytes().all(|b| b.is_ascii_digit()) {
                    all.entry(text).or_insert(Word::Region(region.code.clone()));
                }
            }
        }
        Lexicon { regions: Words::new(all), root: root.to_string() }
    }

    pub fn related(trade: u8) -> &'static [u8] {
        RELATED_TRADES.get(usize::from(trade)).map_or(&[], Vec::as_slice)
    }

    pub fn word(&self, hit: Hit) -> &Word {
        let regions = &self.regions.words;
        regions.get(hit.word as usize).unwrap_or_else(|| &LANGUAGE.words[hit.word as usize - regions.len()])
    }

    /// All words of a text, overlapping ones too; of each kind in order of their end.
    pub fn find(&self, text: &Folded) -> Vec<Hit> {
        self.regions.find(text, 0).chain(LANGUAGE.find(text, self.regions.words.len() as u32)).collect()
    }

    /// The turns of phrase of a text.
    pub fn turns(text: &Folded) -> Turns {
        let mut turns = Turns::default();
        let Some(automaton) = &*CUE_AUTOMATON else { return turns };
        for found in automaton.find_overlapping_iter(&text.text) {
            turns.said |= found.value();
            let says = |cue: Cue| found.value() & (1 << cue as u32) != 0;
            if says(Cue::Focus) {
                turns.focus = turns.focus.max(Some(found.start()));
            }
            if says(Cue::Turn) {
                turns.turn = turns.turn.max(Some(found.start()));
            }
        }
        turns.focus = turns.focus.map(|byte| text.char_at(byte));
        turns.turn = turns.turn.map(|byte| text.char_at(byte));
        turns
    }

    /// The code of a region word that tells something.
    pub fn district(&self, hit: Hit) -> Option<&str> {
        match self.word(hit) {
            Word::Region(code) if *code != self.root => Some(code),
            _ => None,
        }
    }
}
