//! The Kafka shell: who owns which realm, the thread that runs one, topics, and publishing files.

mod batch;
mod client;
mod journal;
mod ownership;
mod poll;
mod producer;
mod publish;
mod realm;
mod redrive;
mod snapshots;
mod source;
mod topics;
mod transactions;
mod worker;

pub use batch::Tally;
pub use client::Settings;
pub use journal::read_journal;
pub use poll::{Polled, poll};
pub use publish::publish;
pub use realm::RealmOptions;
pub use redrive::{Chosen, Doing, Done, Group, Outcome, Redrive, Tally as RedriveTally, Topic as ScannedTopic};
pub use topics::{TopicProblem, check_topics, create_topics, needed_topics};
pub use transactions::{PlainRecord, Transaction, publish_transactions};
pub use worker::{WorkerOptions, run_worker};
