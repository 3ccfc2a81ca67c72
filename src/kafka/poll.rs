//! Polls an assigned consumer and says which partition ended. rdkafka's own poll reports the end of
//! a partition by number alone, without its topic; a realm reads many topics.

use rdkafka::bindings as rdsys;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::types::RDKafkaRespErr;
use std::ffi::CStr;
use std::time::Duration;

/// What one poll brought.
#[derive(Debug)]
pub enum Polled {
    Nothing,
    Message(RawMessage),
    /// The partition has no more committed records for now; `offset` is where the next one would stand.
    End {
        topic: String,
        partition: i32,
        offset: i64,
    },
    Failed {
        error: rdkafka::types::RDKafkaErrorCode,
        topic: String,
        partition: i32,
    },
}

#[derive(Debug, Clone)]
pub struct RawMessage {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub timestamp_ms: i64,
    /// Jianwei's own headers only, those whose names begin with `jianwei_`; other people's are not copied.
    pub headers: Vec<(String, String)>,
}

impl RawMessage {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
    }
}

/// Polls once. A time-out below 1 ms would be truncated to 0 by librdkafka.
pub fn poll<C: ConsumerContext>(consumer: &BaseConsumer<C>, timeout: Duration) -> Polled {
    let client = consumer.client().native_ptr();
    let timeout_ms = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: `client` lives as long as `consumer`; a message librdkafka hands out is ours until
    // `rd_kafka_message_destroy`, and everything kept of it is copied before that.
    unsafe {
        let message = rdsys::rd_kafka_consumer_poll(client, timeout_ms);
        if message.is_null() {
            return Polled::Nothing;
        }
        let m = &*message;
        let topic = if m.rkt.is_null() {
            String::new()
        } else {
            CStr::from_ptr(rdsys::rd_kafka_topic_name(m.rkt)).to_string_lossy().into_owned()
        };
        let bytes = |at: *mut std::ffi::c_void, len: usize| {
            (!at.is_null()).then(|| std::slice::from_raw_parts(at.cast::<u8>(), len).to_vec())
        };
        let polled = match m.err {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR => Polled::Message(RawMessage {
                topic,
                partition: m.partition,
                offset: m.offset,
                key: bytes(m.key, m.key_len),
                value: bytes(m.payload, m.len),
                timestamp_ms: rdsys::rd_kafka_message_timestamp(message, std::ptr::null_mut()),
                headers: own_headers(message),
            }),
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__PARTITION_EOF => Polled::End { topic, partition: m.partition, offset: m.offset },
            error => Polled::Failed { error: error.into(), topic, partition: m.partition },
        };
        rdsys::rd_kafka_message_destroy(message);
        polled
    }
}

/// SAFETY: `message` must be one librdkafka handed out and that is not destroyed yet.
unsafe fn own_headers(message: *mut rdsys::rd_kafka_message_t) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut headers: *mut rdsys::rd_kafka_headers_t = std::ptr::null_mut();
    // SAFETY: the caller's promise; names and values point into the message and are copied here.
    unsafe {
        // Most records have none: this is all it costs them.
        if rdsys::rd_kafka_message_headers(message, &mut headers) != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
            return found;
        }
        let (mut name, mut value, mut size) = (std::ptr::null(), std::ptr::null(), 0usize);
        for at in 0.. {
            let error = rdsys::rd_kafka_header_get_all(headers, at, &mut name, &mut value, &mut size);
            if error != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
                return found;
            }
            let name = CStr::from_ptr(name).to_bytes();
            if name.starts_with(b"jianwei_") && !value.is_null() {
                let text = std::slice::from_raw_parts(value.cast::<u8>(), size);
                found.push((String::from_utf8_lossy(name).into_owned(), String::from_utf8_lossy(text).into_owned()));
            }
        }
    }
    found
}

/// The end of a partition as the consumer last heard of it, without asking the broker.
pub fn known_end<C: ConsumerContext>(consumer: &BaseConsumer<C>, topic: &str, partition: i32) -> Option<i64> {
    let topic = std::ffi::CString::new(topic).ok()?;
    let (mut low, mut high) = (0i64, 0i64);
    // SAFETY: the client lives as long as `consumer`, and the pointers are to locals.
    let error = unsafe {
        rdsys::rd_kafka_get_watermark_offsets(consumer.client().native_ptr(), topic.as_ptr(), partition, &mut low, &mut high)
    };
    (error == RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0).then_some(high)
}
