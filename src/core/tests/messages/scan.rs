//! Reads the core's pipeline sources for what they report: each call with the texts its message and
//! its remedy may have, and every other text with a space in it.

use super::fixed::Fixed;
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, Lit, Member, Pat, Token};

/// A call that reports something.
pub struct Site {
    pub place: String,
    /// What it must have been told as, where the call says so.
    pub kind: Option<&'static str>,
    pub messages: Vec<Fixed>,
    pub writes: Vec<Fixed>,
}

type Text = (String, Fixed);

/// All places that report something, and all other texts.
pub fn read() -> (Vec<Site>, Vec<Text>) {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    list(&core.join("pipeline"), &mut paths);
    let parsed: Vec<(String, syn::File)> = paths
        .iter()
        // What editors show is no message.
        .filter(|path| !path.starts_with(core.join("pipeline/schema")))
        .map(|path| {
            let name = path.strip_prefix(core).unwrap().display().to_string();
            (name, syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    let known = Known::of(parsed.iter().map(|(_, file)| file));
    let mut out = (Vec::new(), Vec::new());
    for (name, file) in &parsed {
        let (sites, texts) = one(name, file, &known);
        out.0.extend(sites);
        out.1.extend(texts);
    }
    out
}

/// The same of one source.
pub fn source(name: &str, text: &str) -> (Vec<Site>, Vec<Text>) {
    let file = syn::parse_file(text).unwrap();
    one(name, &file, &Known::of([&file].into_iter()))
}

fn one(name: &str, file: &syn::File, known: &Known) -> (Vec<Site>, Vec<Text>) {
    let mut scan = Scan::new(name, known);
    scan.visit_file(file);
    let used = scan.used;
    let texts = scan.texts.into_iter().filter(|(at, text)| !used.contains(at) && text.is_for_people());
    (scan.sites, texts.map(|((line, _), text)| (format!("{name}:{line}"), text)).collect())
}

fn list(dir: &Path, out: &mut Vec<PathBuf>) {
    let mut all: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    for path in all {
        match path.is_dir() {
            true => list(&path, out),
            false => out.push(path),
        }
    }
}

/// What the sources name.
struct Known {
    /// Constants that are texts.
    constants: BTreeMap<String, Fixed>,
    /// Functions that give a text, or perhaps one; `None` where two have the name.
    functions: BTreeMap<String, Option<syn::Block>>,
}

impl Known {
    fn of<'a>(files: impl Iterator<Item = &'a syn::File>) -> Known {
        let mut out = Known { constants: BTreeMap::new(), functions: BTreeMap::new() };
        for item in files.flat_map(|file| &file.items) {
            match item {
                syn::Item::Const(item) => {
                    let text = literal(&item.expr).map(|text| Fixed::exactly(&text.value()));
                    out.constants.extend(text.map(|text| (item.ident.to_string(), text)));
                }
                syn::Item::Fn(item) if gives_text(&item.sig.output) => {
                    let block = (*item.block).clone();
                    out.functions.entry(item.sig.ident.to_string()).and_modify(|other| *other = None).or_insert(Some(block));
                }
                _ => {}
            }
        }
        out
    }
}

fn gives_text(output: &syn::ReturnType) -> bool {
    let syn::ReturnType::Type(_, output) = output else { return false };
    let syn::Type::Path(path) = &**output else { return false };
    let last = path.path.segments.last().unwrap();
    let of_text = |arguments: &syn::PathArguments| match arguments {
        syn::PathArguments::AngleBracketed(list) => list
            .args
            .iter()
            .any(|arg| matches!(arg, syn::GenericArgument::Type(syn::Type::Path(inner)) if inner.path.is_ident("String"))),
        _ => false,
    };
    last.ident == "String" || last.ident == "Option" && of_text(&last.arguments)
}

fn literal(expr: &Expr) -> Option<&syn::LitStr> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

fn at(span: Span) -> (usize, usize) {
    (span.start().line, span.start().column)
}

/// The arguments of `format!` and the like.
fn arguments(mac: &syn::Macro) -> Vec<Expr> {
    let name = mac.path.segments.last().unwrap().ident.to_string();
    if !["format", "write", "vec", "matches"].contains(&name.as_str()) {
        return Vec::new();
    }
    let parsed = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
    parsed.map(|list| list.into_iter().collect()).unwrap_or_default()
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|a| a.path().is_ident("cfg") && a.meta.require_list().is_ok_and(|l| l.tokens.to_string() == "test"))
}

/// A `let`.
#[derive(Clone)]
struct Binding {
    at: (usize, usize),
    expr: Expr,
    /// Which part of it, where it is a tuple.
    part: Option<usize>,
}

struct Scan<'a> {
    name: &'a str,
    known: &'a Known,
    /// Of the function being read.
    bindings: BTreeMap<String, Vec<Binding>>,
    sites: Vec<Site>,
    texts: Vec<((usize, usize), Fixed)>,
    /// Texts that belong to a site.
    used: BTreeSet<(usize, usize)>,
}

