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

/// Finds words of a list.
#[derive(Clone)]
struct Words {
    /// How many characters each has.
    chars: Vec<u32>,
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
}

/// The words of one pipeline: the regions of its own, and those of the language.
#[derive(Clone)]
pub struct Lexicon {
    regions: Vec<Word>,
    region_words: Words,
    /// The code of the realm's own region: it tells no firm from another.
    pub root: String,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lexicon({} regions)", self.regions.len())
    }
}

/// What a turn of phrase says.
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
    (Cue::Work, WORK.all),
    (Cue::Both, BOTH),
    (Cue::Street, PUBLIC),
];

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

    /// Takes in what stands at a place.
    fn hear(&mut self, cues: u32, at: usize) {
        self.said |= cues;
        let says = |cue: Cue| cues & (1 << cue as u32) != 0;
        if says(Cue::Focus) {
            self.focus = self.focus.max(Some(at));
        }
        if says(Cue::Turn) {
            self.turn = self.turn.max(Some(at));
        }
    }
}

/// What a word of the language is: one of a firm or a trade, turns of phrase, or both.
#[derive(Clone, Copy, Default)]
struct Meaning {
    word: Option<u32>,
    cues: u32,
}

/// Words and turns of phrase, found in one pass.
struct Language {
    words: Vec<Word>,
    meanings: Vec<Meaning>,
    found: Words,
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

/// Built once: trades and turns of phrase are the same for every realm.
static LANGUAGE: LazyLock<Language> = LazyLock::new(language);
static RELATED_TRADES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(related);

/// Words of one character that say something all the same.
const SHORT: [(&str, &str); 5] = [("狗", "宠物"), ("猫", "宠物"), ("虾", "餐饮"), ("疤", "美容"), ("船", "游艇")];

impl Words {
    fn new<'w>(words: impl Iterator<Item = &'w str> + Clone) -> Words {
        // Fails for no words at all only.
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new().build_with_values(words.clone().zip(0..)).ok();
        Words { chars: words.map(|word| word.chars().count() as u32).collect(), automaton }
    }

    /// Those that stand in a text, overlapping ones too, in order of their end: number, first and one after
    /// last character.
    fn find<'t>(&'t self, text: &'t Folded) -> impl Iterator<Item = (u32, usize, usize)> + 't {
        let found = self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(&text.text));
        let mut to = 0;
        found.map(move |m| {
            to = text.char_from(to, m.end());
            (m.value(), to - self.chars[m.value() as usize] as usize, to)
        })
    }
}

fn language() -> Language {
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
    let mut meanings: BTreeMap<&str, Meaning> = BTreeMap::new();
    for (word, number) in all.keys().zip(0..) {
        meanings.insert(word, Meaning { word: Some(number), cues: 0 });
    }
    for (cue, words) in CUES {
        for word in words {
            meanings.entry(word).or_default().cues |= 1 << cue as u32;
        }
    }
    let found = Words::new(meanings.keys().copied());
    Language { meanings: meanings.into_values().collect(), words: all.into_values().collect(), found }
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
        let region_words = Words::new(all.keys().map(String::as_str));
        Lexicon { regions: all.into_values().collect(), region_words, root: root.to_string() }
    }

    pub fn related(trade: u8) -> &'static [u8] {
        RELATED_TRADES.get(usize::from(trade)).map_or(&[], Vec::as_slice)
    }

    pub fn word(&self, hit: Hit) -> &Word {
        let number = hit.word as usize;
        self.regions.get(number).unwrap_or_else(|| &LANGUAGE.words[number - self.regions.len()])
    }

    /// All words of a text, overlapping ones too; of each kind in order of their end.
    pub fn find(&self, text: &Folded) -> Vec<Hit> {
        self.read(text).0
    }

    /// The same, and the turns of phrase.
    pub fn read(&self, text: &Folded) -> (Vec<Hit>, Turns) {
        let mut hits: Vec<Hit> = self.region_words.find(text).map(|(word, from, to)| Hit { from, to, word }).collect();
        let mut turns = Turns::default();
        for (number, from, to) in LANGUAGE.found.find(text) {
            let meaning = LANGUAGE.meanings[number as usize];
            hits.extend(meaning.word.map(|word| Hit { from, to, word: self.regions.len() as u32 + word }));
            turns.hear(meaning.cues, from);
        }
        (hits, turns)
    }

    /// What stands behind the district a text begins with.
    pub fn behind_region<'t>(&self, text: &'t str) -> Option<&'t str> {
        let automaton = self.region_words.automaton.as_ref()?;
        let first = automaton.find_overlapping_iter(text).filter(|m| m.start() == 0).map(|m| m.end()).max()?;
        Some(&text[first..])
    }

    /// The code of a region word that tells something.
    pub fn district(&self, hit: Hit) -> Option<&str> {
        match self.word(hit) {
            Word::Region(code) if *code != self.root => Some(code),
            _ => None,
        }
    }
}
