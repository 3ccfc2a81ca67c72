//! All forms of all names of a directory, found in a text in one pass.
//!
//! No automaton: a hash of each form, and for the first three characters of all forms the lengths they
//! may have. A row more or less is a few entries more or less, so nothing is ever rebuilt while a realm
//! runs, and the index after any changes is the one a new build makes.

use super::forms::{Form, FormKind, MAX_FORM_CHARS, forms};
use super::lexicon::Lexicon;
use crate::domain::EnterpriseRow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Enterprises one form may stand for and still be looked up; a form more share names nobody.
pub const MAX_SHARED: usize = 200;
/// The same for a brand alone.
pub const MAX_SHARED_BRAND: usize = 12;

#[allow(clippy::disallowed_types, reason = "looked up only, never iterated; its hasher has no randomness")]
type Shard<V> = std::collections::HashMap<u64, V, std::hash::BuildHasherDefault<Mixed>>;

/// A table in parts, so that one that grows moves a small part of it only: no record waits for it.
#[derive(Debug, Clone)]
struct Table<V>(Vec<Shard<V>>);

const SHARDS: usize = 256;

impl<V> Default for Table<V> {
    fn default() -> Table<V> {
        Table((0..SHARDS).map(|_| Shard::default()).collect())
    }
}

impl<V> Table<V> {
    fn of(&self, key: u64) -> &Shard<V> {
        &self.0[(key >> 56) as usize]
    }

    fn of_mut(&mut self, key: u64) -> &mut Shard<V> {
        &mut self.0[(key >> 56) as usize]
    }

    fn get(&self, key: u64) -> Option<&V> {
        self.of(key).get(&key)
    }
}

/// What may be a form, and which first characters may begin one: a quick no for nearly every place of a
/// text. It may say yes in vain, never no.
#[derive(Debug, Clone, Default)]
struct Filter {
    /// Of each pair of characters four bits, one a space.
    pairs: Vec<u64>,
    /// One bit a start.
    starts: Bits,
    /// One bit a form.
    forms: Bits,
}

const PAIR_BITS: u32 = 19;
const START_BITS: usize = 1 << 22;
const FORM_BITS: usize = 1 << 25;

/// One bit a key, in 2^n bits once there is one.
#[derive(Debug, Clone, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn add(&mut self, key: u64, size: usize) {
        if self.0.is_empty() {
            self.0 = vec![0; size / 64];
        }
        let (word, bit) = self.place(key);
        self.0[word] |= bit;
    }

    fn may_have(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn place(&self, key: u64) -> (usize, u64) {
        ((key >> 6) as usize & self.0.len().wrapping_sub(1), 1 << (key % 64))
    }
}

/// The first of a pair's bits.
fn pair_at(first: char, second: char) -> usize {
    let both = u64::from(first) << 21 | u64::from(second);
    (both.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - PAIR_BITS)) as usize * 4
}

impl Filter {
    fn add_start(&mut self, space: u64, chars: &[char]) {
        if self.pairs.is_empty() {
            self.pairs = vec![0; (1 << PAIR_BITS) * 4 / 64];
        }
        let pair = pair_at(chars[0], chars[1]);
        self.pairs[pair / 64] |= 1 << space << (pair % 64);
        self.starts.add(start(space, chars), START_BITS);
    }

    /// The spaces whose forms may begin with these two, one bit each.
    fn spaces(&self, first: char, second: char) -> u64 {
        let pair = pair_at(first, second);
        self.pairs.get(pair / 64).map_or(0, |bits| bits >> (pair % 64) & 15)
    }
}

/// Keys are hashes already.
#[derive(Default)]
struct Mixed(u64);

impl std::hash::Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// Number of an enterprise in the index.
pub type Slot = u32;

/// Whose form it is, each enterprise once, as the surest it is.
#[derive(Debug, Clone)]
enum Posting {
    One([(Slot, FormKind); 1]),
    Many(Vec<(Slot, FormKind)>),
}

impl Posting {
    fn whose(&self) -> &[(Slot, FormKind)] {
        match self {
            Posting::One(only) => only,
            Posting::Many(all) => all,
        }
    }
}

/// A form found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'i> {
    pub from: usize,
    pub to: usize,
    /// In no order that means anything.
    pub whose: &'i [(Slot, FormKind)],
}