impl<'a> Scan<'a> {
    fn new(name: &'a str, known: &'a Known) -> Scan<'a> {
        Scan { name, known, bindings: BTreeMap::new(), sites: Vec::new(), texts: Vec::new(), used: BTreeSet::new() }
    }

    /// The texts an expression may come to; parameters and the like may be any.
    fn resolve(&mut self, expr: &Expr, part: Option<usize>, seen: &mut Vec<String>) -> Vec<Fixed> {
        match expr {
            Expr::Lit(_) => match literal(expr) {
                Some(text) => {
                    self.used.insert(at(text.span()));
                    vec![Fixed::exactly(&text.value())]
                }
                None => vec![Fixed::any()],
            },
            Expr::Macro(mac) => match arguments(&mac.mac).first().and_then(literal) {
                Some(text) if mac.mac.path.is_ident("format") => {
                    self.used.insert(at(text.span()));
                    vec![Fixed::format(&text.value(), &self.known.constants)]
                }
                _ => vec![Fixed::any()],
            },
            Expr::Reference(inner) => self.resolve(&inner.expr, part, seen),
            Expr::Paren(inner) => self.resolve(&inner.expr, part, seen),
            Expr::Closure(inner) => self.resolve(&inner.body, part, seen),
            Expr::Tuple(tuple) => match part.and_then(|n| tuple.elems.iter().nth(n)) {
                Some(elem) => self.resolve(elem, None, seen),
                None => vec![Fixed::any()],
            },
            Expr::If(choice) => {
                let mut out = self.resolve_block(&choice.then_branch, part, seen);
                out.extend(choice.else_branch.iter().flat_map(|(_, other)| self.resolve(other, part, seen)));
                out
            }
            Expr::Match(choice) => choice.arms.iter().flat_map(|arm| self.resolve(&arm.body, part, seen)).collect(),
            Expr::Block(block) => self.resolve_block(&block.block, part, seen),
            Expr::Path(path) => match path.path.get_ident().map(ToString::to_string) {
                Some(name) => self.resolve_name(&name, at(syn::spanned::Spanned::span(path)), seen),
                None => vec![Fixed::any()],
            },
            Expr::Call(call) if call.args.len() == 1 && is_some(&call.func) => self.resolve(&call.args[0], part, seen),
            Expr::Call(call) => self.resolve_call(call, seen),
            Expr::MethodCall(call) => self.resolve_method(call, part, seen),
            _ => vec![Fixed::any()],
        }
    }

    fn resolve_block(&mut self, block: &syn::Block, part: Option<usize>, seen: &mut Vec<String>) -> Vec<Fixed> {
        match block.stmts.last() {
            Some(syn::Stmt::Expr(expr, None)) => self.resolve(expr, part, seen),
            _ => vec![Fixed::any()],
        }
    }

    fn resolve_name(&mut self, name: &str, used: (usize, usize), seen: &mut Vec<String>) -> Vec<Fixed> {
        if name == "None" {
            return Vec::new();
        }
        if let Some(text) = self.known.constants.get(name) {
            return vec![text.clone()];
        }
        // A later `let` of the same name says nothing of this use, and hides an earlier one.
        let before = |binding: &&Binding| binding.at < used;
        let bound = self.bindings.get(name).and_then(|all| all.iter().filter(before).max_by_key(|binding| binding.at)).cloned();
        let Some(bound) = bound.filter(|_| !seen.iter().any(|s| s == name)) else { return vec![Fixed::any()] };
        seen.push(name.to_string());
        let out = self.resolve(&bound.expr, bound.part, seen);
        seen.pop();
        out
    }

    /// What a function of the sources gives; what it is given, or binds, may be any text.
    fn resolve_call(&self, call: &syn::ExprCall, seen: &mut Vec<String>) -> Vec<Fixed> {
        let name = match &*call.func {
            Expr::Path(path) => path.path.segments.last().unwrap().ident.to_string(),
            _ => String::new(),
        };
        let Some(Some(block)) = self.known.functions.get(&name) else { return vec![Fixed::any()] };
        if seen.contains(&name) {
            return vec![Fixed::any()];
        }
        seen.push(name);
        let mut inner = Scan::new(self.name, self.known);
        let out = inner.resolve_block(block, None, seen);
        seen.pop();
        out
    }

    fn resolve_method(&mut self, call: &syn::ExprMethodCall, part: Option<usize>, seen: &mut Vec<String>) -> Vec<Fixed> {
        match call.method.to_string().as_str() {
            "into" | "to_string" | "clone" | "as_str" => self.resolve(&call.receiver, part, seen),
            "map" => self.resolve(&call.args[0], part, seen),
            // Whatever stands there, else this.
            "unwrap_or" | "unwrap_or_else" => {
                let mut out = self.resolve(&call.receiver, part, seen);
                out.extend(self.resolve(&call.args[0], part, seen));
                out
            }
            "map_or" | "map_or_else" => call.args.iter().flat_map(|arg| self.resolve(arg, part, seen)).collect(),
            _ => vec![Fixed::any()],
        }
    }

    fn texts_of(&mut self, expr: &Expr) -> Vec<Fixed> {
        let mut out = self.resolve(expr, None, &mut Vec::new());
        out.sort();
        out.dedup();
        out
    }

    fn site(&mut self, span: Span, kind: Option<&'static str>, messages: Vec<Fixed>, writes: Vec<Fixed>) {
        let place = format!("{}:{}", self.name, span.start().line);
        self.sites.push(Site { place, kind, messages, writes });
    }

    /// A text about a key: before it, the key, after it.
    fn of_key(&mut self, key: &Expr, after: &Fixed) -> Vec<Fixed> {
        let mark = Fixed::exactly("`");
        self.texts_of(key).iter().map(|key| mark.clone().then(key).then(&mark).then(after)).collect()
    }

    /// A call of the reader: what it says of a wrong value names the key.
    fn reads(&mut self, span: Span, key: Option<&Expr>, example: &Expr) {
        let messages = key.map_or_else(|| vec![Fixed::any()], |key| self.of_key(key, &Fixed::any()));
        let writes = self.texts_of(example);
        self.site(span, Some("problem"), messages, writes);
    }

    fn method(&mut self, call: &syn::ExprMethodCall) {
        let span = call.method.span();
        let args: Vec<&Expr> = call.args.iter().collect();
        match (call.method.to_string().as_str(), args.as_slice()) {
            (name @ ("report" | "error" | "note"), [_, message, write]) => {
                let kind = ["problem", "error", "note"].into_iter().find(|kind| name == *kind || name == "report");
                let (messages, writes) = (self.texts_of(message), self.texts_of(write));
                self.site(span, kind, messages, writes);
            }
            ("wrong", [key, _, wants, example]) => {
                let must = Fixed::exactly(" must be ");
                let afters: Vec<Fixed> = self.texts_of(wants).iter().map(|wants| must.clone().then(wants)).collect();
                let messages = afters.iter().flat_map(|after| self.of_key(key, after)).collect();
                let writes = self.texts_of(example);
                self.site(span, Some("problem"), messages, writes);
            }
            ("missing", [key, example]) => {
                let messages = self.of_key(key, &Fixed::exactly(" is missing"));
                let writes = self.texts_of(example);
                self.site(span, Some("problem"), messages, writes);
            }
            ("string" | "required_string" | "bool" | "strings" | "date", [key, example])
            | ("word" | "number" | "whole" | "texts_of", [key, _, example]) => self.reads(span, Some(key), example),
            ("text_entries" | "text_list_entries" | "table_entries" | "entries", [example]) => self.reads(span, None, example),
            _ => {}
        }
    }

    fn function(&mut self, call: &syn::ExprCall) {
        let Expr::Path(path) = &*call.func else { return };
        let name = path.path.segments.last().unwrap().ident.clone();
        let args: Vec<&Expr> = call.args.iter().collect();
        match (name.to_string().as_str(), args.as_slice()) {
            ("slug", [_, key, example]) | ("required_word", [_, key, _, example]) => self.reads(name.span(), Some(key), example),
            ("known", [_, key, _, wants]) | ("unknown_name", [_, _, key, _, _, wants]) => {
                let messages = self.of_key(key, &Fixed::format(" names {:?}, which does not exist", &self.known.constants));
                let near = Fixed::format(", for example \"{}\"", &self.known.constants);
                let writes = self.texts_of(wants).into_iter().map(|wants| wants.then(&near)).collect();
                self.site(name.span(), Some("problem"), messages, writes);
            }
            _ => {}
        }
    }

    fn bind(&mut self, pat: &Pat, expr: &Expr, part: Option<usize>) {
        match pat {
            Pat::Ident(name) => {
                let binding = Binding { at: at(name.ident.span()), expr: expr.clone(), part };
                self.bindings.entry(name.ident.to_string()).or_default().push(binding);
            }
            Pat::Type(typed) => self.bind(&typed.pat, expr, part),
            Pat::Tuple(tuple) => {
                for (n, elem) in tuple.elems.iter().enumerate().filter(|(_, elem)| matches!(elem, Pat::Ident(_))) {
                    self.bind(elem, expr, Some(n));
                }
            }
            _ => {}
        }
    }
}

