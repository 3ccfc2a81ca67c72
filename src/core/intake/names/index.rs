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

/// Which first characters may begin a form: a quick no for nearly every place of a text. It may say yes
/// in vain, never no.
#[derive(Debug, Clone, Default)]
struct Filter(Vec<u64>);

const FILTER_BITS: u64 = 1 << 22;

impl Filter {
    fn add(&mut self, key: u64) {
        if self.0.is_empty() {
            self.0 = vec![0; (FILTER_BITS / 64) as usize];
        }
        let bit = key % FILTER_BITS;
        self.0[(bit / 64) as usize] |= 1 << (bit % 64);
    }

    fn may_have(&self, key: u64) -> bool {
        let bit = key % FILTER_BITS;
        self.0.get((bit / 64) as usize).is_some_and(|word| word & (1 << (bit % 64)) != 0)
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
    slots: BTreeMap<Box<str>, Slot>,
    /// By head office.
    branches: BTreeMap<Box<str>, Vec<Slot>>,
}

const SOUND: u64 = 1;
const BARE: u64 = 2;
const BRAND: u64 = 3;
const STARTS: u64 = 1000;

fn mix(hash: u64, value: u64) -> u64 {
    let x = (hash ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^ (x >> 29)
}

fn key(space: u64, chars: &[char]) -> u64 {
    finished(chars.iter().fold(space, |hash, c| mix(hash, *c as u64)))
}

fn finished(hash: u64) -> u64 {
    mix(hash, 0xD6E8_FEB8_6659_FD93)
}

/// The first two characters of any form.
fn pair(space: u64, chars: &[char]) -> u64 {
    key(2 * STARTS + space, &chars[..2])
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
        _ => 0,
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
        self.slots.get(id).copied()
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
        self.slots.insert(row.id.as_str().into(), slot);
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
            self.filter.add(start);
            self.filter.add(pair(space, &form.chars));
        }
        let key = key(space, &form.chars);
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
        let Some(slot) = self.slots.remove(row.id.as_str()) else { return };
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
        self.postings.get(key).map(Posting::whose).filter(|all| all.len() <= MAX_SHARED).unwrap_or_default()
    }

    /// Whose name, former name, alias or short form is exactly this.
    pub fn exactly(&self, name: &[char]) -> &[(Slot, FormKind)] {
        self.whose(key(0, name))
    }

    /// Whose brand of this trade is exactly this.
    pub fn brand(&self, brand: &[char], trade: u8) -> &[(Slot, FormKind)] {
        self.whose(key(BRAND + u64::from(trade), brand))
    }

    /// Every form that stands in a text as it is written.
    pub fn find(&self, chars: &[char]) -> Vec<Found<'_>> {
        self.scan(0, chars)
    }

    /// Every brand that stands in a text, whatever stands beside it.
    pub fn find_bare(&self, chars: &[char]) -> Vec<Found<'_>> {
        let mut found = self.scan(BARE, chars);
        found.retain(|f| f.whose.len() <= MAX_SHARED_BRAND);
        found
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
        self.scan(SOUND, syllables)
    }

    fn scan(&self, space: u64, chars: &[char]) -> Vec<Found<'_>> {
        let mut out = Vec::new();
        for from in 0..chars.len().saturating_sub(1) {
            if !self.filter.may_have(pair(space, &chars[from..])) {
                continue;
            }
            for first in [2, 3] {
                let Some(head) = chars.get(from..from + first) else { break };
                let start = key(STARTS + space, head);
                let lengths = if self.filter.may_have(start) { self.starts.get(start) } else { None };
                let Some(lengths) = lengths else { continue };
                let mut lengths = *lengths;
                let mut hash = space;
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
        out
    }
}