#[derive(Debug, Clone, Default)]
pub struct Index {
    lexicon: Option<Arc<Lexicon>>,
    postings: Table<Posting>,
    /// First characters → the lengths of forms that begin so, one bit a length.
    starts: Table<u64>,
    filter: Filter,
    ids: Vec<Option<Box<str>>>,
    free: Vec<Slot>,
    /// By id, hashed.
    slots: Table<Slot>,
    /// By head office.
    branches: BTreeMap<Box<str>, Vec<Slot>>,
}

/// Kinds of forms that are looked for apart. The first three may begin anywhere in a text.
const NAME: u64 = 0;
const SOUND: u64 = 1;
const BARE: u64 = 2;
const BRAND: u64 = 3;
const STARTS: u64 = 1000;
const IDS: u64 = 2000;

fn mix(hash: u64, value: u64) -> u64 {
    let x = (hash ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^ (x >> 29)
}

/// Beyond all characters: 昨天 as a brand of gas would else be 春天 as a name.
fn seed(space: u64) -> u64 {
    space << 32
}

fn key(space: u64, chars: &[char]) -> u64 {
    finished(chars.iter().fold(seed(space), |hash, c| mix(hash, *c as u64)))
}

fn finished(hash: u64) -> u64 {
    mix(hash, 0xD6E8_FEB8_6659_FD93)
}

fn id_key(id: &str) -> u64 {
    finished(id.bytes().fold(seed(IDS), |hash, b| mix(hash, u64::from(b))))
}

/// Forms of two characters have a start of their own.
fn start(space: u64, chars: &[char]) -> u64 {
    key(STARTS + space, &chars[..chars.len().min(3)])
}

fn space(kind: FormKind) -> u64 {
    match kind {
        FormKind::Sound => SOUND,
        FormKind::Bare => BARE,
        FormKind::Brand(trade) => BRAND + u64::from(trade),
        _ => NAME,
    }
}

/// The head office of a branch.
fn head(row: &EnterpriseRow) -> Option<&str> {
    row.parent.as_deref().filter(|_| row.branch)
}

impl Index {
    pub fn new(lexicon: Arc<Lexicon>) -> Index {
        Index { lexicon: Some(lexicon), ..Index::default() }
    }

    pub fn lexicon(&self) -> Option<&Arc<Lexicon>> {
        self.lexicon.as_ref()
    }

    pub fn id(&self, slot: Slot) -> &str {
        self.ids.get(slot as usize).and_then(Option::as_deref).unwrap_or_default()
    }

    pub fn slot(&self, id: &str) -> Option<Slot> {
        self.slots.get(id_key(id)).copied().filter(|slot| self.id(*slot) == id)
    }

    pub fn insert(&mut self, row: &EnterpriseRow) {
        let Some(lexicon) = self.lexicon.clone() else { return };
        let all = forms(&lexicon, row);
        if all.is_empty() {
            return;
        }
        let slot = self.free.pop().unwrap_or(self.ids.len() as Slot);
        if slot as usize == self.ids.len() {
            self.ids.push(None);
        }
        self.ids[slot as usize] = Some(row.id.as_str().into());
        let id = id_key(&row.id);
        self.slots.of_mut(id).insert(id, slot);
        for form in all {
            self.add(slot, &form);
        }
        if let Some(head) = head(row) {
            self.branches.entry(head.into()).or_default().push(slot);
        }
    }

    fn add(&mut self, slot: Slot, form: &Form) {
        let space = space(form.kind);
        if form.chars.len() <= MAX_FORM_CHARS && space < BRAND {
            let start = start(space, &form.chars);
            *self.starts.of_mut(start).entry(start).or_default() |= 1 << form.chars.len();
            self.filter.add_start(space, &form.chars);
        }
        let key = key(space, &form.chars);
        self.filter.forms.add(key, FORM_BITS);
        let posting = self.postings.of_mut(key).entry(key).or_insert(Posting::One([(slot, form.kind)]));
        // An enterprise's forms come together, the surest first: it is there already only if it came last.
        match posting {
            Posting::One([only]) if only.0 != slot => *posting = Posting::Many(vec![*only, (slot, form.kind)]),
            Posting::Many(all) if all.last().is_none_or(|(last, _)| *last != slot) => all.push((slot, form.kind)),
            _ => {}
        }
    }

    pub fn remove(&mut self, row: &EnterpriseRow) {
        let Some(lexicon) = self.lexicon.clone() else { return };
        let Some(slot) = self.slot(&row.id) else { return };
        let id = id_key(&row.id);
        self.slots.of_mut(id).remove(&id);
        for form in forms(&lexicon, row) {
            let key = key(space(form.kind), &form.chars);
            let empty = match self.postings.of_mut(key).get_mut(&key) {
                None => false,
                Some(Posting::One([(only, _)])) => *only == slot,
                Some(Posting::Many(all)) => {
                    all.retain(|(known, _)| *known != slot);
                    all.is_empty()
                }
            };
            if empty {
                self.postings.of_mut(key).remove(&key);
            }
        }
        if let Some(all) = head(row).and_then(|head| self.branches.get_mut(head)) {
            all.retain(|s| *s != slot);
        }
        self.ids[slot as usize] = None;
        self.free.push(slot);
    }

    /// Whose form this is; nobody's if too many share it.
    fn whose(&self, key: u64) -> &[(Slot, FormKind)] {
        if !self.filter.forms.may_have(key) {
            return &[];
        }
        self.postings.get(key).map(Posting::whose).filter(|all| all.len() <= MAX_SHARED).unwrap_or_default()
    }

    /// Whose name, former name, alias or short form is exactly this.
    pub fn exactly(&self, name: &[char]) -> &[(Slot, FormKind)] {
        self.whose(key(NAME, name))
    }

    /// Whose brand of this trade is exactly this.
    pub fn brand(&self, brand: &[char], trade: u8) -> &[(Slot, FormKind)] {
        // A brand of a trade is a brand alone too.
        if self.filter.spaces(brand[0], brand[1]) & (1 << BARE) == 0 {
            return &[];
        }
        self.whose(key(BRAND + u64::from(trade), brand))
    }

    /// Every form that stands in a text as it is written; and every brand, whatever stands beside it.
    pub fn find(&self, chars: &[char]) -> (Vec<Found<'_>>, Vec<Found<'_>>) {
        let [forms, mut brands] = self.scan([NAME, BARE], chars);
        brands.retain(|f| f.whose.len() <= MAX_SHARED_BRAND);
        (forms, brands)
    }

    /// Branches of an enterprise, in order of id.
    pub fn branches(&self, id: &str) -> Vec<Slot> {
        let mut all: Vec<Slot> = self.branches.get(id).cloned().unwrap_or_default();
        all.sort_by(|a, b| self.id(*a).cmp(self.id(*b)));
        all.truncate(MAX_SHARED);
        all
    }

    /// Every form that sounds like a piece of a text; `syllables` has a blank for what has no sound.
    pub fn find_sounds(&self, syllables: &[char]) -> Vec<Found<'_>> {
        let [found] = self.scan([SOUND], syllables);
        found
    }

    fn scan<const N: usize>(&self, spaces: [u64; N], chars: &[char]) -> [Vec<Found<'_>>; N] {
        let mut out = [const { Vec::new() }; N];
        for (from, pair) in chars.windows(2).enumerate() {
            let may_begin = self.filter.spaces(pair[0], pair[1]);
            for (space, out) in spaces.into_iter().zip(&mut out) {
                if may_begin & (1 << space) != 0 {
                    self.find_at(space, chars, from, out);
                }
            }
        }
        out
    }

    /// The forms that begin at a place.
    fn find_at<'i>(&'i self, space: u64, chars: &[char], from: usize, out: &mut Vec<Found<'i>>) {
        let two = mix(mix(seed(STARTS + space), chars[from] as u64), chars[from + 1] as u64);
        let three = chars.get(from + 2).map(|c| mix(two, *c as u64));
        // What sounds like a name has three characters at least.
        let two = Some(two).filter(|_| space != SOUND);
        for start in [two, three].into_iter().flatten().map(finished) {
            let lengths = if self.filter.starts.may_have(start) { self.starts.get(start) } else { None };
            let Some(lengths) = lengths else { continue };
            let mut lengths = *lengths;
            let mut hash = seed(space);
            let mut len = 0;
            while lengths != 0 && from + len < chars.len() {
                hash = mix(hash, chars[from + len] as u64);
                len += 1;
                if lengths & (1 << len) == 0 {
                    continue;
                }
                lengths &= !(1 << len);
                let whose = self.whose(finished(hash));
                if !whose.is_empty() {
                    out.push(Found { from, to: from + len, whose });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number of a space is no part of a character: 昨天 as a brand of one trade was 春天 as a name.
    #[test]
    fn forms_of_different_spaces_have_different_keys() {
        for (space, other) in (0..64u64).flat_map(|a| (0..64).map(move |b| (a, b))).filter(|(a, b)| a != b) {
            let first = char::from_u32('昨' as u32 ^ (space ^ other) as u32).unwrap();
            assert_ne!(key(space, &['昨', '天']), key(other, &[first, '天']), "{space} {other} {first}");
        }
    }
}
