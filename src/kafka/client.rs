use rdkafka::ClientConfig;

/// Where the cluster is, and any librdkafka setting a user hands through (TLS and SASL among them).
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub brokers: String,
    /// Applied last, so that they win over Jianwei's own, but for those the promise rests on.
    pub extra: Vec<(String, String)>,
}

/// Settings that exactly-once delivery rests on; `--kafka` may not change them.
const RESERVED: [&str; 8] = [
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "isolation.level",
    "transactional.id",
    "auto.offset.reset",
];

impl Settings {
    /// Reads `key=value` pairs; an error names the pair.
    pub fn new(brokers: &str, extra: &[String]) -> anyhow::Result<Settings> {
        let mut settings = Settings { brokers: brokers.to_string(), extra: Vec::new() };
        for pair in extra {
            let Some((key, value)) = pair.split_once('=') else {
                anyhow::bail!("--kafka {pair:?}: write key=value, for example security.protocol=SASL_SSL");
            };
            if RESERVED.contains(&key) {
                anyhow::bail!("--kafka {key}: exactly-once delivery rests on this setting; it can't be changed");
            }
            settings.extra.push((key.to_string(), value.to_string()));
        }
        Ok(settings)
    }

    fn base(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers).set("client.id", "jianwei");
        config.set("topic.metadata.propagation.max.ms", "5000");
        config
    }

    fn finish(&self, mut config: ClientConfig, group_only: bool) -> ClientConfig {
        for (key, value) in &self.extra {
            // Session settings speak of the ownership group; other clients have no group to keep.
            if !group_only && (key.starts_with("session.") || key.starts_with("heartbeat.")) {
                continue;
            }
            config.set(key, value);
        }
        config
    }

    /// For admin calls and watermarks.
    pub fn plain(&self) -> ClientConfig {
        self.finish(self.base(), false)
    }

    /// A consumer that is only ever assigned, never subscribed.
    pub fn assigned_consumer(&self, group: &str) -> ClientConfig {
        let mut config = self.base();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("isolation.level", "read_committed")
            .set("enable.partition.eof", "true")
            // The default of 1000 stalls a fast reader for a second at a time.
            .set("fetch.queue.backoff.ms", "3")
            .set("fetch.wait.max.ms", "20")
            .set("queued.max.messages.kbytes", "16384");
        self.finish(config, false)
    }

    /// The ownership group's consumer.
    pub fn group_consumer(&self, group: &str) -> ClientConfig {
        let mut config = self.base();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "latest")
            // Realms a rebalance does not move go on undisturbed.
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", "10000")
            .set("heartbeat.interval.ms", "500");
        self.finish(config, true)
    }

    pub fn transactional_producer(&self, transactional_id: &str) -> ClientConfig {
        let mut config = self.base();
        config
            .set("transactional.id", transactional_id)
            .set("enable.idempotence", "true")
            .set("transaction.timeout.ms", "30000")
            .set("message.max.bytes", "2000000")
            .set("compression.type", "zstd")
            .set("linger.ms", "2")
            // The default of 100 ms hits offsets sent in an otherwise empty transaction.
            .set("retry.backoff.ms", "5")
            .set("queue.buffering.max.messages", "1000000");
        self.finish(config, false)
    }

    pub fn producer(&self) -> ClientConfig {
        let mut config = self.base();
        config
            .set("enable.idempotence", "true")
            .set("message.max.bytes", "2000000")
            .set("compression.type", "zstd")
            .set("linger.ms", "20");
        self.finish(config, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_promise_rests_on_can_not_be_changed() {
        let extra = |pair: &str| Settings::new("b", &[pair.to_string()]);
        assert!(extra("enable.idempotence=false").is_err());
        assert!(extra("isolation.level=read_uncommitted").is_err());
        assert!(extra("nonsense").is_err());
        let settings = extra("security.protocol=SASL_SSL").unwrap();
        for config in [settings.plain(), settings.producer(), settings.group_consumer("g"), settings.assigned_consumer("g")] {
            assert_eq!(config.get("security.protocol"), Some("SASL_SSL"));
        }
    }
}