fn is_some(func: &Expr) -> bool {
    matches!(func, Expr::Path(path) if path.path.is_ident("Some"))
}

/// The `let`s of a function.
struct Lets<'s, 'a>(&'s mut Scan<'a>);

impl<'ast> Visit<'ast> for Lets<'_, '_> {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let Some(init) = &local.init {
            self.0.bind(&local.pat, &init.expr, None);
        }
        visit::visit_local(self, local);
    }
}

impl<'ast> Visit<'ast> for Scan<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.bindings.clear();
        Lets(self).visit_block(&item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.bindings.clear();
        Lets(self).visit_block(&item.block);
        visit::visit_impl_item_fn(self, item);
    }

    /// Texts of constants are seen where they are used; lists of them are data.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_expr_lit(&mut self, lit: &'ast ExprLit) {
        if let Lit::Str(text) = &lit.lit {
            self.texts.push((at(text.span()), Fixed::exactly(&text.value())));
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let formats = mac.path.is_ident("format") || mac.path.is_ident("write");
        let mut args = arguments(mac);
        let text = args.iter().take(2).find_map(literal).filter(|_| formats).cloned();
        if let Some(text) = text {
            self.texts.push((at(text.span()), Fixed::format(&text.value(), &self.known.constants)));
            args.retain(|arg| literal(arg).is_none_or(|other| at(other.span()) != at(text.span())));
        }
        // Arguments are parsed here, so they do not live as long as the file.
        for arg in &args {
            let mut inner = Scan::new(self.name, self.known);
            inner.bindings.clone_from(&self.bindings);
            inner.visit_expr(arg);
            self.sites.extend(inner.sites);
            self.texts.extend(inner.texts);
            self.used.extend(inner.used);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.method(call);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        self.function(call);
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_struct(&mut self, item: &'ast syn::ExprStruct) {
        let field = |wanted: &str| {
            let is = |f: &&syn::FieldValue| matches!(&f.member, Member::Named(name) if name == wanted);
            item.fields.iter().find(is).map(|f| f.expr.clone())
        };
        if let (Some(message), Some(write)) = (field("message"), field("write")) {
            let span = item.path.segments.last().unwrap().ident.span();
            let (messages, writes) = (self.texts_of(&message), self.texts_of(&write));
            self.site(span, None, messages, writes);
        }
        visit::visit_expr_struct(self, item);
    }
}
